"""What every engine promises the functions. The embedded engine always; a real server when one is named."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import inngest
import pytest
import uvicorn
from fastapi import FastAPI

from tests.fakes import inngest_program
from tests.fakes.jobs_engine import Build, embedded
from testwright.jobs.client import choose_engine, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.inngest_server import InngestServer

Open = Callable[[Build], Awaitable[Any]]


@asynccontextmanager
async def on_a_server(url: str, build: Build) -> AsyncIterator[InngestServer]:
    choice = choose_engine(inngest_dev=url, inngest_base_url=None, inngest_event_key=None, inngest_signing_key=None)
    client = make_client(choice, signing_key=None, event_key=None)
    app = FastAPI()
    endpoint = mount(app, client, build(client))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
    serving = asyncio.create_task(server.serve())
    engine = InngestServer(client, app_url=f"http://127.0.0.1:{port}")
    await engine.start(endpoint)
    try:
        yield engine
    finally:
        await engine.stop()
        server.should_exit = True
        await serving


@pytest.fixture(params=["embedded", "embedded on postgres", "server"])
async def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    url = inngest_program.address() if request.param == "server" else None
    if request.param == "server" and url is None:
        pytest.skip(inngest_program.MISSING)
    async with AsyncExitStack() as stack:

        async def open(build: Build) -> Any:
            if request.param == "server":
                return await stack.enter_async_context(on_a_server(str(url), build))
            shared = request.getfixturevalue("postgres_url") if "postgres" in request.param else None
            return await stack.enter_async_context(embedded(tmp_path, build, shared))

        yield open


async def until(met: Callable[[], bool], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not met():  # noqa: ASYNC110 — what is waited for happens in functions that know nothing of tests
            await asyncio.sleep(0.01)


async def test_a_fan_out_runs_every_child_and_never_more_at_once_than_its_limit(open_engine: Open) -> None:
    at_work, most, results = 0, 0, []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        async def busy(index: int) -> int:
            nonlocal at_work, most
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0.1)
            at_work -= 1
            return index * 10

        limit = [inngest.Concurrency(limit=2)]

        @client.create_function(
            fn_id="child", trigger=inngest.TriggerEvent(event="t/child"), retries=0, concurrency=limit
        )
        async def child(ctx: inngest.Context) -> int:
            return await ctx.step.run("busy", busy, int(str(ctx.event.data["index"])))

        @client.create_function(fn_id="parent", trigger=inngest.TriggerEvent(event="t/parent"), retries=0)
        async def parent(ctx: inngest.Context) -> None:
            def one(index: int) -> Callable[[], Awaitable[int]]:
                return lambda: ctx.step.invoke(f"child/{index}", function=child, data={"index": index})

            results.append(await ctx.group.parallel(tuple(one(index) for index in range(6))))

        return [parent, child]

    engine = await open_engine(build)
    await engine.send("t/parent", uuid4().hex, {})
    await until(lambda: bool(results))

    assert list(results[0]) == [0, 10, 20, 30, 40, 50]
    assert most == 2


async def test_a_step_that_names_its_delay_is_tried_again_after_it(open_engine: Open) -> None:
    tries: list[tuple[int, float]] = []
    results = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="patient", trigger=inngest.TriggerEvent(event="t/patient"), retries=2)
        async def patient(ctx: inngest.Context) -> None:
            async def ask() -> str:
                tries.append((ctx.attempt, time.monotonic()))
                if len(tries) == 1:
                    raise inngest.RetryAfterError("busy", timedelta(seconds=1.5), quiet=True)
                return "answer"

            results.append(await ctx.step.run("ask", ask))

        return [patient]

    engine = await open_engine(build)
    await engine.send("t/patient", uuid4().hex, {})
    await until(lambda: bool(results))

    assert results == ["answer"]
    assert [attempt for attempt, _ in tries] == [0, 1]
    assert 1.4 < tries[1][1] - tries[0][1] < 4


async def test_a_step_that_always_wants_another_try_fails_its_run_in_the_end(open_engine: Open) -> None:
    tries, failures = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        async def failed(ctx: inngest.Context) -> None:
            failures.append(ctx.event.data)

        @client.create_function(
            fn_id="hopeless", trigger=inngest.TriggerEvent(event="t/hopeless"), retries=1, on_failure=failed
        )
        async def hopeless(ctx: inngest.Context) -> None:
            async def ask() -> str:
                tries.append(ctx.attempt)
                raise inngest.RetryAfterError("busy", timedelta(seconds=1), quiet=True)

            await ctx.step.run("ask", ask)

        return [hopeless]

    engine = await open_engine(build)
    await engine.send("t/hopeless", uuid4().hex, {"sessionId": "s"})
    await until(lambda: bool(failures))

    assert tries == [0, 1]
    assert failures[0]["event"]["data"]["sessionId"] == "s"
    assert failures[0]["error"]["message"] == "busy"


async def test_a_child_that_cannot_be_retried_leaves_its_siblings_alone(open_engine: Open) -> None:
    finished, caught, bodies = [], [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="kid", trigger=inngest.TriggerEvent(event="t/kid"), retries=3)
        async def kid(ctx: inngest.Context) -> int:
            index = int(str(ctx.event.data["index"]))

            async def body() -> int:
                bodies.append(index)
                if index == 1:
                    raise inngest.NonRetriableError("this one is broken", quiet=True)
                return index

            return await ctx.step.run("body", body)

        @client.create_function(fn_id="mother", trigger=inngest.TriggerEvent(event="t/mother"), retries=0)
        async def mother(ctx: inngest.Context) -> None:
            async def one(index: int) -> int:
                try:
                    return await ctx.step.invoke(f"kid/{index}", function=kid, data={"index": index})
                except inngest.StepError as error:
                    caught.append(error.message)
                    return -1

            finished.append(await ctx.group.parallel(tuple(lambda i=i: one(i) for i in range(3))))

        return [mother, kid]

    engine = await open_engine(build)
    await engine.send("t/mother", uuid4().hex, {})
    await until(lambda: bool(finished))

    assert list(finished[0]) == [0, -1, 2]
    assert set(caught) == {"this one is broken"}
    assert sorted(bodies) == [0, 1, 2]


async def test_a_finished_step_is_never_done_again(open_engine: Open) -> None:
    done, finished = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="steps", trigger=inngest.TriggerEvent(event="t/steps"), retries=2)
        async def steps(ctx: inngest.Context) -> None:
            async def body(name: str) -> str:
                done.append(name)
                if done.count("c") == 1 and name == "c":
                    raise ValueError("once")
                return name.upper()

            told = [await ctx.step.run(name, body, name) for name in ("a", "b", "c", "d")]
            finished.append(told)

        return [steps]

    engine = await open_engine(build)
    await engine.send("t/steps", uuid4().hex, {})
    await until(lambda: bool(finished), 90)

    assert finished[0] == ["A", "B", "C", "D"]
    assert done == ["a", "b", "c", "c", "d"]


async def test_steps_in_parallel_are_each_done_once(open_engine: Open) -> None:
    done, finished = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="fan", trigger=inngest.TriggerEvent(event="t/fan"), retries=1)
        async def fan(ctx: inngest.Context) -> None:
            async def body(index: int) -> int:
                done.append(index)
                await asyncio.sleep(0.05)
                return index

            got = await ctx.group.parallel(tuple(lambda i=i: ctx.step.run(f"p/{i}", body, i) for i in range(4)))
            last = await ctx.step.run("last", body, 99)
            finished.append((*got, last))

        return [fan]

    engine = await open_engine(build)
    await engine.send("t/fan", uuid4().hex, {})
    await until(lambda: bool(finished))

    assert finished[0] == (0, 1, 2, 3, 99)
    assert sorted(done) == [0, 1, 2, 3, 99]


async def test_a_step_that_fails_for_good_is_an_error_the_function_may_catch(open_engine: Open) -> None:
    caught = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="catcher", trigger=inngest.TriggerEvent(event="t/catcher"), retries=0)
        async def catcher(ctx: inngest.Context) -> None:
            async def body() -> None:
                raise ValueError("no luck")

            try:
                await ctx.step.run("body", body)
            except inngest.StepError as error:
                caught.append((error.name, error.message))

        return [catcher]

    engine = await open_engine(build)
    await engine.send("t/catcher", uuid4().hex, {})
    await until(lambda: bool(caught))

    assert caught[0] == ("ValueError", "no luck")


async def test_a_sleep_lets_time_pass(open_engine: Open) -> None:
    times = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="sleeper", trigger=inngest.TriggerEvent(event="t/sleeper"), retries=0)
        async def sleeper(ctx: inngest.Context) -> None:
            async def now() -> float:
                times.append(time.monotonic())
                return 0.0

            await ctx.step.run("before", now)
            await ctx.step.sleep("nap", timedelta(seconds=1))
            await ctx.step.run("after", now)

        return [sleeper]

    engine = await open_engine(build)
    await engine.send("t/sleeper", uuid4().hex, {})
    await until(lambda: len(times) == 2)

    assert 0.9 < times[1] - times[0] < 4


async def test_the_same_event_id_runs_once(open_engine: Open) -> None:
    runs = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="once", trigger=inngest.TriggerEvent(event="t/once"), retries=0)
        async def once(ctx: inngest.Context) -> None:
            async def body() -> None:
                runs.append(ctx.run_id)

            await ctx.step.run("body", body)

        return [once]

    engine = await open_engine(build)
    event_id = uuid4().hex
    for _ in range(3):
        await engine.send("t/once", event_id, {})
    await until(lambda: bool(runs))
    await asyncio.sleep(0.5)

    assert len(runs) == 1


async def test_after_a_cancel_no_queued_child_starts(open_engine: Open) -> None:
    started, stopped = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        cancel = [inngest.Cancel(event="t/stop", if_exp="event.data.sessionId == async.data.sessionId")]

        @client.create_function(
            fn_id="slow",
            trigger=inngest.TriggerEvent(event="t/slow"),
            retries=0,
            cancel=cancel,
            concurrency=[inngest.Concurrency(limit=1)],
        )
        async def slow(ctx: inngest.Context) -> None:
            async def body() -> None:
                started.append(ctx.event.data["index"])
                try:
                    await asyncio.sleep(3)
                except asyncio.CancelledError:
                    stopped.append(ctx.event.data["index"])
                    raise

            await ctx.step.run("body", body)

        @client.create_function(fn_id="boss", trigger=inngest.TriggerEvent(event="t/boss"), retries=0, cancel=cancel)
        async def boss(ctx: inngest.Context) -> None:
            def one(index: int) -> Callable[[], Awaitable[None]]:
                data = {"index": index, "sessionId": ctx.event.data["sessionId"]}
                return lambda: ctx.step.invoke(f"slow/{index}", function=slow, data=data)

            await ctx.group.parallel(tuple(one(index) for index in range(4)))

        return [boss, slow]

    engine = await open_engine(build)
    mine, other = uuid4().hex, uuid4().hex
    await engine.send("t/boss", mine, {"sessionId": mine})
    await until(lambda: len(started) == 1)
    await engine.send("t/stop", f"{mine}/other", {"sessionId": other})
    await asyncio.sleep(0.2)

    assert not stopped

    before = time.monotonic()
    await engine.send("t/stop", f"{mine}/stop", {"sessionId": mine})
    if isinstance(engine, EmbeddedEngine):  # a server lets a body that runs go on to its end
        await until(lambda: bool(stopped), 1.0)
        assert time.monotonic() - before < 0.5
    await asyncio.sleep(4.0 if isinstance(engine, InngestServer) else 0.7)

    assert len(started) == 1


async def test_runs_of_one_key_are_never_more_than_its_limit(open_engine: Open) -> None:
    at_work: dict[str, int] = {}
    most: dict[str, int] = {}
    ended = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        limits = [inngest.Concurrency(limit=4), inngest.Concurrency(limit=1, key="event.data.owner")]

        @client.create_function(
            fn_id="keyed", trigger=inngest.TriggerEvent(event="t/keyed"), retries=0, concurrency=limits
        )
        async def keyed(ctx: inngest.Context) -> None:
            owner = str(ctx.event.data["owner"])

            async def body() -> None:
                at_work[owner] = at_work.get(owner, 0) + 1
                most[owner] = max(most.get(owner, 0), at_work[owner])
                await asyncio.sleep(0.2)
                at_work[owner] -= 1
                ended.append(owner)

            await ctx.step.run("body", body)

        return [keyed]

    engine = await open_engine(build)
    for owner in ("me", "you", "me", "you", "me"):
        await engine.send("t/keyed", uuid4().hex, {"owner": owner})
    await until(lambda: len(ended) == 5)

    assert most == {"me": 1, "you": 1}


@pytest.mark.parametrize("mode", ["skip", "cancel"])
async def test_of_a_singleton_one_run_is_there_at_a_time(open_engine: Open, mode: Any) -> None:
    begun, ended = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        singleton = inngest.Singleton(mode=mode, key="event.data.id")

        @client.create_function(
            fn_id="single", trigger=inngest.TriggerEvent(event="t/single"), retries=0, singleton=singleton
        )
        async def single(ctx: inngest.Context) -> None:
            name = str(ctx.event.data["name"])

            async def begin() -> None:
                begun.append(name)

            async def end() -> None:
                ended.append(name)

            await ctx.step.run("begin", begin)
            await ctx.step.sleep("a while", timedelta(seconds=2))
            await ctx.step.run("end", end)

        return [single]

    engine = await open_engine(build)
    key = uuid4().hex
    await engine.send("t/single", uuid4().hex, {"id": key, "name": "first"})
    await until(lambda: begun == ["first"])
    await engine.send("t/single", uuid4().hex, {"id": key, "name": "second"})
    await engine.send("t/single", uuid4().hex, {"id": f"{key}/other", "name": "other"})
    await until(lambda: len(ended) == 2)
    await asyncio.sleep(0.5)

    assert sorted(ended) == ["first", "other"] if mode == "skip" else sorted(ended) == ["other", "second"]


async def test_a_throttled_function_starts_its_runs_apart(open_engine: Open) -> None:
    starts: list[float] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        throttle = inngest.Throttle(limit=2, period=timedelta(seconds=2))

        @client.create_function(
            fn_id="slowly", trigger=inngest.TriggerEvent(event="t/slowly"), retries=0, throttle=throttle
        )
        async def slowly(ctx: inngest.Context) -> None:
            async def body() -> None:
                starts.append(time.monotonic())

            await ctx.step.run("body", body)

        return [slowly]

    engine = await open_engine(build)
    for _ in range(3):
        await engine.send("t/slowly", uuid4().hex, {})
    await until(lambda: len(starts) == 3)

    assert max(starts) - min(starts) > 1.5


@pytest.mark.parametrize(
    "limit",
    [
        {"rate_limit": inngest.RateLimit(limit=1, period=timedelta(minutes=1), key="event.data.id")},
        {"idempotency": "event.data.id"},
    ],
    ids=["rate limit", "idempotency"],
)
async def test_of_events_beyond_an_allowance_none_starts_a_run(open_engine: Open, limit: Any) -> None:
    begun: list[str] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="sparing", trigger=inngest.TriggerEvent(event="t/sparing"), retries=0, **limit)
        async def sparing(ctx: inngest.Context) -> None:
            async def body() -> None:
                begun.append(str(ctx.event.data["id"]))

            await ctx.step.run("body", body)

        return [sparing]

    engine = await open_engine(build)
    key = uuid4().hex
    for about in (key, key, f"{key}/other", key):
        await engine.send("t/sparing", uuid4().hex, {"id": about})
    await until(lambda: len(begun) == 2)
    await asyncio.sleep(1.0)

    assert sorted(begun) == [key, f"{key}/other"]


async def test_a_run_waits_for_the_event_that_it_means_or_goes_on_without(open_engine: Open) -> None:
    got: list[Any] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="waiter", trigger=inngest.TriggerEvent(event="t/waiter"), retries=0)
        async def waiter(ctx: inngest.Context) -> None:
            answer = await ctx.step.wait_for_event(
                "answer",
                event="t/answer",
                if_exp="event.data.id == async.data.id",
                timeout=timedelta(seconds=int(str(ctx.event.data["seconds"]))),
            )
            got.append((ctx.event.data["name"], None if answer is None else answer.data["word"]))

        return [waiter]

    engine = await open_engine(build)
    key = uuid4().hex
    await engine.send("t/waiter", uuid4().hex, {"id": key, "name": "patient", "seconds": 60})
    await engine.send("t/waiter", uuid4().hex, {"id": f"{key}/x", "name": "impatient", "seconds": 1})
    await until(lambda: len(got) == 1)
    await engine.send("t/answer", uuid4().hex, {"id": uuid4().hex, "word": "to somebody else"})
    await engine.send("t/answer", uuid4().hex, {"id": key, "word": "yes"})
    await until(lambda: len(got) == 2)

    assert got == [("impatient", None), ("patient", "yes")]


async def test_a_step_may_send_an_event_that_starts_another_function(open_engine: Open) -> None:
    heard: list[object] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="sender", trigger=inngest.TriggerEvent(event="t/sender"), retries=0)
        async def sender(ctx: inngest.Context) -> None:
            sent = await ctx.step.send_event("tell", inngest.Event(name="t/told", data={"word": "hello"}))
            assert len(sent) == 1

        @client.create_function(fn_id="hearer", trigger=inngest.TriggerEvent(event="t/told"), retries=0)
        async def hearer(ctx: inngest.Context) -> None:
            heard.append(ctx.event.data["word"])

        return [sender, hearer]

    engine = await open_engine(build)
    await engine.send("t/sender", uuid4().hex, {})
    await until(lambda: bool(heard))
    await asyncio.sleep(0.3)

    assert heard == ["hello"]


async def test_an_invoked_function_that_takes_too_long_is_an_error_the_function_may_catch(open_engine: Open) -> None:
    outcomes: list[object] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="quick", trigger=inngest.TriggerEvent(event="t/quick"), retries=0)
        async def quick(ctx: inngest.Context) -> str:
            return "in time"

        @client.create_function(fn_id="slow", trigger=inngest.TriggerEvent(event="t/slow"), retries=0)
        async def slow(ctx: inngest.Context) -> None:
            await ctx.step.sleep("long", timedelta(seconds=30))

        @client.create_function(fn_id="caller", trigger=inngest.TriggerEvent(event="t/caller"), retries=0)
        async def caller(ctx: inngest.Context) -> None:
            outcome: object = await ctx.step.invoke("quick", function=quick, timeout=timedelta(seconds=20))
            try:
                await ctx.step.invoke("slow", function=slow, timeout=timedelta(seconds=1))
            except inngest.StepError:
                outcomes.append((outcome, "too late"))

        return [quick, slow, caller]

    engine = await open_engine(build)
    began = time.monotonic()
    await engine.send("t/caller", uuid4().hex, {})
    await until(lambda: bool(outcomes))

    assert outcomes == [("in time", "too late")]
    assert 1 <= time.monotonic() - began < 15


async def test_a_run_that_works_for_too_long_is_cancelled(open_engine: Open) -> None:
    begun, ended = [], []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        timeouts = inngest.Timeouts(finish=timedelta(seconds=1))

        @client.create_function(
            fn_id="late", trigger=inngest.TriggerEvent(event="t/late"), retries=0, timeouts=timeouts
        )
        async def late(ctx: inngest.Context) -> None:
            async def begin() -> None:
                begun.append(1)

            async def end() -> None:
                ended.append(1)

            await ctx.step.run("begin", begin)
            await ctx.step.sleep("too long", timedelta(seconds=3))
            await ctx.step.run("end", end)

        return [late]

    engine = await open_engine(build)
    await engine.send("t/late", uuid4().hex, {})
    await until(lambda: bool(begun))
    await asyncio.sleep(4.5)

    assert not ended


async def test_a_run_that_waits_for_its_place_for_too_long_is_cancelled(open_engine: Open) -> None:
    begun = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(
            fn_id="queued",
            trigger=inngest.TriggerEvent(event="t/queued"),
            retries=0,
            concurrency=[inngest.Concurrency(limit=1)],
            timeouts=inngest.Timeouts(start=timedelta(seconds=1)),
        )
        async def queued(ctx: inngest.Context) -> None:
            async def body() -> None:
                begun.append(ctx.event.data["name"])
                await asyncio.sleep(2.5)

            await ctx.step.run("body", body)

        return [queued]

    engine = await open_engine(build)
    await engine.send("t/queued", uuid4().hex, {"name": "first"})
    await until(lambda: begun == ["first"])
    await engine.send("t/queued", uuid4().hex, {"name": "second"})
    await asyncio.sleep(4.5)

    assert begun == ["first"]


async def test_a_cron_starts_runs_by_itself(open_engine: Open) -> None:
    runs: list[str] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        @client.create_function(fn_id="hourly", trigger=inngest.TriggerCron(cron="* * * * * *"), retries=0)
        async def hourly(ctx: inngest.Context) -> None:
            async def body() -> None:
                runs.append(ctx.run_id)

            await ctx.step.run("body", body)

        return [hourly]

    engine = await open_engine(build)
    if not isinstance(engine, EmbeddedEngine):
        pytest.skip("a server knows no seconds in crons")
    await until(lambda: len(runs) >= 2, 20.0)

    assert len(set(runs)) == len(runs)
