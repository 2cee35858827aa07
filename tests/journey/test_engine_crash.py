"""`kill -9` in the middle of a step: finished steps stay finished, and the round still comes to its end."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.fakes.jobs_house import STEPS

ROOT = Path(__file__).parents[2]
FILES = 4


def start(home: Path, log: Path, *url: str) -> "subprocess.Popen[bytes]":
    argv = [sys.executable, "-m", "tests.fakes.jobs_house", str(home), str(log), str(FILES), *url]
    return subprocess.Popen(argv, cwd=ROOT)


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def wait_for(met: Callable[[], bool], house: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not met():
        assert time.monotonic() < deadline, "too slow"
        assert house.poll() is None, "the process ended by itself"
        time.sleep(0.01)


def kill_after(home: Path, log: Path, line: str, *url: str) -> list[str]:
    """Run until the line is written, kill, and return all lines up to then."""
    house = start(home, log, *url)
    try:
        wait_for(lambda: line in lines(log), house)
    finally:
        house.kill()
        house.wait()
    return lines(log)


def finish(home: Path, log: Path, *url: str) -> None:
    house = start(home, log, *url)
    try:
        assert house.wait(60) == 0
    finally:
        house.kill()


def test_finished_steps_are_not_repeated_after_a_kill_and_the_round_ends(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    before = kill_after(home, log, "begin 2/draft")
    finish(home, log)
    after = lines(log)

    # A step was recorded for certain once the next one of the same file had begun.
    pairs = [(f"{file}/{done}", f"{file}/{later}") for file in (1, 2) for done, later in pairwise(STEPS)]
    recorded = {done for done, later in pairs if f"begin {later}" in before}
    ends = Counter(line.removeprefix("end ") for line in after if line.startswith("end "))
    begins = Counter(line.removeprefix("begin ") for line in after if line.startswith("begin "))
    assert "2/analyse" in recorded
    assert all(begins[step] == 1 for step in recorded)
    assert set(ends) == {f"{index}/{name}" for index in range(1, FILES + 1) for name in STEPS}
    assert after[-1] == "finished"


def test_a_round_survives_being_killed_again_and_again(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    for line in ("begin 1/analyse", "begin 1/verify", "begin 3/draft", "begin 4/verify"):
        kill_after(home, log, line)
    finish(home, log)

    ends = Counter(line for line in lines(log) if line.startswith("end "))
    assert len(ends) == FILES * len(STEPS)
    assert max(ends.values()) <= 2
    assert lines(log)[-1] == "finished"


def test_what_a_killed_process_left_in_a_shared_database_is_taken_up_by_another_one(
    tmp_path: Path, postgres_url: str
) -> None:
    log = tmp_path / "log"
    first = start(tmp_path / "one", log, postgres_url)
    try:
        wait_for(lambda: "begin 1/analyse" in lines(log), first)
        begun = len(lines(log))
        second = start(tmp_path / "other", tmp_path / "log of the other", postgres_url)
        try:
            wait_for(lambda: "started" in lines(tmp_path / "log of the other"), second)
            first.kill()
            first.wait()
            assert second.wait(60) == 0
        finally:
            second.kill()
    finally:
        first.kill()

    ends = [line for path in (log, tmp_path / "log of the other") for line in lines(path) if line.startswith("end ")]
    assert begun > 0
    assert {line.removeprefix("end ") for line in ends} == {
        f"{index}/{name}" for index in range(1, FILES + 1) for name in STEPS
    }
    assert max(Counter(ends).values()) <= 2
