"""An event is a row first: its number, its progress and the change it tells of are one transaction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.events import START_PROGRESS, Event, progress_of
from testwright.domain.records import StoredEvent
from testwright.domain.sessions import FileStage, FileStatus, SessionStatus
from testwright.store.database import TOLD
from testwright.store.rows import EventRow, FileRow, RoundRow, SessionRow
from testwright.store.summing_up import summary_of

RUNNING = (SessionStatus.PENDING.value, SessionStatus.PROCESSING.value)
_STOPPED = {
    "code": "stopped",
    "message": "The round ended before this file was finished.",
    "hint": "Retry this file.",
}


# Made once: these are asked for each event, and to put a query together takes longer than to answer it.
_ROUND = (
    select(SessionRow, RoundRow)
    .join(RoundRow, RoundRow.session_id == SessionRow.id)
    .where(RoundRow.session_id == bindparam("session_id"), RoundRow.number == bindparam("number"))
)
_NUMBER = select(EventRow.seq).where(
    EventRow.session_id == bindparam("session_id"),
    EventRow.round == bindparam("number"),
    EventRow.key == bindparam("key"),
)
# Of the round's files: how many there are, what is done of all of them, and the place of one.
_STANDING = select(
    func.count(), func.sum(FileRow.share), func.count().filter(FileRow.index <= bindparam("index"))
).where(FileRow.session_id == bindparam("session_id"), FileRow.round == bindparam("number"))


class OpenRound:
    """A round that is not over, inside a write transaction. Only here are events written and their changes applied."""

    def __init__(self, rows: AsyncSession, session: SessionRow, round: RoundRow, now: datetime) -> None:
        self._rows = rows
        self._session = session
        self._round = round
        self._now = now

    @classmethod
    async def find(cls, rows: AsyncSession, session_id: str, number: int, now: datetime) -> "OpenRound | None":
        """None when the round is over, or was deleted with its session."""
        found = (await rows.execute(_ROUND, {"session_id": session_id, "number": number})).one_or_none()
        if found is None or found[1].status not in RUNNING:
            return None
        return cls(rows, *found, now)

    @property
    def waits(self) -> bool:
        """Nothing has begun yet."""
        return self._round.status == SessionStatus.PENDING

    async def begin(self, event: Event) -> None:
        """Tell the round's first event."""
        self._session.progress = START_PROGRESS
        self._append(event)

    async def tell(self, event: Event) -> int | None:
        """The event's number, an earlier one if it was told before; None when its file has already ended."""
        known = await self._number_of(event)
        if known is not None:
            return known
        if event.is_terminal:
            return await self.end(event)
        if event.file_index is not None:
            file = await self.file(event.file_index)
            if FileStatus(file.status).is_over:
                return None
            return await self._append_change(event, file)
        return self._append(event)

    async def end(self, event: Event) -> int:
        """Tell the terminal event. Files that have not ended share the round's end."""
        if event.type == "generation_cancelled":
            await self._cancel_unfinished()
        else:
            await self.stop_unfinished()
        if "summary" not in event.extra:
            summary = await self.summary()
            event = Event(type=event.type, message=event.message, extra={"summary": summary, **event.extra})
        self._session.progress = 100
        self._session.summary = dict(event.extra["summary"])
        self._session.completed_at = self._round.completed_at = self._now
        number = self._append(event)
        if event.type != "generation_cancelled":
            self._session.status = await self._outcome()
        return number

    async def file(self, index: int) -> FileRow:
        row = await self._rows.get(FileRow, (self._round.session_id, index))
        if row is None or row.round != self._round.number:
            raise LookupError(f"file {index} is not in round {self._round.number} of {self._round.session_id}")
        return row

    async def files(self) -> Sequence[FileRow]:
        query = select(FileRow).where(FileRow.session_id == self._round.session_id, FileRow.round == self._round.number)
        return (await self._rows.scalars(query.order_by(FileRow.index))).all()

    async def summary(self) -> dict[str, Any]:
        return await summary_of(self._rows, self._round, self._now)

    async def stop_unfinished(self) -> None:
        """Fail the files that have not ended."""
        for file in await self._unfinished():
            self._round.cut_short = True
            await self._stop(file)

    async def _cancel_unfinished(self) -> None:
        self._round.cut_short = True
        for file in await self._unfinished():
            file.status, file.stage, file.completed_at = FileStatus.CANCELLED, FileStage.CANCELLED, self._now

    async def _unfinished(self) -> list[FileRow]:
        return [file for file in await self.files() if not FileStatus(file.status).is_over]

    async def _stop(self, file: FileRow) -> None:
        event = Event(
            type="file_failed",
            message=f"{base_name(file.path)} failed: the round ended before it was finished.",
            file_index=file.index,
            extra={"error": _STOPPED, "retryable": True},
        )
        await self._append_change(event, file)

    async def _outcome(self) -> SessionStatus:
        """How the session stands with all of its files, of this round or not: what was delivered stays delivered."""
        await self._rows.flush()
        query = select(FileRow.status, FileRow.test_id).where(FileRow.session_id == self._session.id)
        found = (await self._rows.execute(query)).all()
        if all(status == FileStatus.COMPLETED for status, _ in found):
            return SessionStatus.COMPLETED
        return SessionStatus.PARTIAL if any(test_id for _, test_id in found) else SessionStatus.FAILED

    async def _number_of(self, event: Event) -> int | None:
        which = {"session_id": self._round.session_id, "number": self._round.number, "key": event.once_key}
        return (await self._rows.scalars(_NUMBER, which)).one_or_none()

    async def _append_change(self, event: Event, file: FileRow) -> int:
        """Change the file as the event says, and tell it."""
        which = {"session_id": self._round.session_id, "number": self._round.number, "index": file.index}
        # First: a question asked later would write the change in two parts.
        total, done, place = (await self._rows.execute(_STANDING, which)).one()
        status = event.file_status or FileStatus.PROCESSING
        file.status = status
        file.stage = event.stage or file.stage
        file.attempt = event.extra.get("attempt", file.attempt)
        file.error = event.extra.get("error") if status is FileStatus.FAILED else None
        file.started_at = file.started_at or self._now
        if status.is_over:
            file.completed_at = self._now
        before, file.share = file.share, max(file.share, event.share_done or 0.0)
        progress = progress_of((done + file.share - before) / total)
        self._session.progress = max(self._session.progress, progress)
        about = {"currentFile": base_name(file.path), "filePath": file.path, "fileIndex": place, "totalFiles": total}
        return self._append(event, about)

    def _append(self, event: Event, about_file: Mapping[str, Any] | None = None) -> int:
        session, round = self._session, self._round
        message = _without_surrogates(event.message)
        if event.session_status is not None:
            session.status = round.status = event.session_status
        if session.status == SessionStatus.PROCESSING:
            session.started_at = session.started_at or self._now
            round.started_at = round.started_at or self._now
        session.current_step, session.current_message = event.step, message
        session.last_event_id += 1
        common: dict[str, Any] = {
            "type": event.type,
            "step": event.step,
            "message": message,
            "progress": session.progress,
            "sessionId": session.id,
            "round": round.number,
            "timestamp": wire_time(self._now),
        }
        common |= about_file or {}
        row = EventRow(
            session_id=session.id,
            seq=session.last_event_id,
            round=round.number,
            key=event.once_key,
            payload={**common, **event.extra, **common},  # the order of `common`, and its values
        )
        self._rows.add(row)
        self._rows.info.setdefault(TOLD, []).append(row.payload)
        return row.seq


async def tell(rows: AsyncSession, session_id: str, number: int, event: Event, now: datetime) -> int | None:
    round = await OpenRound.find(rows, session_id, number, now)
    return None if round is None else await round.tell(event)


async def events_after(rows: AsyncSession, session_id: str, after: int, limit: int) -> list[StoredEvent]:
    query = select(EventRow.seq, EventRow.payload).where(EventRow.session_id == session_id, EventRow.seq > after)
    found = await rows.execute(query.order_by(EventRow.seq).limit(limit))
    return [StoredEvent(id=seq, payload=payload) for seq, payload in found]


def wire_time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def base_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _without_surrogates(text: str) -> str:
    """A message may quote what a test printed, and half a character fits into no database."""
    return text.encode("utf-8", "replace").decode()
