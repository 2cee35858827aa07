"""When each step of a file began and ended, and how: for the session's timeline."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.errors import TransientError
from testwright.domain.ports import Meter
from testwright.domain.records import StepRecord
from testwright.store.database import Database
from testwright.store.rows import FileRow, RoundRow, StepRow

logger = logging.getLogger("testwright.store")

_SECONDS_TO_GATHER = 0.5
_COLUMNS = ("session_id", "round", "file_index", "step", "attempt", "began_at", "ended_at", "error")


@dataclass(eq=False, slots=True, kw_only=True)
class Note:
    """One attempt of a step as it will be written down; `row` once it was."""

    session_id: str
    round: int
    file_index: int
    step: str
    attempt: int
    began_at: datetime
    ended_at: datetime | None = None
    error: dict[str, Any] | None = None
    row: int | None = None
    on_end: Callable[["Note"], None] = field(repr=False)

    def ended(self, error: Mapping[str, Any] | None) -> None:
        self.error = None if error is None else dict(error)
        self.on_end(self)


class Journal:
    """Writes down many notes at once, a moment after they were made: no step waits for it, and none fails of it.

    A process that is killed loses the notes of its last moment, and nothing else.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime], meter: Meter | None = None) -> None:
        self._database = database
        self._now = now
        self._meter = meter
        self._notes: dict[Note, None] = {}
        self._one_by_one = asyncio.Lock()
        self._writing: asyncio.Task[None] | None = None

    def of_file(self, session_id: str, round: int, file_index: int) -> "FileJournal":
        return FileJournal(self, session_id, round, file_index)

    def began(self, session_id: str, round: int, file_index: int, step: str, attempt: int) -> Note:
        note = Note(
            session_id=session_id,
            round=round,
            file_index=file_index,
            step=step,
            attempt=attempt,
            began_at=self._now(),
            on_end=self._ended,
        )
        self._write_soon(note)
        return note

    def _ended(self, note: Note) -> None:
        note.ended_at = self._now()
        self._write_soon(note)
        if self._meter is not None:
            code = None if note.error is None else str(note.error["code"])
            self._meter.step(note.step, (note.ended_at - note.began_at).total_seconds(), code)

    async def write(self) -> None:
        """All notes that were made so far."""
        async with self._one_by_one:
            notes, self._notes = list(self._notes), {}
            if not notes:
                return
            try:
                about = sorted({note.session_id for note in notes})
                added = await self._database.write(lambda rows: _written(rows, notes), about=about)
            except TransientError:
                logger.warning("when steps began and ended could not be noted")
                return
            for note, row in added:
                note.row = row.id

    async def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
        await self.write()

    def _write_soon(self, note: Note) -> None:
        self._notes[note] = None
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_later())

    async def _write_later(self) -> None:
        while self._notes:
            await asyncio.sleep(_SECONDS_TO_GATHER)
            await self.write()


@dataclass(frozen=True, slots=True)
class FileJournal:
    """The StepJournal of one file in one round."""

    journal: Journal
    session_id: str
    round: int
    file_index: int

    def began(self, step: str, attempt: int) -> Note:
        return self.journal.began(self.session_id, self.round, self.file_index, step, attempt)


async def _written(rows: AsyncSession, notes: Sequence[Note]) -> list[tuple[Note, StepRow]]:
    """The rows whose ends have yet to come."""
    sessions = {note.session_id for note in notes}
    query = select(RoundRow.session_id, RoundRow.number).where(RoundRow.session_id.in_(sessions))
    there = {(session, number) for session, number in await rows.execute(query)}  # others were deleted meanwhile
    added: list[tuple[Note, StepRow]] = []
    over: list[dict[str, Any]] = []
    for note in notes:
        if note.row is not None:
            end = update(StepRow).where(StepRow.id == note.row)
            await rows.execute(end.values(ended_at=note.ended_at, error=note.error))
        elif (note.session_id, note.round) in there:
            values = {name: getattr(note, name) for name in _COLUMNS}
            if note.ended_at is None:
                added.append((note, StepRow(**values)))
            else:
                over.append(values)
    if over:  # nobody will come back to them: no number has to be asked for, and all are one statement
        await rows.execute(insert(StepRow), over)
    rows.add_all(row for _, row in added)
    await rows.flush()
    return added


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
