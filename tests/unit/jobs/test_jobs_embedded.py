import asyncio
import logging
import sqlite3
import stat
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import inngest
import pytest

from tests.fakes.jobs_engine import embedded, working
from tests.fakes.jobs_rounds import FakeRounds
from testwright.domain.errors import EngineUnreachable, PermanentError
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.rounds import SESSION_REQUESTED

REQUEST: dict[str, str | int] = {"sessionId": "s", "round": 1, "eventId": "e"}


def nothing(client: inngest.Inngest) -> list[inngest.Function[Any]]:
    @client.create_function(fn_id="nothing", trigger=inngest.TriggerEvent(event="t/nothing"), retries=0)
    async def function(ctx: inngest.Context) -> None:
        return None

    return [function]


async def test_a_stop_leaves_the_work_where_it_is_and_the_next_start_goes_on(tmp_path: Path) -> None:
    begun: list[str] = []
    at_work = asyncio.Event()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def first() -> None:
            begun.append("first")

        async def second() -> None:
            begun.append("second")
            at_work.set()
            await asyncio.sleep(60 if begun.count("second") == 1 else 0)

        await step("first", first, returns=type(None))
        await step("second", second, returns=type(None))

    async with working(tmp_path, FakeRounds(s=1), work) as engine:
        await engine.send(SESSION_REQUESTED, "e", REQUEST)
        await asyncio.wait_for(at_work.wait(), 10)
        assert await engine.is_live(SESSION_REQUESTED, "e")
        before = time.monotonic()
    took = time.monotonic() - before
    rounds = FakeRounds(s=1)
    async with working(tmp_path, rounds, work) as engine:
        await rounds.until_finished("s", 10)

    assert begun == ["first", "second", "second"]
    assert took < 1


async def test_a_run_that_comes_to_the_race_mode_fails_with_its_name(tmp_path: Path) -> None:
    failed = asyncio.Event()
    told: list[Any] = []

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        async def body() -> None:
            return None

        async def note(ctx: inngest.Context) -> None:
            told.append(ctx.event.data["error"])
            failed.set()

        @client.create_function(
            fn_id="racing", trigger=inngest.TriggerEvent(event="t/racing"), retries=0, on_failure=note
        )
        async def racing(ctx: inngest.Context) -> None:
            both = tuple(partial(ctx.step.run, name, body) for name in ("one", "two"))
            await ctx.group.parallel(both, parallel_mode=inngest.ParallelMode.RACE)

        return [racing]

    async with embedded(tmp_path, build) as engine:
        await engine.send("t/racing", "e", {})
        await asyncio.wait_for(failed.wait(), 10)

    assert "race mode" in told[0]["message"]


