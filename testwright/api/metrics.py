"""What this process did, counted, in the form that Prometheus reads."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response

from testwright.api.services import ApiServices
from testwright.api.tracing import Tracer
from testwright.domain.drafts import Usage
from testwright.domain.errors import TestwrightError

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_ENDS = {"generation_completed": "completed", "generation_failed": "failed", "generation_cancelled": "cancelled"}


class Metrics:
    """A `domain.ports.Meter`. Everything is of this process and begins at 0 when it starts, but the queue."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._started = Counter("testwright_rounds_started", "Rounds of sessions accepted", registry=registry)
        self._ended = Counter("testwright_rounds_ended", "Rounds that ended", ["outcome"], registry=registry)
        self._files = Counter("testwright_files_ended", "Files that ended", ["outcome", "code"], registry=registry)
        self._drops = Counter("testwright_tests_dropped", "Tests dropped at a gate", ["gate"], registry=registry)
        self._mutants = Counter("testwright_mutants", "Changes tried on sources", ["fate"], registry=registry)
        self._retries = Counter("testwright_retries", "Attempts put off to a later time", registry=registry)
        self._steps = Histogram(
            "testwright_step_seconds", "Attempts of steps", ["step", "outcome"], buckets=_SECONDS, registry=registry
        )
        self._runs = Histogram("testwright_run_seconds", "Runs in the sandbox", buckets=_SECONDS, registry=registry)
        model = ["provider", "model"]
        self._calls = Histogram(
            "testwright_model_seconds", "Calls of models", model, buckets=_SECONDS, registry=registry
        )
        self._tokens = Counter("testwright_model_tokens", "Tokens, in and out", model, registry=registry)
        self._usd = Counter("testwright_model_cost_usd", "US dollars, where prices are known", model, registry=registry)
        self._streams = Gauge("testwright_streams_open", "Live streams of sessions", registry=registry)
        self._rounds = Gauge("testwright_rounds", "Rounds in the database by status", ["status"], registry=registry)
        self._queue = Gauge("testwright_queue_depth", "Runs that wait for a place in this process", registry=registry)

    def told(self, payload: Mapping[str, Any]) -> None:
        if self._tracer is not None:
            self._tracer.told(payload)
        match payload["type"]:
            case "session_created" | "round_started":
                self._started.inc()
            case "test_generated":
                self._files.labels("completed", "").inc()
            case "file_failed":
                self._files.labels("failed", payload["error"]["code"]).inc()
            case "test_verified":
                for drop in payload["dropped"]:
                    self._drops.labels(drop["gate"]).inc()
            case "mutants_checked":
                self._mutants.labels("killed").inc(payload["killed"])
                self._mutants.labels("survived").inc(payload["survived"])
            case "retry_scheduled":
                self._retries.inc()
            case kind if kind in _ENDS:
                self._ended.labels(_ENDS[kind]).inc()

    def step(self, step: str, seconds: float, code: str | None) -> None:
        self._steps.labels(step.partition("/")[0], code or "done").observe(seconds)
        if self._tracer is not None:
            self._tracer.step(step, seconds, code)

    def ran(self, seconds: float) -> None:
        self._runs.observe(seconds)
        if self._tracer is not None:
            self._tracer.ran(seconds)

    def bought(self, provider: str, model: str, seconds: float, usage: Usage | None) -> None:
        self._calls.labels(provider, model).observe(seconds)
        if self._tracer is not None:
            self._tracer.bought(provider, model, seconds, usage)
        if usage is not None:
            self._tokens.labels(provider, model).inc(usage.tokens)
            self._usd.labels(provider, model).inc(usage.cost_usd or 0.0)

    @contextmanager
    def stream(self) -> Iterator[None]:
        with self._streams.track_inprogress():
            yield

    def page(self, rounds: Mapping[str, int], queue_depth: int | None) -> bytes:
        for status, count in rounds.items():
            self._rounds.labels(status).set(count)
        self._queue.set(queue_depth or 0)
        return generate_latest(self.registry)


def add_routes(app: FastAPI, services: ApiServices, metrics: Metrics) -> None:
    @app.get("/metrics", include_in_schema=False)  # for machines, and in their own form: no envelope
    async def page() -> Response:
        depth = None
        with suppress(TestwrightError):
            depth = (await services.engine.health()).get("queueDepth")
        return Response(metrics.page(await services.store.counts(), depth), media_type=CONTENT_TYPE_LATEST)
