"""How our runners for Python are asked to try a suite against many mutants, and how their answer is read."""

import json
from typing import Any

from testwright.domain import edges
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate, MutantOutcome
from testwright.domain.paths import base_name
from testwright.domain.projects import Command, Completed, Runner
from testwright.domain.verdicts import NotRun
from testwright.frameworks import python_reports as reports
from testwright.frameworks import python_runs as runs

REPORT = "testwright-challenge.json"
_MOST_NUMBERS = 15_000  # an environment variable is 128 KiB at most
_MOST_CASES = 5000
_MOST_NAME = 500
_SHARE_OF_WALL = 0.9
_SHARE_OF_MEMORY = 0.3  # two children at once, and the processes that wait for them


def command(order: ChallengeOrder, runner: Runner, workspace: str, argv: tuple[str, ...]) -> Command:
    env = runs.environment(runner)
    env["PYTHONHASHSEED"] = "0"
    env["TESTWRIGHT_SOURCE"] = order.source_path
    env["TESTWRIGHT_MUTANTS"] = ",".join(str(number) for number in order.numbers[:_MOST_NUMBERS])
    env["TESTWRIGHT_EDGES"] = json.dumps(edges.order_json(order.edges))
    env["TESTWRIGHT_LONG"] = str(edges.LONG)
    env["TESTWRIGHT_SECONDS"] = f"{min(order.seconds, order.limits.wall.total_seconds() * _SHARE_OF_WALL):g}"
    env["TESTWRIGHT_CHILD_MIB"] = str(round(order.limits.memory_mib * _SHARE_OF_MEMORY))
    return Command(
        argv=argv,
        workspace=workspace,
        reports=(REPORT,),
        mounts=(*runner.mounts, runs.ASSETS),
        env=tuple(sorted(env.items())),
        limits=order.limits,
    )


def read(completed: Completed, order: ChallengeOrder, framework: str) -> ChallengeReport | NotRun:
    """The report is a claim by code that nobody has read: one thing that cannot be, and none of it is believed."""
    if completed.reason != "exit":
        return reports.ended(completed, order, None, framework)
    report = reports.loaded(completed, REPORT)
    if report is None or completed.exit_status != 0 or report.get("finished") is not True:
        return reports.no_report(completed, order, framework)
    cases = _cases(report)
    unfit = _names(report.get("unfit"), cases or ())
    if cases is None or unfit is None:
        return reports.no_report(completed, order, framework)
    if report.get("surveyed") is not True or len(unfit) == len(cases):
        return _failed(report, completed, order, cases)
    outcomes = _outcomes(report, order, cases, frozenset(unfit))
    met = _met(report, order, cases)
    if outcomes is None or met is None:
        return reports.no_report(completed, order, framework)
    took = round(completed.seconds * 1000)
    return ChallengeReport(outcomes=outcomes, unfit=unfit, met=met, duration_ms=took)


def _met(
    report: dict[str, Any], order: ChallengeOrder, cases: tuple[str, ...]
) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
    asked = {edge.number for edge in order.edges}
    found: dict[int, tuple[str, ...]] = {}
    for claim in reports.items(report, "met"):
        if not isinstance(claim, list) or len(claim) != 2 or claim[0] not in asked or claim[0] in found:
            return None
        names = _names(claim[1], cases)
        if names is None:
            return None
        found[claim[0]] = names
    return tuple(sorted(found.items()))


def _failed(report: dict[str, Any], completed: Completed, order: ChallengeOrder, cases: tuple[str, ...]) -> NotRun:
    name = base_name(order.source_path)
    problems = [reports.clean(problem) for problem in reports.items(report, "problems")]
    if problems:
        message = f"The tests of {name} could not be loaded with its mutants built in."
    elif cases:
        message = f"No test of {name} passes when it is run twice, in both orders, with no mutant at work."
    else:
        message = f"There was no test of {name} to try against its mutants."
    return NotRun(
        code="challenge_failed",
        message=message,
        hint="Nothing can be said about what these tests notice; look for state that outlives a test.",
        output=reports.end_of("\n".join([completed.log, *problems])),
    )


def _cases(report: dict[str, Any]) -> tuple[str, ...] | None:
    named = reports.items(report, "cases")
    names = tuple(reports.clean(name)[:_MOST_NAME] for name in named[: _MOST_CASES + 1])
    if len(names) > _MOST_CASES or not all(names) or len(set(names)) < len(names):
        return None
    return names


def _names(places: Any, cases: tuple[str, ...]) -> tuple[str, ...] | None:
    """The cases at these places, each once; None where a place is none."""
    if not isinstance(places, list) or len(places) > len(cases):
        return None
    if not all(type(place) is int and 0 <= place < len(cases) for place in places):
        return None
    return tuple(cases[place] for place in sorted(places)) if len(set(places)) == len(places) else None


def _outcomes(
    report: dict[str, Any], order: ChallengeOrder, cases: tuple[str, ...], unfit: frozenset[str]
) -> tuple[MutantOutcome, ...] | None:
    """One for each number that was ordered, in that order; what was not asked for is untried."""
    found: dict[int, MutantOutcome] = {}
    for claim in reports.items(report, "outcomes"):
        outcome = _outcome(claim, cases)
        if outcome is None or outcome.number in found or unfit & {*outcome.reached_by}:
            return None
        found[outcome.number] = outcome
    asked = order.numbers[:_MOST_NUMBERS]
    if found.keys() != set(asked):
        return None
    untried = {number: MutantOutcome(number=number, fate=Fate.UNTRIED) for number in order.numbers[_MOST_NUMBERS:]}
    return tuple((found | untried)[number] for number in order.numbers)


def _outcome(claim: Any, cases: tuple[str, ...]) -> MutantOutcome | None:
    if not isinstance(claim, dict) or type(claim.get("number")) is not int:
        return None
    reached_by, killers = _names(claim.get("reached_by"), cases), _names(claim.get("killers"), cases)
    if reached_by is None or killers is None or not {*killers} <= {*reached_by}:
        return None
    try:
        fate = Fate(str(claim.get("fate")))
    except ValueError:
        return None
    was_killed, was_run = fate in (Fate.KILLED, Fate.TIMED_OUT), fate not in (Fate.UNREACHED, Fate.UNTRIED)
    if was_killed != bool(killers) or was_run != bool(reached_by):
        return None
    breaks_load = claim.get("breaks_load", False)
    if type(breaks_load) is not bool or (breaks_load and killers != reached_by):
        return None
    return MutantOutcome(
        number=claim["number"],
        fate=fate,
        reached_by=reached_by,
        killers=killers,
        breaks_load=breaks_load and was_killed,
    )
