import json
from datetime import timedelta

import pytest

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.projects import Completed, Limits, Mount, Runner, RunOrder
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks import python_challenges, python_runs
from testwright.frameworks.unittest_runner import Unittest

RUNNER = Runner(
    framework="unittest",
    version="3.12.4",
    origin="project",
    found="",
    program=("/py/bin/python", "-m", "unittest"),
    mounts=(Mount(host="/host/py", inside="/py"),),
    env=(("PYTHONPATH", "/tools"),),
)
ORDER = RunOrder(source_path="shop/price.py", suite_paths=("tests/test_price.py",))
CHALLENGE = ChallengeOrder(
    source_path="shop/price.py", suite_path="tests/test_price.py", numbers=(1,), seconds=20.0, limits=Limits()
)


class View:
    def __init__(self, *paths):
        self._paths = paths

    def paths(self):
        return sorted(self._paths)

    def text(self, path):
        return ""

    def exists(self, path):
        return path in self._paths


def finished(*tests, status=0, exit_status=None, problems=(), **more):
    report = {"finished": True, "status": status, "tests": list(tests), "problems": list(problems), "coverage": None}
    raw = json.dumps({**report, **more}).encode()
    ended = status if exit_status is None else exit_status
    return Completed(exit_status=ended, reason="exit", log="", reports={python_runs.REPORT: raw})


def one(name="test_a", outcome="passed", ran=1):
    return {"path": "t.py", "name": name, "outcome": outcome, "message": "", "milliseconds": 1.5, "ran": ran}


def read(completed):
    return Unittest().read(completed, ORDER)


def test_our_runner_takes_the_place_of_unittests_command_line():
    command = Unittest().command(ORDER, RUNNER, "/host/ws")

    assert command.argv == ("/py/bin/python", "-m", "testwright_unittest", "tests/test_price.py")
    assert dict(command.env)["PYTHONPATH"] == f"{python_runs.ASSETS.inside}:/tools"
    assert [mount.inside for mount in command.mounts] == ["/py", python_runs.ASSETS.inside]
    assert command.reports == (python_runs.REPORT,)


def test_a_challenge_is_tried_by_a_runner_of_its_own():
    command = Unittest().challenge(CHALLENGE, RUNNER, "/host/ws")

    assert command.argv[2:] == ("testwright_unittest_challenge", "tests/test_price.py")
    assert command.reports == (python_challenges.REPORT,)


def test_suites_lie_where_the_projects_others_do():
    view = View("shop/__init__.py", "shop/price.py", "shop/cart.py", "tests/test_cart.py")

    assert Unittest().suite_path("shop/price.py", view) == "tests/test_price.py"


def test_pytest_is_no_module_that_a_suite_may_import_unasked():
    assert "pytest" not in Unittest().known_modules(View("shop.py"), RUNNER)


def test_each_method_has_its_outcome():
    report = read(finished(one("test_a"), one("test_b", "failed"), one("test_c", "skipped"), status=1))

    assert isinstance(report, RunReport)
    assert [each.outcome for each in report.outcomes] == [Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED]


@pytest.mark.parametrize(
    "completed",
    [
        finished(one(), status=0, exit_status=1),
        finished(one(outcome="failed"), status=0),
        finished(one(), finished=False),
        finished(one(), status=1),
        finished(),
        Completed(exit_status=0, reason="exit", log="OK"),
        Completed(exit_status=0, reason="exit", log="", reports={python_runs.REPORT: b"[" * 10_000}),
        Completed(exit_status=0, reason="exit", log="", reports={python_runs.REPORT: b"{}"}),
    ],
)
def test_a_report_that_contradicts_itself_or_the_exit_status_is_not_believed(completed):
    found = read(completed)

    assert isinstance(found, NotRun)
    assert found.code == "no_report"
    assert "unittest ended (" in found.message


def test_a_test_that_claims_a_pass_without_having_run_failed():
    report = read(finished(one(ran=0)))

    assert isinstance(report, NotRun)


def test_an_end_by_the_sandbox_names_the_running_test():
    order = RunOrder(source_path="a.py", suite_paths=("t.py",), limits=Limits(wall=timedelta(seconds=60)))
    partial = json.dumps({"finished": False, "running": "test_loops", "tests": []}).encode()
    ended = Completed(exit_status=None, reason="timeout", log="", reports={python_runs.REPORT: partial})

    found = Unittest().read(ended, order)

    assert isinstance(found, NotRun)
    assert "test_loops was running" in found.message


def test_a_challenge_is_read_as_those_of_pytest_are():
    outcome = {"number": 1, "fate": "killed", "reached_by": [0], "killers": [0]}
    report = {
        "finished": True,
        "surveyed": True,
        "cases": ["test_a"],
        "unfit": [],
        "problems": [],
        "outcomes": [outcome],
    }
    good = Completed(
        exit_status=0, reason="exit", log="", reports={python_challenges.REPORT: json.dumps(report).encode()}
    )
    lie = json.dumps({**report, "outcomes": [{**outcome, "reached_by": [7]}]}).encode()
    bad = Completed(exit_status=0, reason="exit", log="", reports={python_challenges.REPORT: lie})

    found = Unittest().read_challenge(good, CHALLENGE)

    assert isinstance(found, ChallengeReport)
    assert found.outcomes[0].fate is Fate.KILLED
    assert isinstance(Unittest().read_challenge(bad, CHALLENGE), NotRun)
