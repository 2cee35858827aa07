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
    """How many cases, each a path and a name, did not pass. `perform` runs all tests of one."""
    names = list(dict.fromkeys(cases))
    until = FINDINGS.started + WISHES.alone_seconds
    drew: list[tuple[str, str]] = []
    try:
        for ended in in_children([job(case, CHANCE.seed) for case in names], until):
            learn(ended)
            if any(event.get("drew") is True for event in ended.events):
                drew.append(ended.key[0])
        # Made while the first are told of, so that one failure is enough.
        again = (job(case, seed) for case in drew for seed in OTHER_SEEDS if has_passed(case))
        for ended in in_children(again, until):
            doubt(ended)
    except InChild as child:
        case, CHANCE.seed = child.key
        FINDINGS.tell = nobody
        FINDINGS.tests.pop(case, None)
        CHANCE.watch()
        perform(*case)
        child.tell(test=FINDINGS.test(*case), drew=CHANCE.drew)
        child.end()
    return sum(FINDINGS.test(*case)["outcome"] == "failed" for case in names if case in FINDINGS.tests)


def nobody(whole: dict[str, Any]) -> None:
    """A case is told of when it has ended, and by itself."""


def job(case: tuple[str, str], seed: int) -> Job:
    return Job((case, seed), (WISHES.case_seconds or WISHES.alone_seconds) + START_AND_STOP_SECONDS)


def has_passed(case: tuple[str, str]) -> bool:
    return case in FINDINGS.tests and bool(FINDINGS.tests[case]["outcome"] == "passed")


def learn(ended: Ended) -> None:
    case, _ = ended.key
    test = told(ended)
    if test is not None:
        FINDINGS.tests[case] = test
    elif ended.how != CUT:
        FINDINGS.worsen(FINDINGS.test(*case), "failed", how_it_ended(ended))


def doubt(ended: Ended) -> None:
    case, _ = ended.key
    test = told(ended)
    failed = test["outcome"] == "failed" if test is not None else ended.how != CUT
    if failed:
        why = test["message"] if test is not None else how_it_ended(ended)
        FINDINGS.worsen(FINDINGS.test(*case), "failed", BY_CHANCE + why)


def told(ended: Ended) -> dict[str, Any] | None:
    """What the child says of its case, once it has said all."""
    tests = [event["test"] for event in ended.events if isinstance(event.get("test"), dict)]
    return tests[-1] if ended.how == DONE and tests else None


def how_it_ended(ended: Ended) -> str:
    return "it did not come to an end" if ended.how == LATE else "it ended the process"
