"""Runs each case of a suite in a forked child of its own, where nothing that a sibling leaves behind can reach it.

A case that passes and has drawn random numbers is run again with others: it may have been right by chance. The suite is
loaded once, in the parent, and no test runs there. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from testwright_children import CUT, DONE, LATE, Ended, InChild, Job, in_children
from testwright_run import CHANCE, FINDINGS, WISHES

START_AND_STOP_SECONDS = 5.0
OTHER_SEEDS = range(1001, 1021)
BY_CHANCE = "right by chance: fails with another random seed: "
"""As `domain/verdicts.py` knows it."""


def alone(cases: Iterable[tuple[str, str]], perform: Callable[[str, str], None]) -> int:
    """How many cases did not pass. `perform` runs all tests of one."""
    names = list(dict.fromkeys(cases))
    until = FINDINGS.started + WISHES.alone_seconds
    drew: list[tuple[str, str]] = []
    try:
        for ended in in_children([job([case], CHANCE.seed) for case in names], until):
            learn(ended)
            drew += [case for case, event in told(ended) if event.get("drew") is True]
        # With each seed all of them in one child; who fails there has to do so by itself. Made while the first are told
        # of, so that one failure is enough.
        together = (job(passed(drew), seed) for seed in OTHER_SEEDS if passed(drew))
        suspects = {case: ended.key[1] for ended in in_children(together, until) for case in not_passed(ended)}
        for ended in in_children([job([case], seed) for case, seed in suspects.items()], until):
            doubt(ended)
    except InChild as child:
        asked, CHANCE.seed = child.key
        FINDINGS.tell = nobody
        CHANCE.watch()
        for case in asked:
            FINDINGS.tests.pop(case, None)
            CHANCE.forget()
            perform(*case)
            child.tell(test=FINDINGS.test(*case), drew=CHANCE.drew, anew=True)
        child.end()
    return sum(FINDINGS.test(*case)["outcome"] == "failed" for case in names if case in FINDINGS.tests)


def nobody(whole: dict[str, Any]) -> None:
    """A case is told of when it has ended, and by itself."""


def job(cases: list[tuple[str, str]], seed: int) -> Job:
    each = (WISHES.case_seconds or WISHES.alone_seconds) + START_AND_STOP_SECONDS
    return Job((cases, seed), each, parts=len(cases))


def passed(cases: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [case for case in cases if FINDINGS.tests[case]["outcome"] == "passed"]


def not_passed(ended: Ended) -> list[tuple[str, str]]:
    """Of several in one child: what failed, or else the one that was running when it ended."""
    found = told(ended)
    failed = [case for case, event in found if event["test"]["outcome"] == "failed"]
    return failed if ended.how in (DONE, CUT) else [*failed, *ended.key[0][len(found) : len(found) + 1]]


def learn(ended: Ended) -> None:
    (case,), _ = ended.key
    found = told(ended)
    if found and ended.how == DONE:
        FINDINGS.tests[case] = found[0][1]["test"]
    elif ended.how != CUT:
        FINDINGS.worsen(FINDINGS.test(*case), "failed", how_it_ended(ended))


def doubt(ended: Ended) -> None:
    (case,), _ = ended.key
    found = told(ended)
    why = found[0][1]["test"]["message"] if found and ended.how == DONE else how_it_ended(ended)
    if not_passed(ended) and ended.how != CUT:
        FINDINGS.worsen(FINDINGS.test(*case), "failed", BY_CHANCE + why)


def told(ended: Ended) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """What the child says of its cases, one after the other."""
    cases, _ = ended.key
    events = [event for event in ended.events if isinstance(event.get("test"), dict)]
    return [(cases[place], event) for place, event in enumerate(events[: len(cases)])]


def how_it_ended(ended: Ended) -> str:
    return "it did not come to an end" if ended.how == LATE else "it ended the process"
