"""`testwright db`: what state the database is in, how it comes to the newest schema, and a copy of it."""

import json
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError as SqliteError
from sqlite3 import connect

from sqlalchemy.exc import DatabaseError

from testwright.cli.exits import ALL_PROVEN, PARTIAL
from testwright.domain.errors import InputError, PermanentError
from testwright.settings import Settings, read_settings
from testwright.store.database import first_line_of
from testwright.store.migrating import Schema, copy_file, schema_of_file, schema_of_postgres
from testwright.store.opening import file_in, ready_file, ready_postgres
from testwright.store.postgres import postgres_url


def upgrade() -> int:
    """What a start of the service would do, without the service."""
    settings = read_settings()
    before = _schema(settings)
    if settings.database_url is None:
        ready_file(file_in(settings.home))
    else:
        ready_postgres(postgres_url(settings.database_url.get_secret_value()))
    if before.is_current:
        print(f"The schema is the newest already ({before.newest}).")
    elif before.found is None:
        print(f"The database was made, with schema {before.newest}.")
    else:
        print(f"The schema was brought from {before.found} to {before.newest}.")
    return ALL_PROVEN


def check(*, as_json: bool) -> int:
    """0 when the database is sound and of this version, 1 when `testwright db upgrade` has something to do."""
    settings = read_settings()
    schema = _schema(settings)
    problem = None if settings.database_url is not None else _damage(file_in(settings.home))
    kind = "SQLite" if settings.database_url is None else "Postgres"
    if as_json:
        found = {"database": kind, "schema": schema.found, "newest": schema.newest, "problem": problem}
        print(json.dumps(found, indent=2))
    elif problem is not None:
        print(f"{kind}: damaged: {problem}", file=sys.stderr)
    elif schema.is_current:
        print(f"{kind}: sound, schema {schema.found}, the newest.")
    else:
        found_one = f"schema {schema.found}" if schema.found else "no schema yet"
        print(f"{kind}: {found_one}, the newest is {schema.newest}: testwright db upgrade, or start the service.")
    return ALL_PROVEN if problem is None and schema.is_current else PARTIAL


def backup(target: Path | None) -> int:
    """Copy the file as it is at one moment. The service may go on meanwhile."""
    settings = read_settings()
    if settings.database_url is not None:
        raise InputError(
            "A Postgres database is copied with its own tools.", hint='pg_dump "$TESTWRIGHT_DATABASE_URL" > backup.sql'
        )
    source = file_in(settings.home)
    if not source.exists():
        raise InputError("There is no database yet, so there is nothing to copy.")
    copy = target or source.with_name(f"testwright-{datetime.now():%Y%m%d-%H%M%S}.sqlite")
    if copy.exists():
        raise InputError(f"{copy} exists already.", hint="Name another file: testwright db backup FILE")
    if not copy.parent.is_dir():
        raise InputError(f"{copy.parent} is not a folder.", hint="Make it first.")
    copy_file(source, copy)
    problem = _damage(copy)
    if problem is not None:
        raise PermanentError(f"The copy is damaged, as the database may be: {problem}.", code="storage_unusable")
    print(copy)
    return ALL_PROVEN


def _schema(settings: Settings) -> Schema:
    try:
        if settings.database_url is not None:
            return schema_of_postgres(postgres_url(settings.database_url.get_secret_value()))
        path = file_in(settings.home)
        if not path.exists():
            raise InputError("There is no database yet.", hint="The service makes one when it starts: testwright up")
        return schema_of_file(path)
    except DatabaseError as error:
        raise PermanentError(
            f"The database could not be read: {first_line_of(error)}.",
            code="storage_unusable",
            hint="Check TESTWRIGHT_HOME or TESTWRIGHT_DATABASE_URL.",
        ) from error


def _damage(path: Path) -> str | None:
    try:
        with closing(connect(path)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except SqliteError as error:
        return str(error)
    return None if verdict == "ok" else str(verdict)
