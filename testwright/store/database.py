"""What a transaction is here, whichever database is behind it."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from testwright.domain.errors import TransientError
from testwright.store.together import Together

T = TypeVar("T")

TOLD = "told"
"""Under this name a unit of work leaves the payloads of its events."""
_TRIES = 5
_SECONDS_BETWEEN_TIDYINGS = 5.0


async def _nothing(rows: AsyncSession) -> None:
    pass


async def _no_locks(rows: AsyncSession, names: Sequence[str]) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Backend:
    """One database as it wants to be used.

    `hold` takes locks by name until the transaction ends; where `one_writer` says that writers come one after another
    anyway, there is nothing to take. `is_worth_repeating` tells whether a unit of work that failed so may succeed the
    next time, `is_trouble` whether the machine is to blame: another writer, a full disk, a lost connection, and
    `hint` what to do about it.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    glancer: AsyncEngine
    one_writer: bool
    is_worth_repeating: Callable[[DBAPIError], bool]
    is_trouble: Callable[[DBAPIError], bool]
    hint: Callable[[DBAPIError], str]
    hold: Callable[[AsyncSession, Sequence[str]], Awaitable[None]] = _no_locks
    tidy: Callable[[AsyncSession], Awaitable[None]] = _nothing

    @property
    def engines(self) -> tuple[AsyncEngine, ...]:
        return self.glancer, self.reader, self.writer


class Database:
    """Short transactions: those that write about the same thing come one after another, readers beside them.

    A unit of work is a function of its session, so that it can be done again when another process was in the way. Once
    begun it ends, even when its caller is cancelled: a half-done await on a connection would cost the connection.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._together = Together(backend.writer, self._is_busy) if backend.one_writer else None
        self._going: set[asyncio.Task[Any]] = set()
        self._looks: dict[Hashable, asyncio.Task[Any]] = {}
        self.on_told: Callable[[Mapping[str, Any]], None] = lambda payload: None
        """Hears of each event of this process once it is on the disk."""

    @classmethod
    @asynccontextmanager
    async def open(cls, backend: Backend) -> AsyncIterator["Database"]:
        database = cls(backend)
        tidying = asyncio.create_task(database._keep_tidy())
        try:
            yield database
        finally:
            tidying.cancel()
            await asyncio.gather(*database._going, return_exceptions=True)
            for engine in backend.engines:
                await engine.dispose()

    async def _keep_tidy(self) -> None:
        while self._backend.tidy is not _nothing:
            await asyncio.sleep(_SECONDS_BETWEEN_TIDYINGS)
            with suppress(DBAPIError, TransientError):  # the next time will do
                await self.glance(self._backend.tidy)

    async def glance_once(self, key: Hashable, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """As `glance`, for what many ask at the same moment: those that news has woken together share one look."""
        looking = self._looks.get(key)
        if looking is None:
            looking = self._looks[key] = asyncio.create_task(self._look_for_all(key, work))
            self._going.add(looking)
            looking.add_done_callback(self._gone)
        found: T = await asyncio.shield(looking)
        return found

    async def _look_for_all(self, key: Hashable, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        # Whoever comes once the look has begun wants to see what was written since, and takes another one.
        await asyncio.sleep(0)
        del self._looks[key]
        return await self.glance(work)

    async def glance(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """For work of a single statement, which needs no BEGIN and COMMIT around it: half the price."""
        return await self._to_the_end(self._look(work))

    async def read(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Everything `work` reads is of one moment."""
        found, _ = await self._to_the_end(self._transaction(self._backend.reader, work, ()))
        return cast(T, found)

    async def write(
        self,
        work: Callable[[AsyncSession], Awaitable[T]],
        *,
        about: str | Sequence[str],
        then: Callable[[], None] = lambda: None,
        first: bool = False,
    ) -> T:
        """Do `work` and commit it, or leave no trace of it. `then` is called once it is on the disk.

        `about` names what the work reads and changes (a session's id, mostly): works about the same come one after
        another, in this process and in all others. `first` lets it overtake what else waits in this process.
        """
        names = (about,) if isinstance(about, str) else tuple(about)
        return await self._to_the_end(self._write(work, names, then, first))

    async def _write(
        self,
        work: Callable[[AsyncSession], Awaitable[T]],
        names: Sequence[str],
        then: Callable[[], None],
        first: bool,
    ) -> T:
        # Where writers come one after another anyway, there is nothing to hold.
        writing = self._repeatedly(work, names) if self._together is None else self._together.do(work, first=first)
        result, info = await writing
        self._announce(info)
        then()
        return cast(T, result)

    async def _repeatedly(
        self, work: Callable[[AsyncSession], Awaitable[Any]], names: Sequence[str]
    ) -> tuple[Any, dict[Any, Any]]:
        for attempt in range(1, _TRIES):
            try:
                return await self._transaction(self._backend.writer, work, names)
            except DBAPIError as error:
                if not self._backend.is_worth_repeating(error):
                    raise
                await asyncio.sleep(random.uniform(0.01, 0.1) * attempt)
        return await self._transaction(self._backend.writer, work, names)

    def _is_busy(self, error: Exception) -> bool:
        return isinstance(error, DBAPIError) and self._backend.is_worth_repeating(error)

    async def _transaction(
        self, engine: AsyncEngine, work: Callable[[AsyncSession], Awaitable[Any]], names: Sequence[str]
    ) -> tuple[Any, dict[Any, Any]]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            async with session.begin():
                if names:
                    await self._backend.hold(session, names)
                result = await work(session)
            return result, session.info

    def _announce(self, info: Mapping[Any, Any]) -> None:
        for payload in info.get(TOLD, ()):
            self.on_told(payload)

    async def _look(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        async with AsyncSession(self._backend.glancer, expire_on_commit=False, autoflush=False) as session:
            return await work(session)

    async def _to_the_end(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(self._translated(work))
        self._going.add(task)
        task.add_done_callback(self._gone)
        return await asyncio.shield(task)

    async def _translated(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        except DBAPIError as error:
            if not self._backend.is_trouble(error):
                raise
            raise TransientError(
                f"The database could not be used: {first_line_of(error)}.",
                code="storage_unavailable",
                hint=self._backend.hint(error),
            ) from error

    def _gone(self, task: asyncio.Task[Any]) -> None:
        self._going.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain when the caller has left


def first_line_of(error: DBAPIError) -> str:
    return (str(error.orig).strip().splitlines() or ["no reason was given"])[0].rstrip(".")
