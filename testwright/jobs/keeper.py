"""Sees to it that an accepted round reaches the engine and comes to an end, whatever crashed in between."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from testwright.domain.errors import EngineUnreachable, TransientError
from testwright.domain.records import Accepted
from testwright.jobs.rounds import SESSION_CANCELLED, SESSION_REQUESTED, Outbox

SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_BETWEEN_WATCHES = 60.0
SECONDS_TO_STOP_RUNS = 1.0
SECONDS_TO_END = 0.5
RESEND_AFTER = timedelta(seconds=30)
logger = logging.getLogger("testwright.jobs")


class WatchedEngine(Protocol):
    """A `domain.ports.Engine` that may also know which of its runs are still going on."""

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str: ...

    async def is_live(self, event_name: str, event_id: str) -> bool | None:
        """None when the engine cannot tell."""
        ...


class Keeper:
    """Between the store's outbox and the engine.

    `session_hours` is how long a round may take at most, and `patience_seconds` how long an engine is waited for: a
    little longer than a server that does not answer takes to be called unreachable.
    """

    def __init__(
        self,
        store: Outbox,
        engine: WatchedEngine,
        *,
        session_hours: float,
        patience_seconds: float = 6.0,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._engine = engine
        self._longest_seconds = session_hours * 3600
        self._patience_seconds = patience_seconds
        self._now = now
        self._clock = clock
        self._began: dict[tuple[str, int], float] = {}
        self._loop: asyncio.Task[None] | None = None
        self._going: set[asyncio.Task[None]] = set()

    async def dispatch(self, accepted: Accepted) -> None:
        """Hand a round to the engine. Raises EngineUnreachable; the round then waits in the outbox.

        It is handed over in the background when that takes long, because somebody has locked the engine's file, say:
        whoever asked for it need not wait for what is certain to happen.
        """
        handing = asyncio.create_task(self._hand_over(accepted))
        try:
            await asyncio.wait({handing}, timeout=self._patience_seconds)
        finally:
            if not handing.done():
                self._go_on_with(handing)
        if handing.done():
            handing.result()

    async def _hand_over(self, accepted: Accepted) -> None:
        data: dict[str, str | int] = {
            "sessionId": accepted.session_id,
            "round": accepted.round,
            "eventId": accepted.event_id,
        }
        await self._engine.send(SESSION_REQUESTED, accepted.event_id, data)
        # Nobody has to wait for that. What is not noted is sent again, and the engine knows the event.
        self._go_on_with(self._store.mark_sent(accepted.session_id, accepted.round))

    async def stop_runs(self, session_id: str, round: int) -> None:
        """Tell the engine that a round was cancelled in the store. Best effort: the store's word is what counts.

        An engine that takes long, because somebody has locked its file, say, hears of it in the background.
        """
        telling = self._engine.send(SESSION_CANCELLED, f"{session_id}/{round}/cancel", {"sessionId": session_id})
        await asyncio.wait({self._go_on_with(telling)}, timeout=SECONDS_TO_STOP_RUNS)

    async def start(self) -> None:
        """Take care of what the last process left, then keep looking."""
        await self._quietly(self._store.note_presence())
        await self._quietly(self.resend(timedelta(0)))
        await self._quietly(self.watch())
        self._loop = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        if self._going:
            _, late = await asyncio.wait(self._going, timeout=SECONDS_TO_END)
            for going in late:
                going.cancel()

    async def resend(self, older_than: timedelta = RESEND_AFTER) -> None:
        """Send again what the engine never got."""
        for accepted in await self._store.unsent(older_than):
            await self.dispatch(accepted)

    async def watch(self) -> None:
        """Start lost rounds again, and end those that have taken too long."""
        unfinished = await self._store.unfinished()
        self._began = {key: began for key, began in self._began.items() if key in {item[:2] for item in unfinished}}
        for session_id, round, event_id in unfinished:
            if self._clock() - await self._begin_of(session_id, round) > self._longest_seconds:
                logger.error("round %d of %s took too long and is ended", round, session_id)
                await self._store.finish_round(session_id, round)
                await self.stop_runs(session_id, round)
            elif await self._engine.is_live(SESSION_REQUESTED, event_id) is False:
                await self._start_again(session_id, round, event_id)

    async def _start_again(self, session_id: str, round: int, lost: str) -> None:
        again = await self._store.reissue(session_id, round, lost)
        if not again.started:
            return  # it ended, or another process was quicker
        logger.warning("round %d of %s has no run in the engine and is started again", round, session_id)
        await self.dispatch(again)

    async def _begin_of(self, session_id: str, round: int) -> float:
        """By the clock that nobody sets: a machine whose date jumps by a year must not end all rounds."""
        key = (session_id, round)
        if key not in self._began:
            so_far = max(0.0, self._now() - await self._first_event_time(session_id, round))
            self._began[key] = self._clock() - so_far
        return self._began[key]

    async def _first_event_time(self, session_id: str, round: int) -> float:
        after = 0
        while page := await self._store.events_after(session_id, after):
            for event in page:
                if event.payload.get("round") == round:
                    return _seconds(event.payload["timestamp"])
            after = page[-1].id
        return self._now()

    async def _keep_looking(self) -> None:
        watched = self._clock()
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            await self._quietly(self._store.note_presence())
            await self._quietly(self.resend())
            await self._quietly(self._store.tell_queue())
            if self._clock() - watched >= SECONDS_BETWEEN_WATCHES:
                watched = self._clock()
                await self._quietly(self.watch())

    def _go_on_with(self, work: Awaitable[Any]) -> asyncio.Task[None]:
        going = asyncio.create_task(self._quietly(work))
        self._going.add(going)
        going.add_done_callback(self._going.discard)
        return going

    async def _quietly(self, look: Any) -> None:
        try:
            await look
        except EngineUnreachable as error:
            logger.warning("%s Queued sessions wait.", error.message)
        except TransientError as error:
            logger.warning("%s Trying again.", error.message)
        except Exception:
            logger.exception("looking after the sessions failed; trying again")


def _seconds(timestamp: Any) -> float:
    return datetime.fromisoformat(str(timestamp).replace("Z", "+00:00")).timestamp()
