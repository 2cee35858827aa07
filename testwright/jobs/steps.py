"""How one step of durable work is done: watched for a cancel, tried again where that helps, its result kept as JSON.

One policy, two ways to remember: `InngestStep` under an engine, `DirectStep` in the process (for the CLI and tests).
"""

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from typing import Any, TypeVar

import inngest
from pydantic import TypeAdapter

from testwright.domain.errors import Cancelled, PermanentError, TestwrightError, TransientError
from testwright.domain.events import Event
from testwright.domain.ports import Desk, StepJournal
from testwright.domain.subjects import about

T = TypeVar("T")
Memo = dict[str, Any]
Work = Callable[[], Awaitable[Any]]

ATTEMPTS = 4
LONGEST_BACKOFF_SECONDS = 60.0
SECONDS_TO_STOP = 10.0
logger = logging.getLogger("testwright.jobs")


async def _for_ever() -> None:
    await asyncio.Event().wait()


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def full_jitter(attempt: int) -> float:
    """A random delay below 2, 4, 8 … 60 seconds, so that files refused together do not come back together."""
    return random.uniform(0, min(LONGEST_BACKOFF_SECONDS, 2.0**attempt))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPolicy:
    """What one file's steps have in common. `cancelled` returns as soon as somebody stops the round."""

    desk: Desk
    file_index: int
    cancelled: Callable[[], Awaitable[None]] = _for_ever
    backoff: Callable[[int], float] = full_jitter
    journal: StepJournal | None = None

    async def attempt(self, step_id: str, number: int, work: Work, returns: Any) -> "Memo | Wait":
        """Try once (`number` counts from 1): what to remember, or how long to wait before the next try."""
        with about(step=step_id, attempt=number):
            note = None if self.journal is None else self.journal.began(step_id, number)
            tried = await self._attempt(step_id, number, work, returns)
            trouble = _trouble(tried)
            if note is not None:
                note.ended(trouble)
            logger.info("a step ended: %s", "done" if trouble is None else trouble["code"])
        return tried

    async def _attempt(self, step_id: str, number: int, work: Work, returns: Any) -> "Memo | Wait":
        try:
            value = await unless_cancelled(work, self.cancelled)
            return {"value": _adapter(returns).dump_python(value, mode="json")}
        except Cancelled as error:
            return {"cancelled": error.message}
        except TransientError as error:
            if number >= ATTEMPTS:
                return _failed(error, retryable=True)
            return await self._wait(step_id, number, error)
        except PermanentError as error:
            return _failed(error, retryable=error.retryable)
        except TestwrightError as error:
            return _failed(error, retryable=False)
        except Exception:
            logger.exception("step %s of file %d broke", step_id, self.file_index)
            return _failed(internal_error(), retryable=True)

    async def _wait(self, step_id: str, number: int, error: TransientError) -> "Wait":
        named = error.retry_after_seconds
        seconds = max(0.0, named) if named is not None else self.backoff(number)
        shown = max(1, round(seconds))
        event = Event(
            type="retry_scheduled",
            message=f"{error.message.rstrip('.')}; trying again in {shown} s",
            file_index=self.file_index,
            extra={"attempt": number + 1, "retryInSeconds": shown, "reason": error.message},
            key=f"retry_scheduled/{self.file_index}/{step_id}/{number}",
        )
        try:
            await self.desk.tell(event)
        except TransientError:  # the database itself may be what has to be waited for
            logger.warning("that step %s of file %d waits could not be told", step_id, self.file_index)
        return Wait(seconds=seconds, reason=error.message, code=error.code)


@dataclass(frozen=True, slots=True)
class Wait:
    """The step did not work out and is worth another try."""

    seconds: float
    reason: str
    code: str


class Pause(BaseException):
    """The run has to wait for its next try. No Exception, so that no pipeline can catch it by mistake."""

    def __init__(self, error: inngest.RetryAfterError) -> None:
        self.error = error


