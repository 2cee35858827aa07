"""When each step of a file began and ended, and how: for the session's timeline."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.errors import TransientError
from testwright.domain.ports import Meter
from testwright.domain.records import StepRecord
from testwright.store.database import Database
from testwright.store.rows import FileRow, RoundRow, StepRow

logger = logging.getLogger("testwright.store")


class FileJournal:
    """The StepJournal of one file in one round. What cannot be noted is not worth failing a step for."""

    def __init__(
        self,
        database: Database,
        *,
        session_id: str,
        round: int,
        file_index: int,
        now: Callable[[], datetime],
        meter: Meter | None = None,
    ) -> None:
        self._database = database
        self._session_id = session_id
        self._round = round
        self._file_index = file_index
        self._now = now
        self._meter = meter

    async def began(self, step: str, attempt: int) -> int | None:
        try:
            return await self._database.write(lambda rows: self._began(rows, step, attempt), about=self._session_id)
        except TransientError:
            logger.warning("the beginning of a step could not be noted")
            return None

    async def ended(self, entry: int | None, error: Mapping[str, Any] | None) -> None:
        if entry is None:
            return
        try:
            row = await self._database.write(lambda rows: _ended(rows, entry, error, self._now()), about=())
        except TransientError:
            logger.warning("the end of a step could not be noted")
            return
        if self._meter is not None and row is not None and row.ended_at is not None:
            code = None if error is None else str(error["code"])
            self._meter.step(row.step, (row.ended_at - row.began_at).total_seconds(), code)

    async def _began(self, rows: AsyncSession, step: str, attempt: int) -> int | None:
        if await rows.get(RoundRow, (self._session_id, self._round)) is None:
            return None  # the session was deleted
        row = StepRow(
            session_id=self._session_id,
            round=self._round,
            file_index=self._file_index,
            step=step,
            attempt=attempt,
            began_at=self._now(),
        )
        rows.add(row)
        await rows.flush()
        return row.id


async def _ended(rows: AsyncSession, entry: int, error: Mapping[str, Any] | None, now: datetime) -> StepRow | None:
    row = await rows.get(StepRow, entry)
    if row is not None:
        row.ended_at, row.error = now, None if error is None else dict(error)
    return row


async def timeline(rows: AsyncSession, session_id: str) -> list[StepRecord]:
    """All attempts of all steps, in the order in which they began."""
    query = (
        select(StepRow, FileRow.path)
        .join(FileRow, (FileRow.session_id == StepRow.session_id) & (FileRow.index == StepRow.file_index))
        .where(StepRow.session_id == session_id)
        .order_by(StepRow.began_at, StepRow.id)
    )
    return [
        StepRecord(
            path=path,
            round=row.round,
            step=row.step,
            attempt=row.attempt,
            began_at=row.began_at,
            ended_at=row.ended_at,
            error=row.error,
        )
        for row, path in await rows.execute(query)
    ]
