import json
from dataclasses import replace
from datetime import timedelta

import pytest

from testwright.domain.projects import Completed, Limits, Mount, Runner, RunOrder
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.python_runs import ASSETS, REPORT

RUNNER = Runner(
    framework="pytest",
    version="9",
    origin="managed",
    found="",
    program=("/py/bin/python", "-m", "pytest"),
    mounts=(Mount(host="/host/py", inside="/py"),),
    env=(("PYTHONPATH", "/tools"),),
)
ORDER = RunOrder(source_path="shop/price.py", suite_paths=("tests/test_price.py",))


def finished(tests=(), status=0, exit_status=None, problems=(), coverage=None, **more):
    report = {
        "finished": True,
        "status": status,
        "tests": list(tests),
        "problems": list(problems),
        "coverage": coverage,
    }
    raw = json.dumps({**report, **more}).encode()
    return Completed(
        exit_status=status if exit_status is None else exit_status, reason="exit", log="", reports={REPORT: raw}
    )


def one(name="test_a", outcome="passed", message="", ran=1):
    return {"path": "t.py", "name": name, "outcome": outcome, "message": message, "milliseconds": 1.5, "ran": ran}


def read(completed, order=ORDER):
    return Pytest().read(completed, order)


def test_the_command_keeps_the_projects_configuration_but_not_its_addopts():
    command = Pytest().command(ORDER, RUNNER, "/host/ws")

    assert command.argv[:3] == RUNNER.program
    assert command.argv[-1] == "tests/test_price.py"
    assert "addopts=" in command.argv
    assert "no:cacheprovider" in command.argv
    assert command.workspace == "/host/ws"
    assert command.reports == (REPORT,)


def test_the_plugin_comes_along_and_the_runners_own_path_stays():
    command = Pytest().command(ORDER, RUNNER, "/host/ws")

    assert dict(command.env)["PYTHONPATH"] == f"{ASSETS.inside}:/tools"
    assert [mount.inside for mount in command.mounts] == ["/py", ASSETS.inside]


def test_a_seed_orders_tests_random_numbers_and_hashes_alike():
    order = RunOrder(source_path="a.py", suite_paths=("t.py",), seed=5, only=("test_a",), coverage=False)
    env = dict(Pytest().command(order, RUNNER, "/w").env)

    assert (env["TESTWRIGHT_SEED"], env["PYTHONHASHSEED"]) == ("5", "5")
    assert json.loads(env["TESTWRIGHT_ONLY"]) == ["test_a"]
    assert env["TESTWRIGHT_COVERAGE"] == "0"


def test_a_probe_minds_its_own_time():
    order = RunOrder(source_path="a.py", suite_paths=("t.py",), extra_reports=("seen.json",))
    command = Pytest().command(order, RUNNER, "/w")

    assert command.reports == (REPORT, "seen.json")
    assert "TESTWRIGHT_CASE_SECONDS" not in dict(command.env)


def test_outcomes_and_coverage_are_read():
    coverage = {"covered": [1, 2], "missed": [3], "branches_covered": ["1->2"], "branches_missed": ["1->-1"]}
    report = read(finished([one(), one("test_b", "failed", "E assert 1 == 2")], status=1, coverage=coverage))

    assert isinstance(report, RunReport)
    assert [(o.name, o.outcome) for o in report.outcomes] == [("test_a", Outcome.PASSED), ("test_b", Outcome.FAILED)]
    assert report.outcomes[1].message == "E assert 1 == 2"
    assert report.coverage is not None
    assert report.coverage.lines_missed == frozenset({3})
    assert report.coverage.branches_missed == frozenset({"1->-1"})


@pytest.mark.parametrize(
    "completed",
    [
        Completed(exit_status=0, reason="exit", log="1 passed"),
        Completed(exit_status=0, reason="exit", log="", reports={REPORT: b"[" * 100_000}),
        Completed(exit_status=0, reason="exit", log="", reports={REPORT: b"\xff"}),
        Completed(exit_status=0, reason="exit", log="", reports={REPORT: b"[]"}),
        finished([one()], status=0, exit_status=1),
        finished([one(outcome="failed")], status=0),
        finished([one()], status=1),
        finished([], status=0),
        finished([one()], finished=False),
    ],
)
def test_a_pass_is_believed_only_when_report_and_exit_status_agree(completed):
    found = read(completed)

    assert isinstance(found, NotRun)
    assert found.code == "no_report"


def test_a_test_that_never_ran_did_not_pass():
    report = read(finished([one(ran=0)], status=1))

    assert isinstance(report, RunReport)
    assert report.outcomes[0].outcome is Outcome.FAILED


def test_terminal_codes_and_strange_values_are_cleaned():
    coverage = {"covered": [1, "x", -3, True], "missed": None, "branches_covered": ["1->2", "rm -rf"]}
    report = read(finished([one("test_\x1b[31ma\u202e", "failed", "a\x00b\nc")], status=1, coverage=coverage))

    assert isinstance(report, RunReport)
    assert report.outcomes[0].name == "test_a"
    assert report.outcomes[0].message == "ab\nc"
    assert report.coverage is not None
    assert report.coverage.lines_covered == frozenset({1})
    assert report.coverage.branches_covered == frozenset({"1->2"})


def problem(**more):
    return {"path": "tests/test_price.py", "kind": "ValueError", "message": "", "module": "", "in_source": True, **more}


