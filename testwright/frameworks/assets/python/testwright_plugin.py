"""Runs inside the sandbox, as a pytest plugin: orders the tests, measures one file, and leaves one report.

It is loaded before the project's own configuration. Standard library and pytest only, coverage where it is installed,
and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import dis
import inspect
import os
import random
import re
import types
import unittest
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from testwright_alone import alone
from testwright_asyncio import leave_out_what_nobody_needs
from testwright_diffs import keep_diffs_short
from testwright_hearing import HEARING, listen_everywhere, listen_to_pytest
from testwright_run import CHANCE, FINDINGS, HOME, LIVING, METER, WISHES, LoadsTooLong, loading, time_limit
from testwright_turns import take_turns

CONFTEST = "conftest.py"

FINDINGS.versions["pytest"] = pytest.__version__
leave_out_what_nobody_needs()
keep_diffs_short()
listen_everywhere(own=os.path.join(os.path.realpath(os.getcwd()), ""))
listen_to_pytest()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, None]:
    take_turns()
    if WISHES.alone_seconds:  # children share open files, so what is printed is kept in memory
        early_config.known_args_namespace.capture = "sys"
    with loading(CONFTEST):
        outcome = yield
    ended = outcome.excinfo[1] if outcome.excinfo else None
    if isinstance(ended, (SystemExit, LoadsTooLong)):
        FINDINGS.add_problem("", ended)
    FINDINGS.write()


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
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    if not WISHES.alone_seconds or session.testsfailed:
        return None
    items: dict[tuple[str, str], list[pytest.Item]] = {}
    for item in session.items:
        items.setdefault((item.nodeid.split("::")[0], case_name(item.nodeid)), []).append(item)

    def perform(path: str, name: str) -> None:
        chosen = items[path, name]
        for place, item in enumerate(chosen):
            after = chosen[place + 1] if place + 1 < len(chosen) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    session.testsfailed = alone(items, perform)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    CHANCE.begin()
    FINDINGS.running = case_name(item.nodeid)
    FINDINGS.write()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    path, name = item.nodeid.split("::")[0], case_name(item.nodeid)
    HOME.begin()
    HEARING.begin()
    METER.begin(f"{path}::{name}")
    with time_limit(WISHES.case_seconds, give_up):
        yield
    METER.end()
    complaint = HOME.complaint() or LIVING.complaint() or unheard(item, path, name)
    if complaint and WISHES.case_seconds:  # a probe looks at what code does with no promise of its own
        FINDINGS.worsen(FINDINGS.test(path, name), "failed", complaint)
        item.session.testsfailed += 1


def unheard(item: pytest.Item, path: str, name: str) -> str:
    """Tests of pytest's own kind run others inside of themselves, which may well fail."""
    if {"pytester", "testdir"} & set(getattr(item, "fixturenames", ())):
        return ""
    return HEARING.complaint() if FINDINGS.test(path, name)["outcome"] == "passed" else ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    LIVING.begin()


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, None]:
    if not isinstance(collector, pytest.Module):
        yield
        return
    with loading(collector.nodeid):
        outcome = yield
    ended = outcome.excinfo[1] if outcome.excinfo else None  # pytest reports every other error by itself
    if isinstance(ended, SystemExit):
        FINDINGS.add_problem(collector.nodeid, ended)


def give_up(why: str) -> None:
    pytest.fail(why, pytrace=False)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    test = FINDINGS.test(report.nodeid.split("::")[0], case_name(report.nodeid))
    test["milliseconds"] = round(test["milliseconds"] + 1000 * report.duration, 3)
    test["ran"] += report.when == "call"
    outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
    if outcome != "passed":
        FINDINGS.worsen(test, outcome, message_of(report))
    elif report.when == "call":
        FINDINGS.hold(test)
    if report.when == "teardown":
        FINDINGS.running = ""
        FINDINGS.write()


def pytest_exception_interact(node: Any, call: Any, report: Any) -> None:
    if isinstance(report, pytest.CollectReport):
        error = call.excinfo.value
        cause = error.__cause__ if isinstance(error, pytest.Collector.CollectError) and error.__cause__ else error
        FINDINGS.add_problem(report.nodeid, cause)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    FINDINGS.finish(int(exitstatus))


METHODS: set[str] = set()
"""Node ids of methods, each of which is a test of its own in a suite's parts: of unittest's classes, and of those of
pytest whose tests share nothing."""


def pytest_itemcollected(item: pytest.Item) -> None:
    owner = getattr(item, "cls", None)
    if isinstance(owner, type) and (issubclass(owner, unittest.TestCase) or shares_nothing(owner)):
        METHODS.add(item.nodeid)


def shares_nothing(owner: type) -> bool:
    """Whether the class is but a place for its tests (`flattened` in languages/python/suites.py says it of texts)."""
    heirs: list[type] = type.__subclasses__(owner)
    has_heirs = any(heir.__module__ == owner.__module__ for heir in heirs)
    if owner.__bases__ != (object,) or "." in owner.__qualname__ or has_heirs:
        return False
    members = [member for name, member in vars(owner).items() if not re.match(r"__\w+__\Z", name)]
    return all(is_test(member) and not looks_at_self(member) for member in members) and bool(members)


def is_test(member: Any) -> bool:
    return isinstance(member, types.FunctionType) and member.__name__.startswith("test")


def looks_at_self(test: types.FunctionType) -> bool:
    """By its compiled code: a function that is made inside of it may look, too."""
    own = inspect.unwrap(test)
    first = own.__code__.co_varnames[:1]
    used = {name for each in dis.get_instructions(own) for name in as_names(each.argval)}
    return not first or first[0] in used


def as_names(argument: Any) -> tuple[Any, ...]:
    """Some instructions load two names at once."""
    return argument if isinstance(argument, tuple) else (argument,) if isinstance(argument, str) else ()


def case_name(nodeid: str) -> str:
    """The test function's name, or the outermost class's: what a suite is split into."""
    parts = nodeid.split("::")
    part = parts[-1] if nodeid in METHODS else parts[1] if len(parts) > 1 else ""
    return part.split("[")[0]


def message_of(report: pytest.TestReport) -> str:
    """What went wrong, the assertion or the exception first."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return str(longrepr[2])
    text = report.longreprtext
    errors = [line[4:] for line in text.splitlines() if line.startswith("E   ")]
    where = text.splitlines()[-1] if text else ""
    return "\n".join([*errors, where]) if errors else text
