"""A suite against the mutants of its source, with the real pytest and plugin, without a sandbox."""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate, Mutant, MutantOutcome
from testwright.domain.projects import Completed, Limits, Mount, Runner, RunOrder
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import NotRun, RunReport
from testwright.frameworks.pytest_runner import Pytest
from testwright.languages.python import Python
from testwright.sandboxes.bubblewrap import Bubblewrap, bubblewrap_programs
from testwright.sandboxes.choose import prove
from testwright.sandboxes.unsandboxed import Unsandboxed
from testwright.toolchains.python import own_interpreter

RUNNER = Runner(framework="pytest", version="9", origin="managed", found="", program=(sys.executable, "-m", "pytest"))

SHOP = """
import asyncio
import os

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


def leave(n):
    if n > 5:
        os._exit(0)
    return n


async def later(x):
    await asyncio.sleep(0)
    return x + 1


def never(x):
    return x - 1
"""

SUITE = """
import json
import os
import sys
import unittest

import pytest
import shop


@pytest.fixture(scope="session")
def ten():
    yield 10


@pytest.mark.parametrize("amount, expected", [(11, 22), (5, 5)])
def test_price(amount, expected):
    assert shop.price(amount) == expected


def test_price_is_a_number(ten):
    assert shop.price(ten + 1) > 0


def test_count():
    assert shop.count(3) == 3


class TestLeave(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.n = 5

    def test_it_stays(self):
        self.assertEqual(shop.leave(self.n), 5)


@pytest.mark.asyncio
async def test_later():
    assert await shop.later(1) == 2


def test_only_once():
    flag = os.environ["TMPDIR"] + "/flag"
    assert not os.path.exists(flag)
    open(flag, "w").close()
    assert shop.price(1) == 1


def test_forges_the_report():
    for name in ("testwright-challenge.json", "testwright-report.json"):
        with open(os.path.dirname(sys.modules["testwright_mutants"].REPORT) + "/" + name, "w") as file:
            json.dump({"finished": True, "surveyed": True, "cases": ["test_forged"], "unfit": [], "outcomes": []}, file)
"""


LOOP_SCOPE = "asyncio_default_fixture_loop_scope = function"


def challenge(folder, source=SHOP, suite=SUITE, seconds=60.0, config=LOOP_SCOPE, sandbox=None, runner=RUNNER):
    """The mutants, and what came of them."""
    file = SourceFile(path="shop.py", text=source, framework="pytest")
    mutants = Python().mutants(file)
    (folder / "tests").mkdir()
    (folder / "shop.py").write_text(Python().switched(file, mutants))
    (folder / "tests/test_shop.py").write_text(suite)
    (folder / "pytest.ini").write_text(f"[pytest]\n{config}\n")
    order = ChallengeOrder(
        source_path="shop.py",
        suite_path="tests/test_shop.py",
        numbers=tuple(mutant.number for mutant in mutants),
        seconds=seconds,
        limits=Limits(wall=timedelta(seconds=90)),
    )
    command = Pytest().challenge(order, runner, str(folder))
    completed: Completed = asyncio.run((sandbox or Unsandboxed()).run(command))
    return mutants, Pytest().read_challenge(completed, order)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> tuple[tuple[Mutant, ...], ChallengeReport]:
    mutants, report = challenge(tmp_path_factory.mktemp("shop"))
    assert isinstance(report, ChallengeReport), report
    return mutants, report


def fate_of(shop, before: str, after: str) -> MutantOutcome:
    mutants, report = shop
    (number,) = [mutant.number for mutant in mutants if (mutant.before, mutant.after) == (before, after)]
    return next(outcome for outcome in report.outcomes if outcome.number == number)


def test_a_change_that_a_test_notices_is_killed_by_all_who_notice(shop):
    outcome = fate_of(shop, "return amount * RATES[kind]", "return None")

    assert outcome.fate is Fate.KILLED
    assert outcome.killers == ("test_price", "test_price_is_a_number")


