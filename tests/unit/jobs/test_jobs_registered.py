from typing import Any

import inngest
import pytest

from testwright.domain.errors import PermanentError
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.registered import registered

EVENT = inngest.TriggerEvent(event="t/go")


def function(**options: Any) -> inngest.Function[Any]:
    client = make_client(EngineChoice(mode="embedded"), signing_key="signkey-test-00", event_key=None)
    options = {"fn_id": "f", "trigger": EVENT, "retries": 2, **options}

    @client.create_function(**options)
    async def f(ctx: inngest.Context) -> None:
        return None

    return f


@pytest.mark.parametrize(
    ("feature", "options"),
    [
        ("batch events", {"batch_events": inngest.Batch(max_size=2)}),
        ("debounce", {"debounce": inngest.Debounce(period=1000)}),
        ("idempotency", {"idempotency": "event.data.id"}),
        ("priority", {"priority": inngest.Priority(run="1")}),
        ("rate limit", {"rate_limit": inngest.RateLimit(limit=1, period=1000)}),
        ("singleton", {"singleton": inngest.Singleton(mode="skip")}),
        ("throttle", {"throttle": inngest.Throttle(limit=1, period=1000)}),
        ("timeouts", {"timeouts": inngest.Timeouts(start=1000)}),
        ("retries", {"retries": None}),
        ("cron", {"trigger": inngest.TriggerCron(cron="* * * * *")}),
        ("trigger expression", {"trigger": inngest.TriggerEvent(event="e", expression="event.data.a == 1")}),
        ("concurrency by key", {"concurrency": [inngest.Concurrency(limit=1, key="event.data.a")]}),
        ("concurrency by key", {"concurrency": [inngest.Concurrency(limit=1, scope="account")]}),
        ("cancel time-out", {"cancel": [inngest.Cancel(event="c", timeout=1000)]}),
        ("cancel expression", {"cancel": [inngest.Cancel(event="c", if_exp="event.data.a == 'x'")]}),
        ("cancel expression", {"cancel": [inngest.Cancel(event="c", if_exp="event.data.a > async.data.a")]}),
    ],
)
def test_what_would_not_be_honoured_is_refused_by_name(feature: str, options: dict[str, Any]) -> None:
    with pytest.raises(PermanentError, match=feature) as refused:
        registered([function(**options)], "http://here/api/inngest")

    assert refused.value.code == "engine_settings"


def test_what_is_honoured_is_read() -> None:
    cancel = inngest.Cancel(event="t/stop", if_exp="event.data.id == async.data.id && async.data.n == event.data.n")

    async def failed(ctx: inngest.Context) -> None:
        return None

    known = registered(
        [function(concurrency=[inngest.Concurrency(limit=3)], cancel=[cancel], on_failure=failed)], "http://x/api"
    )

    read = known["testwright-f"]
    assert (read.attempts, read.limit, read.events) == (3, 3, frozenset({"t/go"}))
    assert read.failure_id == "testwright-f-failure"
    assert known["testwright-f-failure"].attempts == 1


@pytest.mark.parametrize(
    ("run", "arriving", "stops"),
    [
        ({"id": "a", "n": 1}, {"name": "t/stop", "data": {"id": "a", "n": 1}}, True),
        ({"id": "a", "n": 1}, {"name": "t/stop", "data": {"id": "a", "n": 2}}, False),
        ({"id": "a", "n": 1}, {"name": "t/other", "data": {"id": "a", "n": 1}}, False),
        ({"id": "a"}, {"name": "t/stop", "data": {"id": "a"}}, False),
        ({}, {"name": "t/stop", "data": {}}, False),
    ],
)
def test_a_cancel_stops_only_the_runs_it_means(run: dict[str, Any], arriving: dict[str, Any], stops: bool) -> None:
    cancel = inngest.Cancel(event="t/stop", if_exp="event.data.id == async.data.id && event.data.n == async.data.n")
    (rule,) = registered([function(cancel=[cancel])], "http://x/api")["testwright-f"].cancels

    assert rule.stops({"data": run}, arriving) is stops
