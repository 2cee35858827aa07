"""`kill -9` at any moment: nothing that was accepted is lost, nothing is recorded twice, no answer is bought twice.

The thousand that `make soak` does are the same.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.fakes import postgres_server
from tests.fakes.kill_points import POINTS

ROOT = Path(__file__).parents[2]
SECONDS = 600


def report_of(kills: int, *arguments: str) -> dict[str, Any]:
    argv = [sys.executable, "-m", "tests.fakes.kill_loop", "--kills", str(kills), *arguments]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_on_a_file_thirty_kills_lose_and_double_nothing() -> None:
    report = report_of(30, "--seed", "1")

    assert report["violations"] == []
    assert report["sessions"] > 0


def test_on_postgres_twenty_kills_lose_and_double_nothing() -> None:
    url = postgres_server.a_database()
    try:
        report = report_of(20, "--seed", "2", "--database-url", url)
    finally:
        postgres_server.drop(url)

    assert report["violations"] == []
    assert report["sessions"] > 0


def test_a_death_before_and_after_everything_that_is_done_loses_and_doubles_nothing() -> None:
    report = report_of(0, "--points", "--seed", "3")

    assert report["violations"] == []
    assert report["points"] == sorted(f"{name}/{side}" for name in POINTS for side in ("before", "after"))
