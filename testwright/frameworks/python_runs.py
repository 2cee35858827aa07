"""How our runners for Python are asked to run suites, and how their answer is read."""

import compileall
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from testwright.domain.paths import base_name
from testwright.domain.projects import Command, Completed, Moment, Mount, Runner, RunOrder, Turn
from testwright.domain.verdicts import CaseOutcome, FileCoverage, NotRun, Outcome, RunReport
from testwright.frameworks import python_reports as reports

T = TypeVar("T")

REPORT = "testwright-report.json"
ASSETS = Mount(host=str(Path(__file__).parent / "assets" / "python"), inside="/opt/testwright/runners")
_CASE_SECONDS = 10.0
_LOAD_SECONDS = 30.0
_BRANCH = re.compile(r"-?\d{1,7}->-?\d{1,7}")
_HEXADECIMAL = re.compile(r"[0-9a-f]+")
_ALL_PASSED, _SOME_FAILED = 0, 1


def compile_assets(folder: str = ASSETS.host) -> None:
    """For our own Python. Nothing can be written in the sandbox: what is not compiled here is compiled at every start.

    A folder that is not ours to write stays as it is; whoever installed us into it has compiled it, mostly.
    """
    compileall.compile_dir(folder, quiet=2)


def environment(runner: Runner) -> dict[str, str]:
    """The runner's own, with our assets to import."""
    env = dict(runner.env)
    env["PYTHONPATH"] = ":".join(part for part in (ASSETS.inside, env.get("PYTHONPATH", "")) if part)
    return env


def command(order: RunOrder, runner: Runner, workspace: str, argv: tuple[str, ...]) -> Command:
    env = environment(runner)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    # Another seed is another order of sets, so that a test that leans on it is caught.
    env["PYTHONHASHSEED"] = str((order.hashes or order.seed or 0) % (1 << 32))
    env["TESTWRIGHT_SOURCE"] = order.source_path
    env["TESTWRIGHT_ONLY"] = json.dumps(order.only)
    env["TESTWRIGHT_COVERAGE"] = "1" if order.coverage else "0"
    if order.seed is not None:
        env["TESTWRIGHT_SEED"] = str(order.seed)
    if order.frozen is not None:
        env |= {"TZ": order.frozen.zone, "TESTWRIGHT_CLOCK": _clock(order.frozen)}
    wall = order.share
    if order.alone:
        env["TESTWRIGHT_ALONE_SECONDS"] = f"{0.7 * wall:g}"
    if order.turns:
        env["TESTWRIGHT_TURNS"] = json.dumps([_turn(turn) for turn in order.turns])
        env["TESTWRIGHT_TURN_SECONDS"] = f"{wall:g}"
    env["TESTWRIGHT_LOAD_SECONDS"] = f"{min(_LOAD_SECONDS, 0.75 * wall):g}"
    if not order.extra_reports:  # a probe minds the time itself
        env["TESTWRIGHT_CASE_SECONDS"] = f"{min(_CASE_SECONDS, wall / 4):g}"
    return Command(
        argv=argv,
        workspace=workspace,
        reports=(REPORT, *order.extra_reports),
        mounts=(*runner.mounts, ASSETS),
        env=tuple(sorted(env.items())),
        limits=order.limits,
    )


def _turn(turn: Turn) -> dict[str, Any]:
    clock, zone = (_clock(turn.frozen), turn.frozen.zone) if turn.frozen is not None else ("", "")
    return {"seed": turn.seed, "clock": clock, "zone": zone}


def _clock(moment: Moment) -> str:
    return f"{moment.at.timestamp():.3f}{moment.sign}"


def read(completed: Completed, order: RunOrder, framework: str) -> RunReport | NotRun:
    """A pass needs the report, its own word that it is whole, and the exit status to agree; so does each turn's."""
    report = reports.loaded(completed, REPORT)
    if completed.reason != "exit":
        return reports.ended(completed, order, report, framework)
    found = _believed(report, completed, order, framework)
    if isinstance(found, NotRun) or report is None or not order.turns:
        return found
    told = [turn if isinstance(turn, dict) else {} for turn in reports.items(report, "turns")]
    turns = [
        _read_turn(turn, said, completed, order, framework)
        for turn, said in zip(order.turns, [*told, *({} for _ in order.turns)], strict=False)
    ]
    return replace(found, turns=tuple(turns))


def _read_turn(
    turn: Turn, said: dict[str, Any], completed: Completed, order: RunOrder, framework: str
) -> RunReport | NotRun:
    status, report = said.get("status"), said.get("report")
    own = replace(order, turns=(), alone=False, only=(), seed=turn.seed, frozen=turn.frozen)
    ended = replace(completed, exit_status=status if type(status) is int else None)
    return _believed(report if isinstance(report, dict) else None, ended, own, framework)


