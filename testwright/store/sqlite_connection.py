"""A connection to SQLite that does in the event loop what takes no time, and in its thread what may have to wait.

The way to the thread and back costs more than a statement that finds its pages in memory; a transaction has dozens.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite

_ROWS_AT_ONCE = 64
_QUICK = {"cursor", "fetchall", "fetchone", "fetchmany"}


class QuickConnection(aiosqlite.Connection):
    """In the thread: to begin a transaction (which waits for other writers), to commit it (which waits for the disk),
    and to ask where none was begun."""

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._is_quick(fn):
            return fn(*args, **kwargs)
        return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]

    def _is_quick(self, function: Callable[..., Any]) -> bool:
        in_transaction = self._connection is not None and self._connection.in_transaction
        if function.__name__ == "rollback":
            return not in_transaction  # then there is nothing to take back
        is_of_cursor = isinstance(getattr(function, "__self__", None), sqlite3.Cursor)
        return function.__name__ in _QUICK or (is_of_cursor and (in_transaction or function.__name__ == "close"))


async def connected(path: Path) -> QuickConnection:
    # A file that is busy is waited for as long as `behave` says, which comes next.
    connection = QuickConnection(lambda: sqlite3.connect(path, check_same_thread=False), _ROWS_AT_ONCE)
    connection._thread.daemon = True  # one that nobody closes must not keep the process
    await connection
    return connection
