"""Suites of unittest run, measured and challenged for real; the whole line over a project that has only unittest."""

import asyncio
import importlib.util
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from testwright.cli.app import app
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.projects import Limits, Runner, RunOrder
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks.unittest_runner import Unittest
from testwright.languages.python import Python
from testwright.sandboxes.unsandboxed import Unsandboxed

RUNNER = Runner(
    framework="unittest", version="3", origin="managed", found="", program=(sys.executable, "-m", "unittest")
)
HAS_COVERAGE = importlib.util.find_spec("coverage") is not None
LIMITS = Limits(wall=timedelta(seconds=40))

SHOP = """
RATES = {"gold": 2}


def price(amount, kind="gold"):
    if amount > 10:
        return amount * RATES[kind]
    return amount


def count(n):
    i = 0
    while i < n:
        i += 1
    return i
"""

SUITE = """
import asyncio
import unittest

from shop import count, price


class PriceTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.amount = 11

    def test_doubles(self):
        self.assertEqual(price(self.amount), 22)

    def test_small(self):
        for amount in (1, 2):
            with self.subTest(amount=amount):
                self.assertEqual(price(amount), amount)


class CountTests(unittest.IsolatedAsyncioTestCase):
    async def test_counts(self):
        await asyncio.sleep(0)
        self.assertEqual(count(3), 3)
"""


def run(folder, suite, source=SHOP, **order):
    (folder / "tests").mkdir()
    (folder / "shop.py").write_text(source)
    (folder / "tests/test_shop.py").write_text(suite)
    asked = RunOrder(source_path="shop.py", suite_paths=("tests/test_shop.py",), **{"limits": LIMITS, **order})
    return Unittest().read(asyncio.run(Unsandboxed().run(Unittest().command(asked, RUNNER, str(folder)))), asked)


def test_alone_no_test_sees_what_a_sibling_left_behind(tmp_path):
    suite = """
import unittest
from shop import add, seen


class Tests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.name = "ann"

    def test_first(self):
        add(self.name)
        self.assertEqual(seen, ["ann"])

    def test_leans(self):
        self.assertEqual(seen, ["ann"])
"""

    report = run(tmp_path, suite, "seen = []\ndef add(name):\n    seen.append(name)\n", coverage=False, alone=True)

    assert isinstance(report, RunReport)
    found = {outcome.name: outcome.outcome for outcome in report.outcomes}
    assert found == {"test_first": Outcome.PASSED, "test_leans": Outcome.FAILED}


@pytest.mark.parametrize("seed", [None, 7])
def test_every_method_is_told_of_and_what_it_ran(tmp_path, seed):
    report = run(tmp_path, SUITE, seed=seed)

    assert isinstance(report, RunReport), report
    cases = {outcome.name: outcome for outcome in report.outcomes}
    assert {name: case.outcome for name, case in cases.items()} == dict.fromkeys(
        ("test_doubles", "test_small", "test_counts"), Outcome.PASSED
    )
    if HAS_COVERAGE:
        assert report.coverage is not None
        assert report.coverage.lines_missed == frozenset()
        assert cases["test_doubles"].lines == {6, 7}
        assert cases["test_doubles"].branches == {"6->7"}


def test_failures_skips_subtests_loops_and_broken_fixtures_are_told_apart(tmp_path):
    suite = (
        SUITE
        + """

class OtherTests(unittest.TestCase):
    def test_fails(self):
        self.assertEqual(price(1), 2)

    def test_part_fails(self):
        for amount in (1, 2):
            with self.subTest(amount=amount):
                self.assertEqual(price(amount), 1)

    @unittest.skip("no")
    def test_skips(self):
        pass

    @unittest.expectedFailure
    def test_is_expected_to_fail(self):
        self.assertEqual(price(1), 2)

    @unittest.expectedFailure
    def test_passes_against_all_hope(self):
        self.assertEqual(price(1), 1)

    def test_loops(self):
        while True:
            count(1)

    def test_leaves(self):
        raise SystemExit(0)


class BrokenTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise ValueError("no shop today")

    def test_never_begins(self):
        self.assertEqual(price(1), 1)
"""
    )
    report = run(tmp_path, suite, coverage=False, limits=Limits(wall=timedelta(seconds=8)))

    assert isinstance(report, RunReport), report
    found = {outcome.name: outcome for outcome in report.outcomes}
    assert found["test_fails"].message.startswith("AssertionError: 1 != 2\ntests/test_shop.py:")
    assert found["test_part_fails"].outcome is Outcome.FAILED
    assert {name for name, each in found.items() if each.outcome is Outcome.SKIPPED} == {
        "test_skips",
        "test_is_expected_to_fail",
    }
    assert found["test_passes_against_all_hope"].outcome is Outcome.FAILED
    assert "did not end within 2 s" in found["test_loops"].message
    assert found["test_leaves"].outcome is Outcome.FAILED
    assert "no shop today" in found["test_never_begins"].message
    assert found["test_doubles"].outcome is Outcome.PASSED