def test_who_ran_a_change_and_noticed_nothing_is_no_killer(shop):
    outcome = fate_of(shop, "amount * RATES[kind]", "amount / RATES[kind]")

    assert outcome.reached_by == ("test_price", "test_price_is_a_number")
    assert outcome.killers == ("test_price",)


def test_a_change_that_nobody_notices_survives(shop):
    outcome = fate_of(shop, "amount > 10", "amount >= 10")

    assert outcome.fate is Fate.SURVIVED
    assert outcome.reached_by == ("test_price", "test_price_is_a_number")


def test_an_endless_loop_is_a_kill_by_the_test_that_was_running(shop):
    outcome = fate_of(shop, "i += 1", "(removed)")

    assert (outcome.fate, outcome.killers) == (Fate.TIMED_OUT, ("test_count",))


def test_code_that_ends_the_process_is_killed_by_the_test_that_was_running(shop):
    outcome = fate_of(shop, "n > 5", "n >= 5")

    assert (outcome.fate, outcome.killers) == (Fate.KILLED, ("test_it_stays",))


def test_asynchronous_tests_take_part(shop):
    assert fate_of(shop, "x + 1", "x - 1").killers == ("test_later",)


def test_code_that_no_test_runs_is_unreached(shop):
    assert fate_of(shop, "x - 1", "x + 1") == MutantOutcome(
        number=fate_of(shop, "x - 1", "x + 1").number, fate=Fate.UNREACHED
    )


def test_a_change_that_works_while_the_module_loads_is_tried_with_a_load_of_its_own(shop):
    outcome = fate_of(shop, "2", "3")

    assert outcome.fate is Fate.KILLED
    assert outcome.killers == ("test_price",)


def test_a_test_that_cannot_be_repeated_has_no_say(shop):
    _, report = shop

    assert report.unfit == ("test_only_once",)
    assert not any("test_only_once" in outcome.reached_by for outcome in report.outcomes)


def test_a_forged_report_is_overwritten(shop):
    mutants, report = shop

    assert [outcome.number for outcome in report.outcomes] == [mutant.number for mutant in mutants]
    assert not any("test_forged" in outcome.reached_by for outcome in report.outcomes)


def test_a_module_that_does_not_load_with_a_mutant_is_killed_by_all_tests(tmp_path):
    source = "if 1 > 2:\n    raise ValueError\nlimit = {'a': 1}['a']\ndef f():\n    return limit\n"
    suite = "import shop\ndef test_a():\n    assert shop.f() == 1\ndef test_b():\n    shop.f()\n"
    found = challenge(tmp_path, source, suite)
    outcome = fate_of(found, "1 > 2", "1 <= 2")

    assert (outcome.fate, outcome.killers) == (Fate.KILLED, ("test_a", "test_b"))
    assert outcome.breaks_load


def test_a_change_that_breaks_what_the_suite_does_when_it_loads_is_told_apart_from_one_that_tests_notice(tmp_path):
    source = (
        "class Till:\n    def __init__(self, rate):\n        self.rate = rate\n        self.note('open')\n"
        "    def note(self, text):\n        self.last = text\n"
    )
    suite = (
        "from shop import Till\nTILL = Till(7)\nassert TILL.rate == 7\ndef test_a():\n    assert TILL.last == 'open'\n"
    )
    found = challenge(tmp_path, source, suite)

    broken, noticed = fate_of(found, "self.rate = rate", "(removed)"), fate_of(found, "self.last = text", "(removed)")
    assert (broken.fate, broken.killers, broken.breaks_load) == (Fate.KILLED, ("test_a",), True)
    assert (noticed.fate, noticed.killers, noticed.breaks_load) == (Fate.KILLED, ("test_a",), False)


