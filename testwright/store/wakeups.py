"""Who waits for news of a session, and how they hear of it.

The event log is the truth; a wake-up only says "look again". News from this process comes at once. Other processes
(the command line, say) write to the same file, so one task looks at SQLite's `data_version` while anybody waits.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite

_POLL_SECONDS = 0.25


class Wakeup:
    """One waiter. News that comes while it is not waiting ends its next wait at once."""

    def __init__(self, bell: "Bell") -> None:
        self._bell = bell
        self._news = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Return on news, at the latest after `seconds`; at once when the streams are closing."""
        if self._bell.closing:
            await asyncio.sleep(0)
            return
        await self.wait_for_news(seconds)

    async def wait_for_news(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._news.clear()

    def ring(self) -> None:
        self._news.set()


class Bell:
    """Rings for everybody who watches a session."""

    def __init__(self) -> None:
        self.closing = False
        self._waiting: dict[str, set[Wakeup]] = {}
        self._somebody = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Bell"]:
        bell = cls()
        # Connected out here: aiosqlite's thread outlives a connecting that is cancelled.
        async with aiosqlite.connect(path, isolation_level=None) as connection:
            listening = asyncio.create_task(bell._listen(connection))
            try:
                yield bell
            finally:
                bell.close_streams()
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    @asynccontextmanager
    async def watch(self, session_id: str) -> AsyncIterator[Wakeup]:
        wakeup = Wakeup(self)
        self._waiting.setdefault(session_id, set()).add(wakeup)
        self._somebody.set()
        try:
            yield wakeup
        finally:
            waiting = self._waiting[session_id]
            waiting.discard(wakeup)
            if not waiting:
                del self._waiting[session_id]

    def ring(self, session_id: str) -> None:
        for wakeup in self._waiting.get(session_id, ()):
            wakeup.ring()

    def close_streams(self) -> None:
        self.closing = True
        for session_id in self._waiting:
            self.ring(session_id)

    async def _listen(self, connection: aiosqlite.Connection) -> None:
        version, known = -1, dict[str, int]()
        while True:
            if not self._waiting:
                version, known = -1, {}
                self._somebody.clear()
                await self._somebody.wait()
            # A look that fails costs nothing: the next one sees the same news.
            with suppress(aiosqlite.OperationalError):
                newest = await _version(connection)
                if newest != version or self._waiting.keys() != known.keys():
                    version, known = newest, await self._ring_changed(connection, known)
            await asyncio.sleep(_POLL_SECONDS)

    async def _ring_changed(self, connection: aiosqlite.Connection, known: dict[str, int]) -> dict[str, int]:
        """Ring for the watched sessions whose last event is not the one known, that are new here, or that are gone."""
        watched = list(self._waiting)
        statement = "SELECT id, last_event_id FROM sessions WHERE id IN (SELECT value FROM json_each(?))"
        async with connection.execute(statement, (json.dumps(watched),)) as cursor:
            found = {str(row[0]): int(row[1]) for row in await cursor.fetchall()}
        now = {session_id: found.get(session_id, 0) for session_id in watched}
        for session_id, last in now.items():
            if known.get(session_id) != last:
                self.ring(session_id)
        return now


async def _version(connection: aiosqlite.Connection) -> int:
    """A number that changes with every commit of another connection."""
    async with connection.execute("PRAGMA data_version") as cursor:
        (row,) = await cursor.fetchall()
    return int(row[0])
