"""How pytest is asked to run a suite, and how its answer is read."""

import json
import re
from pathlib import Path
from typing import Any

from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Mount, Runner, RunOrder
from testwright.domain.verdicts import CaseOutcome, FileCoverage, NotRun, Outcome, RunReport
from testwright.frameworks import pytest_dependencies, pytest_layout

REPORT = "testwright-report.json"
PLUGIN_PLACE = "/opt/testwright/pytest"
_PLUGIN_FOLDER = Path(__file__).parent / "assets" / "pytest"
_CASE_SECONDS = 10.0
_MOST_REPORT_BYTES = 5 << 20
_MOST_MESSAGE = 2000
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ALL_PASSED, _SOME_FAILED = 0, 1


class Pytest:
    """The Framework `pytest`."""

    name = "pytest"
    languages = frozenset({"python"})

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return pytest_layout.suite_path(source_path, view)

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return pytest_layout.existing_suites(source_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return pytest_dependencies.known_modules(view)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        """The project's configuration holds, except `addopts`: options such as --cov-fail-under, -n, -x or --lf would
        change which tests run and what the exit status means. No cache is written, and nothing else reorders the tests.
        """
        plugins = ("-p", "testwright_plugin", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:random_order")
        options = ("-o", "addopts=", "-q", "--tb=short", "--color=no", "--no-header", "-rN")
        env = dict(runner.env)
        env["PYTHONPATH"] = ":".join(part for part in (PLUGIN_PLACE, env.get("PYTHONPATH", "")) if part)
        env["PYTHONDONTWRITEBYTECODE"] = "1"
        # Another seed is another order of sets, so that a test that leans on it is caught.
        env["PYTHONHASHSEED"] = str((order.seed or 0) % (1 << 32))
        env["TESTWRIGHT_SOURCE"] = order.source_path
        env["TESTWRIGHT_ONLY"] = json.dumps(order.only)
        env["TESTWRIGHT_COVERAGE"] = "1" if order.coverage else "0"
        if order.seed is not None:
            env["TESTWRIGHT_SEED"] = str(order.seed)
        if not order.extra_reports:  # a probe minds the time itself
            seconds = min(_CASE_SECONDS, order.limits.wall.total_seconds() / 4)
            env["TESTWRIGHT_CASE_SECONDS"] = f"{seconds:g}"
        return Command(
            argv=(*runner.program, *plugins, *options, *order.suite_paths),
            workspace=workspace,
            reports=(REPORT, *order.extra_reports),
            mounts=(*runner.mounts, Mount(host=str(_PLUGIN_FOLDER), inside=PLUGIN_PLACE)),
            env=tuple(sorted(env.items())),
            limits=order.limits,
        )

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        report = _report(completed)
        if completed.reason != "exit":
            return _ended(completed, order, report)
        if report is None:
            return _no_report(completed, order)
        problems = [problem for problem in _list(report, "problems") if isinstance(problem, dict)]
        if problems:
            return _not_loaded(problems[0], completed, order)
        outcomes = tuple(_outcome(test) for test in _list(report, "tests") if isinstance(test, dict))
        failed = any(outcome.outcome is Outcome.FAILED for outcome in outcomes)
        agreed = _SOME_FAILED if failed else _ALL_PASSED
        if report.get("finished") is not True or report.get("status") != completed.exit_status or not outcomes:
            return _no_report(completed, order)
        if completed.exit_status != agreed:
            return _no_report(completed, order)
        return RunReport(
            outcomes=outcomes,
            coverage=_coverage(report.get("coverage")) if order.coverage else None,
            duration_ms=round(completed.seconds * 1000),
        )


def _report(completed: Completed) -> dict[str, Any] | None:
    raw = completed.reports.get(REPORT)
    if raw is None or len(raw) > _MOST_REPORT_BYTES:
        return None
    try:
        report = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _ended(completed: Completed, order: RunOrder, report: dict[str, Any] | None) -> NotRun:
    """The sandbox ended the run. The report, if one was left, tells which test was running."""
    name = base_name(order.source_path)
    running = _clean((report or {}).get("running"))
    culprit = f"{running} was running." if running else "Nothing had been run yet."
    code = completed.reason.replace("-", "_")
    match code:
        case "timeout":
            seconds = f"{order.limits.wall.total_seconds():g}"
            if running:
                message = f"Running the tests of {name} did not end within {seconds} s; {culprit}"
            else:
                message = f"Loading or running {name} did not end within {seconds} s: does it loop at import?"
            hint = "Make the import of the file free of endless or very long work."
        case "memory_limit":
            message = f"Running {name} took more than {order.limits.memory_mib} MiB of memory. {culprit}"
            hint = "Give the tests smaller inputs."
        case "disk_limit":
            message = f"Running {name} wrote more than {order.limits.scratch_mib} MiB of files. {culprit}"
            hint = "Give the tests smaller inputs."
        case "output_limit":
            message = f"Running {name} printed more than a run may. {culprit}"
            hint = "Let the code print less, or the tests capture it."
        case _:
            code = "launch_failed"
            message = f"pytest could not be started for {name}."
            hint = "Run `testwright doctor` to see what is missing here."
    return NotRun(code=code, message=message, hint=hint, output=_end_of(completed.log))


def _no_report(completed: Completed, order: RunOrder) -> NotRun:
    name = base_name(order.source_path)
    if "No module named pytest" in completed.log:
        return NotRun(
            code="launch_failed",
            message=f"pytest could not be started for {name}: it is not installed in the project's environment.",
            hint="Install pytest into the project's environment (.venv) and retry.",
            output=_end_of(completed.log),
        )
    return NotRun(
        code="no_report",
        message=f"pytest ended with status {completed.exit_status} and left no believable report on {name}.",
        hint="Look at the output: the project's pytest configuration or the code itself may end the run early.",
        output=_end_of(completed.log),
    )


def _not_loaded(problem: dict[str, Any], completed: Completed, order: RunOrder) -> NotRun:
    name = base_name(order.source_path)
    in_source = problem.get("in_source") is True
    subject = name if in_source else base_name(_clean(problem.get("path"))) or "the suite"
    kind, message = _clean(problem.get("kind")), _clean(problem.get("message"))
    module = _clean(problem.get("module")).split(".")[0]
    log = _end_of(completed.log)
    if kind == "ModuleNotFoundError" and module and problem.get("own") is not True:
        return NotRun(
            code="missing_package",
            message=f"{subject} needs the package {module}, which is not installed here.",
            hint=f"Install it into the project's environment (.venv), e.g. pip install {module}, and retry.",
            output=log,
        )
    last = message.splitlines()[-1] if message else ""
    where = f" on line {problem['line']}" if in_source and isinstance(problem.get("line"), int) else ""
    return NotRun(
        code="load_error",
        message=f"{subject} could not be loaded: {kind}{where}{': ' + last if last else ''}"[:500],
        hint="Make the file importable on its own, or check what it needs while it is imported.",
        output=log,
    )


def _outcome(test: dict[str, Any]) -> CaseOutcome:
    """A test that never reached its call, or is of an unknown kind, did not pass."""
    claimed = test.get("outcome")
    ran = isinstance(test.get("ran"), int) and test["ran"] > 0
    if claimed == "passed" and ran:
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.SKIPPED if claimed == "skipped" else Outcome.FAILED
    took = test.get("milliseconds")
    return CaseOutcome(
        name=_clean(test.get("name"))[:500],
        outcome=outcome,
        message=_clean(test.get("message"))[:_MOST_MESSAGE],
        duration_ms=float(took) if isinstance(took, (int, float)) else 0.0,
    )


def _coverage(measured: Any) -> FileCoverage | None:
    if not isinstance(measured, dict):
        return None
    return FileCoverage(
        lines_covered=_lines(measured, "covered"),
        lines_missed=_lines(measured, "missed"),
        branches_covered=_branches(measured, "branches_covered"),
        branches_missed=_branches(measured, "branches_missed"),
    )


def _lines(measured: dict[str, Any], key: str) -> frozenset[int]:
    return frozenset(line for line in _list(measured, key) if type(line) is int and line > 0)


def _branches(measured: dict[str, Any], key: str) -> frozenset[str]:
    return frozenset(
        arc for arc in _list(measured, key) if isinstance(arc, str) and re.fullmatch(r"-?\d{1,7}->-?\d{1,7}", arc)
    )


def _list(report: dict[str, Any], key: str) -> list[Any]:
    value = report.get(key)
    return value if isinstance(value, list) else []


def _clean(text: Any) -> str:
    return _CONTROL.sub("", text) if isinstance(text, str) else ""


def _end_of(log: str) -> str:
    return _CONTROL.sub("", log)[-_MOST_MESSAGE:]
