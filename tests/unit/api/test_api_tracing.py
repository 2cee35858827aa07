"""One trace for each round: what each step did is below it, and nothing of it is loaded where nobody wants it."""

import subprocess
import sys

import pytest

from testwright.api.metrics import Metrics
from testwright.api.tracing import open_tracer
from testwright.domain.errors import PermanentError
from testwright.domain.subjects import about

BEGIN = {"type": "session_created", "sessionId": "s", "round": 1, "timestamp": "2026-01-01T00:00:00.000Z"}
END = {
    **BEGIN,
    "type": "generation_completed",
    "timestamp": "2026-01-01T00:01:30.000Z",
    "summary": {"durationMs": 60_000},
}


def spans_of(work):
    trace = pytest.importorskip("opentelemetry.sdk.trace", reason="the extra `otel` is not installed")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from testwright.api.tracing import Tracer

    assert trace
    exporter = InMemorySpanExporter()
    work(lambda: Metrics(Tracer(SimpleSpanProcessor(exporter))))
    return {span.name: span for span in exporter.get_finished_spans()}


def a_step(metrics, code=None):
    with about(session="s", round=1, file="a.py", step="draft/1", attempt=1):
        metrics.ran(0.5)
        metrics.bought("gemini", "flash", 1.0, None)
        metrics.step("draft/1", 2.0, code)


def test_a_round_is_one_trace_from_its_acceptance_to_its_last_event():
    def work(new):
        metrics = new()
        metrics.told(BEGIN)
        a_step(metrics, code="model_busy")
        metrics.told(END)

    spans = spans_of(work)
    session, step = spans["session"], spans["step draft"]

    assert len({span.context.trace_id for span in spans.values()}) == 1
    assert session.parent is None
    assert session.end_time - session.start_time == 90_000_000_000
    assert step.parent.span_id == session.context.span_id
    assert {spans[name].parent.span_id for name in ("sandbox run", "model call")} == {step.context.span_id}
    assert (step.attributes["error.type"], step.status.is_ok) == ("model_busy", False)


def test_a_round_that_goes_on_in_another_process_goes_on_with_its_trace():
    def work(new):
        a_step(new())
        new().told(END)

    spans = spans_of(work)

    assert spans["step draft"].parent.span_id == spans["session"].context.span_id
    assert spans["step draft"].context.trace_id == spans["session"].context.trace_id
    assert spans["session"].end_time - spans["session"].start_time == 60_000_000_000


def test_without_an_address_nothing_is_loaded():
    program = (
        "import sys; from testwright.wiring import open_service; from testwright.api.tracing import open_tracer;"
        "assert open_tracer(None) is None;"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.strip() == "[]"


def test_an_address_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(PermanentError, match="not installed") as refused:
        open_tracer("http://localhost:4318")

    assert "testwright[otel]" in str(refused.value.hint)
