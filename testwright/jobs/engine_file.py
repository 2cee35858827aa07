"""The file the embedded engine keeps its runs in: private, in WAL mode, and replaced when it is damaged.

It may be replaced because it is not the truth: the store is. Rounds whose run is lost are started again from there.
"""

import logging
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from testwright.domain.errors import PermanentError

logger = logging.getLogger("testwright.jobs")


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
            hint="Look after the home folder (TESTWRIGHT_HOME): it has to be writable and on a local disk with room.",
        ) from error
    except sqlite3.DatabaseError as error:
        logger.error("the engine's file is damaged (%s); it is put aside and its rounds are started again", error)
        stamp = int(time.time())
        for part in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))):
            if part.exists():
                part.rename(part.with_name(f"{part.name}.damaged-{stamp}"))
        _open(path)


def _open(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