def test_a_source_that_the_configuration_loads_already_is_tried_all_the_same(tmp_path):
    (tmp_path / "conftest.py").write_text("import shop\n")
    source = "LIMIT = 3\ndef f(x):\n    return x < LIMIT\n"
    suite = "import shop\ndef test_f():\n    assert shop.f(2) and not shop.f(3)\n"
    mutants, report = challenge(tmp_path, source, suite)

    assert isinstance(report, ChallengeReport)
    assert len(mutants) == 4
    assert {outcome.fate for outcome in report.outcomes} == {Fate.KILLED}


def test_what_there_is_no_time_for_stays_untried(tmp_path):
    source = "def f(x):\n    return x + 1 + 2 + 3 + 4 + 5\n"
    suite = "import time, shop\ndef test_f():\n    time.sleep(0.8)\n    assert shop.f(0) == 15\n"
    _, report = challenge(tmp_path, source, suite, seconds=6)

    assert isinstance(report, ChallengeReport)
    assert {outcome.fate for outcome in report.outcomes} == {Fate.KILLED, Fate.UNTRIED}
    assert report.duration_ms < 12_000


def test_a_test_that_hangs_without_a_mutant_is_unfit_and_costs_its_siblings_nothing(tmp_path):
    source = "def f(x):\n    return x + 1\n"
    suite = (
        "import threading, shop\n"
        "def test_hangs():\n    shop.f(1)\n    threading.Event().wait()\n"
        "def test_f():\n    assert shop.f(0) == 1\n"
    )
    _, report = challenge(tmp_path, source, suite, seconds=8)

    assert isinstance(report, ChallengeReport)
    assert report.unfit == ("test_hangs",)
    assert {outcome.killers for outcome in report.outcomes} == {("test_f",)}


def test_a_suite_that_fails_with_no_mutant_at_work_proves_nothing(tmp_path):
    _, report = challenge(
        tmp_path, "def f(x):\n    return x\n", "import shop\ndef test_f():\n    assert shop.f(1) == 2\n"
    )

    assert isinstance(report, NotRun)
    assert report.code == "challenge_failed"


def test_a_suite_that_does_not_load_says_why(tmp_path):
    _, report = challenge(
        tmp_path, "def f(x):\n    return x\n", "import shop, no_such_module\ndef test_f():\n    pass\n"
    )

    assert isinstance(report, NotRun)
    assert report.code == "challenge_failed"
    assert "no_such_module" in report.output


def test_a_change_that_eats_all_memory_costs_the_others_nothing(tmp_path):
    source = "def f(x):\n    while len(x) != 8:\n        x = x + x\n    return x\n"
    suite = "import shop\ndef test_f():\n    assert len(shop.f([0])) == 8\n"
    found = challenge(tmp_path, source, suite)

    assert fate_of(found, "8", "9").killers == ("test_f",)
    assert {outcome.fate for outcome in found[1].outcomes} <= {Fate.KILLED, Fate.TIMED_OUT}


def test_it_works_in_the_sandbox(tmp_path):
    programs = bubblewrap_programs()
    sandbox = Bubblewrap(programs[0]) if programs else None
    if sandbox is None or asyncio.run(prove([sandbox])).tier != "isolated":
        pytest.skip("no sandbox can be made here")
    python = own_interpreter()
    packages = Mount(host=str(Path(pytest.__file__).parents[1]), inside="/opt/packages")
    runner = replace(
        RUNNER,
        program=(python.path, "-m", "pytest"),
        mounts=(*python.mounts, packages),
        env=(("PYTHONPATH", packages.inside),),
    )
    sandbox = Bubblewrap(programs[0])
    place = tmp_path / "ws"  # the sandbox's own user may look into it
    place.mkdir()
    found = challenge(place, sandbox=sandbox, runner=runner)

    assert fate_of(found, "i += 1", "(removed)").fate is Fate.TIMED_OUT
    assert fate_of(found, "2", "3").killers == ("test_price",)
    assert fate_of(found, "amount > 10", "amount >= 10").fate is Fate.SURVIVED


