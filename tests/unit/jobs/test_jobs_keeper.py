import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.jobs_rounds import FakeRounds
from tests.fakes.kill_loop import new_session
from testwright.domain.errors import EngineUnreachable
from testwright.domain.records import Accepted, StoredEvent
from testwright.jobs.keeper import Keeper
from testwright.jobs.rounds import SESSION_CANCELLED, SESSION_REQUESTED
from testwright.store import Store

BEGAN = "2026-01-01T00:00:00.000Z"
BEGAN_SECONDS = 1_767_225_600.0


class FakeEngine:
    def __init__(self, *, live: bool | None = True, reachable: bool = True) -> None:
        self.live = live
        self.reachable = reachable
        self.sent: list[tuple[str, str, dict[str, str | int]]] = []

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str:
        if not self.reachable:
            raise EngineUnreachable("nobody there")
        self.sent.append((name, event_id, dict(data)))
        return event_id

    async def is_live(self, event_name: str, event_id: str) -> bool | None:
        return self.live


class SlowRounds(FakeRounds):
    """Noting that something was sent takes until `freed`."""

    def __init__(self, **files: int) -> None:
        super().__init__(**files)
        self.freed = asyncio.Event()

    async def mark_sent(self, session_id: str, round: int) -> None:
        await self.freed.wait()
        await super().mark_sent(session_id, round)


def accepted(session_id: str = "s") -> Accepted:
    return Accepted(session_id=session_id, round=1, event_id=f"{session_id}-r1", started=True)


def running(hours_ago: float, **engine: bool | None) -> tuple[Keeper, FakeRounds, FakeEngine]:
    rounds, fake = FakeRounds(s=1), FakeEngine(**engine)  # type: ignore[arg-type]
    rounds.running = [("s", 1, "s-r1")]
    rounds.events = [StoredEvent(id=1, payload={"type": "session_created", "round": 1, "timestamp": BEGAN})]
    keeper = Keeper(rounds, fake, session_hours=6, now=lambda: BEGAN_SECONDS + hours_ago * 3600)
    return keeper, rounds, fake


async def test_a_round_is_sent_under_its_event_id_with_ids_alone_and_then_marked() -> None:
    rounds, engine = SlowRounds(s=1), FakeEngine()
    keeper = Keeper(rounds, engine, session_hours=6)
    async with asyncio.timeout(5):
        await keeper.dispatch(accepted())
    sent_before_it_was_noted = list(rounds.sent)
    rounds.freed.set()
    await keeper.stop()

    assert sent_before_it_was_noted == []
    assert engine.sent == [(SESSION_REQUESTED, "s-r1", {"sessionId": "s", "round": 1, "eventId": "s-r1"})]
    assert rounds.sent == ["s"]


async def test_a_round_that_could_not_be_sent_stays_in_the_outbox() -> None:
    rounds, engine = FakeRounds(s=1), FakeEngine(reachable=False)
    with pytest.raises(EngineUnreachable):
        await Keeper(rounds, engine, session_hours=6).dispatch(accepted())

    assert rounds.sent == []


async def test_what_a_crash_left_unsent_goes_out_at_the_next_start() -> None:
    rounds, engine = FakeRounds(s=1), FakeEngine()
    rounds.waiting = [accepted()]
    keeper = Keeper(rounds, engine, session_hours=6)
    await keeper.start()
    await keeper.stop()

    assert [event_id for _, event_id, _ in engine.sent] == ["s-r1"]
    assert rounds.waiting == []


async def test_an_engine_that_is_away_does_not_stop_the_start() -> None:
    rounds, engine = FakeRounds(s=1), FakeEngine(reachable=False)
    rounds.waiting = [accepted()]
    keeper = Keeper(rounds, engine, session_hours=6)
    await keeper.start()
    await keeper.stop()
    engine.reachable = True
    await keeper.resend(timedelta(0))
    await keeper.stop()

    assert rounds.sent == ["s"]


