"""Which database there is, made ready: a file in the home folder, or the Postgres database that somebody named."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError

from testwright.domain.errors import PermanentError
from testwright.store.database import Database, first_line_of
from testwright.store.migrating import migrate_file, migrate_postgres
from testwright.store.postgres import postgres_backend, postgres_url
from testwright.store.postgres_news import postgres_bell
from testwright.store.sqlite import prepare_file, sqlite_backend
from testwright.store.sqlite_news import file_bell
from testwright.store.wakeups import Bell


@asynccontextmanager
async def opened(home: Path, database_url: str | None) -> AsyncIterator[tuple[Database, Bell]]:
    """Raises PermanentError: `schema_newer`, `storage_settings`, or `storage_unusable` when it is not ours to use."""
    if database_url is None:
        path = file_in(home)
        await asyncio.to_thread(ready_file, path)
        async with Database.open(sqlite_backend(path)) as database, file_bell(path) as bell:
            yield database, bell
        return
    url = postgres_url(database_url)
    await asyncio.to_thread(ready_postgres, url)
    async with Database.open(postgres_backend(url)) as database, postgres_bell(url) as bell:
        yield database, bell


def file_in(home: Path) -> Path:
    return home / "testwright.sqlite"


def ready_file(path: Path) -> None:
    try:
        prepare_file(path)
        migrate_file(path)
    except (OSError, DatabaseError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.orig
        raise PermanentError(
            f"The database could not be opened: {reason}.",
            code="storage_unusable",
            hint="Check the folder that TESTWRIGHT_HOME names: it has to be ours to write, on a local disk, and no "
            "other program may hold the database in it.",
        ) from error


def ready_postgres(url: URL) -> None:
    try:
        migrate_postgres(url)
    except DatabaseError as error:
        raise PermanentError(
            f"The Postgres database could not be opened: {first_line_of(error)}.",
            code="storage_unusable",
            hint="Check TESTWRIGHT_DATABASE_URL: the server has to answer, and the user may create tables.",
        ) from error