def test_a_case_that_passes_only_once_is_unfit_even_when_both_controls_run_it_at_the_same_moment(tmp_path):
    suite = """
import os, time
import shop
def test_only_once():
    flag = os.environ["TMPDIR"] + "/flag"
    assert not os.path.exists(flag)
    time.sleep(0.4)
    open(flag, "w").close()
    assert shop.f(1) == 2
def test_f():
    assert shop.f(1) == 2
"""
    _, report = challenge(tmp_path, "def f(x):\n    return x + 1\n", suite)

    assert isinstance(report, ChallengeReport), report
    assert report.unfit == ("test_only_once",)
    assert {outcome.killers for outcome in report.outcomes} <= {("test_f",), ()}


def test_warnings_that_the_project_makes_errors_are_errors_here_too(tmp_path):
    source = "import warnings\ndef f(x):\n    if x > 1:\n        warnings.warn('big')\n    return x\n"
    suite = "import shop\ndef test_f():\n    assert shop.f(1) == 1\n"
    found = challenge(tmp_path, source, suite, config="filterwarnings = error")

    assert fate_of(found, "x > 1", "x >= 1").killers == ("test_f",)


def test_each_case_tells_the_lines_and_branches_that_it_alone_ran(tmp_path):
    pytest.importorskip("coverage")
    (tmp_path / "shop.py").write_text(SHOP)
    suite = SUITE + "\n\ndef test_traces():\n    import sys\n    sys.settrace(None)\n    shop.count(1)\n"
    suite += "\n\ndef test_zero():\n    assert shop.count(0) == 0\n"
    (tmp_path / "test_shop.py").write_text(suite)
    order = RunOrder(source_path="shop.py", suite_paths=("test_shop.py",))
    report = Pytest().read(asyncio.run(Unsandboxed().run(Pytest().command(order, RUNNER, str(tmp_path)))), order)
    assert isinstance(report, RunReport), report
    cases = {outcome.name: outcome for outcome in report.outcomes}
    assert report.coverage is not None

    assert cases["test_price"].lines == {9, 10, 11}
    assert cases["test_price"].branches == {"9->10", "9->11"}
    assert cases["test_price_is_a_number"].branches == {"9->10"}
    assert cases["test_it_stays"].lines == {22, 24}
    assert cases["test_later"].lines == {28, 29}
    assert cases["test_forges_the_report"].lines == frozenset()
    assert cases["test_traces"].lines is None
    assert cases["test_zero"].lines == {15, 16, 18}
    assert cases["test_zero"].branches == {"16->18"}
    for outcome in report.outcomes:
        assert (outcome.lines or frozenset()) <= report.coverage.lines_covered
        assert (outcome.branches or frozenset()) <= report.coverage.branches_covered


REMEMBERS = """
from functools import cache

SEEN = []


@cache
def double(n):
    return n * 2


def note(n):
    SEEN.append(n + 1)
    return len(SEEN)


def add(a, b):
    return a + b
"""


def test_what_code_remembers_from_one_change_is_not_held_against_the_next(tmp_path):
    suite = """
import shop

def test_double():
    assert shop.double(4) == 8

def test_double_again():
    assert shop.double(4) == 8 and shop.add(1, 2) == 3

def test_note():
    shop.SEEN.clear()
    assert shop.note(1) == 1 and shop.SEEN == [2]

def test_add():
    assert shop.add(2, 2) > 0
"""

    mutants, report = challenge(tmp_path, REMEMBERS, suite)

    assert isinstance(report, ChallengeReport)
    killers = {
        (mutant.before, mutant.after): outcome.killers for mutant, outcome in zip(mutants, report.outcomes, strict=True)
    }
    assert killers["n * 2", "n / 2"] == ("test_double", "test_double_again")
    assert killers["a + b", "a - b"] == ("test_double_again", "test_add")
