"""How a SQLite file is opened and used."""

import os
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from testwright.store.database import Backend
from testwright.store.sqlite_connection import connected

_BUSY_MILLISECONDS = 5000
_READERS = 4
# What the machine does to us and may stop doing: another writer, a full disk, no rights, no memory.
_MACHINE_TROUBLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


def sqlite_backend(path: Path) -> Backend:
    return Backend(
        writer=_engine(path, begin="BEGIN IMMEDIATE", connections=1),
        reader=_engine(path, begin="BEGIN", connections=1),
        glancer=_engine(path, begin=None, connections=_READERS),
        one_writer=True,
        is_worth_repeating=lambda error: _code(error) == sqlite3.SQLITE_BUSY,
        is_trouble=lambda error: _code(error) in _MACHINE_TROUBLE,
        hint=_what_to_do_about,
        tidy=_checkpoint,
    )


def _what_to_do_about(error: DBAPIError) -> str:
    match _code(error):
        case sqlite3.SQLITE_BUSY:
            return "Another program holds the database in Testwright's folder: end it, or what it is doing there."
        case sqlite3.SQLITE_READONLY:
            return "Testwright's folder (TESTWRIGHT_HOME) may only be read: give its rights back, or the disk's."
        case _:
            return "Check the free space and the rights of Testwright's folder."


async def _checkpoint(rows: AsyncSession) -> None:
    """Bring the log home while nobody waits for it: the writer that fills it up would have to, some 50 ms long."""
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
        async_creator=partial(connected, path),
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


def _code(error: DBAPIError) -> int:
    """SQLite's primary result code, 0 when there is none."""
    if not isinstance(error, OperationalError):
        return 0
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF
