"""A throw-away Postgres on a free loopback port, run by somebody who is not root. One for a whole test run."""

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from glob import glob
from pathlib import Path

import pytest

from testwright.store.migrating import migrate_postgres
from testwright.store.postgres import postgres_url

URL = "TESTWRIGHT_TEST_DATABASE_URL"
_SECONDS = 60
_OPTIONS = {
    "fsync": "off",  # what is thrown away need not survive a power cut
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "unix_socket_directories": "''",
    "listen_addresses": "127.0.0.1",
}


def a_database(*, migrated: bool = False) -> str:
    """The address of a database of one's own: empty, or with our tables. Skips, with the reason, without a server."""
    server, problem = _server()
    if server is None:
        pytest.skip(f"no Postgres: {problem}")
    return _made(server, f"TEMPLATE {_with_tables(server)}" if migrated else "")


def _made(server: str, how: str = "") -> str:
    name = f"t_{secrets.token_hex(6)}"
    _psql(server, f"CREATE DATABASE {name} {how}")
    return f"{server}/{name}"


@cache
def _with_tables(server: str) -> str:
    """Migrating takes longer than most tests: it is done once, and copied."""
    url = _made(server)
    migrate_postgres(postgres_url(url))
    return url.rsplit("/", 1)[1]


def drop(url: str) -> None:
    server, name = url.rsplit("/", 1)
    _psql(server, f"DROP DATABASE {name} WITH (FORCE)")


def psql(url: str, statement: str) -> list[tuple[object, ...]]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement)  # type: ignore[call-overload]
        return list(found) if found.description else []


def _psql(server: str, statement: str) -> None:
    psql(f"{server}/postgres", statement)


@cache
def _server() -> tuple[str | None, str]:
    """Its address without a database, or None and why there is none."""
    given = os.environ.get(URL)
    if given:
        return given.rstrip("/"), ""
    programs = _programs()
    if programs is None:
        return None, f"install the package postgresql, or set {URL} to the address of a server, without a database"
    somebody = _somebody()
    if os.geteuid() == 0 and somebody is None:
        return None, "a Postgres server does not run as root, and there is no user postgres or nobody"
    folder = Path(tempfile.mkdtemp(prefix="testwright-postgres-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if somebody is not None:
        os.chown(folder, somebody, -1)
    try:
        return _start(programs, folder, somebody), ""
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"the server did not start: {error}"


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    installed = sorted(glob("/usr/lib/postgresql/*/bin/initdb"))
    return Path(installed[-1]).parent if installed else None


def _somebody() -> int | None:
    import pwd

    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    return None


def _start(programs: Path, folder: Path, user: int | None) -> str:
    data, log = folder / "data", folder / "log"
    who = (
        {} if user is None else {"user": user, "group": "nogroup" if _is_group("nogroup") else None, "extra_groups": []}
    )
    quiet = {"check": True, "timeout": _SECONDS, "stdout": subprocess.DEVNULL, "cwd": folder, **who}
    initdb = [programs / "initdb", "-D", data, "-A", "trust", "-U", "test", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, **quiet)  # type: ignore[call-overload]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = " ".join(f"-c {name}={value}" for name, value in {**_OPTIONS, "port": str(port)}.items())
    start = [programs / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start"]
    subprocess.run(start, **quiet)  # type: ignore[call-overload]
    stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
    atexit.register(subprocess.run, stop, **{**quiet, "check": False})
    return f"postgresql://test@127.0.0.1:{port}"


def _is_group(name: str) -> bool:
    import grp

    try:
        grp.getgrnam(name)
    except KeyError:
        return False
    return True
