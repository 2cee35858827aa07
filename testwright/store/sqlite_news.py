"""News of other processes that write to the same SQLite file (the command line, say): one task looks for commits."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite

from testwright.store.wakeups import Bell

_POLL_SECONDS = 0.5


@asynccontextmanager
async def file_bell(path: Path) -> AsyncIterator[Bell]:
    bell = Bell()
    # Connected out here: aiosqlite's thread outlives a connecting that is cancelled.
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        listening = asyncio.create_task(_listen(bell, connection))
        try:
            yield bell
        finally:
            bell.close_streams()
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


async def _listen(bell: Bell, connection: aiosqlite.Connection) -> None:
    version, known = -1, dict[str, int]()
    while True:
        if not bell.watched:
            version, known = -1, {}
            await bell.until_watched()
        # A look that fails costs nothing: the next one sees the same news.
        with suppress(aiosqlite.OperationalError):
            newest = await _version(connection)
            if newest != version or bell.watched != known.keys():
                version, known = newest, await _ring_changed(bell, connection, known)
        await asyncio.sleep(_POLL_SECONDS)


async def _ring_changed(bell: Bell, connection: aiosqlite.Connection, known: dict[str, int]) -> dict[str, int]:
    """Ring for the watched sessions whose last event is not the one known, that are new here, or that are gone."""
    watched = list(bell.watched)
    statement = "SELECT id, last_event_id FROM sessions WHERE id IN (SELECT value FROM json_each(?))"
    rows = await connection.execute_fetchall(statement, (json.dumps(watched),))
    found = {str(row[0]): int(row[1]) for row in rows}
    now = {session_id: found.get(session_id, 0) for session_id in watched}
    for session_id, last in now.items():
        if known.get(session_id) != last:
            bell.ring(session_id)
    return now


async def _version(connection: aiosqlite.Connection) -> int:
    """A number that changes with every commit of another connection."""
    (row,) = await connection.execute_fetchall("PRAGMA data_version")
    return int(row[0])
