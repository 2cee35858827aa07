"""The machine gets into the way of a round: a full disk, a database that another program holds. Nothing is lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISK_BYTES = 24 << 20
TROUBLE_SECONDS = 8.0


@contextmanager
def a_life(home: Path, log: Path, launcher: Sequence[str] = ()) -> "Iterator[subprocess.Popen[str]]":
    argv = [*launcher, sys.executable, "-m", "tests.fakes.one_life", str(home), str(log)]
    life = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield life
    finally:
        life.kill()
        life.wait(10)


def wait_for(log: Path, word: str) -> None:
    deadline = time.monotonic() + 60
    while not log.exists() or word not in log.read_text():
        assert time.monotonic() < deadline, f"never came to {word}"
        time.sleep(0.02)


def violations_of(life: "subprocess.Popen[str]") -> list[str]:
    said, _ = life.communicate(timeout=120)
    assert life.returncode == 0
    found: list[str] = json.loads(said)
    return found


@pytest.mark.parametrize("name", ["testwright.sqlite", "engine.sqlite"])
def test_a_database_that_another_program_holds_for_a_while_costs_nothing(tmp_path: Path, name: str) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    with a_life(home, log) as life:
        wait_for(log, "bought")
        with closing(sqlite3.connect(home / name, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(TROUBLE_SECONDS)
            other.execute("ROLLBACK")

        assert violations_of(life) == []


def test_a_disk_that_is_full_for_a_while_costs_nothing(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    home.mkdir()
    bwrap = shutil.which("bwrap")
    launcher = [str(bwrap), "--dev-bind", "/", "/", "--size", str(DISK_BYTES), "--tmpfs", str(home)]
    if bwrap is None or subprocess.run([*launcher, "true"], check=False, timeout=20).returncode:
        pytest.skip("a small disk takes bubblewrap and user namespaces")
    with a_life(home, log, launcher) as life:
        wait_for(log, "bought")
        ballast = inside(life.pid) / home.relative_to("/") / "ballast"
        fill(ballast)
        time.sleep(TROUBLE_SECONDS)
        ballast.unlink()

        assert violations_of(life) == []


def test_a_folder_that_may_only_be_read_is_refused_at_start_with_what_to_do(tmp_path: Path) -> None:
    bwrap = shutil.which("bwrap")
    launcher = [str(bwrap), "--dev-bind", "/", "/", "--ro-bind", str(tmp_path), str(tmp_path)]
    if bwrap is None or subprocess.run([*launcher, "true"], check=False, timeout=20).returncode:
        pytest.skip("a folder that may only be read takes bubblewrap and user namespaces")
    environment = {**os.environ, "TESTWRIGHT_HOME": str(tmp_path), "TESTWRIGHT_API_PORT": "0"}
    up = [*launcher, "--die-with-parent", sys.executable, "-m", "testwright", "up"]

    said = subprocess.run(up, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert said.returncode == 3
    assert "Read-only file system" in said.stderr
    assert "TESTWRIGHT_HOME" in said.stderr


def inside(pid: int) -> Path:
    """The root folder that the child of this process sees."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Path(f"/proc/{child}/root")


def fill(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    os.write(handle, b"\0" * size)
            except OSError:
                continue
    finally:
        os.close(handle)
