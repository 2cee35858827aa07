"""Runs inside the sandbox, in the place of `python -m unittest`: runs the suites it is given, and leaves one report.

Standard library only, coverage where it is installed, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import unittest
from collections.abc import Iterator

from testwright_alone import alone
from testwright_diffs import keep_diffs_short
from testwright_hearing import HEARING, listen_everywhere
from testwright_run import CHANCE, FINDINGS, HOME, LIVING, METER, WISHES, LoadsTooLong, loading, time_limit
from testwright_suites import Result, name_of, ring, shuffled, tests_in
from testwright_turns import take_turns

PASSED, FAILED, NOTHING = 0, 1, 2


class Run(Result):
    """Writes down what becomes of each test, in the file it came from."""

    def __init__(self, paths: dict[unittest.TestCase, str]) -> None:
        super().__init__()
        self.paths = paths
        self.started = 0.0
        self.shared: list[tuple[str, str, str]] = []
        """What happened outside of any test: where ("setUpClass (tests.test_price.TestPrice)"), outcome and message."""

    def told(self, test: unittest.TestCase, outcome: str, message: str) -> None:
        if test in self.paths:
            FINDINGS.worsen(FINDINGS.test(self.paths[test], name_of(test)), outcome, message)
        else:
            self.shared.append((test.id(), outcome, message))

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        FINDINGS.running = name_of(test)
        FINDINGS.write()
        FINDINGS.test(self.paths[test], name_of(test))["ran"] += 1
        CHANCE.begin()
        self.started = time.monotonic()
        HOME.begin()
        HEARING.begin()
        LIVING.begin()
        METER.begin(f"{self.paths[test]}::{name_of(test)}")

    def stopTest(self, test: unittest.TestCase) -> None:
        METER.end()
        passed = FINDINGS.test(self.paths[test], name_of(test))["outcome"] == "passed"
        complaint = HOME.complaint() or LIVING.complaint() or (HEARING.complaint() if passed else "")
        if complaint and WISHES.case_seconds:  # a probe looks at what code does with no promise of its own
            self.told(test, "failed", complaint)
        super().stopTest(test)
        entry = FINDINGS.test(self.paths[test], name_of(test))
        entry["milliseconds"] = round(entry["milliseconds"] + 1000 * (time.monotonic() - self.started), 3)
        FINDINGS.running = ""
        FINDINGS.write()


def limited(test: unittest.TestCase) -> None:
    """Let the alarm ring around the whole of `run`: setUp, test, tearDown and clean-ups."""
    run = test.run

    def run_in_time(result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        with time_limit(WISHES.case_seconds, ring):
            return run(result)

    test.run = run_in_time  # type: ignore[method-assign]


def main(paths: list[str]) -> int:
    take_turns()
    keep_diffs_short()
    listen_everywhere(own=os.path.join(os.path.realpath(os.getcwd()), ""))
    found: dict[unittest.TestCase, str] = {}
    for path in paths:
        try:
            with loading(path):
                found.update(dict.fromkeys(tests_in(path), path))
        except (Exception, SystemExit, LoadsTooLong) as error:
            FINDINGS.add_problem(path, error)
    tests = [test for test in found if not WISHES.only or name_of(test) in WISHES.only]
    if WISHES.seed >= 0:
        tests = shuffled(tests, WISHES.seed)
    result = Run(found)
    for test in tests:
        limited(test)
    if WISHES.alone_seconds and not FINDINGS.problems:
        return each_alone(tests, found)
    with quiet():
        unittest.TestSuite(tests).run(result)
    return settled(tests, result)


def each_alone(tests: list[unittest.TestCase], paths: dict[unittest.TestCase, str]) -> int:
    cases: dict[tuple[str, str], list[unittest.TestCase]] = {}
    for test in tests:
        cases.setdefault((paths[test], name_of(test)), []).append(test)

    def perform(path: str, name: str) -> None:
        result = Run(paths)
        unittest.TestSuite(cases[path, name]).run(result)
        settled(cases[path, name], result)

    alone(cases, perform)
    return status_of_tests()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What tests print is nobody's to read, and there may be much of it; for them it is as without us."""
    kept = {number: os.dup(number) for number in (1, 2)}
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in (1, 2):
            os.dup2(nowhere, number)
        yield
    finally:
        with contextlib.suppress(Exception):  # a test may have closed or replaced them
            sys.stdout.flush()
            sys.stderr.flush()
        for number, before in kept.items():
            os.dup2(before, number)
            os.close(before)
        os.close(nowhere)


def settled(tests: list[unittest.TestCase], result: Run) -> int:
    """The status, once those that could not be begun have their reason."""
    for test in tests:
        entry = FINDINGS.test(result.paths[test], name_of(test))
        reasons = [(outcome, message) for place, outcome, message in result.shared if concerns(place, test)]
        for outcome, message in reasons:
            FINDINGS.worsen(entry, outcome, message)
        if not entry["ran"] and not reasons:
            FINDINGS.worsen(entry, "failed", "it was not run")
    return status_of_tests()


def status_of_tests() -> int:
    outcomes = [test["outcome"] for test in FINDINGS.tests.values()]
    for test in FINDINGS.tests.values():
        if test["outcome"] == "failed":
            sys.stderr.write(f"FAILED {test['path']} {test['name']}: {test['message']}\n")
    if FINDINGS.problems or not outcomes:
        return NOTHING
    return FAILED if "failed" in outcomes else PASSED


def concerns(place: str, test: unittest.TestCase) -> bool:
    what, _, where = place.partition(" (")
    kind = type(test)
    owner = kind.__module__ if what.endswith("Module") else f"{kind.__module__}.{kind.__qualname__}"
    return where.rstrip(")") == owner


if __name__ == "__main__":
    status = main(sys.argv[1:])
    FINDINGS.finish(status)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a thread that a test has left behind keeps nobody waiting
