"""The Postgres database that several processes keep the embedded engine's runs in.

Each process sits on a seat, which is a lock of its connection: when the process dies, the server frees the seat, and
whoever notices first takes up the runs that were left on it.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any

import psycopg

from testwright.domain.errors import PermanentError

_LOCKS = 0x7E57
"""The first half of the locks' numbers, so that nobody else's are met."""
_MOST_SEATS = 1_000
_SECONDS_TO_CONNECT = 10
_SECONDS_BETWEEN_CHECKS = 2.0
logger = logging.getLogger("testwright.jobs")


class EnginePostgres:
    """Runs in a schema of their own (`dbos`) of the store's database."""

    is_shared = True
    is_quick = False
    threads = 16
    engine = None  # DBOS makes its own

    def __init__(self, url: str) -> None:
        self.url = "postgresql://" + url.strip().partition("://")[2]
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._seat = 0
        self._keeping: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> str:
        """Raises PermanentError where the server does not answer."""
        try:
            self._connection = await self._connect()
            self._seat = await self._first_free()
        except psycopg.Error as error:
            await self.give_back()
            raise PermanentError(
                "The Postgres database of the engine cannot be used.",
                code="engine_settings",
                hint="Check the server and the rights of the user in TESTWRIGHT_DATABASE_URL.",
            ) from error
        self._keeping = asyncio.create_task(self._keep_seat())
        return _executor(self._seat)

    async def give_back(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def take_from(self, executor: str) -> bool:
        """Whether that seat is free, which says that who sat on it is gone. It is ours until `leave_to`."""
        seat = _seat_of(executor)
        if seat is None or seat == self._seat:
            return False
        with suppress(psycopg.Error):
            return await self._try(seat)
        return False

    async def leave_to(self, executor: str) -> None:
        with suppress(psycopg.Error):
            await self._ask("SELECT pg_advisory_unlock(%s, %s)", _seat_of(executor))

    async def _first_free(self) -> int:
        for seat in range(1, _MOST_SEATS):
            if await self._try(seat):
                return seat
        raise PermanentError(f"{_MOST_SEATS} processes share this database already.", code="engine_settings")

    async def _keep_seat(self) -> None:
        """The lock is gone with its connection. Then it is taken again, unless somebody was quicker."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_CHECKS)
            try:
                await self._ask("SELECT %s::int + %s::int", 0)
                continue
            except psycopg.Error:
                logger.warning("the engine's connection to Postgres was lost")
            with suppress(psycopg.Error):
                self._connection = await self._connect()
                if not await self._try(self._seat):
                    logger.error("another process took over the runs of this one")

    async def _try(self, seat: int) -> bool:
        return bool(await self._ask("SELECT pg_try_advisory_lock(%s, %s)", seat))

    async def _ask(self, statement: str, number: int | None) -> Any:
        assert self._connection is not None
        async with self._turn:
            found = await self._connection.execute(statement, (_LOCKS, number))
            (row,) = await found.fetchall()
            return row[0]

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self.url,
            autocommit=True,
            connect_timeout=_SECONDS_TO_CONNECT,
            application_name="testwright engine",
            keepalives_idle=10,
            options="-c statement_timeout=10s",
        )


def _executor(seat: int) -> str:
    return f"seat-{seat}"


def _seat_of(executor: str) -> int | None:
    name, _, number = executor.partition("-")
    return int(number) if name == "seat" and number.isdigit() else None