class InngestStep:
    """A `domain.ports.Step` whose results an engine remembers. Failures are results too, so the run always goes on."""

    def __init__(self, ctx: inngest.Context, policy: StepPolicy) -> None:
        self._ctx = ctx
        self._policy = policy

    async def __call__(self, step_id: str, work: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        """Raises Pause, which the function around it has to turn into `pause.error`."""
        try:
            memo = await self._ctx.step.run(step_id, partial(self._try, step_id, work, returns))
        except inngest.RetryAfterError as error:
            raise Pause(error) from None
        return _opened(memo, returns)

    async def _try(self, step_id: str, work: Work, returns: Any) -> Memo:
        tried = await self._policy.attempt(step_id, self._ctx.attempt + 1, work, returns)
        if isinstance(tried, Wait):
            raise inngest.RetryAfterError(tried.reason, timedelta(seconds=tried.seconds), quiet=True)
        return tried


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectStep:
    """A `domain.ports.Step` without an engine. A later run that is handed the same `memos` goes on from there."""

    policy: StepPolicy
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    memos: MutableMapping[str, Memo] = field(default_factory=dict)

    async def __call__(self, step_id: str, work: Callable[[], Awaitable[T]], *, returns: type[T]) -> T:
        if step_id not in self.memos:
            self.memos[step_id] = await self._until_final(step_id, work, returns)
        return _opened(self.memos[step_id], returns)

    async def _until_final(self, step_id: str, work: Work, returns: Any) -> Memo:
        number = 1
        while isinstance(tried := await self.policy.attempt(step_id, number, work, returns), Wait):
            try:
                await unless_cancelled(partial(self.sleep, tried.seconds), self.policy.cancelled)
            except Cancelled as error:
                return {"cancelled": error.message}
            number += 1
        return tried


async def unless_cancelled(work: Callable[[], Awaitable[T]], cancelled: Callable[[], Awaitable[None]]) -> T:
    """Do the work, or stop it and raise Cancelled once `cancelled` returns. Work that finished keeps its result."""
    doing: asyncio.Future[T] = asyncio.ensure_future(work())
    watching: asyncio.Future[None] = asyncio.ensure_future(cancelled())
    both: set[asyncio.Future[Any]] = {doing, watching}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done() and watching.exception() is not None:
            logger.error("a cancel would not be noticed by this step", exc_info=watching.exception())
            await asyncio.wait({doing})
        if doing.done():
            return doing.result()
        raise Cancelled("The session was cancelled.")
    finally:
        await _stop(watching, doing)


def internal_error() -> PermanentError:
    return PermanentError(
        "Something broke inside Testwright while it worked on this file.",
        code="internal",
        hint="Retry the file; if it happens again, report it with the server's log.",
        retryable=True,
    )


async def _stop(*futures: asyncio.Future[Any]) -> None:
    for future in futures:
        future.cancel()
    _, stuck = await asyncio.wait(futures, timeout=SECONDS_TO_STOP)
    for future in futures:
        if future.done() and not future.cancelled():
            future.exception()  # it was retrieved above, or it came too late to matter
    if stuck:
        logger.error("work went on for %.0f s after it was cancelled, and is left behind", SECONDS_TO_STOP)


def _trouble(tried: "Memo | Wait") -> Memo | None:
    """What went wrong with an attempt, for the journal."""
    match tried:
        case Wait(code=code, reason=reason):
            return {"code": code, "message": reason}
        case {"failed": {"code": code, "message": message}}:
            return {"code": code, "message": message}
        case {"cancelled": message}:
            return {"code": "cancelled", "message": message}
        case _:
            return None


def _failed(error: TestwrightError, *, retryable: bool) -> Memo:
    told = {"message": error.message, "code": error.code, "hint": error.hint, "retryable": retryable}
    return {"failed": told}


def _opened(memo: Memo, returns: type[T]) -> T:
    if "cancelled" in memo:
        raise Cancelled(memo["cancelled"])
    if "failed" in memo:
        told = memo["failed"]
        raise PermanentError(told["message"], code=told["code"], hint=told["hint"], retryable=told["retryable"])
    # validate_json, not validate_python: only there does a list become a frozenset, or a text a datetime.
    value: T = _adapter(returns).validate_json(json.dumps(memo["value"]))
    return value
