"""How a database of an earlier version becomes one of this version, when it is opened."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from testwright.domain.errors import PermanentError
from testwright.store.postgres import connect_arguments, lock_key
from testwright.store.sqlite import behave, url_of

MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic keeps the running migration in module variables, so two databases cannot be migrated at the same time.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Schema:
    """`found` is None where there is no schema yet."""

    found: str | None
    newest: str

    @property
    def is_current(self) -> bool:
        return self.found == self.newest


def migrate_file(path: Path, migrations: Path = MIGRATIONS) -> Schema:
    """Bring the file to the newest schema, all or nothing, with a copy of what was there before. Blocks.

    Returns what there was before. Raises PermanentError `schema_newer` when a newer version of Testwright has written
    it.
    """

    def keep_copy(newest: str) -> None:
        copy_file(path, path.with_name(f"{path.name}.before-{newest}"))

    return _migrate(_file_engine(path), migrations, keep_copy)


def migrate_postgres(url: URL, migrations: Path = MIGRATIONS) -> Schema:
    """The same for a Postgres database. Nobody else migrates it meanwhile; copies of it are its operator's business."""
    return _migrate(_postgres_engine(url), migrations, lambda newest: None)


def schema_of_file(path: Path) -> Schema:
    return _look(_file_engine(path))


def schema_of_postgres(url: URL) -> Schema:
    return _look(_postgres_engine(url))


def copy_file(path: Path, copy: Path) -> None:
    """A copy of one moment, whoever writes meanwhile; only its owner may look inside."""
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _migrate(engine: Engine, migrations: Path, keep_copy: Callable[[str], None]) -> Schema:
    config, scripts = _scripts(migrations)
    with _ONE_AT_A_TIME, engine.begin() as connection:
        schema = _schema(connection, scripts)
        if schema.is_current:
            return schema
        _refuse_newer(schema.found, scripts)
        if schema.found is not None:
            keep_copy(schema.newest)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return schema


def _look(engine: Engine) -> Schema:
    _, scripts = _scripts(MIGRATIONS)
    with engine.begin() as connection:
        schema = _schema(connection, scripts)
    _refuse_newer(schema.found, scripts)
    return schema


def _scripts(migrations: Path) -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def _schema(connection: Connection, scripts: ScriptDirectory) -> Schema:
    newest = scripts.get_current_head()
    assert newest is not None
    return Schema(MigrationContext.configure(connection).get_current_revision(), newest)


def _file_engine(path: Path) -> Engine:
    engine = create_engine(url_of(path, "pysqlite"), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # Off: a table that is rebuilt is dropped first, and that must not take its children along.
        behave(connection, foreign_keys=False)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: URL) -> Engine:
    arguments = connect_arguments()
    # Whoever comes second waits for the first, and a large table takes longer than a transaction of every day.
    arguments["options"] += " -c statement_timeout=0 -c lock_timeout=0"
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("schema")})

    return engine


def _refuse_newer(found: str | None, scripts: ScriptDirectory) -> None:
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise PermanentError(
            f"The database was written by a newer version of Testwright (schema {found}).",
            code="schema_newer",
            hint="Upgrade Testwright, or set TESTWRIGHT_HOME to another folder.",
        )
