"""What was written into a session's folder, so that it can be taken back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.records import Application
from testwright.store.rows import ApplicationRow


async def note(rows: AsyncSession, session_id: str, made: Application, now: datetime) -> None:
    row = ApplicationRow(
        session_id=session_id,
        test_id=made.test_id,
        path=made.path,
        before=made.before,
        after=made.after,
        folders=list(made.folders),
        applied_at=now,
    )
    rows.add(row)


async def of_session(rows: AsyncSession, session_id: str) -> list[Application]:
    """The newest first: the order in which they are taken back."""
    query = select(ApplicationRow).where(ApplicationRow.session_id == session_id).order_by(ApplicationRow.id.desc())
    return [
        Application(test_id=row.test_id, path=row.path, before=row.before, after=row.after, folders=tuple(row.folders))
        for row in await rows.scalars(query)
    ]


async def forget(rows: AsyncSession, session_id: str, undone: Application) -> None:
    """The newest that wrote this text to this path."""
    query = (
        select(ApplicationRow)
        .where(
            ApplicationRow.session_id == session_id,
            ApplicationRow.path == undone.path,
            ApplicationRow.test_id == undone.test_id,
        )
        .order_by(ApplicationRow.id.desc())
        .limit(1)
    )
    row = (await rows.scalars(query)).one_or_none()
    if row is not None:
        await rows.delete(row)
