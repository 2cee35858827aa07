"""Keys and tickets. Nothing here gives a secret back: what is stored are digests."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.access import (
    LAUNCH_LASTS,
    PAGE_LASTS,
    TICKET_LASTS,
    Key,
    KeyKind,
    Opening,
    digest_of,
    key_id_in,
    new_secret,
)
from testwright.domain.sessions import SessionStatus
from testwright.store.database import Database
from testwright.store.rows import KeyRow, SessionRow, TicketRow

_KEYS = "keys"


class AccessBook:
    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self.now = now

    async def add_key(self, name: str, *, owner: str, reads_only: bool = False) -> tuple[Key, str]:
        """A new key, and its secret: the only time that anybody sees it."""
        return await self._database.write(
            lambda rows: _add(rows, name, KeyKind.API, owner, reads_only, self.now(), lasts=None), about=_KEYS
        )

    async def add_launch(self, *, owner: str) -> str:
        """The secret of a link that opens the page once, within ten minutes."""
        _, secret = await self._database.write(
            lambda rows: _add(rows, "launch", KeyKind.LAUNCH, owner, False, self.now(), lasts=LAUNCH_LASTS), about=_KEYS
        )
        return secret

    async def launch(self, secret: str) -> str | None:
        """The secret for a browser's cookie in exchange for that of a link; None when it was used, or is none."""
        return await self._database.write(lambda rows: _launch(rows, secret, self.now()), about=_KEYS)

    async def keys(self) -> list[Key]:
        """All but the links, the oldest first; what is revoked or has run out is among them."""
        return await self._database.glance(_keys)

    async def has_keys(self) -> bool:
        """Whether there is one that holds: then nobody comes in without."""
        return any(key.kind is KeyKind.API and key.is_live(self.now()) for key in await self.keys())

    async def revoke(self, key_id: str) -> Key | None:
        """The key as it is now; None when there is none of that id."""
        return await self._database.write(lambda rows: _revoke(rows, key_id, self.now()), about=_KEYS)

    async def add_ticket(self, session_id: str, *, owner: str, key_id: str | None) -> tuple[str, datetime]:
        """A ticket for that session's stream, and until when it can be opened for the first time."""
        ticket, now = secrets.token_urlsafe(32), self.now()
        row = TicketRow(
            digest=digest_of(ticket).hex(),
            session_id=session_id,
            owner=owner,
            key_id=key_id,
            opens_until=now + TICKET_LASTS,
            openings=0,
        )
        await self._database.write(lambda rows: _put(rows, row), about=session_id)
        return ticket, row.opens_until

    async def open_ticket(self, ticket: str, session_id: str, *, after: int) -> Opening | None:
        """Count one opening of that session's stream, or None.

        A ticket opens once within its time; later only to go on `after` an event of the session, which nobody knows who
        did not listen, until the session has been over for as long as a ticket lasts.
        """
        return await self._database.write(
            lambda rows: _open(rows, digest_of(ticket), session_id, after, self.now()), about=session_id
        )

    async def is_open(self, opening: Opening) -> bool:
        """Whether nobody has opened the same ticket since."""
        return await self._database.glance(lambda rows: _is_open(rows, opening))


async def _add(
    rows: AsyncSession,
    name: str,
    kind: KeyKind,
    owner: str,
    reads_only: bool,
    now: datetime,
    *,
    lasts: timedelta | None,
) -> tuple[Key, str]:
    key_id, secret = new_secret()
    row = KeyRow(
        id=key_id,
        name=name,
        kind=kind.value,
        owner=owner,
        reads_only=reads_only,
        digest=digest_of(secret).hex(),
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
        revoked_at=None,
    )
    rows.add(row)
    return _key(row), secret


async def _launch(rows: AsyncSession, secret: str, now: datetime) -> str | None:
    row = await rows.get(KeyRow, key_id_in(secret) or "")
    if row is None or row.kind != KeyKind.LAUNCH:
        return None
    key = _key(row)
    if not key.is_live(now) or not key.opens_to(secret):
        return None
    row.revoked_at = now
    _, cookie = await _add(rows, "page", KeyKind.PAGE, row.owner, False, now, lasts=PAGE_LASTS)
    return cookie


async def _keys(rows: AsyncSession) -> list[Key]:
    query = select(KeyRow).where(KeyRow.kind != KeyKind.LAUNCH).order_by(KeyRow.created_at, KeyRow.id)
    return [_key(row) for row in await rows.scalars(query)]


async def _revoke(rows: AsyncSession, key_id: str, now: datetime) -> Key | None:
    row = await rows.get(KeyRow, key_id)
    if row is None:
        return None
    row.revoked_at = row.revoked_at or now
    return _key(row)


async def _put(rows: AsyncSession, row: TicketRow) -> None:
    await rows.merge(row)


async def _open(rows: AsyncSession, digest: bytes, session_id: str, after: int, now: datetime) -> Opening | None:
    row = await rows.get(TicketRow, digest.hex())
    session = await rows.get(SessionRow, session_id)
    if row is None or session is None or row.session_id != session_id or row.owner != session.owner:
        return None
    is_long_over = (
        SessionStatus(session.status).is_over
        and session.completed_at is not None
        and now > session.completed_at + TICKET_LASTS
    )
    goes_on = 0 < after <= session.last_event_id and not is_long_over
    if not (goes_on if row.openings else now <= row.opens_until):
        return None
    row.openings += 1
    return Opening(ticket=digest, number=row.openings, owner=row.owner, key_id=row.key_id)


async def _is_open(rows: AsyncSession, opening: Opening) -> bool:
    query = select(TicketRow.openings).where(TicketRow.digest == opening.ticket.hex())
    return (await rows.scalars(query)).one_or_none() == opening.number


def _key(row: KeyRow) -> Key:
    return Key(
        key_id=row.id,
        name=row.name,
        kind=KeyKind(row.kind),
        owner=row.owner,
        reads_only=row.reads_only,
        digest=bytes.fromhex(row.digest),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
