"""Questions about sessions, files and tests that change nothing."""

import base64
import binascii
import json
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.errors import InputError
from testwright.domain.records import FileRecord, SessionRecord, TestRecord
from testwright.domain.sessions import FileStatus
from testwright.store.records import file_record, session_record, test_record
from testwright.store.rows import FileRow, RoundRow, SessionRow, SourceRow, SuiteRow, UtcTime, Words

_HISTORY = 50


async def session(rows: AsyncSession, session_id: str, owner: str) -> SessionRecord | None:
    query = _sessions().where(SessionRow.id == session_id, SessionRow.owner == owner)
    found = [_record(row, done, failed) for row, done, failed in await rows.execute(query)]
    return found[0] if found else None


async def sessions(
    rows: AsyncSession, owner: str, cursor: str | None, limit: int
) -> tuple[list[SessionRecord], str | None]:
    """Newest first, with the cursor of the next page."""
    query = _sessions().where(SessionRow.owner == owner)
    if cursor is not None:
        created_at, session_id = _place(cursor)
        place = tuple_(literal(created_at, UtcTime()), literal(session_id, Words()))
        query = query.where(tuple_(SessionRow.created_at, SessionRow.id) < place)
    query = query.order_by(SessionRow.created_at.desc(), SessionRow.id.desc()).limit(limit + 1)
    found = [_record(row, done, failed) for row, done, failed in await rows.execute(query)]
    page = found[:limit]
    return page, _cursor(page[-1]) if len(found) > limit and page else None


async def files(rows: AsyncSession, session_id: str) -> list[FileRecord]:
    query = select(FileRow).where(FileRow.session_id == session_id).order_by(FileRow.index)
    return [file_record(row) for row in await rows.scalars(query)]


async def file_text(rows: AsyncSession, session_id: str, path: str) -> str | None:
    query = (
        select(SourceRow.text)
        .join(FileRow, (FileRow.session_id == SourceRow.session_id) & (FileRow.index == SourceRow.file_index))
        .where(FileRow.session_id == session_id, FileRow.path == path)
    )
    return (await rows.scalars(query)).one_or_none()


async def tests(rows: AsyncSession, session_id: str) -> list[TestRecord]:
    newest = (
        select(SuiteRow.file_index, func.max(SuiteRow.revision))
        .where(SuiteRow.session_id == session_id)
        .group_by(SuiteRow.file_index)
    )
    query = select(SuiteRow).where(
        SuiteRow.session_id == session_id, tuple_(SuiteRow.file_index, SuiteRow.revision).in_(newest)
    )
    return [test_record(row) for row in await rows.scalars(query.order_by(SuiteRow.file_index))]


async def test(rows: AsyncSession, session_id: str, test_id: str) -> TestRecord | None:
    row = await rows.get(SuiteRow, test_id)
    return None if row is None or row.session_id != session_id else test_record(row)


async def seconds_per_file(rows: AsyncSession, writer: str, framework: str) -> list[float]:
    query = (
        select(FileRow.started_at, FileRow.completed_at)
        .join(RoundRow, (RoundRow.session_id == FileRow.session_id) & (RoundRow.number == FileRow.round))
        .where(FileRow.status == FileStatus.COMPLETED, FileRow.framework == framework, RoundRow.writer == writer)
        .where(RoundRow.away_ms == 0)  # else there is time in it in which nobody was there
        .order_by(FileRow.completed_at.desc())
        .limit(_HISTORY)
    )
    spans = [(started, ended) for started, ended in await rows.execute(query)]
    return [(ended - started).total_seconds() for started, ended in spans if started and ended]


async def spent_per_file(rows: AsyncSession, model: str) -> list[tuple[int, float | None]]:
    query = (
        select(SuiteRow.evidence)
        .join(RoundRow, (RoundRow.session_id == SuiteRow.session_id) & (RoundRow.number == SuiteRow.round))
        .where(RoundRow.model == model)
        .order_by(SuiteRow.created_at.desc())
        .limit(_HISTORY)
    )
    return [(evidence["tokens"], evidence["costUsd"]) for evidence in await rows.scalars(query)]


def _sessions() -> Select[SessionRow, int, int]:
    return select(SessionRow, _files_that(FileStatus.COMPLETED), _files_that(FileStatus.FAILED))


def _files_that(status: FileStatus) -> ColumnElement[int]:
    counting = select(func.count()).where(FileRow.session_id == SessionRow.id, FileRow.status == status)
    return counting.correlate(SessionRow).scalar_subquery()


def _record(row: SessionRow, done: int, failed: int) -> SessionRecord:
    return session_record(row, completed_files=done, failed_files=failed)


def _cursor(last: SessionRecord) -> str:
    place = json.dumps([last.created_at.isoformat(), last.session_id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        created_at, session_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromisoformat(created_at), str(session_id)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InputError(
            "This cursor is not one of ours.", code="invalid_cursor", hint="Start again without a cursor."
        ) from error
