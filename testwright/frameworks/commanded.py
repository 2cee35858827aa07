"""A project's own command as a test framework: it is run as it says, and its reports are read."""

import base64
import json
import re
import shlex
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from testwright.domain.commands import PREFIX, TestCommand, command_for, command_from
from testwright.domain.errors import PermanentError
from testwright.domain.mutants import SWITCH, ChallengeOrder, ChallengeReport, Fate, MutantOutcome
from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Runner, RunOrder
from testwright.domain.verdicts import CaseOutcome, FileCoverage, NotRun, Outcome, RunReport
from testwright.frameworks import python_reports as reports
from testwright.frameworks.coverage_reports import coverage_of
from testwright.frameworks.junit_reports import outcomes_of
from testwright.frameworks.python_runs import ASSETS, REPORT

_MOST_TEXT = 10 << 20
_MOST_RUNS = 1000
_WRONG = re.compile(r"\berror\b|^FAILURE:|\bcannot find\b|\bundefined\b|\[ERROR\]", re.IGNORECASE)


class Commanded:
    """The Framework `command:<language>`."""

    def __init__(self, language: str) -> None:
        self._language = language
        self.name = f"{PREFIX}{language}"
        self.languages = frozenset({language})

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        """By the project's own pattern; where that is taken, its name grows before its ending."""
        path = self._command(view).suite_for(source_path)
        stem, dot, ending = path.rpartition(".")
        number, free = 1, path
        while view.exists(free):
            number += 1
            mark = f"More{number - 1 if number > 2 else ''}"
            free = f"{_grown(stem, mark)}{dot}{ending}"
        return free

    def home(self, source_path: str, view: ProjectView) -> str:
        return ""

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        return shlex.join(self._command(view).filled(suite_paths[0]))

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        command = command_for(self._language, view)
        path = command.suite_for(source_path) if command is not None else ""
        return (path,) if path and path != source_path and view.exists(path) else ()

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        folder, _, name = suite_path.rpartition("/")
        ending = name[name.rfind(".") :]
        beside = (path for path in view.paths() if path.rpartition("/")[0] == folder and path.endswith(ending))
        return next((path for path in beside if path != suite_path and "test" in path.lower()), None)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return frozenset()

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        test = command_from(runner.fact("command"))
        suite = order.suite_paths[0]
        alone = [(name, test.filled(suite, *test.one, test=name)) for name in order.only if test.one and order.alone]
        more = test.shuffled if order.seed is not None else ()
        asked = {
            "argv": test.filled(suite, *more, seed=order.seed or 0),
            "turns": [test.filled(suite, *test.shuffled, seed=turn.seed) for turn in order.turns],
            "alone": alone,
            "coverage": test.coverage if order.coverage else "",
            "seconds": order.share * 0.9,
            "mutants": [],
        }
        return _asked(asked, test, order, runner, workspace)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        test = command_from(runner.fact("command"))
        asked = {
            "argv": test.filled(order.suite_path),
            "coverage": "",
            "seconds": order.seconds,
            "mutants": list(order.numbers),
            "source": order.source_path,
            "sign": SWITCH,
        }
        return _asked(asked, test, order, runner, workspace)

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        found = reports.loaded(completed, REPORT)
        if completed.reason != "exit":
            return reports.ended(completed, order, found, self.name)
        runs = reports.items(found or {}, "runs")
        if found is None or not runs or (order.only and not order.alone) or len(order.suite_paths) > 1:
            return reports.no_report(completed, order, self.name, found)
        first = _run(runs[0], completed, order)
        if isinstance(first, NotRun):
            return first
        told = [*reports.items(found, "turns")[: len(order.turns)], *({} for _ in order.turns)]
        turns = [_run(each, completed, order) for each, _ in zip(told, order.turns, strict=False)]
        if order.alone:
            first = replace(first, outcomes=tuple(_alone(reports.items(found, "alone"), order, completed)))
        return replace(first, turns=tuple(turns))

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        found = reports.loaded(completed, REPORT)
        if completed.reason != "exit" and not reports.items(found or {}, "mutants"):
            return reports.ended(completed, order, found, self.name)
        runs = [_outcomes(run) for run in reports.items(found or {}, "runs")]
        passing = [{name for name, outcome in (run or {}).items() if outcome is Outcome.PASSED} for run in runs]
        fit = frozenset(passing[0] & passing[1]) if len(passing) == 2 else frozenset()
        if not fit:
            return NotRun(
                code="challenge_failed",
                message=f"No test of {base_name(order.source_path)} passes twice while no mutant is at work.",
                hint="Nothing can be said about what these tests notice; look for state that outlives a test.",
                output=reports.end_of(completed.log),
            )
        told = {pair[0]: pair[1] for pair in map(_pair, reports.items(found or {}, "mutants")) if pair is not None}
        seen = {name for run in runs for name in run or {}}
        return ChallengeReport(
            outcomes=tuple(_fate(number, told.get(number), fit) for number in order.numbers),
            unfit=tuple(sorted(seen - fit)),
            duration_ms=round(completed.seconds * 1000),
        )

    def _command(self, view: ProjectView) -> TestCommand:
        found = command_for(self._language, view)
        if found is None:
            raise PermanentError(
                f"The project does not say how its tests in {self._language} are run.",
                code="runner_missing",
                hint=f"Name the command in testwright.toml, as [commands.{self._language}].",
            )
        return found


