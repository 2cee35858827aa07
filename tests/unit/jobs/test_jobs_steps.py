import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from tests.fakes.jobs_rounds import FakeDesk, FakeJournal
from testwright.domain.errors import Cancelled, InputError, PermanentError, SandboxUnavailable, TransientError
from testwright.jobs.steps import ATTEMPTS, DirectStep, Memo, StepPolicy, full_jitter, unless_cancelled


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    names: tuple[str, ...]
    lines: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    parts: tuple[Part, ...]
    colour: Colour
    at: datetime
    note: str | None = None
    share: float = 0.5


def direct(desk: FakeDesk | None = None, **more: Any) -> tuple[DirectStep, list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    memos: dict[str, Memo] = more.pop("memos", {})
    policy = StepPolicy(desk=desk or FakeDesk(), file_index=1, backoff=lambda attempt: float(2**attempt), **more)
    return DirectStep(policy=policy, sleep=sleep, memos=memos), slept


def failing(*errors: Exception, then: str = "done") -> Callable[[], Awaitable[str]]:
    left = list(errors)

    async def work() -> str:
        if left:
            raise left.pop(0)
        return then

    return work


async def test_a_result_comes_back_with_all_its_types() -> None:
    whole = Whole(
        parts=(Part(names=("a", "b"), lines=frozenset({3, 1})),),
        colour=Colour.RED,
        at=datetime(2026, 1, 2, tzinfo=UTC),
    )

    async def work() -> Whole:
        return whole

    step, _ = direct()

    assert await step("whole", work, returns=Whole) == whole


@pytest.mark.parametrize(("value", "kind"), [("a", str), (7, int), (True, bool), (None, type(None))])
async def test_plain_values_come_back(value: Any, kind: type[Any]) -> None:
    async def work() -> Any:
        return value

    step, _ = direct()

    assert await step("plain", work, returns=kind) == value


async def test_a_finished_step_is_not_done_again() -> None:
    memos: dict[str, Memo] = {}
    first, _ = direct(memos=memos)
    await first("draft/1", failing(then="first"), returns=str)
    second, _ = direct(memos=memos)

    assert await second("draft/1", failing(then="second"), returns=str) == "first"


async def test_what_may_pass_is_tried_again_after_the_delay_that_was_named() -> None:
    desk = FakeDesk()
    step, slept = direct(desk)
    busy = TransientError("The model asks us to slow down.", retry_after_seconds=7)

    assert await step("draft/1", failing(busy, busy), returns=str) == "done"
    assert slept == [7, 7]
    assert [event.type for event in desk.told] == ["retry_scheduled", "retry_scheduled"]
    assert desk.told[0].extra == {"attempt": 2, "retryInSeconds": 7, "reason": "The model asks us to slow down."}
    assert desk.told[0].file_index == 1


class SilentDesk(FakeDesk):
    async def tell(self, event: Any) -> None:
        raise TransientError("The disk is full.", code="storage_unavailable")


async def test_a_wait_that_cannot_be_told_is_waited_all_the_same() -> None:
    step, slept = direct(desk=SilentDesk())

    assert await step("draft/1", failing(TransientError("The disk is full.")), returns=str) == "done"
    assert slept == [2.0]


async def test_without_a_named_delay_the_waits_grow() -> None:
    step, slept = direct()

    await step("draft/1", failing(*[TransientError("busy")] * 3), returns=str)

    assert slept == [2, 4, 8]


def test_jitter_is_full_and_capped_at_a_minute() -> None:
    assert all(0 <= full_jitter(1) <= 2 for _ in range(50))
    assert all(0 <= full_jitter(30) <= 60 for _ in range(50))


async def test_what_never_passes_becomes_permanent_and_may_be_retried_by_a_person() -> None:
    step, slept = direct()
    busy = TransientError("busy", code="model_overloaded", hint="Wait a while.")

    with pytest.raises(PermanentError) as raised:
        await step("draft/1", failing(*[busy] * 9), returns=str)

    assert len(slept) == ATTEMPTS - 1
    assert (raised.value.code, raised.value.hint, raised.value.retryable) == ("model_overloaded", "Wait a while.", True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermanentError("no", code="bad_key", hint="Check the key."), "bad_key"),
        (SandboxUnavailable("none"), "sandbox_unavailable"),
        (InputError("no", code="invalid_request"), "invalid_request"),
    ],
)
async def test_what_cannot_be_mended_is_not_tried_again(error: Exception, code: str) -> None:
    step, slept = direct()

    with pytest.raises(PermanentError) as raised:
        await step("draft/1", failing(error), returns=str)

    assert (raised.value.code, slept) == (code, [])


async def test_a_failure_is_remembered_too() -> None:
    memos: dict[str, Memo] = {}
    step, _ = direct(memos=memos)
    for _ in range(2):
        with pytest.raises(PermanentError, match="no"):
            await step("draft/1", failing(PermanentError("no")), returns=str)

    assert memos["draft/1"]["failed"]["message"] == "no"


async def test_a_bug_becomes_an_internal_error_that_tells_nothing_of_the_inside() -> None:
    step, _ = direct()

    with pytest.raises(PermanentError) as raised:
        await step("draft/1", failing(KeyError("/srv/secret/path")), returns=str)

    assert raised.value.code == "internal"
    assert "secret" not in raised.value.message + str(raised.value.hint)


async def test_a_cancel_stops_the_work_and_waits_for_its_end() -> None:
    stop, ended = asyncio.Event(), []

    async def cancelled() -> None:
        await stop.wait()

    async def work() -> str:
        stop.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append(True)
        return "never"

    step, _ = direct(cancelled=cancelled)

    with pytest.raises(Cancelled):
        await step("draft/1", work, returns=str)
    assert ended == [True]


async def test_a_cancel_ends_the_wait_for_the_next_try() -> None:
    stop = asyncio.Event()

    async def cancelled() -> None:
        await stop.wait()

    async def sleep(seconds: float) -> None:
        stop.set()
        await asyncio.sleep(seconds)

    step = DirectStep(policy=StepPolicy(desk=FakeDesk(), file_index=1, cancelled=cancelled), sleep=sleep)

    with pytest.raises(Cancelled):
        await step("draft/1", failing(TransientError("busy", retry_after_seconds=60)), returns=str)


async def test_work_that_is_done_at_once_keeps_its_result_although_the_round_is_cancelled() -> None:
    async def over() -> None:
        return None

    assert await unless_cancelled(failing(), over) == "done"


async def test_work_goes_on_when_the_cancel_cannot_be_watched() -> None:
    async def broken() -> None:
        raise OSError("disk")

    async def work() -> str:
        await asyncio.sleep(0.01)
        return "done"

    assert await unless_cancelled(work, broken) == "done"


async def test_being_cancelled_from_outside_stops_the_work_too() -> None:
    begun, ended = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def never() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(unless_cancelled(work, never))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [True]


async def test_every_attempt_is_written_down_with_what_became_of_it() -> None:
    journal = FakeJournal()
    step, _ = direct(journal=journal)
    busy = TransientError("The model is busy.", code="overloaded")
    await step("draft/1", failing(busy), returns=str)
    with pytest.raises(PermanentError):
        await step("run/1", failing(PermanentError("No runner.", code="runner_missing")), returns=str)

    assert journal.entries == [
        ("draft/1", 1, {"code": "overloaded", "message": "The model is busy."}),
        ("draft/1", 2, None),
        ("run/1", 1, {"code": "runner_missing", "message": "No runner."}),
    ]
