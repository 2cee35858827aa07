import json

import pytest

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate, MutantOutcome
from testwright.domain.projects import Completed, Limits, Mount, Runner
from testwright.domain.verdicts import NotRun
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.python_challenges import REPORT
from testwright.frameworks.python_runs import ASSETS

RUNNER = Runner(
    framework="pytest",
    version="9",
    origin="managed",
    found="",
    program=("/py/bin/python", "-m", "pytest"),
    mounts=(Mount(host="/host/py", inside="/py"),),
    env=(("PYTHONPATH", "/tools"),),
)
ORDER = ChallengeOrder(
    source_path="shop/price.py", suite_path="tests/test_price.py", numbers=(3, 1), seconds=20.0, limits=Limits()
)
KILLED = {"number": 3, "fate": "killed", "reached_by": [0, 1], "killers": [1]}
UNREACHED = {"number": 1, "fate": "unreached", "reached_by": [], "killers": []}
GOOD = {
    "finished": True,
    "surveyed": True,
    "cases": ["test_a", "test_b", "test_c"],
    "unfit": [2],
    "problems": [],
    "outcomes": [UNREACHED, KILLED],
}


def read(report, exit_status=0, reason="exit"):
    raw = report if isinstance(report, bytes) else json.dumps(report).encode()
    completed = Completed(exit_status=exit_status, reason=reason, log="the log", reports={REPORT: raw}, seconds=1.5)
    return Pytest().read_challenge(completed, ORDER)


def test_the_command_names_the_mutants_in_their_order_and_how_long_it_may_take():
    command = Pytest().challenge(ORDER, RUNNER, "/host/ws")
    env = dict(command.env)

    assert command.argv[:3] == RUNNER.program
    assert command.argv[-1] == "tests/test_price.py"
    assert "testwright_challenge" in command.argv
    assert command.reports == (REPORT,)
    assert env["TESTWRIGHT_MUTANTS"] == "3,1"
    assert env["TESTWRIGHT_SECONDS"] == "20"
    assert env["PYTHONPATH"] == f"{ASSETS.inside}:/tools"


def test_a_challenge_ends_before_the_sandbox_would_end_it():
    order = ChallengeOrder(source_path="a.py", suite_path="t.py", numbers=(1,), seconds=900.0, limits=Limits())

    assert float(dict(Pytest().challenge(order, RUNNER, "/w").env)["TESTWRIGHT_SECONDS"]) < 60


def test_outcomes_come_back_in_the_order_that_was_asked_for():
    assert read(GOOD) == ChallengeReport(
        outcomes=(
            MutantOutcome(number=3, fate=Fate.KILLED, reached_by=("test_a", "test_b"), killers=("test_b",)),
            MutantOutcome(number=1, fate=Fate.UNREACHED),
        ),
        unfit=("test_c",),
        duration_ms=1500,
    )


def test_a_change_that_keeps_the_suite_from_loading_is_told_apart():
    found = read({**GOOD, "outcomes": [UNREACHED, {**KILLED, "killers": [0, 1], "breaks_load": True}]})

    assert isinstance(found, ChallengeReport)
    assert [outcome.breaks_load for outcome in found.outcomes] == [True, False]


def claimed(**changes):
    return {**GOOD, "outcomes": [UNREACHED, {**KILLED, **changes}]}


@pytest.mark.parametrize(
    "report",
    [
        b"[" * 100_000,
        b"\xff",
        b"[]",
        b"{}",
        b" " * (6 << 20),
        {**GOOD, "finished": 1},
        {**GOOD, "cases": ["test_a", "test_a", "test_c"]},
        {**GOOD, "cases": [1, 2, 3]},
        {**GOOD, "cases": "abc"},
        {**GOOD, "cases": [f"t{i}" for i in range(6000)]},
        {**GOOD, "unfit": [3]},
        {**GOOD, "unfit": [-1]},
        {**GOOD, "unfit": [True]},
        {**GOOD, "unfit": [2, 2]},
        {**GOOD, "unfit": None},
        {**GOOD, "outcomes": [KILLED]},
        {**GOOD, "outcomes": [KILLED, KILLED, UNREACHED]},
        {**GOOD, "outcomes": [KILLED, UNREACHED, {**UNREACHED, "number": 9}]},
        {**GOOD, "outcomes": ["killed", UNREACHED]},
        claimed(number="3"),
        claimed(number=True),
        claimed(fate="immortal"),
        claimed(fate=["killed"]),
        claimed(reached_by=[0]),
        claimed(killers=[]),
        claimed(killers=[5]),
        claimed(killers={"0": 1}),
        claimed(reached_by=[0, 1, 2]),
        claimed(fate="survived"),
        claimed(fate="unreached"),
        claimed(fate="untried", killers=[]),
        claimed(breaks_load=True),
        claimed(breaks_load=1, killers=[0, 1]),
        claimed(fate="survived", breaks_load=True, killers=[]),
    ],
)
def test_a_report_with_one_thing_that_cannot_be_is_not_believed(report):
    found = read(report)

    assert isinstance(found, NotRun)
    assert found.code == "no_report"


def test_a_good_report_with_a_bad_exit_status_is_not_believed():
    found = read(GOOD, exit_status=1)

    assert isinstance(found, NotRun)
    assert found.code == "no_report"


@pytest.mark.parametrize(("reason", "code"), [("timeout", "timeout"), ("memory-limit", "memory_limit")])
def test_what_the_sandbox_ended_says_so(reason, code):
    found = read(GOOD, exit_status=None, reason=reason)

    assert isinstance(found, NotRun)
    assert found.code == code


def test_nothing_is_concluded_from_tests_that_cannot_be_repeated():
    found = read({**GOOD, "unfit": [0, 1, 2]})

    assert isinstance(found, NotRun)
    assert found.code == "challenge_failed"
    assert "price.py" in found.message


def test_a_suite_that_does_not_load_tells_why():
    found = read({**GOOD, "surveyed": False, "cases": [], "unfit": [], "problems": ["E   No\x1b[0m module"]})

    assert isinstance(found, NotRun)
    assert found.code == "challenge_failed"
    assert found.output == "the log\nE   No module"


def test_names_are_cleaned_of_what_a_terminal_would_obey():
    report = read({**GOOD, "cases": ["test_\x1b[31ma", "test_b", "test_c"]})

    assert isinstance(report, ChallengeReport)
    assert report.outcomes[0].reached_by == ("test_a", "test_b")
