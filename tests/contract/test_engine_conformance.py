"""What every engine promises the functions. The embedded engine always; a real server when one is named."""

import asyncio
import os
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

from tests.fakes.jobs_engine import Build, embedded
from testwright.jobs.client import choose_engine, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.inngest_server import InngestServer

SERVER = "TESTWRIGHT_TEST_INNGEST_URL"
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
    url = os.environ.get(SERVER)
    if request.param == "server" and not url:
        pytest.skip(f"no Inngest server: set {SERVER} to the address of a Dev Server to test against it")
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
