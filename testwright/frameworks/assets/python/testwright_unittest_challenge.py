"""Runs inside the sandbox: tries a suite of unittest against many mutants of one file, and leaves one report."""

from __future__ import annotations

import random
import sys
import traceback
import unittest
from functools import partial

from testwright_mutants import CHALLENGE, Test, become_manager, collected, start
from testwright_suites import Result, name_of, tests_in


class Alone(Result):
    """Whether anything about one test failed."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = False

    def told(self, test: unittest.TestCase, outcome: str, message: str) -> None:
        self.failed = self.failed or outcome == "failed"


def perform(test: unittest.TestCase, after: Test | None) -> bool:
    """By itself, with what its class and its module set up for it."""
    random.seed(0)
    result = Alone()
    unittest.TestSuite([test]).run(result)
    return result.failed


def main(path: str) -> None:
    start()
    become_manager()
    try:
        tests = tests_in(path)
    except (Exception, SystemExit):
        CHALLENGE.problems.append(traceback.format_exc())
        tests = []
    collected([Test(name_of(test), False, partial(perform, test)) for test in tests])


main(sys.argv[1])
