"""Registered folders."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.records import RepositoryRecord
from testwright.store.event_log import RUNNING
from testwright.store.records import repository_record
from testwright.store.rows import RepositoryRow, SessionRow


async def add(rows: AsyncSession, owner: str, name: str, root: str, now: datetime) -> RepositoryRecord:
    query = select(RepositoryRow).where(RepositoryRow.owner == owner, RepositoryRow.root == root)
    row = (await rows.scalars(query)).one_or_none()
    if row is None:
        row = RepositoryRow(id=f"repo_{secrets.token_hex(12)}", owner=owner, name=name, root=root, created_at=now)
        rows.add(row)
    return repository_record(row)


async def of_owner(rows: AsyncSession, owner: str) -> list[RepositoryRecord]:
    query = select(RepositoryRow).where(RepositoryRow.owner == owner)
    return [repository_record(row) for row in await rows.scalars(query.order_by(RepositoryRow.name, RepositoryRow.id))]


async def one(rows: AsyncSession, repository_id: str, owner: str) -> RepositoryRecord | None:
    row = await _owned(rows, repository_id, owner)
    return None if row is None else repository_record(row)


async def remove(rows: AsyncSession, repository_id: str, owner: str) -> bool:
    row = await _owned(rows, repository_id, owner)
    if row is None:
        return False
    # A session that is over must not read the folder when it is retried; one that runs goes on as it began.
    held = update(SessionRow).where(SessionRow.owner == owner, SessionRow.repository_id == repository_id)
    await rows.execute(held.where(SessionRow.status.not_in(RUNNING)).values(repository_root=None))
    await rows.delete(row)
    return True


async def is_held(rows: AsyncSession, root: str) -> bool:
    """Whether anybody has the folder registered, or a session that runs was begun with it."""
    registered = select(RepositoryRow.id).where(RepositoryRow.root == root)
    working = select(SessionRow.id).where(SessionRow.repository_root == root, SessionRow.status.in_(RUNNING))
    return (await rows.scalar(registered.limit(1))) is not None or (await rows.scalar(working.limit(1))) is not None


async def _owned(rows: AsyncSession, repository_id: str, owner: str) -> RepositoryRow | None:
    row = await rows.get(RepositoryRow, repository_id)
    return None if row is None or row.owner != owner else row
