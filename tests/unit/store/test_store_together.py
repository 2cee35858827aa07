"""Units of work that wait for one another share a commit, and stay as apart as in transactions of their own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.errors import PermanentError, TransientError
from testwright.store.database import TOLD, Database
from testwright.store.sqlite import sqlite_backend


@pytest.fixture
def commits() -> list[str]:
    return []


@pytest.fixture
async def database(tmp_path: Path, commits: list[str]) -> AsyncIterator[Database]:
    backend = sqlite_backend(tmp_path / "file.sqlite")
    event.listen(backend.writer.sync_engine, "commit", lambda connection: commits.append("commit"))
    async with Database.open(backend) as database:
        await database.write(_make, about="a")
        commits.clear()
        yield database


async def _make(rows: AsyncSession) -> None:
    await rows.execute(text("CREATE TABLE numbers (number INTEGER UNIQUE)"))


async def _add(rows: AsyncSession, number: int) -> int:
    await rows.execute(text("INSERT INTO numbers VALUES (:number)"), {"number": number})
    if number < 0:
        raise PermanentError("there are no such numbers", code="negative")
    return number


async def add(database: Database, *numbers: int) -> list[int | BaseException]:
    adding = (database.write(lambda rows, number=number: _add(rows, number), about="a") for number in numbers)
    return await asyncio.gather(*adding, return_exceptions=True)


async def kept(database: Database) -> list[int]:
    query = text("SELECT number FROM numbers ORDER BY number")
    return await database.glance(lambda rows: _all(rows, query))


async def _all(rows: AsyncSession, query: object) -> list[int]:
    return list(await rows.scalars(query))


async def test_those_that_come_at_once_share_commits(database, commits):
    assert await add(database, *range(12)) == list(range(12))

    assert await kept(database) == list(range(12))
    assert len(commits) <= 2


async def test_one_that_is_refused_leaves_no_trace_and_its_neighbours_stay(database):
    results = await add(database, 1, 2, -3, 4)

    assert await kept(database) == [1, 2, 4]
    assert isinstance(results[2], PermanentError)


async def test_one_that_the_database_refuses_costs_the_others_nothing(database):
    results = await add(database, 1, 2, 2, 3)

    assert await kept(database) == [1, 2, 3]
    assert isinstance(results[2], IntegrityError)


@pytest.fixture
def other_program(tmp_path: Path, database: Database) -> Iterator[sqlite3.Connection]:
    """It holds the file, which is waited for less patiently than elsewhere."""
    event.listen(
        database._backend.writer.sync_engine,
        "checkout",
        lambda connection, _record, _proxy: connection.execute("PRAGMA busy_timeout=10"),
    )
    with closing(sqlite3.connect(tmp_path / "file.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def test_however_many_wait_for_another_program_they_are_told_of_it_together(database, other_program):
    async with asyncio.timeout(5):
        results = await add(database, *range(100))

    assert {type(result) for result in results} == {TransientError}
    other_program.execute("ROLLBACK")
    assert await add(database, 1, 2) == [1, 2]


async def test_who_waits_for_another_program_is_written_once_it_is_gone(database, other_program):
    adding = asyncio.create_task(add(database, *range(40)))
    await asyncio.sleep(0.1)
    other_program.execute("ROLLBACK")

    assert await adding == list(range(40))
    assert await kept(database) == list(range(40))


async def test_what_is_told_is_heard_of_once_it_is_on_the_disk(database, commits):
    heard: list[tuple[object, int]] = []
    database.on_told = lambda payload: heard.append((payload["number"], len(commits)))

    async def tell(rows: AsyncSession, number: int) -> None:
        await _add(rows, number)
        rows.info.setdefault(TOLD, []).append({"number": number})

    telling = (database.write(lambda rows, number=number: tell(rows, number), about="a") for number in range(5))
    await asyncio.gather(*telling)

    assert [number for number, _ in heard] == [0, 1, 2, 3, 4]
    assert all(after > 0 for _, after in heard)


async def test_one_whose_caller_has_left_is_written_like_the_others(database):
    begun = [asyncio.create_task(add(database, number)) for number in range(4)]
    await asyncio.sleep(0)
    begun[1].cancel()
    await asyncio.gather(*begun, return_exceptions=True)
    await add(database, 9)

    assert set(await kept(database)) >= {0, 2, 3, 9}


async def test_what_somebody_waits_for_goes_before_the_rest(database):
    done: list[int] = []

    async def note(number: int, first: bool) -> None:
        await database.write(lambda rows: _add(rows, number), about="a", then=lambda: done.append(number), first=first)

    await asyncio.gather(*(note(number, number == 39) for number in range(40)))

    assert done.index(39) < 20
