"""How a Postgres database is used. Many processes may share it, on one machine or on several."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from testwright.domain.errors import PermanentError
from testwright.store.database import Backend

_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
_WRITERS, _READERS, _GLANCERS = 8, 2, 8
# Somebody else was in the way: serialization failure, deadlock, a lock that was not given in time.
_WORTH_REPEATING = ("40001", "40P01", "55P03")
# Classes of SQLSTATE: no connection, not enough room or memory, an operator stepped in, the system failed; and a server
# that only reads.
_TROUBLE = ("08", "53", "57", "58", "25006", *_WORTH_REPEATING)
# A transaction of ours takes milliseconds. These are for a network that went silent, and for what we never thought of.
_LIMITS = {
    "timezone": "UTC",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_SECONDS_TO_CONNECT = 10


def postgres_url(given: str) -> URL:
    """Raises PermanentError `storage_settings`; the message never holds the address, which holds a password."""
    try:
        url = make_url(given.strip())
    except ArgumentError:
        url = None
    if url is None or url.drivername not in _SCHEMES or not url.database:
        raise PermanentError(
            "TESTWRIGHT_DATABASE_URL is no address of a Postgres database.",
            code="storage_settings",
            hint="Give it as postgresql://user:password@host:5432/database, or unset it to use a file.",
        )
    return url.set(drivername="postgresql+psycopg")


def postgres_backend(url: URL) -> Backend:
    return Backend(
        writer=_engine(url, _WRITERS, isolation_level="READ COMMITTED"),
        reader=_engine(url, _READERS, isolation_level="REPEATABLE READ"),
        glancer=_engine(url, _GLANCERS, isolation_level="AUTOCOMMIT"),
        one_writer=False,
        is_worth_repeating=lambda error: _state(error) in _WORTH_REPEATING,
        is_trouble=is_trouble,
        hint=lambda error: "Check that the Postgres server of TESTWRIGHT_DATABASE_URL runs, answers and has room.",
        hold=hold,
    )


def is_trouble(error: DBAPIError) -> bool:
    state = _state(error)
    if state is None:  # the driver's own: no connection could be made, or it was lost
        return isinstance(error, OperationalError)
    return state.startswith(_TROUBLE)


async def hold(rows: AsyncSession, names: Sequence[str]) -> None:
    """Locks until the end of the transaction, always in one order, so that two who want the same two never block."""
    for key in sorted({lock_key(name) for name in names}):
        await rows.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def lock_key(name: str) -> int:
    digest = hashlib.blake2b(f"testwright/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def connect_arguments() -> dict[str, Any]:
    """For every connection to the server, whoever makes it."""
    return {
        "options": " ".join(f"-c {name}={value}" for name, value in _LIMITS.items()),
        "connect_timeout": _SECONDS_TO_CONNECT,
        "application_name": "testwright",
        "keepalives_idle": 30,
    }


def _engine(url: URL, connections: int, *, isolation_level: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=60,
        pool_pre_ping=True,  # a server that was restarted has closed what lies in the pool
        isolation_level=isolation_level,
        connect_args=connect_arguments(),
    )


def _state(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return None if state is None else str(state)
