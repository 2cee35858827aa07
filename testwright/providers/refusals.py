"""What a provider's refusal means for the job: try again, and when, or stop. Nothing here tries again itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from testwright.domain.errors import PermanentError, TestwrightError, TransientError
from testwright.domain.redaction import redacted

LONGEST_WAIT_SECONDS = 600.0
LATER = "Retry in a few minutes, or choose another model or the explorer."
_DAY_IS_USED_UP = re.compile(r"per[ _-]?day|daily|insufficient_quota|credit balance|billing_error", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_MOST_SAID = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A status that is not 200. `quota` is what names the quota that was reached, `delay` a delay named in the body."""

    status: int
    said: str = ""
    quota: str = ""
    delay: str = ""
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Whom an error is about. `check` says what to look at when it refuses us: the key, or the address."""

    provider: str
    model: str
    check: str
    api_key: str

    def translated(self, refusal: Refusal) -> TestwrightError:
        match refusal.status:
            case 402:
                return self._used_up()
            case 429 if _DAY_IS_USED_UP.search(refusal.quota or refusal.said):
                return self._used_up()
            case 429:
                return TransientError(
                    f"{self.model} asks us to slow down.",
                    code="model_overloaded",
                    hint=LATER,
                    retry_after_seconds=retry_after(refusal),
                )
            case 404:
                return PermanentError(
                    f"{self.provider} knows no model {self.model}.",
                    code="model_unknown",
                    hint="Check TESTWRIGHT_MODEL or the request: `testwright models` lists what is known here.",
                    retryable=True,
                )
            case status if status in (408, 409) or 500 <= status < 600:
                return TransientError(
                    f"{self.model} is not available right now (status {status}).",
                    code="model_unavailable",
                    hint=LATER,
                    retry_after_seconds=retry_after(refusal),
                )
            case status:
                said = self._scrubbed(refusal.said)
                return PermanentError(
                    f"{self.provider} refused the request (status {status}){f': {said}' if said else ''}.",
                    code="model_refused",
                    hint=self.check,
                    retryable=True,
                )

    def late(self, seconds: float) -> TransientError:
        return TransientError(
            f"{self.model} did not answer within {seconds:g} s.",
            code="model_timeout",
            hint="Retry in a few minutes; if it stays slow, choose another model or the explorer.",
        )

    def unreachable(self) -> TransientError:
        return TransientError(
            f"{self.provider} could not be reached.",
            code="model_unreachable",
            hint="Check the network and the provider's address, then retry.",
        )

    def interrupted(self, kind: str) -> TransientError:
        return TransientError(
            f"The connection to {self.model} broke or its answer was garbled ({kind}).",
            code="model_interrupted",
            hint="Check the network and the provider's address, then retry.",
        )

    def _used_up(self) -> PermanentError:
        return PermanentError(
            f"The daily quota or the credit for {self.model} is used up.",
            code="model_quota",
            hint="Retry tomorrow, raise the quota of the key, or choose another model or the explorer.",
            retryable=True,
        )

    def _scrubbed(self, message: str) -> str:
        known = (self.api_key,) if self.api_key else ()
        clean = redacted(_CONTROL.sub(" ", message), known=known).strip().rstrip(".")
        return clean if len(clean) <= _MOST_SAID else f"{clean[: _MOST_SAID - 1]}…"


def may_have_cost(error: BaseException) -> bool:
    """Whether the provider may bill a call that ended so: it had the question, and nobody saw the end of the answer."""
    if not isinstance(error, TestwrightError):
        return True
    return error.code in ("model_timeout", "model_interrupted")


def retry_after(refusal: Refusal) -> float | None:
    """The delay the other side named, by header (seconds, milliseconds or a date) or in the body ("32s")."""
    headers = {name.lower(): value for name, value in refusal.headers.items()}
    milliseconds = _seconds(headers.get("retry-after-ms", ""))
    named = None if milliseconds is None else milliseconds / 1000
    for text in (headers.get("retry-after", ""), refusal.delay.removesuffix("s")):
        named = _seconds(text) if named is None else named
    return None if named is None else min(max(named, 0.0), LONGEST_WAIT_SECONDS)


def error_of(body: Any) -> dict[str, Any]:
    """The error object of a JSON body, as OpenAI, Anthropic, Google and Ollama nest it; {} when there is none."""
    found = body.get("error") if isinstance(body, dict) else None
    if isinstance(found, str):
        return {"message": found}
    return found if isinstance(found, dict) else {}


def _seconds(text: str) -> float | None:
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
