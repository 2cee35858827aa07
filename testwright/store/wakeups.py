"""Who waits for news of a session, and how they hear of it.

The event log is the truth; a wake-up only says "look again". News from this process comes at once; what other processes
write is heard of in the database's own way (`sqlite_news.py`, `postgres_news.py`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress


class Wakeup:
    """One waiter. News that comes while it is not waiting ends its next wait at once.

    With `of_ends` it does not hear of what cannot end a round.
    """

    def __init__(self, bell: "Bell", *, of_ends: bool = False) -> None:
        self._bell = bell
        self.of_ends = of_ends
        self._news = asyncio.Event()

    async def wait(self, seconds: float) -> bool:
        """Whether there is news: as soon as there is, at once when the streams are closing, else after `seconds`."""
        if self._bell.closing:
            await asyncio.sleep(0)
            return True
        return await self.wait_for_news(seconds)

    async def wait_for_news(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        is_rung = self._news.is_set()
        self._news.clear()
        return is_rung

    def ring(self) -> None:
        self._news.set()


class Bell:
    """Rings for everybody in this process who watches a session. `tell_others` carries the news to other processes."""

    def __init__(self, tell_others: Callable[[str], None] = lambda _: None) -> None:
        self.closing = False
        self.tell_others = tell_others
        self._waiting: dict[str, set[Wakeup]] = {}
        self._somebody = asyncio.Event()

    @property
    def watched(self) -> Collection[str]:
        return self._waiting.keys()

    async def until_watched(self) -> None:
        """Return once anybody watches anything."""
        if not self._waiting:
            self._somebody.clear()
            await self._somebody.wait()

    @asynccontextmanager
    async def watch(self, session_id: str, *, of_ends: bool = False) -> AsyncIterator[Wakeup]:
        wakeup = Wakeup(self, of_ends=of_ends)
        self._waiting.setdefault(session_id, set()).add(wakeup)
        self._somebody.set()
        try:
            yield wakeup
        finally:
            waiting = self._waiting[session_id]
            waiting.discard(wakeup)
            if not waiting:
                del self._waiting[session_id]

    def announce(self, session_id: str, *, may_end: bool = True) -> None:
        """Ring here and everywhere."""
        self.ring(session_id, may_end=may_end)
        self.tell_others(session_id)

    def ring(self, session_id: str, *, may_end: bool = True) -> None:
        for wakeup in self._waiting.get(session_id, ()):
            if may_end or not wakeup.of_ends:
                wakeup.ring()

    def ring_all(self) -> None:
        for session_id in self._waiting:
            self.ring(session_id)

    def close_streams(self) -> None:
        self.closing = True
        self.ring_all()
