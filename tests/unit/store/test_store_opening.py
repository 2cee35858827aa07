import asyncio
import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from store_samples import ME, deliver_all, new_session, payloads, processing

from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.ports import Answer
from testwright.domain.sessions import Decision
from testwright.store import Store
from testwright.store.database import Database
from testwright.store.migrating import MIGRATIONS, migrate_file, migrate_postgres
from testwright.store.postgres import postgres_url as postgres_url_of
from testwright.store.rows import AnswerRow, Row
from testwright.store.sqlite import prepare_file, sqlite_backend

NOW = ScriptDirectory(str(MIGRATIONS)).get_current_head()
NEXT_SCHEMA = f"""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{NOW}"


def upgrade() -> None:
    with op.batch_alter_table("sessions", recreate="always") as table:
        table.add_column(sa.Column("mood", sa.Text(), nullable=True))
"""


@pytest.fixture
def next_migrations(tmp_path: Path) -> Path:
    """The migrations of a version that is yet to come."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9999_mood.py").write_text(NEXT_SCHEMA)
    return folder


def test_models_and_migrations_agree(tmp_path, database_url):
    path = tmp_path / "home" / "testwright.sqlite"
    if database_url is None:
        prepare_file(path)
        migrate_file(path)
    else:
        migrate_postgres(postgres_url_of(database_url))
    engine = create_engine(postgres_url_of(database_url) if database_url else f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})

        assert compare_metadata(context, Row.metadata) == []


async def test_a_reopened_store_has_everything(tmp_path, database_url):
    answer = Answer(text="tests", finish="stop", usage=Usage(tokens=7, cost_usd=None))
    async with Store.open(tmp_path, database_url) as store:
        session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
        await store.desk(session, 1, 1).put("draft", {"text": "…"})
        await deliver_all(store, session)
        await store.answers.put("key", answer)
        before = (
            await store.session(session, ME),
            await store.files(session),
            await store.tests(session),
            await payloads(store, session),
        )
    async with Store.open(tmp_path, database_url) as store:
        after = (
            await store.session(session, ME),
            await store.files(session),
            await store.tests(session),
            await payloads(store, session),
        )

        assert after == before
        assert await store.desk(session, 1, 1).get("draft") == {"text": "…"}
        assert await store.answers.get("key") == answer


async def test_the_first_answer_under_a_key_stays(store):
    first = Answer(text="first", finish="stop", usage=Usage(tokens=7, cost_usd=0.5))
    await store.answers.put("key", first)
    await store.answers.put("key", Answer(text="second", finish="stop", usage=Usage()))

    assert await store.answers.get("key") == first
    assert await store.answers.get("other") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
async def test_only_the_owner_may_look_inside(tmp_path):
    home = tmp_path / "new" / "home"
    async with Store.open(home) as store:
        await store.accept(new_session())

        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        for file in home.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


async def test_a_newer_schema_is_refused_and_left_alone(tmp_path, next_migrations):
    path = tmp_path / "home" / "testwright.sqlite"
    prepare_file(path)
    migrate_file(path, next_migrations)
    with pytest.raises(PermanentError) as caught:
        async with Store.open(path.parent):
            pass

    assert caught.value.code == "schema_newer"
    assert str(tmp_path) not in caught.value.message


async def test_an_older_schema_is_brought_up_with_its_data_and_a_copy(tmp_path, next_migrations):
    async with Store.open(tmp_path / "home") as store:
        session = (await store.accept(new_session())).session_id
    path = tmp_path / "home" / "testwright.sqlite"
    migrate_file(path, next_migrations)

    copy = path.with_name("testwright.sqlite.before-9999")
    assert rows_of(path, "SELECT id, mood FROM sessions") == [(session, None)]
    assert rows_of(path, "SELECT count(*) FROM files") == [(1,)]
    assert rows_of(copy, "SELECT version_num FROM alembic_version") == [(NOW,)]
    assert rows_of(copy, "SELECT id FROM sessions") == [(session,)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_suites_from_the_first_version_are_still_there(tmp_path):
    home = tmp_path / "home"
    async with Store.open(home) as store:
        session = (await store.accept(new_session())).session_id
        await deliver_all(store, session)
    path = home / "testwright.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE applications; ALTER TABLE tests DROP COLUMN suspects; ALTER TABLE tests DROP COLUMN mutants;"
        "ALTER TABLE files DROP COLUMN from_folder; ALTER TABLE tests DROP COLUMN decision;"
        "DROP TABLE calls; DROP TABLE tickets; DROP TABLE keys; DROP TABLE steps;"
        "ALTER TABLE rounds DROP COLUMN seen_at; ALTER TABLE rounds DROP COLUMN away_ms;"
        "ALTER TABLE sessions DROP COLUMN pin; UPDATE alembic_version SET version_num = '0001';"
    )
    connection.close()

    async with Store.open(home) as store:
        (kept,) = await store.tests(session)
        (file,) = await store.files(session)

    assert kept.evidence["verified"] is True
    assert kept.mutants == ()
    assert not file.from_folder
    assert kept.suspects == ()
    assert kept.decision is Decision.UNDECIDED


def rows_of(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


async def test_stores_that_open_one_new_home_at_once_all_open(tmp_path, database_url):
    async def use() -> str:
        async with Store.open(tmp_path / "home", database_url) as store:
            return (await store.accept(new_session())).session_id

    assert len(set(await asyncio.gather(*(use() for _ in range(4))))) == 4


async def test_two_stores_write_to_one_file(tmp_path, database_url):
    async with (
        Store.open(tmp_path, database_url) as one,
        Store.open(tmp_path, database_url) as other,
    ):
        session = (await one.accept(new_session(*(f"{n}.ts" for n in range(30))))).session_id
        tellings = [(one, other)[n % 2].tell(session, 1, processing(n)) for n in range(1, 31)]
        numbers = await asyncio.gather(*tellings)

        assert sorted(numbers) == list(range(2, 32))
        assert await one.events_after(session, 0) == await other.events_after(session, 0)


async def test_a_caller_who_leaves_does_not_cut_a_transaction_in_two(store):
    session = (await store.accept(new_session(*(f"{n}.ts" for n in range(10))))).session_id
    for index in range(1, 11):
        task = asyncio.create_task(store.tell(session, 1, processing(index)))
        await asyncio.sleep(0.0005 * index)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await store.mark_sent(session, 1)  # waits for its turn behind all of them
    record = await store.session(session, ME)

    assert [event.id for event in await store.events_after(session, 0)] == list(range(1, record.last_event_id + 1))


async def test_a_full_disk_is_told_as_such_and_leaves_no_trace(tmp_path):
    path = tmp_path / "testwright.sqlite"
    prepare_file(path)
    migrate_file(path)

    async def fill(rows: AsyncSession) -> None:
        await rows.execute(text("PRAGMA max_page_count = 1"))
        rows.add(AnswerRow(key="key", answer={"text": "x" * 100_000}, created_at=datetime.now(UTC)))

    async with Database.open(sqlite_backend(path)) as database:
        with pytest.raises(TransientError) as caught:
            await database.write(fill, about="answer")

        assert caught.value.code == "storage_unavailable"
        assert caught.value.message == "The database could not be used: database or disk is full."
        assert await database.read(lambda rows: rows.get(AnswerRow, "key")) is None


async def test_a_disk_that_may_only_be_read_is_told_as_such(tmp_path):
    path = tmp_path / "testwright.sqlite"
    prepare_file(path)
    migrate_file(path)

    async def put(rows: AsyncSession) -> None:
        await rows.execute(text("PRAGMA query_only = ON"))
        await rows.execute(text("DELETE FROM answers"))

    async with Database.open(sqlite_backend(path)) as database:
        with pytest.raises(TransientError) as caught:
            await database.write(put, about="answer")

    assert caught.value.code == "storage_unavailable"
    assert "may only be read" in str(caught.value.hint)


async def test_a_database_that_another_program_holds_is_told_as_such(tmp_path):
    path = tmp_path / "testwright.sqlite"
    prepare_file(path)
    migrate_file(path)

    async def put(rows: AsyncSession) -> None:
        await rows.execute(text("DELETE FROM answers"))

    backend = sqlite_backend(path)

    @event.listens_for(backend.writer.sync_engine, "connect")
    def _do_not_wait(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 1").close()

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with Database.open(backend) as database:
            with pytest.raises(TransientError) as caught:
                await database.write(put, about="answer")

    assert caught.value.code == "storage_unavailable"
    assert "Another program holds" in str(caught.value.hint)


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "testwright.sqlite").write_text("This is not a database, however long it may be. " * 50)
    with pytest.raises(PermanentError) as caught:
        async with Store.open(tmp_path):
            pass

    assert caught.value.code == "storage_unusable"


async def test_a_home_that_cannot_be_made_is_refused_without_its_path(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError) as caught:
        async with Store.open(tmp_path / "file" / "home"):
            pass

    assert caught.value.code == "storage_unusable"
    assert str(tmp_path) not in caught.value.message


async def test_repositories_are_registered_once_and_belong_to_somebody(store):
    shop = await store.add_repository(ME, "shop", "/code/shop")

    assert await store.add_repository(ME, "shop again", "/code/shop") == shop
    assert (await store.add_repository("else", "shop", "/code/shop")).repository_id != shop.repository_id
    assert await store.repositories(ME) == [shop]
    assert await store.repository(shop.repository_id, ME) == shop
    assert await store.repository(shop.repository_id, "else") is None
    assert not await store.remove_repository(shop.repository_id, "else")
    assert await store.remove_repository(shop.repository_id, ME)
    assert not await store.remove_repository(shop.repository_id, ME)
