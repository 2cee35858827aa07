"""How the runners for JavaScript are asked to try mutants on a suite, and how their answer is believed."""

import json
from collections.abc import Iterator
from typing import Any, TypeGuard

from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate, MutantOutcome
from testwright.domain.projects import Completed, RunOrder
from testwright.domain.verdicts import NotRun
from testwright.frameworks import javascript_reports as reports
from testwright.frameworks import javascript_suites as suites

DRIVER = f"{suites.SHARED.inside}/drive.cjs"
"""One process tries many mutants, and it is started again where it ended too early."""
_MOST_TESTS = 5000
_CLOSING_SECONDS = 5.0
"""What the report needs, so that the answer is there before the sandbox ends everything."""


def order_json(order: ChallengeOrder, home: str, *, quiet: bool = False) -> str:
    """`quiet` says that what tests print is in the way."""
    run = RunOrder(source_path=order.source_path, suite_paths=(order.suite_path,), coverage=False)
    seconds = min(order.seconds, order.limits.wall.total_seconds() - _CLOSING_SECONDS)
    return json.dumps(
        {
            **json.loads(suites.order_json(run, home)),
            "numbers": list(order.numbers),
            "edges": [edge.number for edge in order.edges],
            "quiet": quiet,
            "seconds": max(seconds, 1.0),
        }
    )


def read(completed: Completed, order: ChallengeOrder, framework: str) -> ChallengeReport | NotRun:
    """A number that was not ordered is passed over; an answer that contradicts itself leaves its mutant untried."""
    if (ended := reports.cut_short(completed)) is not None:
        return ended
    report = suites.json_object(completed.reports.get(suites.REPORT, b"").decode("utf-8", "replace"))
    tests, told = report.get("tests"), report.get("outcomes")
    if report.get("broken") is not None:
        return reports.not_loaded(str(report["broken"]), completed, framework)
    if not _are_objects(tests, _MOST_TESTS) or not _are_objects(told, 10 * len(order.numbers) + 100):
        return reports.no_report(completed, framework)
    names = reports.case_names(tests)
    unfit = _named(report.get("unfit"), names)
    if unfit is None or report.get("finished") is not True or completed.exit_status != 0:
        return reports.no_report(completed, framework)
    if not names:
        return reports.not_loaded("", completed, framework)
    if set(names) <= set(unfit):
        return NotRun(
            code="challenge_failed",
            message="No test passes when it is run twice in a row, so none could be tried on changed code.",
            hint="Undo in afterEach what a test leaves behind: rendered elements, mocks, values kept in modules.",
        )
    answers = {each["number"]: each for each in reversed(told) if _is_count(each.get("number"))}
    return ChallengeReport(
        outcomes=tuple(_outcome(number, answers.get(number), names, set(unfit)) for number in order.numbers),
        unfit=unfit,
        unasked=_named(report.get("unasked"), names) or (),
        met=tuple(_met(report, order, names)),
        duration_ms=round(completed.seconds * 1000),
    )


def _met(report: dict[str, Any], order: ChallengeOrder, names: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Of the edges that were ordered, those with an answer that can be one."""
    claims = report.get("met")
    told = {claim[0]: claim[1] for claim in claims if _is_pair(claim)} if isinstance(claims, list) else {}
    for edge in order.edges:
        if (found := _named(told.get(edge.number), names)) is not None:
            yield edge.number, found


def _is_pair(claim: object) -> TypeGuard[list[Any]]:
    return isinstance(claim, list) and len(claim) == 2 and _is_count(claim[0])


def _outcome(number: int, told: dict[str, Any] | None, names: list[str], unfit: set[str]) -> MutantOutcome:
    untried = MutantOutcome(number=number, fate=Fate.UNTRIED)
    if told is None or told.get("fate") not in list(Fate):
        return untried
    reached, killers = _named(told.get("reached"), names), _named(told.get("killers"), names)
    if reached is None or killers is None or not set(killers) <= set(reached):
        return untried
    reached = tuple(name for name in reached if name not in unfit)
    killers = tuple(name for name in killers if name not in unfit)
    fate = Fate(told["fate"])
    is_kill = fate in (Fate.KILLED, Fate.TIMED_OUT)
    if is_kill != bool(killers) or (fate is Fate.UNREACHED and reached) or (fate is Fate.SURVIVED and not reached):
        return MutantOutcome(number=number, fate=Fate.UNTRIED, reached_by=reached)
    breaks_load = is_kill and told.get("breaksLoad") is True
    return MutantOutcome(number=number, fate=fate, reached_by=reached, killers=killers, breaks_load=breaks_load)


def _named(places: object, names: list[str]) -> tuple[str, ...] | None:
    """Cases by their places in the report's list, each name once; None when that is not what it is."""
    if not isinstance(places, list) or len(places) > len(names):
        return None
    if not all(_is_count(place) and place < len(names) for place in places):
        return None
    return tuple(dict.fromkeys(names[place] for place in places))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_objects(value: object, most: int) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and len(value) <= most and all(isinstance(each, dict) for each in value)
