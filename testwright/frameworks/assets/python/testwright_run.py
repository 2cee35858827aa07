"""Runs inside the sandbox, below each of our runners for Python: what was asked for, and what the run showed.

Standard library only, coverage where it is installed, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from testwright_chance import Chance
from testwright_clock import stop_clock
from testwright_home import Home
from testwright_living import Living
from testwright_meter import Meter

REPORT = os.path.join(os.environ.get("OUT", "/out"), "testwright-report.json")
IS_SANDBOXED = "OUT" in os.environ
"""The sandbox says where reports go; outside of one nothing is ours to remove."""
OWN_PROCESS = os.getpid()
MOST_MESSAGE = 2000
MOST_TESTS = 5000
MOST_BUSY_SECONDS = 12.0


class Wishes:
    """What the run was asked for, taken out of the environment so that the tests do not see it."""

    def __init__(self) -> None:
        self.source = os.path.realpath(os.environ.pop("TESTWRIGHT_SOURCE", ""))
        self.seed = int(os.environ.pop("TESTWRIGHT_SEED", "-1"))
        self.only = frozenset(json.loads(os.environ.pop("TESTWRIGHT_ONLY", "[]")))
        self.alone_seconds = float(os.environ.pop("TESTWRIGHT_ALONE_SECONDS", "0"))
        self.turns: list[dict[str, Any]] = json.loads(os.environ.pop("TESTWRIGHT_TURNS", "[]"))
        self.turn_seconds = float(os.environ.pop("TESTWRIGHT_TURN_SECONDS", "0"))
        self.coverage = os.environ.pop("TESTWRIGHT_COVERAGE", "") == "1"
        self.case_seconds = float(os.environ.pop("TESTWRIGHT_CASE_SECONDS", "0"))
        self.frozen = stop_clock()
        if self.case_seconds:  # a probe writes its own reports
            forget_places()
        self.load_seconds = float(os.environ.pop("TESTWRIGHT_LOAD_SECONDS", "0"))


class Findings:
    """What the run showed so far. Where it is gets written before and after every test, for a killed run to tell."""

    def __init__(self) -> None:
        self.tests: dict[tuple[str, str], dict[str, Any]] = {}
        self.held: set[tuple[str, str]] = set()
        """Of whose rows one has passed."""
        self.problems: list[dict[str, Any]] = []
        self.running = ""
        self.loading = ""
        self.left = ""
        self.turns: list[dict[str, Any]] = []
        self.tell: Callable[[dict[str, Any]], None] = written
        """A child tells its parent instead."""
        self.started = time.monotonic()
        self.versions = {"python": sys.version.split()[0], "coverage": METER.version}

    def test(self, path: str, name: str) -> dict[str, Any]:
        new = {"path": path, "name": name, "outcome": "passed", "message": "", "milliseconds": 0.0, "ran": 0}
        return self.tests.setdefault((path, name), new)

    def worsen(self, test: dict[str, Any], outcome: str, message: str) -> None:
        """One name may stand for several rows: the worst counts, but what is skipped beside one that passes."""
        has_held = (test["path"], test["name"]) in self.held
        if outcome == "failed" or (outcome == "skipped" and test["outcome"] == "passed" and not has_held):
            test["outcome"] = outcome
            test["message"] = message[:MOST_MESSAGE]

    def hold(self, test: dict[str, Any]) -> None:
        self.held.add((test["path"], test["name"]))
        if test["outcome"] == "skipped":
            test["outcome"], test["message"] = "passed", ""

    def add_problem(self, path: str, error: BaseException) -> None:
        """A file that could not be loaded, and why; `culprit` is the project's other file in which it happened."""
        lines = source_lines(error)
        culprit, line = last_own_place(error, path)
        module = str(getattr(error, "name", None) or "")
        message = f"sys.exit({code_of(error)})" if isinstance(error, SystemExit) else str(error).strip()
        self.problems.append(
            {
                "path": path,
                "kind": type(error).__name__,
                "message": message[:MOST_MESSAGE],
                "module": module,
                "own": is_own(module),
                "in_source": bool(lines),
                "line": lines[-1] if lines else line,
                "culprit": culprit,
            }
        )

    def finish(self, status: int) -> None:
        coverage = METER.read()
        if coverage is not None:
            measured = METER.cases({f"{path}::{name}" for path, name in self.tests}, coverage)
            for (path, name), test in self.tests.items():
                test.update(measured.get(f"{path}::{name}", {}))
        self.write(status, coverage)

    def write(self, status: int | None = None, coverage: dict[str, Any] | None = None) -> None:
        whole = {
            "finished": status is not None,
            "status": status,
            "frozen": WISHES.frozen,
            "running": self.running,
            "loading": self.loading,
            "left": self.left,
            "tests": list(self.tests.values())[:MOST_TESTS] if status is not None else [],
            "problems": self.problems[:20],
            "coverage": coverage,
            "seconds": round(time.monotonic() - self.started, 3),
            "versions": self.versions,
            "turns": self.turns if status is not None else [],
        }
        self.tell(whole)