async def test_a_run_that_ended_or_never_was_is_not_live(tmp_path: Path) -> None:
    rounds = FakeRounds(s=1)

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        return None

    async with working(tmp_path, rounds, work) as engine:
        await engine.send(SESSION_REQUESTED, "e", REQUEST)
        await rounds.until_finished("s")
        async with asyncio.timeout(5):
            while await engine.is_live(SESSION_REQUESTED, "e"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        assert await engine.is_live(SESSION_REQUESTED, "unknown") is False


def modes_below(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_only_runs_that_ended_long_enough_ago_are_forgotten(tmp_path: Path) -> None:
    async with embedded(tmp_path, nothing) as engine:
        await engine.send("t/nothing", "1", {})
        async with asyncio.timeout(10):
            while await engine.is_live("t/nothing", "1"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        assert await engine.forget_finished(older_than_days=1) == 0
        assert await engine.forget_finished(older_than_days=-1) == 1  # a day in the future: all that has ended
        assert await engine.forget_finished(older_than_days=-1) == 0


async def test_the_apps_own_threads_outlive_the_engine(tmp_path: Path) -> None:
    async with embedded(tmp_path, nothing) as engine:
        await engine.send("t/nothing", "1", {})

    assert await asyncio.to_thread(lambda: "still there") == "still there"


async def test_nobody_else_may_read_what_it_keeps(tmp_path: Path) -> None:
    async with embedded(tmp_path, nothing):
        modes = modes_below(tmp_path)

    assert {"engine.sqlite", "engine.key"} <= set(modes)
    assert set(modes.values()) == {0o600}


async def test_the_key_is_made_once_and_differs_between_installations(tmp_path: Path) -> None:
    first = EmbeddedEngine(tmp_path / "a").signing_key

    assert EmbeddedEngine(tmp_path / "a").signing_key == first
    assert EmbeddedEngine(tmp_path / "b").signing_key != first


async def test_a_second_process_on_the_same_home_is_refused(tmp_path: Path) -> None:
    async with embedded(tmp_path, nothing):
        with pytest.raises(PermanentError, match="already running"):
            await EmbeddedEngine(tmp_path).start(None, [])  # type: ignore[arg-type]


async def test_a_file_that_another_program_holds_is_refused_by_name(tmp_path: Path) -> None:
    async with embedded(tmp_path, nothing):
        pass
    with closing(sqlite3.connect(tmp_path / "engine.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(PermanentError, match="database is locked"):
            await EmbeddedEngine(tmp_path).start(None, [])  # type: ignore[arg-type]


async def test_a_damaged_file_is_put_aside_and_the_engine_starts(tmp_path: Path) -> None:
    (tmp_path / "engine.sqlite").write_bytes(b"no database at all" * 100)
    async with embedded(tmp_path, nothing) as engine:
        await engine.send("t/nothing", "1", {})

    (aside,) = (name for name in modes_below(tmp_path) if name.startswith("engine.sqlite.damaged-"))
    assert (tmp_path / aside).read_bytes().startswith(b"no database")


async def test_a_start_that_failed_can_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "engine.sqlite").mkdir()
    with pytest.raises(PermanentError, match="cannot be opened"):
        async with embedded(tmp_path, nothing):
            pass
    (tmp_path / "engine.sqlite").rmdir()

    async with embedded(tmp_path, nothing) as engine:
        assert (await engine.health())["answers"]


async def test_a_feature_it_does_not_honour_stops_the_start(tmp_path: Path) -> None:
    def debounced(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        limits: Any = {"debounce": inngest.Debounce(period=1000)}

        @client.create_function(fn_id="t", trigger=inngest.TriggerEvent(event="t/t"), retries=0, **limits)
        async def function(ctx: inngest.Context) -> None:
            return None

        return [function]

    with pytest.raises(PermanentError, match="debounce"):
        async with embedded(tmp_path, debounced):
            pass


async def test_an_engine_that_is_not_running_says_so(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)

    assert (await engine.health())["answers"] is False
    with pytest.raises(EngineUnreachable):
        await engine.send("t/nothing", "1", {})


async def test_health_counts_the_files_that_wait(tmp_path: Path) -> None:
    at_work = asyncio.Event()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def body() -> None:
            at_work.set()
            await asyncio.sleep(60)

        await step("body", body, returns=type(None))

    async with working(tmp_path, FakeRounds(s=5), work, width=2) as engine:
        await engine.send(SESSION_REQUESTED, "e", REQUEST)
        await asyncio.wait_for(at_work.wait(), 10)
        await asyncio.sleep(0.5)

        assert await engine.health() == {"engine": "embedded", "answers": True, "queueDepth": 3}


async def test_a_whole_life_with_work_and_a_stop_logs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rounds = FakeRounds(s=2)

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def body() -> None:
            await asyncio.sleep(0.01)

        await step("body", body, returns=type(None))

    with caplog.at_level(logging.WARNING):
        async with working(tmp_path, rounds, work) as engine:
            await engine.send(SESSION_REQUESTED, "e", REQUEST)
            await rounds.until_finished("s")
            await engine.send("testwright/session.cancelled", "s/cancel", {"sessionId": "s"})

    assert caplog.messages == []