def test_a_missing_package_is_named_with_what_to_do():
    found = read(finished(problems=[problem(kind="ModuleNotFoundError", module="requests.auth")], status=2))

    assert isinstance(found, NotRun)
    assert found.code == "missing_package"
    assert found.message == "price.py needs the package requests, which is not installed here."
    assert "pip install requests" in (found.hint or "")


def test_a_module_of_the_project_is_no_missing_package():
    found = read(finished(problems=[problem(kind="ModuleNotFoundError", module="shop.tax", own=True)], status=2))

    assert isinstance(found, NotRun)
    assert found.code == "load_error"


def test_a_source_that_throws_while_loading_is_told_with_its_line():
    found = read(finished(problems=[problem(message="first\nno rate", line=7)], status=2))

    assert isinstance(found, NotRun)
    assert found.message == "price.py could not be loaded: ValueError on line 7: no rate"


def test_a_run_out_of_time_before_any_test_points_at_the_import():
    order = RunOrder(source_path="price.py", suite_paths=("t.py",), limits=Limits(wall=timedelta(seconds=60)))
    found = read(Completed(exit_status=None, reason="timeout", log=""), order)

    assert isinstance(found, NotRun)
    assert (
        found.message == "Loading or running price.py did not end within 60 s: does it loop, or is this machine busy?"
    )


def test_a_run_out_of_time_in_a_test_names_the_test():
    partial = {"finished": False, "running": "test_loops", "tests": [one()]}
    completed = Completed(exit_status=None, reason="timeout", log="", reports={REPORT: json.dumps(partial).encode()})
    found = read(completed)

    assert isinstance(found, NotRun)
    assert found.code == "timeout"
    assert "test_loops was running" in found.message


@pytest.mark.parametrize("reason", ["memory-limit", "disk-limit", "output-limit", "launch-failed"])
def test_every_end_by_the_sandbox_has_its_code_and_a_hint(reason):
    found = read(Completed(exit_status=None, reason=reason, log="x"))

    assert isinstance(found, NotRun)
    assert found.code == reason.replace("-", "_")
    assert found.hint


def test_a_project_without_pytest_is_told_so():
    found = read(Completed(exit_status=1, reason="exit", log="/py/bin/python: No module named pytest"))

    assert isinstance(found, NotRun)
    assert found.code == "launch_failed"


def test_a_process_that_a_test_ends_names_the_test():
    found = read(finished([one()], finished=False, running="test_b", exit_status=139))

    assert isinstance(found, NotRun)
    assert found.culprits == ("test_b",)
    assert found.message == "test_b ended the process (by the signal SIGSEGV)."


def test_a_probe_that_ends_the_process_is_not_called_by_a_name_that_nobody_knows():
    order = replace(ORDER, extra_reports=("seen.json",))
    left = {"finished": False, "running": "test_explore", "tests": [], "problems": []}
    completed = Completed(
        exit_status=0, reason="exit", log="", reports={"testwright-report.json": json.dumps(left).encode()}
    )

    found = read(completed, order)

    assert isinstance(found, NotRun)
    assert found.message == "price.py ended the process while it was tried out (status 0)."


def test_a_probe_that_the_sandbox_ends_is_not_called_by_its_name_either():
    order = replace(ORDER, extra_reports=("seen.json",))
    left = {"finished": False, "running": "test_explore", "tests": [], "problems": []}
    reports = {"testwright-report.json": json.dumps(left).encode()}

    found = read(Completed(exit_status=None, reason="output-limit", log="", reports=reports), order)

    assert isinstance(found, NotRun)
    assert found.message == "Running price.py printed more than a run may. It was tried out with many inputs."
    assert found.culprits == ()


def test_a_run_out_of_time_names_its_culprit():
    partial = {"finished": False, "running": "test_loops", "tests": [one()]}
    found = read(Completed(exit_status=None, reason="timeout", log="", reports={REPORT: json.dumps(partial).encode()}))

    assert isinstance(found, NotRun)
    assert found.culprits == ("test_loops",)


def test_without_a_report_the_logs_last_words_are_in_the_message():
    log = "Traceback …\n  File /ws/json.py\nAttributeError: module 'x' has no attribute 'y'\n\n"
    found = read(Completed(exit_status=1, reason="exit", log=log))

    assert isinstance(found, NotRun)
    assert found.message.endswith("report on price.py: AttributeError: module 'x' has no attribute 'y'")
    assert "output" not in (found.hint or "")


def test_a_source_that_ends_the_process_is_told_with_the_call_and_its_line():
    ends = problem(kind="SystemExit", message="sys.exit(3)", line=2)
    found = read(finished(problems=[ends], status=3))

    assert isinstance(found, NotRun)
    assert found.code == "load_error"
    assert found.message == "price.py ends the process when it is imported (sys.exit(3) on line 2)"


def test_a_file_on_the_way_to_the_source_is_named_when_it_does_not_load():
    package = problem(in_source=False, culprit="shop/__init__.py", line=1, message="init")
    found = read(finished(problems=[package], status=2))

    assert isinstance(found, NotRun)
    assert found.message == "shop/__init__.py could not be loaded: ValueError on line 1: init"


def test_a_conftest_that_asks_for_a_package_says_which():
    log = (
        "ImportError while loading conftest '/work/tests/conftest.py'.\ntests/base.py:9: in <module>\n"
        "    import simplejson\nE   ModuleNotFoundError: No module named 'simplejson'\n"
    )

    answer = Pytest().read(Completed(exit_status=4, reason="exit", log=log), ORDER)

    assert isinstance(answer, NotRun)
    assert answer.code == "missing_package"
    assert "conftest.py needs the package simplejson, which is not installed here" in answer.message