def _believed(
    report: dict[str, Any] | None, completed: Completed, order: RunOrder, framework: str
) -> RunReport | NotRun:
    if report is None:
        return reports.no_report(completed, order, framework)
    problems = [problem for problem in reports.items(report, "problems") if isinstance(problem, dict)]
    if problems:
        return _not_loaded(problems[0], completed, order)
    measured = report.get("coverage") if order.coverage else None
    tests = [test for test in reports.items(report, "tests") if isinstance(test, dict)]
    outcomes = tuple(_outcome(test, measured) for test in tests)
    failed = any(outcome.outcome is Outcome.FAILED for outcome in outcomes)
    agreed = _SOME_FAILED if failed else _ALL_PASSED
    if report.get("finished") is not True or report.get("status") != completed.exit_status or not outcomes:
        return reports.no_report(completed, order, framework, report)
    if completed.exit_status != agreed:
        return reports.no_report(completed, order, framework, report)
    return RunReport(
        outcomes=outcomes,
        coverage=_coverage(measured),
        duration_ms=round(completed.seconds * 1000),
        frozen=order.frozen is not None and report.get("frozen") is True,
    )


def _not_loaded(problem: dict[str, Any], completed: Completed, order: RunOrder) -> NotRun:
    name = base_name(order.source_path)
    in_source = problem.get("in_source") is True
    subject = name if in_source else base_name(reports.clean(problem.get("path"))) or "the suite"
    kind, message = reports.clean(problem.get("kind")), reports.clean(problem.get("message"))
    module = reports.clean(problem.get("module")).split(".")[0]
    log = reports.end_of(completed.log)
    if kind == "ModuleNotFoundError" and module and problem.get("own") is not True:
        return NotRun(
            code="missing_package",
            message=f"{subject} needs the package {module}, which is not installed here.",
            hint=f"Install it into the project's environment (.venv), e.g. pip install {module}, and retry; "
            "or retry with --install (the option `install`), which installs what a lock file names.",
            output=log,
        )
    last = message.splitlines()[-1] if message else ""
    culprit = reports.clean(problem.get("culprit"))
    if not in_source and culprit:
        subject = culprit  # something that is loaded on the way to the source
    where = f" on line {problem['line']}" if isinstance(problem.get("line"), int) else ""
    if kind == "SystemExit":
        return NotRun(
            code="load_error",
            message=f"{subject} ends the process when it is imported ({last}{where})"[:500],
            hint=reports.WHAT_ENDS,
            output=log,
        )
    if kind == "LoadsTooLong":
        return NotRun(
            code="timeout",
            message=f"{subject} {last} while it was imported: it was{where or ' still at work'}."[:500],
            hint=reports.WHAT_LOOPS,
            output=log,
        )
    return NotRun(
        code="load_error",
        message=f"{subject} could not be loaded: {kind}{where}{': ' + last if last else ''}"[:500],
        hint="Make the file importable on its own, or check what it needs while it is imported.",
        output=log,
    )


def _outcome(test: dict[str, Any], measured: Any) -> CaseOutcome:
    """A test that never reached its call, or is of an unknown kind, did not pass."""
    claimed = test.get("outcome")
    ran = isinstance(test.get("ran"), int) and test["ran"] > 0
    if claimed == "passed" and ran:
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.SKIPPED if claimed == "skipped" else Outcome.FAILED
    took = test.get("milliseconds")
    return CaseOutcome(
        name=reports.clean(test.get("name"))[:500],
        outcome=outcome,
        message=reports.clean(test.get("message"))[: reports.MOST_MESSAGE],
        duration_ms=float(took) if isinstance(took, (int, float)) else 0.0,
        lines=_share(test.get("lines"), measured, "covered", _line_set),
        branches=_share(test.get("branches"), measured, "branches_covered", _branch_set),
    )


def _share(claimed: Any, measured: Any, key: str, sort_out: Callable[[list[Any]], frozenset[T]]) -> frozenset[T] | None:
    """What one case ran of the whole run's list. The claim names places in that list, so it can name nothing else."""
    if not isinstance(measured, dict) or not isinstance(claimed, str):
        return None
    entries = reports.items(measured, key)
    if not _HEXADECIMAL.fullmatch(claimed) or len(claimed) > len(entries) // 4 + 1:
        return None
    bits = int(claimed, 16)
    return sort_out([entry for place, entry in enumerate(entries) if bits >> place & 1])


def _coverage(measured: Any) -> FileCoverage | None:
    if not isinstance(measured, dict):
        return None
    return FileCoverage(
        lines_covered=_line_set(reports.items(measured, "covered")),
        lines_missed=_line_set(reports.items(measured, "missed")),
        branches_covered=_branch_set(reports.items(measured, "branches_covered")),
        branches_missed=_branch_set(reports.items(measured, "branches_missed")),
    )


def _line_set(entries: list[Any]) -> frozenset[int]:
    return frozenset(line for line in entries if type(line) is int and line > 0)


def _branch_set(entries: list[Any]) -> frozenset[str]:
    return frozenset(arc for arc in entries if isinstance(arc, str) and _BRANCH.fullmatch(arc))
