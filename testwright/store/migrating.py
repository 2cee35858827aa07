"""How a database of an earlier version becomes one of this version, when it is opened."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from testwright.domain.errors import PermanentError
from testwright.store.database import behave, url_of

MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic keeps the running migration in module variables, so two databases cannot be migrated at the same time.
_ONE_AT_A_TIME = threading.Lock()


def migrate(path: Path, migrations: Path = MIGRATIONS) -> None:
    """Bring the file to the newest schema, all or nothing, with a copy of what was there before. Blocks.

    Raises PermanentError `schema_newer` when a newer version of Testwright has written it.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    engine = create_engine(url_of(path, "pysqlite"), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # Off: a table that is rebuilt is dropped first, and that must not take its children along.
        behave(connection, foreign_keys=False)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with _ONE_AT_A_TIME, engine.begin() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == scripts.get_current_head():
            return
        _refuse_newer(found, scripts)
        if found is not None:
            _copy(path, path.with_name(f"{path.name}.before-{scripts.get_current_head()}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _refuse_newer(found: str | None, scripts: ScriptDirectory) -> None:
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise PermanentError(
            f"The database was written by a newer version of Testwright (schema {found}).",
            code="schema_newer",
            hint="Upgrade Testwright, or set TESTWRIGHT_HOME to another folder.",
        )


def _copy(path: Path, copy: Path) -> None:
    copy.touch(mode=0o600)
    source, target = sqlite3.connect(path), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
