"""Runs inside the sandbox, as a pytest plugin: orders the tests, measures one file, and leaves one report.

It is loaded before the project's own configuration. Standard library and pytest only, coverage where it is installed,
and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator
from types import FrameType
from typing import Any

import pytest
from testwright_meter import Meter

REPORT = os.path.join(os.environ.get("OUT", "/out"), "testwright-report.json")
MOST_MESSAGE = 2000
MOST_TESTS = 5000


class Wishes:
    """What the run was asked for, taken out of the environment so that the tests do not see it."""

    def __init__(self) -> None:
        self.source = os.path.realpath(os.environ.pop("TESTWRIGHT_SOURCE", ""))
        self.seed = int(os.environ.pop("TESTWRIGHT_SEED", "-1"))
        self.only = frozenset(json.loads(os.environ.pop("TESTWRIGHT_ONLY", "[]")))
        self.coverage = os.environ.pop("TESTWRIGHT_COVERAGE", "") == "1"
        self.case_seconds = float(os.environ.pop("TESTWRIGHT_CASE_SECONDS", "0"))
        self.load_seconds = float(os.environ.pop("TESTWRIGHT_LOAD_SECONDS", "0"))


class Findings:
    """What the run showed so far. Written after every test, so that a killed run still tells where it was."""

    def __init__(self) -> None:
        self.tests: dict[tuple[str, str], dict[str, Any]] = {}
        self.problems: list[dict[str, Any]] = []
        self.running = ""
        self.loading = ""
        self.started = time.monotonic()

    def add_cases(self, measured: dict[str, dict[str, str]]) -> None:
        for (path, name), test in self.tests.items():
            test.update(measured.get(f"{path}::{name}", {}))

    def write(self, status: int | None, coverage: dict[str, Any] | None) -> None:
        whole = {
            "finished": status is not None,
            "status": status,
            "running": self.running,
            "loading": self.loading,
            "tests": list(self.tests.values())[:MOST_TESTS],
            "problems": self.problems[:20],
            "coverage": coverage,
            "seconds": round(time.monotonic() - self.started, 3),
            "versions": {"pytest": pytest.__version__, "python": sys.version.split()[0], "coverage": METER.version},
        }
        with open(REPORT + ".part", "w", encoding="utf-8") as file:
            json.dump(whole, file)
        os.replace(REPORT + ".part", REPORT)


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


WISHES = Wishes()
METER = Meter(WISHES.source, WISHES.coverage)
FINDINGS = Findings()
put_source_on_path(WISHES.source)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if WISHES.only:
        chosen = [item for item in items if case_name(item.nodeid) in WISHES.only]
        left = [item for item in items if case_name(item.nodeid) not in WISHES.only]
        config.hook.pytest_deselected(items=left)
        items[:] = chosen
    if WISHES.seed >= 0:
        random.Random(WISHES.seed).shuffle(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    random.seed(max(WISHES.seed, 0))
    FINDINGS.running = case_name(item.nodeid)
    FINDINGS.write(None, None)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    METER.begin(context_of(item.nodeid))

    def ring(number: int, frame: FrameType | None) -> None:
        pytest.fail(f"did not end within {WISHES.case_seconds:g} s", pytrace=False)

    with time_limit(WISHES.case_seconds, ring):
        yield
    METER.end()


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    """A module that ends the process, or does not end, while it is loaded: told while it can still be told."""
    if not isinstance(collector, pytest.Module):
        yield
        return
    FINDINGS.loading = collector.nodeid
    FINDINGS.write(None, None)

    def ring(number: int, frame: FrameType | None) -> None:
        raise LoadsTooLong(f"did not end within {WISHES.load_seconds:g} s")

    with time_limit(WISHES.load_seconds, ring):
        outcome = yield
    FINDINGS.loading = ""
    ended = outcome.excinfo[1] if outcome.excinfo else None  # pytest reports every other error by itself
    if isinstance(ended, SystemExit):
        FINDINGS.problems.append(problem_of(collector.nodeid, ended))


class LoadsTooLong(BaseException):
    """No Exception, so that no file can catch it by mistake."""


@contextlib.contextmanager
def time_limit(limit: float, ring: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """A test that does not end must not cost its siblings. (A loop in C code hears no alarm: the sandbox ends it.)"""
    if not limit or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    path, name = report.nodeid.split("::")[0], case_name(report.nodeid)
    test = FINDINGS.tests.setdefault(
        (path, name), {"path": path, "name": name, "outcome": "passed", "message": "", "milliseconds": 0.0, "ran": 0}
    )
    test["milliseconds"] = round(test["milliseconds"] + 1000 * report.duration, 3)
    test["ran"] += report.when == "call"
    outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
    if outcome == "failed" or (outcome == "skipped" and test["outcome"] == "passed"):
        test["outcome"] = outcome
        test["message"] = message_of(report)[:MOST_MESSAGE]
    if report.when == "teardown":
        FINDINGS.running = ""
        FINDINGS.write(None, None)


def pytest_exception_interact(node: Any, call: Any, report: Any) -> None:
    if isinstance(report, pytest.CollectReport):
        error = call.excinfo.value
        cause = error.__cause__ if isinstance(error, pytest.Collector.CollectError) and error.__cause__ else error
        FINDINGS.problems.append(problem_of(report.nodeid, cause))


def problem_of(nodeid: str, cause: BaseException) -> dict[str, Any]:
    """`culprit` is the file of the project, other than the suite, in which it happened."""
    lines = source_lines(cause)
    culprit, line = last_own_place(cause, nodeid)
    return {
        "path": nodeid,
        "kind": type(cause).__name__,
        "message": words_of(cause)[:MOST_MESSAGE],
        "module": str(getattr(cause, "name", None) or ""),
        "own": is_own(str(getattr(cause, "name", None) or "")),
        "in_source": bool(lines),
        "line": lines[-1] if lines else line,
        "culprit": culprit,
    }


def words_of(cause: BaseException) -> str:
    if isinstance(cause, SystemExit):
        return f"sys.exit({'' if cause.code is None else repr(cause.code)[:200]})"
    return str(cause).strip()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    coverage = METER.read()
    if coverage is not None:
        FINDINGS.add_cases(METER.cases({f"{path}::{name}" for path, name in FINDINGS.tests}, coverage))
    FINDINGS.write(int(exitstatus), coverage)


def case_name(nodeid: str) -> str:
    """The test function's name, or the outermost class's: what a suite is split into."""
    parts = nodeid.split("::")
    return parts[1].split("[")[0] if len(parts) > 1 else ""


def context_of(nodeid: str) -> str:
    return f"{nodeid.split('::')[0]}::{case_name(nodeid)}"


def message_of(report: pytest.TestReport) -> str:
    """What went wrong, the assertion or the exception first."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])
    text = report.longreprtext
    errors = [line[4:] for line in text.splitlines() if line.startswith("E   ")]
    where = text.splitlines()[-1] if text else ""
    return "\n".join([*errors, where]) if errors else text


def is_own(module: str) -> bool:
    """Whether a module that could not be found is one of the project's: then no package is missing."""
    top = module.split(".")[0]
    places = (os.path.join(root, top) for root in sys.path if root.startswith(os.getcwd()))
    return bool(top) and any(os.path.isdir(place) or os.path.isfile(place + ".py") for place in places)


def last_own_place(error: BaseException | None, suite: str) -> tuple[str, int | None]:
    root = os.path.join(os.path.realpath(os.getcwd()), "")
    found: tuple[str, int | None] = ("", None)
    trace = error.__traceback__ if error is not None else None
    while trace is not None:
        path = os.path.realpath(trace.tb_frame.f_code.co_filename)
        inside = path[len(root) :]
        if path.startswith(root) and inside != suite and "site-packages" not in path:
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
