"""How the SQLite file is opened, and what a transaction is here."""

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from testwright.domain.errors import TransientError

T = TypeVar("T")

_BUSY_MILLISECONDS = 5000
_BUSY_TRIES = 5
_READERS = 4
_SECONDS_BETWEEN_CHECKPOINTS = 5.0
# What the machine does to us and may stop doing: another writer, a full disk, no rights, no memory.
_MACHINE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


class Database:
    """Short transactions on one file: writers one after another, readers beside them.

    A unit of work is a function of its session, so that it can be done again when another process holds the file for
    too long. Once begun it ends, even when its caller is cancelled: a half-done await on SQLite would cost the
    connection.
    """

    def __init__(self, path: Path) -> None:
        self._writer = _engine(path, begin="BEGIN IMMEDIATE", connections=1)
        self._reader = _engine(path, begin="BEGIN", connections=1)
        self._glancer = _engine(path, begin=None, connections=_READERS)
        self._turn = asyncio.Lock()
        self._going: set[asyncio.Task[Any]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["Database"]:
        database = cls(path)
        tidying = asyncio.create_task(database._keep_checkpointed())
        try:
            yield database
        finally:
            tidying.cancel()
            await asyncio.gather(*database._going, return_exceptions=True)
            for engine in (database._glancer, database._reader, database._writer):
                await engine.dispose()

    async def _keep_checkpointed(self) -> None:
        """Bring the log home while nobody waits for it: the writer that fills it up would have to, some 50 ms long."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_CHECKPOINTS)
            with suppress(OperationalError, TransientError):  # the next time, or the writer itself, will do
                await self.glance(_checkpoint)

    async def glance(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """For work of a single statement, which needs no BEGIN and COMMIT around it: half the price."""
        return await self._to_the_end(self._look(work))

    async def read(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Everything `work` reads is of one moment."""
        return await self._to_the_end(self._transaction(self._reader, work))

    async def write(
        self, work: Callable[[AsyncSession], Awaitable[T]], *, then: Callable[[], None] = lambda: None
    ) -> T:
        """Do `work` and commit it, or leave no trace of it. `then` is called once it is on the disk."""
        return await self._to_the_end(self._write(work, then))

    async def _write(self, work: Callable[[AsyncSession], Awaitable[T]], then: Callable[[], None]) -> T:
        async with self._turn:
            for attempt in range(1, _BUSY_TRIES + 1):
                try:
                    result = await self._transaction(self._writer, work)
                    break
                except OperationalError as error:
                    if attempt == _BUSY_TRIES or not _is_busy(error):
                        raise
                    await asyncio.sleep(random.uniform(0.01, 0.1) * attempt)
        then()
        return result

    async def _transaction(self, engine: AsyncEngine, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            return await work(session)

    async def _look(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with AsyncSession(self._glancer, expire_on_commit=False, autoflush=False) as session:
            return await work(session)

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(_translated(work))
        self._going.add(task)
        task.add_done_callback(self._gone)
        return await asyncio.shield(task)

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain when the caller has left


async def _checkpoint(rows: AsyncSession) -> None:
    await rows.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))


def prepare_file(path: Path) -> None:
    """Make the folder and the file so that only their owner may look inside."""
    folder = path.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tighten(folder)
    # SQLite gives its -wal and -shm files the rights of the database.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _tighten(folder: Path) -> None:
    found = folder.stat()
    # A folder that others may write to (such as /tmp) is shared on purpose: taking it away would break them.
    if hasattr(os, "getuid") and found.st_uid == os.getuid() and not found.st_mode & 0o1022:
        folder.chmod(0o700)


def url_of(path: Path, driver: str) -> URL:
    return URL.create(f"sqlite+{driver}", database=str(path))


def behave(connection: Any, *, foreign_keys: bool = True) -> None:
    """Set up a connection: we say when transactions begin, a commit is on the disk, and a busy file is waited for."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    # A checkpoint costs its writer some 10 ms and more: one for every 32 MiB written instead of every 4.
    cursor.execute("PRAGMA wal_autocheckpoint=8000")
    cursor.execute(f"PRAGMA journal_size_limit={64 << 20}")
    cursor.close()


def _engine(path: Path, *, begin: str | None, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url_of(path, "aiosqlite"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        skip_autocommit_rollback=begin is None,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        behave(connection)

    if begin is not None:

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


async def _translated(work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except OperationalError as error:
        if _code(error) not in _MACHINE_TROUBLE:
            raise
        raise TransientError(
            f"The database could not be used: {error.orig}.",
            code="storage_unavailable",
            hint="Check the free space and the rights of Testwright's folder.",
        ) from error


def _is_busy(error: OperationalError) -> bool:
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: OperationalError) -> int:
    """SQLite's primary result code, 0 when there is none."""
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