async def test_of_rounds_accepted_while_the_engine_is_down_for_five_minutes_each_is_handed_over_once(
    tmp_path: Path,
) -> None:
    date = [datetime(2026, 1, 1, tzinfo=UTC)]
    engine = FakeEngine(reachable=False)
    async with Store.open(tmp_path, now=lambda: date[0]) as store:
        keeper = Keeper(store, engine, session_hours=6)
        waiting = [await store.accept(new_session(owner)) for owner in ("me", "you")]
        for _ in range(10):  # looks half a minute apart
            date[0] += timedelta(seconds=31)
            with pytest.raises(EngineUnreachable):
                await keeper.resend()
        engine.reachable = True
        await keeper.resend()
        await keeper.stop()
        date[0] += timedelta(hours=1)
        await keeper.resend()

        assert sorted(event_id for _, event_id, _ in engine.sent) == sorted(one.event_id for one in waiting)
        assert await store.running_sessions() == {one.session_id for one in waiting}


async def test_a_round_without_a_run_is_started_again_under_a_fresh_id() -> None:
    keeper, rounds, engine = running(hours_ago=1, live=False)
    await keeper.watch()

    assert rounds.reissued == ["s"]
    assert [(name, event_id) for name, event_id, _ in engine.sent] == [(SESSION_REQUESTED, "s-again")]


@pytest.mark.parametrize("live", [True, None])
async def test_a_round_that_runs_or_may_run_is_left_alone(live: bool | None) -> None:
    keeper, rounds, engine = running(hours_ago=1, live=live)
    await keeper.watch()

    assert (rounds.reissued, rounds.finished, engine.sent) == ([], [], [])


async def test_a_round_that_ended_meanwhile_is_not_started_again() -> None:
    keeper, rounds, engine = running(hours_ago=1, live=False)
    await rounds.finish_round("s", 1)
    await keeper.watch()

    assert engine.sent == []


async def test_a_round_past_its_deadline_is_ended_and_its_runs_are_stopped() -> None:
    keeper, rounds, engine = running(hours_ago=6.1)
    await keeper.watch()

    assert rounds.finished == ["s"]
    assert [(name, data) for name, _, data in engine.sent] == [(SESSION_CANCELLED, {"sessionId": "s"})]


@pytest.mark.parametrize("jump_hours", [400 * 24, -400 * 24])
async def test_a_date_that_jumps_ends_no_round_and_keeps_none_for_ever(jump_hours: float) -> None:
    rounds, engine = FakeRounds(s=1), FakeEngine()
    rounds.running = [("s", 1, "s-r1")]
    rounds.events = [StoredEvent(id=1, payload={"type": "session_created", "round": 1, "timestamp": BEGAN})]
    date, clock = [BEGAN_SECONDS], [0.0]
    keeper = Keeper(rounds, engine, session_hours=6, now=lambda: date[0], clock=lambda: clock[0])

    await keeper.watch()
    date[0] += jump_hours * 3600
    await keeper.watch()
    assert rounds.finished == []

    clock[0] = 6.1 * 3600
    await keeper.watch()
    assert rounds.finished == ["s"]


class SlowEngine(FakeEngine):
    """As one whose file another program has locked, until `freed`."""

    def __init__(self) -> None:
        super().__init__()
        self.freed = asyncio.Event()

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str:
        await self.freed.wait()
        return await super().send(name, event_id, data)


async def test_who_starts_a_round_does_not_wait_for_an_engine_that_takes_long_and_it_still_gets_the_round() -> None:
    rounds, engine = FakeRounds(s=1), SlowEngine()
    keeper = Keeper(rounds, engine, session_hours=6, patience_seconds=0.05)
    async with asyncio.timeout(5):
        await keeper.dispatch(accepted())
    assert engine.sent == []

    engine.freed.set()
    async with asyncio.timeout(5):
        while rounds.sent != ["s"]:  # noqa: ASYNC110 — it happens in the background
            await asyncio.sleep(0)
    await keeper.stop()

    assert [event_id for _, event_id, _ in engine.sent] == ["s-r1"]


async def test_who_cancels_does_not_wait_for_an_engine_that_takes_long_and_nor_does_the_end() -> None:
    keeper = Keeper(FakeRounds(s=1), SlowEngine(), session_hours=6)
    async with asyncio.timeout(5):
        await keeper.stop_runs("s", 1)
        await keeper.stop()
