"""What past sessions have seen of a repository: the newest word on each file, and how each session went."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.records import MeasuredFile, SessionFigures
from testwright.store.rows import ApplicationRow, FileRow, SessionRow, SourceRow, SuiteRow

_MOST_SESSIONS = 200


async def measured_files(rows: AsyncSession, owner: str, repository_id: str) -> list[MeasuredFile]:
    """By the newest suite of each file that was run, whichever session it comes from."""
    newest = (
        select(func.max(SuiteRow.created_at), SuiteRow.file_path)
        .join(SessionRow, SessionRow.id == SuiteRow.session_id)
        .where(SessionRow.owner == owner, SessionRow.repository_id == repository_id)
        .group_by(SuiteRow.file_path)
    )
    applied = select(func.count()).where(ApplicationRow.test_id == SuiteRow.id).correlate(SuiteRow).scalar_subquery()
    query = (
        select(SuiteRow.file_path, SuiteRow.evidence, SourceRow.text, applied)
        .join(SessionRow, SessionRow.id == SuiteRow.session_id)
        .join(
            SourceRow,
            (SourceRow.session_id == SuiteRow.session_id) & (SourceRow.file_index == SuiteRow.file_index),
        )
        # A later round that brought nothing may have been about another text.
        .join(
            FileRow,
            (FileRow.session_id == SuiteRow.session_id)
            & (FileRow.index == SuiteRow.file_index)
            & (FileRow.round == SuiteRow.round),
        )
        .where(
            SessionRow.owner == owner,
            SessionRow.repository_id == repository_id,
            tuple_(SuiteRow.created_at, SuiteRow.file_path).in_(newest),
        )
    )
    found = [(path, evidence["coverage"], text, made) for path, evidence, text, made in await _verified(rows, query)]
    return [
        MeasuredFile(path=path, text=text, lines=coverage["after" if made else "before"]["lines"])
        for path, coverage, text, made in found
        if coverage["after" if made else "before"]["lines"] is not None
    ]


async def _verified(rows: AsyncSession, query: Select[Any]) -> Sequence[Any]:
    return [row for row in (await rows.execute(query)).all() if row[1]["verified"]]


async def figures(rows: AsyncSession, owner: str, repository_id: str) -> list[SessionFigures]:
    """The sessions that delivered something, the oldest of the newest first; only what was run is counted."""
    chosen = (
        select(SessionRow.id, SessionRow.created_at)
        .where(SessionRow.owner == owner, SessionRow.repository_id == repository_id)
        .order_by(SessionRow.created_at.desc())
        .limit(_MOST_SESSIONS)
    )
    sessions = list((await rows.execute(chosen)).all())
    query = (
        select(SuiteRow.session_id, SuiteRow.evidence, SuiteRow.file_index)
        .where(SuiteRow.session_id.in_([id for id, _ in sessions]))
        .order_by(SuiteRow.revision)
    )
    newest: dict[str, dict[int, dict[str, Any]]] = {}
    for session_id, evidence, index in await _verified(rows, query):
        newest.setdefault(session_id, {})[index] = evidence
    return [
        _figures_of(session_id, created_at, list(newest[session_id].values()))
        for session_id, created_at in reversed(sessions)
        if session_id in newest
    ]


def _figures_of(session_id: str, created_at: Any, evidence: Sequence[dict[str, Any]]) -> SessionFigures:
    counts = [one["mutants"] for one in evidence if one["mutants"]]
    return SessionFigures(
        session_id=session_id,
        created_at=created_at,
        files=len(evidence),
        tests=sum(one["testCount"] for one in evidence),
        lines_before=_mean(one["coverage"]["before"]["lines"] for one in evidence),
        lines_after=_mean(one["coverage"]["after"]["lines"] for one in evidence),
        noticed=sum(one["killed"] for one in counts),
        tried=sum(one["sampled"] for one in counts),
    )


def _mean(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 1) if known else None
