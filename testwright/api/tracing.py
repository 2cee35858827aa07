"""OpenTelemetry: one trace for each round of a session, from its acceptance to its last event. An extra of its own.

Ids of spans are worked out from what they are about, so that what a step did is found below it, and a round that goes
on in another process, after a crash too, goes on with its trace.
"""

import hashlib
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError
from testwright.domain.events import TERMINAL_TYPES
from testwright.domain.subjects import subject


def open_tracer(endpoint: str | None) -> "Tracer | None":
    """None, and nothing loaded, without an address. Raises PermanentError where the extra is not installed."""
    if not endpoint:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise PermanentError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces is not installed.",
            code="tracing_not_installed",
            hint="pip install 'testwright[otel]', or unset OTEL_EXPORTER_OTLP_ENDPOINT.",
        ) from error
    return Tracer(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))


class Tracer:
    """A `domain.ports.Meter` that makes spans of what it hears. Contents and messages are in none of them."""

    def __init__(self, processor: Any) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._accepted: dict[tuple[str, int], float] = {}
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "testwright"}),
            id_generator=self._ids,  # type: ignore[arg-type, unused-ignore]  # its two methods are all that is asked for
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("testwright")

    def told(self, payload: Mapping[str, Any]) -> None:
        session, round = str(payload["sessionId"]), int(payload["round"])
        at = datetime.fromisoformat(str(payload["timestamp"]).replace("Z", "+00:00")).timestamp()
        if payload["type"] in ("session_created", "round_started"):
            self._accepted[session, round] = at
        if payload["type"] not in TERMINAL_TYPES:
            return
        accepted = self._accepted.pop((session, round), None)
        # Accepted by another process: then it begins with its work.
        worked = payload.get("summary", {}).get("durationMs", 0) / 1000
        seconds, end = worked if accepted is None else at - accepted, _nanoseconds(at)
        facts = {"session.id": session, "round": round, "outcome": payload["type"].removeprefix("generation_")}
        self._span("session", _trace(session, round), _span(session, round), None, end, seconds, facts)

    def step(self, step: str, seconds: float, code: str | None) -> None:
        about = dict(subject())
        if {"session", "round"} <= about.keys():
            self._below_round(f"step {step.partition('/')[0]}", about, seconds, code, own=_of_step(about))

    def ran(self, seconds: float) -> None:
        self._within_step("sandbox run", seconds, {})

    def bought(self, provider: str, model: str, seconds: float, usage: Usage | None) -> None:
        facts = {"gen_ai.provider.name": provider, "gen_ai.request.model": model}
        self._within_step("model call", seconds, facts)

    def close(self) -> None:
        """Send what was not sent yet."""
        with suppress(Exception):
            self._provider.shutdown()

    def _within_step(self, name: str, seconds: float, facts: Mapping[str, str]) -> None:
        about = dict(subject())
        if {"session", "round", "step"} <= about.keys():
            self._below_round(name, about, seconds, None, parent=_of_step(about), facts=facts)

    def _below_round(
        self,
        name: str,
        about: Mapping[str, str | int],
        seconds: float,
        code: str | None,
        *,
        own: int | None = None,
        parent: int | None = None,
        facts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        session, round = str(about["session"]), int(about["round"])
        named = {"file": "code.file.path", "step": "step", "attempt": "attempt"}
        known = {named[key]: value for key, value in about.items() if key in named}
        known |= {"session.id": session, "round": round, **facts, **({"error.type": code} if code else {})}
        trace = _trace(session, round)
        above = _span(session, round) if parent is None else parent
        self._span(name, trace, own, above, time.time_ns(), seconds, known, failed=code is not None)

    def _span(
        self,
        name: str,
        trace: int,
        own: int | None,
        parent: int | None,
        end: int,
        seconds: float,
        facts: Mapping[str, Any],
        *,
        failed: bool = False,
    ) -> None:
        from opentelemetry import trace as api

        context = None
        if parent is not None:
            above = api.SpanContext(trace, parent, is_remote=True, trace_flags=api.TraceFlags(api.TraceFlags.SAMPLED))
            context = api.set_span_in_context(api.NonRecordingSpan(above))
        self._ids.next = (trace, own)  # used up below, and nobody comes in between
        span = self._tracer.start_span(
            name, context=context, start_time=end - _nanoseconds(seconds), attributes=dict(facts)
        )
        if failed:
            span.set_status(api.StatusCode.ERROR)
        span.end(end_time=end)


class _Ids:
    """Hands out the ids that were worked out; a random one where a span has none of its own."""

    def __init__(self) -> None:
        self.next: tuple[int, int | None] = (0, None)
        self._made = 0

    def generate_trace_id(self) -> int:
        return self.next[0]

    def generate_span_id(self) -> int:
        self._made += 1
        return self.next[1] or _digest(f"{time.time_ns()}/{self._made}", 8)

    def is_trace_id_random(self) -> bool:
        return False


def _trace(session: str, round: int) -> int:
    return _digest(f"trace/{session}/{round}", 16)


def _span(session: str, round: int) -> int:
    return _digest(f"round/{session}/{round}", 8)


def _of_step(about: Mapping[str, str | int]) -> int:
    return _digest("/".join(str(about.get(key)) for key in ("session", "round", "file", "step", "attempt")), 8)


def _digest(text: str, size: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big") or 1


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
