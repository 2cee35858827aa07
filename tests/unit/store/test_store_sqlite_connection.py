"""What a connection to SQLite does in the event loop, and what it never does there."""

import asyncio
import sqlite3
import threading
import time
from pathlib import Path

from testwright.store.sqlite_connection import QuickConnection, connected


async def opened(path: Path) -> tuple[QuickConnection, list[str]]:
    """A connection in whose statements `here()` notes the thread that does them."""
    connection, threads = await connected(path), list[str]()
    await connection.create_function("here", 0, lambda: threads.append(threading.current_thread().name))
    connection.isolation_level = None
    return connection, threads


async def test_inside_a_transaction_nothing_goes_through_a_thread(tmp_path: Path) -> None:
    connection, threads = await opened(tmp_path / "file.sqlite")
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT here()")
        await cursor.execute("BEGIN IMMEDIATE")
        await cursor.execute("SELECT here()")
        await connection.commit()
    await connection.close()

    outside, inside = threads
    assert inside == threading.current_thread().name != outside


async def test_a_writer_that_waits_for_another_one_holds_up_nobody(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "file.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connection, _ = await opened(tmp_path / "file.sqlite")
    async with connection.cursor() as cursor:
        began = time.monotonic()
        waiting = asyncio.create_task(cursor.execute("BEGIN IMMEDIATE"))
        await asyncio.sleep(0.05)
        seen_after = time.monotonic() - began
        was_waiting = not waiting.done()
        other.rollback()
        await waiting
        await connection.rollback()
    await connection.close()
    other.close()

    assert was_waiting
    assert seen_after < 2  # a file that is busy is waited for five seconds