def forget_places() -> None:
    """They are the sandbox's, and nowhere else set: tests find the environment that they have at home."""
    for name in ("OUT", "TESTWRIGHT_WORKSPACE"):
        os.environ.pop(name, None)


def written(whole: dict[str, Any]) -> None:
    if os.getpid() != OWN_PROCESS:  # the code under test forked, and its child came this far
        os._exit(0)
    with open(REPORT + ".part", "w", encoding="utf-8") as file:
        file.write(json.dumps(whole))
    os.replace(REPORT + ".part", REPORT)


class LoadsTooLong(BaseException):
    """No Exception, so that no file can catch it by mistake."""


class _Patience:
    """Both clocks of a load may ring at once. The second would interrupt whoever is telling of the first."""

    def __init__(self) -> None:
        self._is_over = False

    def lose(self, why: str) -> None:
        if not self._is_over:
            self._is_over = True
            raise LoadsTooLong(why)


@contextlib.contextmanager
def loading(path: str) -> Iterator[None]:
    """A file that ends the process, or does not end, while it is loaded is told of while it can still be told.

    What waits may take its time; what computes for long by itself is a loop, however busy the machine is.
    """
    FINDINGS.loading = path
    FINDINGS.write()
    busy = min(WISHES.load_seconds, MOST_BUSY_SECONDS)
    patience = _Patience()
    try:
        with (
            time_limit(busy, patience.lose, of_work=True),
            time_limit(WISHES.load_seconds, patience.lose),
            hearing_exits(),
        ):
            yield
    finally:
        FINDINGS.loading = ""


@contextlib.contextmanager
def hearing_exits() -> Iterator[None]:
    """Nothing else tells which file it was that ended the process at once."""
    real, own = os._exit, os.getpid()

    def leave(status: int = 0) -> None:
        if os.getpid() == own:
            FINDINGS.left = place_of(sys._getframe(1))
            FINDINGS.write()
        real(status)

    os._exit = leave  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = real


def place_of(frame: FrameType | None) -> str:
    """The project's innermost file that is at work, and its line: "tests/__init__.py, line 2"; else nothing."""
    root = os.path.join(os.path.realpath(os.getcwd()), "")
    while frame is not None:
        path = os.path.realpath(frame.f_code.co_filename)
        if path.startswith(root) and "site-packages" not in path:
            return f"{path[len(root) :]}, line {frame.f_lineno}"
        frame = frame.f_back
    return ""


@contextlib.contextmanager
def time_limit(seconds: float, ring: Callable[[str], None], *, of_work: bool = False) -> Iterator[None]:
    """A test that does not end must not cost its siblings. (A loop in C code hears no alarm: the sandbox ends it.)

    `ring` is called with a sentence in the midst of the test, and raises. `of_work` counts processor time.
    """
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return
    kind, timer = (signal.SIGVTALRM, signal.ITIMER_VIRTUAL) if of_work else (signal.SIGALRM, signal.ITIMER_REAL)

    def hear(number: int, frame: FrameType | None) -> None:
        ring(f"did not end within {seconds:g} s{' of work' if of_work else ''}")

    before = signal.signal(kind, hear)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(kind, before)


def put_source_on_path(source: str) -> None:
    """Make the file importable by the name the suite uses, whatever the project's layout.

    The folder above its topmost package and `src` come first; plain folders above it come last, where they can
    shadow nothing.
    """
    root = os.getcwd()
    folder = os.path.dirname(source)
    first = [root, os.path.join(root, "src")]
    while folder.startswith(root) and os.path.isfile(os.path.join(folder, "__init__.py")):
        folder = os.path.dirname(folder)
    if os.path.dirname(source) != folder:
        first.insert(0, folder)
    known = set(sys.path)
    sys.path[:0] = [place for place in first if os.path.isdir(place) and place not in known]
    while folder.startswith(root) and folder not in sys.path:
        sys.path.append(folder)
        folder = os.path.dirname(folder)


def is_own(module: str) -> bool:
    """Whether a module that could not be found is one of the project's: then no package is missing."""
    top = module.split(".")[0]
    places = (os.path.join(root, top) for root in sys.path if root.startswith(os.getcwd()))
    return bool(top) and any(os.path.isdir(place) or os.path.isfile(place + ".py") for place in places)


def code_of(ended: SystemExit) -> str:
    return "" if ended.code is None else repr(ended.code)[:200]


def last_own_place(error: BaseException | None, suite: str) -> tuple[str, int | None]:
    root = os.path.join(os.path.realpath(os.getcwd()), "")
    found: tuple[str, int | None] = ("", None)
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        path = os.path.realpath(name)
        inside = path[len(root) :]
        if not name.startswith("<") and path.startswith(root) and inside != suite and "site-packages" not in path:
            found = (inside, trace.tb_lineno)
        trace = trace.tb_next
    return found


def source_lines(error: BaseException | None) -> list[int]:
    lines = []
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        if os.path.realpath(trace.tb_frame.f_code.co_filename) == WISHES.source:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines


WISHES = Wishes()
CHANCE = Chance(max(WISHES.seed, 0))
METER = Meter(WISHES.source, WISHES.coverage)
FINDINGS = Findings()
HOME = Home()
LIVING = Living()
put_source_on_path(WISHES.source)
