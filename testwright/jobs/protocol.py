"""The Inngest call protocol (version 2), seen from the engine's side: how a call is made and what an answer means."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import jcs  # type: ignore[import-untyped]  # comes with inngest, which checks signatures with it

ENDPOINT = "/api/inngest"
SIGNATURE_HEADER = "x-inngest-signature"
SPOKEN_VERSION = "2"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """The function returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Broken:
    """The run fails. `error` has a name and a message."""

    error: Json


@dataclass(frozen=True, slots=True)
class Again:
    """Worth another attempt: in so many seconds, or after the engine's own back-off."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class Ops:
    """What the function wants done next. `at` is when it said so."""

    ops: tuple[Json, ...]
    at: float


Outcome: TypeAlias = Finished | Broken | Again | Ops


def call_body(
    event: Json, memos: Json, done: Sequence[str], *, run_id: str, attempt: int, attempts: int, plan_only: bool
) -> bytes:
    """The body of one call, canonical, which is how it has to be signed. `done` are step hashes as they finished."""
    body = {
        "event": event,
        "events": [event],
        "steps": memos,
        "use_api": False,
        "ctx": {
            "run_id": run_id,
            "attempt": attempt,
            "max_attempts": attempts,
            "disable_immediate_execution": plan_only,
            "use_api": False,
            "stack": {"stack": list(done), "current": len(done)},
        },
    }
    canonical: bytes = jcs.canonicalize(body)
    return canonical


def signature(canonical_body: bytes, signing_key: str, now: float) -> str:
    key = re.sub(r"^signkey-\w+-", "", signing_key)
    stamp = str(int(now))
    digest = hmac.new(key.encode(), canonical_body + stamp.encode(), hashlib.sha256).hexdigest()
    return f"t={stamp}&s={digest}"


def answer_json(status: int, headers: Mapping[str, str], content: bytes, now: float) -> Json:
    """An answer as plain JSON values, fit to be remembered."""
    try:
        body = json.loads(content) if content else None
    except ValueError:
        body = None
    return {
        "status": status,
        "body": body,
        "no_retry": headers.get("x-inngest-no-retry") == "true",
        "retry_after": headers.get("retry-after"),
        "version": headers.get("x-inngest-req-version"),
        "at": now,
    }


def outcome_of(answer: Json, *, last: bool) -> Outcome:
    """What an answer means; `last` says that no attempt is left."""
    status, body, at = answer["status"], answer["body"], answer["at"]
    if status in (200, 206) and answer["version"] != SPOKEN_VERSION:
        spoken = f"the functions speak version {answer['version']} of the protocol, not {SPOKEN_VERSION}"
        return Broken({"name": "ProtocolMismatch", "message": spoken})
    if status == 206 and isinstance(body, list):
        return _ops(body, at, final=last or answer["no_retry"])
    if status == 200:
        return Finished(body)
    if last or answer["no_retry"]:
        return Broken(_error(body, status))
    return Again(seconds_until(answer["retry_after"], at) if answer["retry_after"] else None)


def _ops(ops: list[Json], at: float, *, final: bool) -> Outcome:
    if len(ops) == 1 and ops[0]["op"] == "StepError":
        return Ops(({**ops[0], "op": "StepFailed"},), at) if final else Again(None)
    return Ops(tuple(ops), at)


def seconds_until(rfc3339: str, at: float) -> float:
    return max(0.0, datetime.fromisoformat(rfc3339.replace("Z", "+00:00")).timestamp() - at)


def error_memo(error: Any) -> Json:
    """A memo that the SDK raises as StepError. Without name or message it would be taken for plain data, silently."""
    return {"error": _error(error, 500)}


def _error(body: Any, status: int) -> Json:
    told = body if isinstance(body, dict) else {}
    name = str(told.get("name") or "Error")
    message = str(told.get("message") or f"the functions answered with HTTP {status}")
    return {"name": name, "message": message}
