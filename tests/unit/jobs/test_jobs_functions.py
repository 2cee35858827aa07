import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.fakes.jobs_engine import working
from tests.fakes.jobs_rounds import FakeRounds
from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.ports import Desk, Engine, Step
from testwright.domain.records import Assignment
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.functions import build_functions
from testwright.jobs.rounds import SESSION_CANCELLED, SESSION_REQUESTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    lines: frozenset[int]
    names: tuple[str, ...]


async def start(engine: Engine, session_id: str = "s", issue: int = 1) -> None:
    event_id = f"{session_id}-r1-{issue}"
    await engine.send(SESSION_REQUESTED, event_id, {"sessionId": session_id, "round": 1, "eventId": event_id})


async def test_each_file_is_worked_on_and_the_round_is_finished_after_the_last(tmp_path: Path) -> None:
    rounds, found = FakeRounds(s=5), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def look() -> Finding:
            return Finding(lines=frozenset({assignment.file_index}), names=("a", "b"))

        finding = await step("look", look, returns=Finding)

        async def note() -> None:
            assert not rounds.finished
            found.append(finding)

        await step("note", note, returns=type(None))

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    assert {min(finding.lines) for finding in found} == {1, 2, 3, 4, 5}
    assert rounds.finished == ["s"]
    assert not any(desk.failed for desk in rounds.desks.values())


async def test_no_run_of_a_long_session_has_a_hundred_steps_and_the_broken_file_is_known(tmp_path: Path) -> None:
    rounds, steps, covered = ForgetfulRounds(s=120), [0], set[int]()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        covered.add(assignment.file_index)

    def counted(endpoint: ASGIApp) -> ASGIApp:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            messages = [await receive()]
            while messages[-1].get("more_body"):
                messages.append(await receive())
            body = b"".join(message["body"] for message in messages)
            steps.append(len(json.loads(body)["steps"]))

            async def again() -> Message:
                return messages.pop(0) if messages else await receive()

            await endpoint(scope, again, send)

        return call

    engine = EmbeddedEngine(tmp_path, backoff_seconds=0.01)
    client = make_client(EngineChoice(mode="embedded"), signing_key=engine.signing_key, event_key=None)
    functions = build_functions(client, rounds, work, width=4)
    await engine.start(counted(mount(FastAPI(), client, functions)), functions)
    await start(engine)
    await rounds.until_finished("s", 60)
    await engine.stop()

    assert covered == set(range(2, 121))
    assert [index for (_, index), desk in rounds.desks.items() if desk.failed] == [1]
    assert max(steps) == 50


async def test_a_file_that_fails_is_told_so_and_its_siblings_go_on(tmp_path: Path) -> None:
    rounds, done = FakeRounds(s=3), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            if assignment.file_index == 2:
                raise PermanentError("The key was refused.", code="bad_key", hint="Check it.", retryable=True)
            done.append(assignment.file_index)

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    (error,) = rounds.desks["s", 2].failed
    assert isinstance(error, PermanentError)
    assert (error.code, error.hint, error.retryable) == ("bad_key", "Check it.", True)
    assert sorted(done) == [1, 3]


async def test_a_busy_model_is_asked_again_and_the_wait_is_told(tmp_path: Path) -> None:
    rounds, tries = FakeRounds(s=1), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> str:
            tries.append(time.monotonic())
            if len(tries) < 3:
                raise TransientError("The model is busy.", retry_after_seconds=0.2)
            return "draft"

        await step("draft/1", draft, returns=str)

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    desk = rounds.desks["s", 1]
    assert len(tries) == 3
    assert [event.extra["attempt"] for event in desk.told] == [2, 3]
    assert not desk.failed


async def test_a_model_that_stays_busy_fails_the_file_with_its_own_words(tmp_path: Path) -> None:
    rounds, tries = FakeRounds(s=1), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            tries.append(1)
            raise TransientError("The model is busy.", code="model_overloaded")

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    (error,) = rounds.desks["s", 1].failed
    assert len(tries) == 4
    assert (error.code, error.message) == ("model_overloaded", "The model is busy.")


@pytest.mark.parametrize("where", ["in a step", "between steps"])
async def test_a_bug_in_the_pipeline_fails_its_file_cleanly(tmp_path: Path, where: str) -> None:
    rounds = FakeRounds(s=1)

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            if where == "in a step":
                raise KeyError("secret")

        await step("draft/1", draft, returns=type(None))
        raise KeyError("secret")

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    (error,) = rounds.desks["s", 1].failed
    assert error.code == "internal"
    assert "secret" not in error.message


class CountingRounds(FakeRounds):
    """Counts how often each assignment was read."""

    def __init__(self, **sessions: int) -> None:
        super().__init__(**sessions)
        self.read: list[int] = []

    async def assignment(self, session_id: str, round: int, file_index: int) -> Assignment | None:
        self.read.append(file_index)
        return await super().assignment(session_id, round, file_index)


async def test_an_assignment_is_read_once_however_many_steps_and_files_there_are(tmp_path: Path) -> None:
    rounds = CountingRounds(s=8)

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        for number in range(4):
            await step(f"step-{number}", partial(asyncio.sleep, 0, "done"), returns=str)

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    assert sorted(rounds.read) == [1, 2, 3, 4, 5, 6, 7, 8]


class ForgetfulRounds(FakeRounds):
    """Breaks where no step could catch it, and notes what was known of file 1 when the round was finished."""

    failed_by_then = 0

    async def finish_round(self, session_id: str, round: int) -> None:
        self.failed_by_then = len(self.desk(session_id, round, 1).failed)
        await super().finish_round(session_id, round)

    async def assignment(self, session_id: str, round: int, file_index: int) -> Assignment | None:
        if file_index == 1:
            raise OSError("disk")
        return await super().assignment(session_id, round, file_index)


async def test_a_file_run_that_breaks_is_failed_and_does_not_keep_the_round_open(tmp_path: Path) -> None:
    rounds, done = ForgetfulRounds(s=2), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        done.append(assignment.file_index)

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    assert [error.code for error in rounds.desks["s", 1].failed] == ["internal"]
    assert rounds.failed_by_then == 1
    assert set(done) == {2}


class LockedRounds(FakeRounds):
    async def claim_round(self, session_id: str, round: int, run_id: str) -> tuple[int, ...] | None:
        raise OSError("database is locked")


async def test_a_session_run_that_breaks_still_ends_its_round(tmp_path: Path) -> None:
    rounds = LockedRounds(s=2)

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        raise AssertionError("never reached")

    async with working(tmp_path, rounds, work) as engine:
        await start(engine)
        await rounds.until_finished("s")

    assert rounds.finished == ["s"]


async def test_a_second_run_of_the_same_round_ends_at_once(tmp_path: Path) -> None:
    rounds, begun = FakeRounds(s=1), []

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            begun.append(1)
            await asyncio.sleep(0.3)

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work) as engine:
        await start(engine, issue=1)
        await start(engine, issue=2)
        await rounds.until_finished("s")

    assert begun == [1]


@pytest.mark.parametrize("engine_is_told", [True, False])
async def test_a_cancel_stops_the_running_step_within_a_second_and_starts_no_other_file(
    tmp_path: Path, engine_is_told: bool
) -> None:
    rounds = FakeRounds(s=4)
    begun: list[int] = []
    running, stopped = asyncio.Event(), asyncio.Event()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            begun.append(assignment.file_index)
            running.set()
            try:
                await asyncio.sleep(60)
            finally:
                stopped.set()

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work, width=1) as engine:
        await start(engine)
        await asyncio.wait_for(running.wait(), 10)
        rounds.stop("s")
        if engine_is_told:
            await engine.send(SESSION_CANCELLED, "s/1/cancel", {"sessionId": "s"})
        await asyncio.wait_for(stopped.wait(), 1)
        for _ in range(100):  # the others leave one by one
            if not (await engine.health())["queueDepth"]:
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail("others wait on")

    assert begun == [1]
    assert not any(desk.failed for desk in rounds.desks.values())


async def test_a_cancelled_session_leaves_the_queue_although_another_one_holds_the_place(tmp_path: Path) -> None:
    rounds, begun = FakeRounds(long=1, s=3), []
    running = asyncio.Event()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        async def draft() -> None:
            begun.append(assignment.session_id)
            running.set()
            await asyncio.sleep(60)

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work, width=1) as engine:
        await start(engine, "long")
        await asyncio.wait_for(running.wait(), 10)
        await start(engine, "s")
        async with asyncio.timeout(10):
            while (await engine.health())["queueDepth"] < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        rounds.stop("s")
        await engine.send(SESSION_CANCELLED, "s/1/cancel", {"sessionId": "s"})

        assert (await engine.health())["queueDepth"] == 0
        assert not rounds.stopped.get("long", asyncio.Event()).is_set()

    assert begun == ["long"]


async def test_a_session_takes_no_more_than_its_width_though_there_is_room(tmp_path: Path) -> None:
    rounds = FakeRounds(long=6, short=2)
    at_work, most = Counter[str](), Counter[str]()

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        session_id = assignment.session_id

        async def draft() -> None:
            at_work[session_id] += 1
            most[session_id] = max(most[session_id], at_work[session_id])
            most["both"] = max(most["both"], at_work["long"] + at_work["short"])
            await asyncio.sleep(0.1)
            at_work[session_id] -= 1

        await step("draft/1", draft, returns=type(None))

    async with working(tmp_path, rounds, work, width=8, width_per_session=2) as engine:
        await start(engine, "long")
        await start(engine, "short")
        await rounds.until_finished("long")
        await rounds.until_finished("short")

    assert (most["long"], most["short"]) == (2, 2)
    assert most["both"] > 2