def test_only_the_named_tests_run(tmp_path):
    report = run(tmp_path, SUITE, only=("test_small",))

    assert isinstance(report, RunReport)
    assert [outcome.name for outcome in report.outcomes] == ["test_small"]


def test_an_exit_in_the_middle_is_no_pass(tmp_path):
    leaving = SUITE.replace("self.assertEqual(price(self.amount), 22)", "__import__('os')._exit(0)")

    report = run(tmp_path, leaving)

    assert isinstance(report, NotRun)
    assert report.code == "no_report"


def test_a_package_of_tests_that_ends_the_process_is_named_with_its_line(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "tests/__init__.py").write_text("import os\n\nos._exit(0)\n")
    (tmp_path / "tests/test_shop.py").write_text(SUITE)
    asked = RunOrder(source_path="shop.py", suite_paths=("tests/test_shop.py",), limits=LIMITS)
    command = Unittest().command(asked, RUNNER, str(tmp_path))

    report = Unittest().read(asyncio.run(Unsandboxed().run(command)), asked)

    assert isinstance(report, NotRun)
    assert report.message == "tests/__init__.py ended the process while it was imported (status 0, line 3)."


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("import not_there_at_all\n" + SHOP, "missing_package", "needs the package not_there_at_all"),
        (SHOP + "raise ValueError('no rates today')\n", "load_error", "shop.py could not be loaded: ValueError on"),
    ],
)
def test_a_source_that_does_not_load_is_told_with_its_reason(tmp_path, source, code, said):
    report = run(tmp_path, SUITE, source)

    assert isinstance(report, NotRun)
    assert report.code == code
    assert said in report.message


def test_mutants_are_noticed_by_the_methods_that_notice_them(tmp_path):
    mutants = Python().mutants(SourceFile(path="shop.py", text=SHOP, framework="unittest"))
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.py").write_text(
        Python().switched(SourceFile(path="shop.py", text=SHOP, framework="unittest"), mutants)
    )
    (tmp_path / "tests/test_shop.py").write_text(SUITE)
    order = ChallengeOrder(
        source_path="shop.py",
        suite_path="tests/test_shop.py",
        numbers=tuple(mutant.number for mutant in mutants),
        seconds=60,
        limits=Limits(wall=timedelta(seconds=90)),
    )
    command = Unittest().challenge(order, RUNNER, str(tmp_path))

    report = Unittest().read_challenge(asyncio.run(Unsandboxed().run(command)), order)

    assert isinstance(report, ChallengeReport), report
    assert report.unfit == ()
    fates = {(mutant.before, mutant.after): outcome for mutant, outcome in zip(mutants, report.outcomes, strict=True)}
    assert fates["amount * RATES[kind]", "amount / RATES[kind]"].killers == ("test_doubles",)
    assert fates["amount > 10", "amount >= 10"].fate is Fate.SURVIVED
    assert fates["i += 1", "(removed)"].fate is Fate.TIMED_OUT
    assert fates["2", "3"].killers == ("test_doubles",)  # while the module loads


def test_a_project_of_unittest_alone_gets_a_suite_that_python_itself_runs(tmp_path, monkeypatch):
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    (project / "shop.py").write_text(SHOP)
    (project / "tests/test_old.py").write_text("import unittest\n\n\nclass OldTests(unittest.TestCase):\n    pass\n")
    monkeypatch.setenv("TESTWRIGHT_HOME", str(tmp_path / "home"))

    ended = CliRunner().invoke(app, ["generate", str(project / "shop.py"), "--json"])

    (file,) = json.loads(ended.stdout)["sessions"][0]["files"]
    if file["error"] and file["error"]["code"] in ("runner_missing", "sandbox_unavailable"):
        pytest.skip(file["error"]["message"])
    assert file["framework"] == "unittest"
    assert file["status"] == "completed", file
    assert file["test"]["testFilePath"] == "tests/test_shop.py"
    assert "class TestShop(unittest.TestCase):" in file["test"]["testCode"]
    assert "pytest" not in file["test"]["testCode"]
    (project / "tests/test_shop.py").write_text(file["test"]["testCode"])
    again = subprocess.run(
        [sys.executable, "-m", "unittest", "discover", "-s", "tests"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert again.returncode == 0, again.stderr
