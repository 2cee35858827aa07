"""News between processes that share a Postgres database: LISTEN and NOTIFY, with ids only.

What is notified while nobody listens is lost, so everybody looks again after a reconnect, and every few seconds anyway.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import URL

from testwright.store.postgres import connect_arguments
from testwright.store.wakeups import Bell

_CHANNEL = "testwright"
_SECONDS_BETWEEN_LOOKS = 2.0
# News of one moment travel together, and at a busy time each commit would wait for all others if it notified itself.
_SECONDS_TO_GATHER = 0.01
_MOST_AT_ONCE = 500
_SECONDS_BEFORE_RECONNECT = (0.2, 2.0)


@asynccontextmanager
async def postgres_bell(url: URL) -> AsyncIterator[Bell]:
    news = _News(url)
    tasks = [asyncio.create_task(work()) for work in (news.listen, news.tell, news.look_again)]
    try:
        yield news.bell
    finally:
        news.bell.close_streams()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _News:
    """The bell of one process, a connection that listens, and one that tells."""

    def __init__(self, url: URL) -> None:
        self.bell = Bell(self._note)
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._to_tell: dict[str, None] = {}
        self._something = asyncio.Event()

    def _note(self, session_id: str) -> None:
        self._to_tell[session_id] = None
        self._something.set()

    async def listen(self) -> None:
        while True:
            with suppress(psycopg.Error):
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {_CHANNEL}")
                    self.bell.ring_all()  # there may have been news before
                    async for notice in connection.notifies():
                        self.bell.ring(notice.payload)
            await asyncio.sleep(random.uniform(*_SECONDS_BEFORE_RECONNECT))

    async def tell(self) -> None:
        while True:
            with suppress(psycopg.Error):
                async with await self._connect() as connection:
                    while True:
                        await self._something.wait()
                        await asyncio.sleep(_SECONDS_TO_GATHER)
                        await self._tell_on(connection)
            await asyncio.sleep(random.uniform(*_SECONDS_BEFORE_RECONNECT))

    async def look_again(self) -> None:
        while True:
            await self.bell.until_watched()
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            self.bell.ring_all()

    async def _tell_on(self, connection: psycopg.AsyncConnection[Any]) -> None:
        told = list(self._to_tell)[:_MOST_AT_ONCE]
        await connection.execute("SELECT pg_notify(%s, id) FROM unnest(%s::text[]) AS id", (_CHANNEL, told))
        for session_id in told:
            del self._to_tell[session_id]
        if not self._to_tell:
            self._something.clear()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self._url, autocommit=True, **connect_arguments())
