"""Runs each case of a suite in a forked child of its own, where nothing that a sibling leaves behind can reach it.

A case that passes and has drawn random numbers is run again with others: it may have been right by chance. One that
leaves files in the scratch folder is run again where they lie. The suite is loaded once, in the parent, and no test
runs there. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from testwright_children import CUT, DONE, LATE, Ended, InChild, Job, in_children
from testwright_run import CHANCE, FINDINGS, WISHES
from testwright_scratch import SCRATCH

START_AND_STOP_SECONDS = 5.0
OTHER_SEEDS = range(1001, 1021)
SEEDS_AT_ONCE = 5
BY_CHANCE = "right by chance: fails with another random seed: "
AGAIN = "fails when it is run again: an earlier run has left "
"""Both as `domain/verdicts.py` knows them."""

if TYPE_CHECKING:
    Row = tuple[tuple[str, str], int]  # a case and the seed that it is run with


def alone(cases: Iterable[tuple[str, str]], perform: Callable[[str, str], None]) -> int:
    """How many cases did not pass. `perform` runs all tests of one."""
    names = list(dict.fromkeys(cases))
    until = FINDINGS.started + WISHES.alone_seconds
    drew: list[tuple[str, str]] = []
    child: InChild | None = None
    SCRATCH.find()
    leaving: dict[tuple[str, str], str] = {}
    try:
        for ended in in_children([job([(case, CHANCE.seed)]) for case in names], until):
            learn(ended)
            drew += [case for (case, _), event in told(ended) if event.get("drew") is True]
            leaving.update({case: str(event["left"]) for (case, _), event in told(ended) if event.get("left")})
        again = [job([(case, CHANCE.seed)]) for case in passed(list(leaving))]
        for ended in in_children(again, until, most=1):
            doubt(ended, f"{AGAIN}{leaving[ended.key[0][0]]} in the temporary folder: ")
        # All of them in one child, with a few seeds one after the other; who fails there has to do so by itself.
        together = (
            job([(case, seed) for seed in OTHER_SEEDS[start : start + SEEDS_AT_ONCE] for case in passed(drew)])
            for start in range(0, len(OTHER_SEEDS), SEEDS_AT_ONCE)
            if passed(drew)
        )
        suspects = [row for ended in in_children(together, until) for row in [*not_passed(ended), *untold(ended)]]
        by_itself = (job([row]) for row in suspects if passed([row[0]]))  # one failure is enough
        for ended in in_children(by_itself, until):
            doubt(ended, BY_CHANCE)
    except InChild as started:
        child = started
    if child is not None:  # and no longer in the handler: or each failure would be told with this one as its cause
        perform_in(child, perform)
    return sum(FINDINGS.test(*case)["outcome"] == "failed" for case in names if case in FINDINGS.tests)


def perform_in(child: InChild, perform: Callable[[str, str], None]) -> None:
    FINDINGS.tell = nobody
    SCRATCH.name_files()
    CHANCE.watch()
    for case, CHANCE.seed in child.key:
        FINDINGS.tests.pop(case, None)
        CHANCE.forget()
        SCRATCH.begin()
        perform(*case)
        child.tell(test=FINDINGS.test(*case), drew=CHANCE.drew, left=SCRATCH.left(), anew=True)
    child.end()


def nobody(whole: dict[str, Any]) -> None:
    """A case is told of when it has ended, and by itself."""


def job(rows: list[Row]) -> Job:
    each = (WISHES.case_seconds or WISHES.alone_seconds) + START_AND_STOP_SECONDS
    return Job(rows, each, parts=len(rows))


def passed(cases: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [case for case in cases if FINDINGS.tests[case]["outcome"] == "passed"]


def not_passed(ended: Ended) -> list[Row]:
    """Of several in one child: what failed, or else the one that was running when it ended."""
    found = told(ended)
    failed = [row for row, event in found if event["test"]["outcome"] == "failed"]
    return failed if ended.how in (DONE, CUT) else [*failed, *ended.key[len(found) : len(found) + 1]]


def untold(ended: Ended) -> list[Row]:
    """Passed, and drew nothing, although the case does in a process of its own: something keeps what it once drew."""
    return [row for row, event in told(ended) if event["test"]["outcome"] == "passed" and event.get("drew") is not True]


def learn(ended: Ended) -> None:
    ((case, _),) = ended.key
    found = told(ended)
    if found and ended.how == DONE:
        FINDINGS.tests[case] = found[0][1]["test"]
    elif ended.how != CUT:
        FINDINGS.worsen(FINDINGS.test(*case), "failed", how_it_ended(ended))


def doubt(ended: Ended, reason: str) -> None:
    ((case, _),) = ended.key
    found = told(ended)
    why = found[0][1]["test"]["message"] if found and ended.how == DONE else how_it_ended(ended)
    if not_passed(ended) and ended.how != CUT:
        FINDINGS.worsen(FINDINGS.test(*case), "failed", reason + why)


def told(ended: Ended) -> list[tuple[Row, dict[str, Any]]]:
    """What the child says of its rows, one after the other."""
    events = [event for event in ended.events if isinstance(event.get("test"), dict)]
    return [(ended.key[place], event) for place, event in enumerate(events[: len(ended.key)])]


def how_it_ended(ended: Ended) -> str:
    return "it did not come to an end" if ended.how == LATE else "it ended the process"
