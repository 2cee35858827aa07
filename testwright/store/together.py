"""Units of work that wait for one another's turn share a commit, where a database has one writer at a time.

A commit waits for the disk, and everybody who wants to write waits for it: with as many of them as there are files at
work that wait is longer than all that they write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

Work = Callable[[AsyncSession], Awaitable[Any]]
MOST_AT_ONCE = 16
"""The first of them waits until the last one is done."""
_SECONDS_BETWEEN_TRIES = 0.05
_TRIES, _TRIES_OF_FIRST = 5, 2
"""So often a writer in another process is waited for, each time as long as `sqlite.behave` says."""


@dataclass(slots=True)
class Unit:
    """One unit of work; `done` has its result once that is on the disk."""

    work: Work
    tries_left: int
    done: asyncio.Future[tuple[Any, dict[Any, Any]]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Together:
    """`is_busy` tells whether an error says that another process is writing: then all who wait go on waiting, together,
    and nobody for longer than some tries, however many there are."""

    def __init__(self, engine: AsyncEngine, is_busy: Callable[[Exception], bool]) -> None:
        self._engine = engine
        self._is_busy = is_busy
        self._waiting: list[Unit] = []
        self._writing: asyncio.Task[None] | None = None

    async def do(self, work: Work, *, first: bool = False) -> tuple[Any, dict[Any, Any]]:
        """The result of the work and what it left in its session's `info`, once both are committed.

        `first` is for what somebody waits for: it goes before what is done in the background, and gives up earlier.
        """
        unit = Unit(work, _TRIES_OF_FIRST if first else _TRIES)
        self._waiting.insert(0 if first else len(self._waiting), unit)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await unit.done

    async def _write_all(self) -> None:
        while self._waiting:
            units, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            await self._write(units)

    async def _write(self, units: Sequence[Unit]) -> None:
        """When one of them fails nothing of them is there, and each is tried by itself.

        Few fail, so what a failure costs the others is less than savepoints around all of them would.
        """
        try:
            async with self._engine.begin() as connection:
                results = [await _inside(connection, unit.work) for unit in units]
        except Exception as error:
            if self._is_busy(error):
                await self._put_off(units, error)
            elif len(units) == 1:
                units[0].fail(error)
            else:
                for unit in units:
                    await self._write([unit])
        except BaseException as error:
            for unit in units:
                unit.fail(error)
            raise
        else:
            for unit, result in zip(units, results, strict=True):
                unit.done.set_result(result)

    async def _put_off(self, units: Sequence[Unit], error: Exception) -> None:
        self._waiting = [*units, *self._waiting]
        for unit in self._waiting:
            unit.tries_left -= 1
            if not unit.tries_left:
                unit.fail(error)
        self._waiting = [unit for unit in self._waiting if not unit.done.done()]
        await asyncio.sleep(_SECONDS_BETWEEN_TRIES)


async def _inside(connection: AsyncConnection, work: Work) -> tuple[Any, dict[Any, Any]]:
    async with AsyncSession(connection, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
        result = await work(session)
        await session.flush()
        return result, session.info
