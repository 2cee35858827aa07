from datetime import timedelta
from typing import Any

import inngest
import pytest

from testwright.domain.errors import PermanentError
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.registered import Allowance, Singleton, Throttle, key_of, registered, seconds_of

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
        ("idempotency key", {"idempotency": "event.data.id + 'x'"}),
        ("priority", {"priority": inngest.Priority(run="1")}),
        ("rate limit key", {"rate_limit": inngest.RateLimit(limit=1, period=1000, key="async.data.a")}),
        ("singleton key", {"singleton": inngest.Singleton(mode="skip", key="event.data.a + 'x'")}),
        ("throttle key", {"throttle": inngest.Throttle(limit=1, period=1000, key="async.data.a")}),
        ("retries", {"retries": None}),
        ("cron", {"trigger": inngest.TriggerCron(cron="* * * * *", jitter="10s")}),
        ("cron", {"trigger": inngest.TriggerCron(cron="now and then")}),
        ("trigger expression", {"trigger": inngest.TriggerEvent(event="e", expression="event.data.a == 1")}),
        ("concurrency key", {"concurrency": [inngest.Concurrency(limit=1, key="event.data.a > 1")]}),
        ("concurrency beyond", {"concurrency": [inngest.Concurrency(limit=1, scope="account")]}),
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


def test_keys_times_and_crons_are_read() -> None:
    options = {
        "concurrency": [inngest.Concurrency(limit=4), inngest.Concurrency(limit=1, key="event.data.owner")],
        "throttle": inngest.Throttle(limit=2, period=5000, burst=3),
        "singleton": inngest.Singleton(mode="cancel", key="event.data.id"),
        "rate_limit": inngest.RateLimit(limit=3, period=60_000),
        "idempotency": "event.data.id",
        "timeouts": inngest.Timeouts(start=2000, finish=timedelta(minutes=1)),
        "trigger": [EVENT, inngest.TriggerCron(cron="0 3 * * *")],
    }
    read = registered([function(**options)], "http://x/api")["testwright-f"]

    assert (read.limit, read.keyed) == (4, ((1, ("data", "owner")),))
    assert read.throttle == Throttle(limit=2, seconds=5.0, burst=3, key=None)
    assert read.singleton == Singleton(replaces=True, key=("data", "id"))
    assert read.allowances == (
        Allowance(limit=3, seconds=60.0, key=None),
        Allowance(limit=1, seconds=86_400, key=("data", "id")),
    )
    assert (read.start_seconds, read.finish_seconds) == (2.0, 60.0)
    assert (read.events, read.crons) == (frozenset({"t/go"}), ("0 3 * * *",))


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1h30m", 5400), ("2d", 172_800), ("1w", 604_800)])
def test_a_duration_of_the_wire_is_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


def test_a_key_is_what_the_event_says() -> None:
    event = {"data": {"owner": "me", "n": {"a": 1}}}

    assert key_of(event, ("data", "owner")) != key_of(event, ("data", "n"))
    assert key_of(event, None) == key_of({}, None)
    assert key_of(event, ("data", "missing")) == key_of({}, ("data", "owner"))


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

    assert rule.fits({"data": run}, arriving) is stops
