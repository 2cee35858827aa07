"""Loads suites of unittest and runs their tests one by one; what comes of each is told to whoever asks.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import random
import sys
import unittest
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class OutOfTime(BaseException):
    """Raised in the midst of a test. Not an Exception, so that the code under test does not take it for its own."""


def ring(why: str) -> None:
    raise OutOfTime(why)


def tests_in(path: str) -> list[unittest.TestCase]:
    """The tests of one file in the order of its text. Raises what the file raises while it is loaded."""
    module = _loaded(path)
    loader = unittest.TestLoader()
    found = list(_flat(loader.loadTestsFromModule(module)))
    classes = list(dict.fromkeys(type(test) for test in found))
    places = {kind: place for place, kind in enumerate(sorted(classes, key=_first_line))}
    return sorted(found, key=lambda test: (places[type(test)], _first_line(getattr(test, name_of(test), None))))


def shuffled(tests: list[unittest.TestCase], seed: int) -> list[unittest.TestCase]:
    """Classes among themselves, and tests within their class: what a class sets up is set up once."""
    chance = random.Random(seed)
    by_class: dict[type, list[unittest.TestCase]] = {}
    for test in tests:
        by_class.setdefault(type(test), []).append(test)
    groups = list(by_class.values())
    chance.shuffle(groups)
    for group in groups:
        chance.shuffle(group)
    return [test for group in groups for test in group]


def name_of(test: unittest.TestCase) -> str:
    return str(getattr(test, "_testMethodName", "") or test.id().rpartition(".")[2])


class Result(unittest.TestResult):
    """Passes on what happens to tests as (test, outcome, message); what a class or a module sets up is no test."""

    def told(self, test: unittest.TestCase, outcome: str, message: str) -> None:
        raise NotImplementedError

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        self.told(test, "failed", message_of(err))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        self.told(test, "failed", message_of(err))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        if err is not None:
            self.told(test, "failed", message_of(err))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.told(test, "skipped", reason)

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:
        self.told(test, "skipped", "it was expected to fail")

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        self.told(test, "failed", "it was expected to fail, and passed")


def message_of(error: Any) -> str:
    """What went wrong, and the last place in the tests' own files."""
    kind, value, trace = error
    where = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(os.getcwd()):
            where = f"{os.path.relpath(file)}:{trace.tb_lineno}"
        trace = trace.tb_next
    text = str(value).strip()
    name = getattr(kind, "__name__", "")
    return "\n".join(part for part in (f"{name}: {text}" if text else name, where) if part)


def _loaded(path: str) -> ModuleType:
    """By the dotted name that its packages give it, so that imports between test files hold."""
    full = os.path.realpath(path)
    folder, name = os.path.dirname(full), os.path.basename(full)[:-3]
    while os.path.isfile(os.path.join(folder, "__init__.py")) and folder != os.getcwd():
        name = f"{os.path.basename(folder)}.{name}"
        folder = os.path.dirname(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    known = sys.modules.get(name.split(".")[0])
    is_free = known is None or str(getattr(known, "__file__", "")).startswith(folder + os.sep)
    if is_free:
        module = importlib.import_module(name)
        if os.path.realpath(str(module.__file__)) == full:
            return module
    spec = importlib.util.spec_from_file_location(f"testwright_suite_{abs(hash(full))}", full)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _flat(suite: Any) -> Iterator[unittest.TestCase]:
    if isinstance(suite, unittest.TestSuite):
        for part in suite:
            yield from _flat(part)
    elif suite is not None:
        yield suite


def _first_line(defined: Any) -> tuple[int, str]:
    """Where a method stands; for a class where its first method does."""
    codes = [getattr(getattr(part, "__func__", part), "__code__", None) for part in (defined, *_members(defined))]
    lines = [code.co_firstlineno for code in codes if code is not None]
    return (min(lines), "") if lines else (1 << 30, str(getattr(defined, "__name__", "")))


def _members(defined: Any) -> list[Any]:
    return list(vars(defined).values()) if isinstance(defined, type) else []
