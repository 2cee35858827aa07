"""Runs inside the sandbox, as a pytest plugin: tries a suite against many mutants of one file; leaves one report."""

from __future__ import annotations

import os
import random
import unittest
from functools import partial

import pytest
from testwright_mutants import CHALLENGE, TOO_LATE_HERE, Test, become_manager, collected, is_loaded, start
from testwright_plugin import METHODS, case_name, pytest_itemcollected
from testwright_run import WISHES

__all__ = ["pytest_itemcollected"]

FAILED: list[str] = []
"""Tests that failed since the last one began."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    if CHALLENGE.role:
        return
    if CHALLENGE.reached or is_loaded(WISHES.source):
        os._exit(TOO_LATE_HERE)
    become_manager()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    if session.testsfailed and not CHALLENGE.problems:
        CHALLENGE.problems.append("The suite could not be collected.")
    items: dict[Test, pytest.Item] = {}

    def perform(item: pytest.Item, after: Test | None) -> bool:
        FAILED.clear()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None if after is None else items[after])
        return bool(FAILED)

    for item in session.items:
        shares = item.nodeid.count("::") > 1 and item.nodeid not in METHODS
        items[Test(case_name(item.nodeid), shares, partial(perform, item))] = item
    collected(list(items))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    random.seed(0)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """A plain exception is told without an explanation, which would take longer than most tests do."""
    error = call.excinfo.value if call.excinfo is not None else None
    if not isinstance(error, Exception) or isinstance(error, unittest.SkipTest) or call.when == "collect":
        return None
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords=dict.fromkeys(item.keywords, 1),
        outcome="failed",
        longrepr=type(error).__name__,
        when=call.when,
        duration=call.duration,
        start=call.start,
        stop=call.stop,
    )


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        FAILED.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.failed:
        CHALLENGE.problems.append(report.longreprtext)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Nobody comes here in good order: pytest gave up. Its end is the parent's to tell."""
    if CHALLENGE.role:
        os._exit(1)


start()
