"""The tables. Rows never leave this room; what does is in `domain/records.py`.

A change here needs a file in `migrations/versions/`; a test compares the two.
"""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A point in time. SQLite knows no zones: stored as UTC, given back as UTC, everywhere in the same way."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


_NUL, _ESCAPED_NUL, _ESCAPE = "\0", "\ue0000", "\ue000"
"""A character of the private use area stands before a 0 for NUL, and before another one of itself for itself."""
_ESCAPED = re.compile(f"{_ESCAPE}(0|{_ESCAPE})")


class Words(TypeDecorator[str]):
    """A text. Postgres has no NUL in texts, but people have it in their sources."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql" or not (_NUL in value or _ESCAPE in value):
            return value
        return value.replace(_ESCAPE, _ESCAPE * 2).replace(_NUL, _ESCAPED_NUL)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or dialect.name != "postgresql" or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda found: _NUL if found[1] == "0" else _ESCAPE, value)


class Row(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy's own way to say it
        datetime: UtcTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        str: Words(),
    }


def _session_key() -> Mapped[str]:
    return mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)


class SessionRow(Row):
    """What was asked for and how it stands. `last_event_id` is the counter that events take their numbers from."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "owner", "created_at", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    repository_id: Mapped[str]
    repository_root: Mapped[str | None]
    branch: Mapped[str | None]
    pin: Mapped[str | None]
    framework: Mapped[str]
    options: Mapped[dict[str, Any]]
    writer: Mapped[str]
    model: Mapped[str | None]
    status: Mapped[str]
    round: Mapped[int]
    progress: Mapped[int]
    current_step: Mapped[str]
    current_message: Mapped[str]
    last_event_id: Mapped[int]
    total_files: Mapped[int]
    estimate_seconds: Mapped[int]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any] | None]


class RoundRow(Row):
    """One run over some of a session's files, and its place in the outbox.

    `sent_at` is None until the engine has the event; `claimed_by` is the run that works on it. `cut_short` says that
    the round ended before its files did, so work on them may still be going on and has to stop. `seen_at` is when a
    process that works on rounds was last there, and `away_ms` for how long there was none.
    """

    __tablename__ = "rounds"
    __table_args__ = (UniqueConstraint("owner", "idempotency_key"), Index(None, "status"))

    session_id: Mapped[str] = _session_key()
    number: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str]
    idempotency_key: Mapped[str | None]
    request_hash: Mapped[str | None]
    driver: Mapped[str]
    event_id: Mapped[str] = mapped_column(unique=True)
    issue: Mapped[int]
    issued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    options: Mapped[dict[str, Any]]
    writer: Mapped[str]
    model: Mapped[str | None]
    status: Mapped[str]
    cut_short: Mapped[bool]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    away_ms: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))


class FileRow(Row):
    """`round` is the newest round that has it; `share` how much of it is done in that round, from 0 to 1.

    `from_folder` says that its text was read from the registered folder, which a retry does again.
    """

    __tablename__ = "files"
    __table_args__ = (
        UniqueConstraint("session_id", "path"),
        Index(None, "session_id", "round"),
        Index(None, "framework", "completed_at"),
    )

    session_id: Mapped[str] = _session_key()
    index: Mapped[int] = mapped_column("file_index", primary_key=True)
    path: Mapped[str]
    framework: Mapped[str]
    status: Mapped[str]
    stage: Mapped[str]
    attempt: Mapped[int]
    round: Mapped[int]
    share: Mapped[float]
    from_folder: Mapped[bool]
    error: Mapped[dict[str, Any] | None]
    test_id: Mapped[str | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class SourceRow(Row):
    """A file's text as it was accepted; none where it could not be read.

    Apart from `files`, because SQLite rewrites a whole row on every change.
    """

    __tablename__ = "sources"

    session_id: Mapped[str] = _session_key()
    file_index: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


class EventRow(Row):
    """The log. `key` makes telling the same thing twice one event."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("session_id", "round", "key"),)

    session_id: Mapped[str] = _session_key()
    seq: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int]
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]


class SuiteRow(Row):
    """A delivered suite: one for each file and round, all revisions kept; `decision` is what a person made of it."""

    __tablename__ = "tests"
    __table_args__ = (
        UniqueConstraint("session_id", "file_index", "revision"),
        UniqueConstraint("session_id", "round", "file_index"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    file_index: Mapped[int]
    round: Mapped[int]
    revision: Mapped[int]
    file_path: Mapped[str]
    test_file_path: Mapped[str]
    test_code: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    dropped: Mapped[list[Any]]
    coverage: Mapped[dict[str, Any]]
    mutants: Mapped[list[Any]]
    suspects: Mapped[list[Any]]
    decision: Mapped[str]
    created_at: Mapped[datetime]


class ApplicationRow(Row):
    """A suite that was written into its session's folder and not taken back, in the order of writing."""

    __tablename__ = "applications"
    __table_args__ = (Index(None, "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    test_id: Mapped[str]
    path: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str]
    folders: Mapped[list[Any]]
    applied_at: Mapped[datetime]


class ShelfRow(Row):
    """Contents too large to travel in a step's result."""

    __tablename__ = "shelf"

    session_id: Mapped[str] = _session_key()
    round: Mapped[int] = mapped_column(primary_key=True)
    file_index: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


class StepRow(Row):
    """One attempt of a step. Without an end it is under way, or its process died."""

    __tablename__ = "steps"
    __table_args__ = (Index(None, "session_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    round: Mapped[int]
    file_index: Mapped[int]
    step: Mapped[str]
    attempt: Mapped[int]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]


class AnswerRow(Row):
    """A model's answer, under the hash of what it was asked. Belongs to no session, so it outlives them."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class CallRow(Row):
    """A call of a model: what was set aside for it, and what it took.

    Belongs to no session by key: what a day cost stays true when a session is deleted. `settled` is False while it is
    under way, and for good when its process died; a settled call without `tokens` took nobody knows what.
    """

    __tablename__ = "calls"
    __table_args__ = (Index(None, "session_id", "round"), Index(None, "began_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str]
    round: Mapped[int]
    file_index: Mapped[int]
    provider: Mapped[str]
    model: Mapped[str]
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    most_tokens: Mapped[int]
    most_usd: Mapped[float | None]
    settled: Mapped[bool]
    tokens: Mapped[int | None]
    cost_usd: Mapped[float | None]


class RepositoryRow(Row):
    __tablename__ = "repositories"
    __table_args__ = (UniqueConstraint("owner", "root"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    name: Mapped[str]
    root: Mapped[str]
    created_at: Mapped[datetime]


class KeyRow(Row):
    """`digest` is hexadecimal: of the secret nothing else is kept."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    owner: Mapped[str]
    reads_only: Mapped[bool]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class TicketRow(Row):
    """A ticket for a session's stream, under its digest; `openings` counts how often it was used."""

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "session_id"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    owner: Mapped[str]
    key_id: Mapped[str | None]
    opens_until: Mapped[datetime]
    openings: Mapped[int]
