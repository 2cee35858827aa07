"""The file the embedded engine keeps its runs in: private, in WAL mode, of one process, and replaced when damaged.

It may be replaced because it is not the truth: the store is. Rounds whose run is lost are started again from there.
"""

import asyncio
import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy

from testwright.domain.errors import PermanentError

EXECUTOR = "local"
logger = logging.getLogger("testwright.jobs")


class EngineFile:
    """Runs in a SQLite file of the home folder, which belongs to one process at a time.

    `is_quick` says that its statements need no threads, which wait for nothing but a program that has locked the file.
    """

    is_shared = False
    is_quick = True
    threads = 2

    def __init__(self, home: Path) -> None:
        self._path = home / "engine.sqlite"
        self._lock_file = home / "engine.lock"
        self._lock: int | None = None
        self.url = sqlalchemy.URL.create("sqlite", database=str(self._path)).render_as_string()
        self.engine = sqlalchemy.create_engine(self.url, pool_size=self.threads)
        sqlalchemy.event.listen(self.engine, "connect", _behave)

    async def take(self) -> str:
        self._lock = _locked(self._lock_file)
        try:
            await asyncio.to_thread(prepare_database, self._path)
        except BaseException:
            await self.give_back()
            raise
        return EXECUTOR

    async def give_back(self) -> None:
        self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def take_from(self, executor: str) -> bool:
        return False

    async def leave_to(self, executor: str) -> None:
        pass


def prepare_database(path: Path) -> None:
    """Make the file private before anything is in it, and set WAL, which the file remembers."""
    try:
        _open(path)
    except (
        sqlite3.OperationalError,
        OSError,
    ) as error:  # locked, read-only, no room: nothing that a new file would mend
        raise PermanentError(
            f"The engine's file cannot be opened: {error}.",
            code="engine_settings",
            hint="Look after the home folder (TESTWRIGHT_HOME): it has to be writable, on a local disk with room, and "
            "no other program may hold its files.",
        ) from error
    except sqlite3.DatabaseError as error:
        logger.error("the engine's file is damaged (%s); it is put aside and its rounds are started again", error)
        stamp = int(time.time())
        for part in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
            if part.exists():
                part.rename(part.with_name(f"{part.name}.damaged-{stamp}"))
        _open(path)


def _behave(connection: sqlite3.Connection, _record: object) -> None:
    """As DBOS sets up its own, and cheaper: a commit does not wait for the disk.

    What a kill leaves is complete. After a power cut the last steps may be missing, and are done again like the one
    that was under way: what they bought and told is in the store, whose commits do wait.
    """
    connection.isolation_level = "IMMEDIATE"
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-512")


def _open(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        # Or the start would wait, without a word, for as long as another program holds the file.
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()


def _locked(path: Path) -> int | None:
    """Two processes on one file would both recover the same runs. The lock dies with its process."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return None
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as busy:
        os.close(handle)
        raise PermanentError(
            "Another Testwright is already running with the same home folder.",
            code="engine_settings",
            hint="Stop it, or give this one a folder of its own with TESTWRIGHT_HOME.",
        ) from busy
    return handle
