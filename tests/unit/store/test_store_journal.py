"""What is written down of steps, and for how long a round really took."""

import asyncio
from typing import Any

import pytest
from store_samples import ME, deliver_all, new_session, processing, suite

from testwright.domain.drafts import Usage
from testwright.domain.ports import Offer
from testwright.store import Store


class Counting:
    """A meter that writes down what it hears."""

    def __init__(self) -> None:
        self.types: list[str] = []
        self.steps: list[tuple[str, float, str | None]] = []
        self.calls: list[tuple[str, str, float, Usage | None]] = []

    def told(self, payload: Any) -> None:
        self.types.append(payload["type"])

    def step(self, step: str, seconds: float, code: str | None) -> None:
        self.steps.append((step, seconds, code))

    def bought(self, provider: str, model: str, seconds: float, usage: Usage | None) -> None:
        self.calls.append((provider, model, seconds, usage))


async def test_a_timeline_has_every_attempt_with_its_times_and_its_error(store, clock):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    first, second = store.journal(session, 1, 1), store.journal(session, 1, 2)
    failed = first.began("run/1", 1)
    clock.forward(2)
    second.began("prepare", 1)
    failed.ended({"code": "rate_limited", "message": "slow down"})
    clock.forward(3)
    first.began("run/1", 2).ended(None)
    steps = await store.timeline(session)

    assert [(step.path, step.step, step.attempt) for step in steps] == [
        ("a.ts", "run/1", 1),
        ("b.ts", "prepare", 1),
        ("a.ts", "run/1", 2),
    ]
    assert steps[0].error == {"code": "rate_limited", "message": "slow down"}
    assert steps[0].ended_at is not None
    assert (steps[0].ended_at - steps[0].began_at).total_seconds() == 2
    assert steps[1].ended_at is None
    assert steps[2].error is None


async def test_the_journal_of_a_deleted_session_takes_nothing(store):
    session = (await store.accept(new_session())).session_id
    noted = store.journal(session, 1, 1).began("prepare", 1)
    await store.timeline(session)
    store.journal(session, 1, 1).began("analyse", 1)
    await store.delete(session, ME)
    noted.ended(None)

    assert await store.timeline(session) == []


async def test_what_was_noted_last_is_there_once_the_store_was_closed(tmp_path, database_url, clock):
    async with Store.open(tmp_path, database_url, now=clock) as store:
        session = (await store.accept(new_session("a.ts"))).session_id
        running = store.journal(session, 1, 1).began("prepare", 1)
        await store.timeline(session)
        clock.forward(1)
        running.ended(None)
        store.journal(session, 1, 1).began("analyse", 1)
    async with Store.open(tmp_path, database_url, now=clock) as store:
        steps = await store.timeline(session)

    assert [(step.step, step.ended_at is not None) for step in steps] == [("prepare", True), ("analyse", False)]


async def test_a_step_is_noted_without_anybody_asking(tmp_path, database_url, clock):
    async with Store.open(tmp_path, database_url, now=clock) as store:
        session = (await store.accept(new_session("a.ts"))).session_id
        store.journal(session, 1, 1).began("prepare", 1)
        async with Store.open(tmp_path, database_url, now=clock) as other, asyncio.timeout(10):
            while not await other.timeline(session):  # noqa: ASYNC110 (nobody rings for a note)
                await asyncio.sleep(0.02)


async def test_the_time_in_which_nobody_was_there_is_no_part_of_a_rounds_duration(store, clock):
    session = (await store.accept(new_session())).session_id
    await store.tell(session, 1, processing())
    for _ in range(4):
        await store.note_presence()
        clock.forward(5)
    await store.note_presence()
    clock.forward(3600)  # killed, and started again an hour later
    await store.note_presence()
    clock.forward(10)
    await deliver_all(store, session)
    record = await store.session(session, ME)

    assert record.summary["durationMs"] == 30_000


@pytest.mark.parametrize("is_noted", [True, False])
@pytest.mark.parametrize("jump_days", [400, -400])
async def test_a_date_that_jumps_is_no_part_of_a_rounds_duration(store, clock, jump_days, is_noted):
    session = (await store.accept(new_session())).session_id
    await store.tell(session, 1, processing())
    clock.forward(5)
    await store.note_presence()
    clock.forward(jump_days * 86_400)
    if is_noted:
        await store.note_presence()
        clock.forward(5)
    await deliver_all(store, session)
    record = await store.session(session, ME)

    assert record.summary["durationMs"] == (10_000 if is_noted else 5_000)


async def test_a_meter_hears_of_each_event_once_it_is_stored_and_of_nothing_twice(tmp_path, database_url, clock):
    meter = Counting()
    async with Store.open(tmp_path, database_url, now=clock, meter=meter) as store:
        session = (await store.accept(new_session())).session_id
        for _ in range(2):
            await store.tell(session, 1, processing())
        desk = store.desk(session, 1, 1)
        call = await desk.purse.reserve(
            Offer(provider="gemini", model="m", tokens=10, usd=0.1, seconds=60, day_usd=None)
        )
        clock.forward(4)
        await desk.purse.settle(call, Usage(tokens=7, cost_usd=0.05))
        running = store.journal(session, 1, 1).began("run/2", 1)
        clock.forward(1.5)
        running.ended(None)
        await desk.deliver(suite())
        await desk.deliver(suite())
        await store.finish_round(session, 1)

    assert meter.types == [
        "session_created",
        "file_processing",
        "test_generated",
        "files_saved",
        "generation_completed",
    ]
    assert meter.steps == [("run/2", 1.5, None)]
    assert meter.calls == [("gemini", "m", 4.0, Usage(tokens=7, cost_usd=0.05))]
