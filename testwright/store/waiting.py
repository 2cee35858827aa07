"""How a round stands in the queue: told when it is accepted, and again while it waits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import ceil
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.events import Event
from testwright.domain.sessions import FileStatus, SessionStatus
from testwright.store.counting import counted
from testwright.store.database import Database
from testwright.store.event_log import RUNNING, OpenRound
from testwright.store.looking_up import seconds_per_file
from testwright.store.rows import FileRow, RoundRow, SessionRow
from testwright.store.wakeups import Bell

_WORTH_TELLING = 0.1
"""By so much of what was told last a queue has to shorten before it is told again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A round that waits. Sessions take turns, so both are upper bounds: `ahead` files of rounds that came before
    it, and `seconds` until those are over."""

    session_id: str
    round: int
    ahead: int
    seconds: int

    @property
    def key(self) -> tuple[str, int]:
        return self.session_id, self.round


class Queue:
    """Tells those who wait how the queue before them has shortened since the last look."""

    def __init__(self, database: Database, now: Callable[[], datetime], bell: Bell) -> None:
        self._database = database
        self._now = now
        self._bell = bell
        self._told: dict[tuple[str, int], int] = {}

    async def look(self) -> None:
        found = await self._database.glance(_places)
        # Where a round stood at first, its first event said.
        known = {place.key: self._told.get(place.key, place.ahead) for place in found}
        self._told = known
        for place in found:
            if known[place.key] - place.ahead >= max(1, known[place.key] * _WORTH_TELLING):
                await self._database.write(
                    partial(_tell, place=place, now=self._now()),
                    about=place.session_id,
                    then=partial(self._bell.announce, place.session_id),
                )
                known[place.key] = place.ahead


async def _places(rows: AsyncSession) -> list[Place]:
    """Of all rounds of which nothing has begun, the oldest first."""
    unfinished = func.count().filter(FileRow.status.in_([FileStatus.QUEUED, FileStatus.PROCESSING]))
    columns = RoundRow.session_id, RoundRow.number, RoundRow.status, SessionRow.estimate_seconds
    query = (
        select(*columns, unfinished, func.count())
        .join(SessionRow, SessionRow.id == RoundRow.session_id)
        .join(FileRow, (RoundRow.session_id == FileRow.session_id) & (RoundRow.number == FileRow.round))
        .where(RoundRow.status.in_(RUNNING), RoundRow.driver == "engine")
        .group_by(RoundRow.session_id, RoundRow.number, SessionRow.id)
        .order_by(RoundRow.created_at, RoundRow.session_id)
    )
    found: list[Place] = []
    ahead, seconds = 0, 0.0
    for session_id, number, status, estimate, left, all_files in await rows.execute(query):
        if status == SessionStatus.PENDING:
            found.append(Place(session_id=session_id, round=number, ahead=ahead, seconds=ceil(seconds)))
        ahead += left
        seconds += estimate * left / max(1, all_files)
    return found


async def _tell(rows: AsyncSession, place: Place, now: datetime) -> None:
    """Nothing is told of a round that has begun meanwhile."""
    round = await OpenRound.find(rows, place.session_id, place.round, now)
    if round is None or not round.waits:
        return
    session = await rows.get_one(SessionRow, place.session_id)
    extra: dict[str, Any] = {"queuePosition": place.ahead}
    if await seconds_per_file(rows, session.writer, session.framework):
        extra["estimatedSeconds"] = place.seconds + session.estimate_seconds
    message = f"Waiting: {counted(place.ahead, 'file')} of other sessions before it, at most"
    if not place.ahead:
        message = "Next to begin"
    await round.tell(Event(type="queue_moved", message=message, extra=extra, key=f"queue_moved/{place.ahead}"))


async def files_ahead(rows: AsyncSession, session_id: str) -> int:
    """How many files of other sessions wait or are worked on. Sessions take turns, so it is an upper bound."""
    query = (
        select(func.count())
        .select_from(FileRow)
        .join(RoundRow, (RoundRow.session_id == FileRow.session_id) & (RoundRow.number == FileRow.round))
        .where(RoundRow.status.in_(RUNNING), RoundRow.driver == "engine", RoundRow.session_id != session_id)
        .where(FileRow.status.in_([FileStatus.QUEUED, FileStatus.PROCESSING]))
    )
    return (await rows.scalars(query)).one()