def _grown(stem: str, mark: str) -> str:
    """Before the part of a name that runners know tests by."""
    found = re.fullmatch(r"(.*?)(_test|_spec|Tests?|Spec)?", stem, re.DOTALL)
    head, tail = (found[1], found[2] or "") if found else (stem, "")
    is_camel = tail[:1].isupper()
    return f"{head}{mark if is_camel else f'_{mark.lower()}'}{tail}"


def _asked(
    asked: dict[str, Any], test: TestCommand, order: RunOrder | ChallengeOrder, runner: Runner, workspace: str
) -> Command:
    links = json.loads(runner.fact("links", "[]"))
    whole = {"turns": [], "alone": [], "report": test.report, "links": links} | asked
    return Command(
        argv=runner.program,
        workspace=workspace,
        reports=(REPORT,),
        mounts=(*runner.mounts, ASSETS),
        env=tuple(sorted((dict(runner.env) | {"TESTWRIGHT_ORDER": json.dumps(whole)}).items())),
        limits=order.limits,
    )


def _run(told: Any, completed: Completed, order: RunOrder) -> RunReport | NotRun:
    """A pass needs the report and the exit status to agree."""
    told = told if isinstance(told, dict) else {}
    outcomes = _read(told)
    status, name = told.get("status"), base_name(order.source_path)
    failed = any(outcome.outcome is Outcome.FAILED for outcome in outcomes or ())
    if told.get("why") == "out of time":
        message = f"Running the tests of {name} did not end in time."
        return NotRun(code="timeout", message=message, hint=reports.WHAT_LOOPS, output=reports.end_of(completed.log))
    if not outcomes or type(status) is not int or (status != 0) != failed:
        return _no_report(told, bool(outcomes), completed, name)
    seconds = told.get("seconds")
    return RunReport(
        outcomes=outcomes,
        coverage=_coverage(told, order.source_path),
        duration_ms=round(seconds * 1000) if isinstance(seconds, (int, float)) else 0,
    )


def _no_report(told: dict[str, Any], has_outcomes: bool, completed: Completed, name: str) -> NotRun:
    status, why = told.get("status"), reports.clean(told.get("why"))
    wrong = next((line.strip() for line in reports.clean(completed.log).splitlines() if _WRONG.search(line)), "")
    said = f": {wrong}" if wrong else "."
    if status is None:
        return NotRun(
            code="launch_failed",
            message=f"The project's command for tests could not be started: {why or 'it told nothing'}.",
            hint="What [commands] in testwright.toml names has to be installed on this machine.",
            output=reports.end_of(completed.log),
        )
    problem = "and its report does not agree" if has_outcomes else "and left no report of a test"
    return NotRun(
        code="load_error" if wrong and not has_outcomes else "no_report",
        message=f"The command for the tests of {name} ended with status {status} {problem}{said}"[:500],
        hint="Look at what it says; `report` in testwright.toml has to name where its JUnit XML or TAP lies.",
        output=reports.end_of(completed.log),
    )


def _alone(told: Sequence[Any], order: RunOrder, completed: Completed) -> list[CaseOutcome]:
    """What one test did in a run of its own; a run that told nothing of it says nothing."""
    found = []
    for pair in told:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] not in order.only:
            continue
        report = _run(pair[1], completed, order)
        if isinstance(report, RunReport):
            found += [outcome for outcome in report.outcomes if outcome.name == pair[0]][:1]
    return found


def _pair(told: Any) -> tuple[int, Any] | None:
    return (told[0], told[1]) if isinstance(told, list) and len(told) == 2 and type(told[0]) is int else None


def _fate(number: int, told: Any, fit: frozenset[str]) -> MutantOutcome:
    """Only a test that is seen to fail has noticed: what does not compile, or does not end, was not tried.

    Nobody can tell which of the tests ran into the change; so all are taken to have.
    """
    outcomes = _outcomes(told) if isinstance(told, dict) else None
    if outcomes is None or not fit & outcomes.keys():
        return MutantOutcome(number=number, fate=Fate.UNTRIED)
    names = tuple(sorted(fit))
    killers = tuple(name for name in names if outcomes.get(name) is Outcome.FAILED)
    return MutantOutcome(
        number=number,
        fate=Fate.KILLED if killers else Fate.SURVIVED,
        reached_by=names,
        killers=killers,
    )


def _outcomes(told: Any) -> dict[str, Outcome] | None:
    """By name, the worst of each; None without a report."""
    found = _read(told) if isinstance(told, dict) else None
    if not found:
        return None
    worst: dict[str, Outcome] = {}
    for each in found:
        if worst.get(each.name) is not Outcome.FAILED:
            worst[each.name] = each.outcome
    return worst


def _read(told: dict[str, Any]) -> tuple[CaseOutcome, ...] | None:
    texts = [_unpacked(text) for text in reports.items(told, "reports")[:_MOST_RUNS]]
    found = [outcomes_of(text) for text in texts]
    if not found or any(each is None for each in found):
        return None
    return tuple(outcome for each in found for outcome in each or ())


def _coverage(told: dict[str, Any], source_path: str) -> FileCoverage | None:
    return coverage_of((_unpacked(text) for text in reports.items(told, "coverage")), source_path)


def _unpacked(text: Any) -> str:
    """No more than so much of it: a small text may be a very large one, packed."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(text), _MOST_TEXT).decode(errors="replace")
    except (ValueError, TypeError, zlib.error):
        return ""
