"""`testwright db` as the command is typed."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.fakes.postgres_server import psql
from testwright.store import Store


def typed(home: Path, *arguments: str, url: str | None = None) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name != "TESTWRIGHT_DATABASE_URL"}
    environment |= {"TESTWRIGHT_HOME": str(home)} | ({"TESTWRIGHT_DATABASE_URL": url} if url else {})
    return subprocess.run(
        [sys.executable, "-m", "testwright", "db", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )


def made(home: Path) -> Path:
    async def make() -> None:
        async with Store.open(home):
            pass

    asyncio.run(make())
    return home / "testwright.sqlite"


def test_a_database_of_this_version_is_sound(tmp_path: Path) -> None:
    made(tmp_path)
    answer = typed(tmp_path, "check")

    assert answer.returncode == 0
    assert answer.stdout.startswith("SQLite: sound, schema ")


def test_an_older_database_is_said_to_be_one_and_brought_up_with_a_copy(tmp_path: Path) -> None:
    path = made(tmp_path)
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE steps; ALTER TABLE rounds DROP COLUMN seen_at; ALTER TABLE rounds DROP COLUMN away_ms;"
        "ALTER TABLE sessions DROP COLUMN pin; UPDATE alembic_version SET version_num = '0008';"
    )
    connection.close()
    before = typed(tmp_path, "check", "--json")
    upgraded = typed(tmp_path, "upgrade")

    assert before.returncode == 1
    assert json.loads(before.stdout)["schema"] == "0008"
    assert upgraded.stdout.startswith("The schema was brought from 0008 to ")
    assert list(tmp_path.glob("testwright.sqlite.before-*"))
    assert typed(tmp_path, "check").returncode == 0


def test_a_backup_is_a_whole_database_and_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    made(tmp_path)
    copy = tmp_path / "copy.sqlite"
    first, second = typed(tmp_path, "backup", str(copy)), typed(tmp_path, "backup", str(copy))

    assert first.stdout.strip() == str(copy)
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    assert second.returncode == 2
    assert "exists already" in second.stderr


def test_a_damaged_file_is_found_out(tmp_path: Path) -> None:
    path = made(tmp_path)
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 4] = os.urandom(4096)
    path.write_bytes(content)
    answer = typed(tmp_path, "check")

    assert answer.returncode in (1, 3)
    assert answer.stderr


def test_where_there_is_no_database_nothing_is_made(tmp_path: Path) -> None:
    answer = typed(tmp_path, "check")

    assert answer.returncode == 2
    assert "no database yet" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_postgres_database_is_made_checked_and_left_to_its_own_tools(tmp_path: Path, postgres_url: str) -> None:
    assert typed(tmp_path, "check", url=postgres_url).returncode == 1
    assert typed(tmp_path, "upgrade", url=postgres_url).stdout.startswith("The database was made")
    assert typed(tmp_path, "check", url=postgres_url).returncode == 0
    assert psql(postgres_url, "SELECT count(*) FROM sessions") == [(0,)]
    assert "pg_dump" in typed(tmp_path, "backup", url=postgres_url).stderr
