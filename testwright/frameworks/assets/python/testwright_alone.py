"""Runs each case of a suite in a forked child of its own, where nothing that a sibling leaves behind can reach it.

The suite is loaded once, in the parent, and no test runs there. Standard library only, and syntax that Python 3.8
reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from testwright_children import CUT, DONE, LATE, Ended, InChild, Job, in_children
from testwright_run import FINDINGS, WISHES

START_AND_STOP_SECONDS = 5.0


def alone(cases: Iterable[tuple[str, str]], perform: Callable[[str, str], None]) -> int:
    """How many cases, each a path and a name, did not pass. `perform` runs all tests of one."""
    names = list(dict.fromkeys(cases))
    seconds = (WISHES.case_seconds or WISHES.alone_seconds) + START_AND_STOP_SECONDS
    jobs = [Job(case, seconds) for case in names]
    try:
        for ended in in_children(jobs, FINDINGS.started + WISHES.alone_seconds):
            learn(ended)
    except InChild as child:
        FINDINGS.speaks = False
        perform(*child.key)
        child.tell(test=FINDINGS.test(*child.key))
        child.end()
    return sum(FINDINGS.test(*case)["outcome"] == "failed" for case in names if case in FINDINGS.tests)


def learn(ended: Ended) -> None:
    told = [event["test"] for event in ended.events if isinstance(event.get("test"), dict)]
    if ended.how == DONE and told:
        FINDINGS.tests[ended.key] = told[-1]
    elif ended.how != CUT:
        why = "it did not come to an end" if ended.how == LATE else "it ended the process"
        FINDINGS.worsen(FINDINGS.test(*ended.key), "failed", why)
