"""Units of work that wait for one another's turn share a commit, where a database has one writer at a time.

A commit waits for the disk, and everybody who wants to write waits for it: with as many of them as there are files at
work that wait is longer than all that they write.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

Work = Callable[[AsyncSession], Awaitable[Any]]
MOST_AT_ONCE = 16
"""The first of them waits until the last one is done."""


@dataclass(slots=True)
class Unit:
    """One unit of work; `done` has its result once that is on the disk."""

    work: Work
    done: asyncio.Future[tuple[Any, dict[Any, Any]]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Together:
    """`alone` does one unit in a transaction of its own."""

    def __init__(self, engine: AsyncEngine, alone: Callable[[Work], Awaitable[tuple[Any, dict[Any, Any]]]]) -> None:
        self._engine = engine
        self._alone = alone
        self._waiting: list[Unit] = []
        self._writing: asyncio.Task[None] | None = None

    async def do(self, work: Work, *, first: bool = False) -> tuple[Any, dict[Any, Any]]:
        """The result of the work and what it left in its session's `info`, once both are committed.

        `first` is for what somebody waits for: it goes before what is done in the background.
        """
        unit = Unit(work)
        self._waiting.insert(0 if first else len(self._waiting), unit)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await unit.done

    async def _write_all(self) -> None:
        while self._waiting:
            units, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            if len(units) == 1 or not await self._at_once(units):
                for unit in units:
                    await self._by_itself(unit)

    async def _by_itself(self, unit: Unit) -> None:
        try:
            unit.done.set_result(await self._alone(unit.work))
        except BaseException as error:
            unit.fail(error)
            if not isinstance(error, Exception):
                raise

    async def _at_once(self, units: list[Unit]) -> bool:
        """False when nothing of it is there, because one of them failed, and each has to be tried by itself.

        Few fail, so what a failure costs the others is less than savepoints around all of them would.
        """
        try:
            async with self._engine.begin() as connection:
                results = [await _inside(connection, unit.work) for unit in units]
        except Exception:
            return False
        for unit, result in zip(units, results, strict=True):
            unit.done.set_result(result)
        return True


async def _inside(connection: AsyncConnection, work: Work) -> tuple[Any, dict[Any, Any]]:
    async with AsyncSession(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
        async with session.begin():
            result = await work(session)
        return result, session.info
