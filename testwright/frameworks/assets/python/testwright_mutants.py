"""Runs inside the sandbox, below each of our runners for Python: tries a suite against many mutants of one file.

The source lies there switched already: `__testwright_mutant__(7)` in it asks whether mutant 7 is at work. A *manager*
process that has loaded nothing of the project forks a *surveyor*, which collects the suite once. The surveyor forks two
*controls* (as written and backwards, no mutant at work) to see which case reaches which mutant, and then a child for
each batch of mutants that tests reach. A mutant that is reached while modules are loaded must be at work before that:
the manager forks its child, which collects anew. No tests run in the manager or the surveyor: every child starts clean.

A runner calls `start` before it loads anything, `become_manager` before it collects, and `collected` with what it
found. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from testwright_batches import Queue, batches_of, parted
from testwright_children import CUT, DONE, LATE, Ended, InChild, Job, in_children
from testwright_run import MOST_MESSAGE, MOST_TESTS, WISHES, forget_places
from testwright_watch import Watch

REPORT = os.path.join(os.environ.get("OUT", "/out"), "testwright-challenge.json")
forget_places()
SWITCH = "__testwright_mutant__"
TOO_LATE_HERE = 97
LEAST_SECONDS = 1.0
TIMES_AS_LONG = 10
CONTROL_ROUNDS = 3
STEADY_SECONDS = 1.0
"""Tests that take longer together are not run a second time to see whether they are steady."""
SHARE_OF_TESTS = 0.7  # of the time, when there are also mutants that need a load of their own


class Test:
    """One collected test. Methods of a class that may lean on each other are run together, and go by one case.

    `perform` runs it, is told which one comes after it, and says whether it failed.
    """

    def __init__(self, case: str, shares: bool, perform: Callable[[Test | None], bool]) -> None:
        self.case = case
        self.shares = shares
        self.perform = perform


class Challenge:
    """What was ordered, and what this process is in it: nothing yet, "manager", "surveyor" or "loader"."""

    def __init__(self) -> None:
        self.numbers = [int(number) for number in os.environ.pop("TESTWRIGHT_MUTANTS", "").split(",") if number]
        self.until: float = time.monotonic() + float(os.environ.pop("TESTWRIGHT_SECONDS", "60"))
        self.memory_bytes = int(os.environ.pop("TESTWRIGHT_CHILD_MIB", "0")) << 20
        edges = json.loads(os.environ.pop("TESTWRIGHT_EDGES", "[]"))
        self.watch = Watch(WISHES.source, edges, int(os.environ.pop("TESTWRIGHT_LONG", "0")))
        self.role = ""
        self.me: InChild | None = None
        self.reached: set[int] = set()
        self.problems: list[str] = []
        self.collecting_since = 0.0
        self.fit_cases: frozenset[str] = frozenset()


CHALLENGE = Challenge()


def record_into(reached: set[int]) -> None:
    """No mutant is at work; which were asked for is written down. `set.add` returns None, and is quick."""
    setattr(builtins, SWITCH, reached.add)


def put_to_work(number: int) -> None:
    setattr(builtins, SWITCH, number.__eq__)


# --- The manager


def become_manager() -> None:
    """Returns in the children only: the surveyor, and later those that load a mutant. The manager itself ends here."""
    CHALLENGE.role = "manager"
    try:
        report = managed()
    except InChild as me:
        CHALLENGE.me = me
        CHALLENGE.collecting_since = time.monotonic()
        if me.key == "survey":
            CHALLENGE.role = "surveyor"
        else:
            CHALLENGE.role = "loader"
            put_to_work(me.key)
        return
    with open(REPORT + ".part", "w", encoding="utf-8") as file:
        json.dump(report, file)
    os.replace(REPORT + ".part", REPORT)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def managed() -> dict[str, Any]:
    survey = Job("survey", max(CHALLENGE.until - time.monotonic(), 0.1) + 2, prints=True)
    (ended,) = in_children([survey], CHALLENGE.until + 2, most=1)
    facts: dict[str, Any] = {"cases": [], "unfit": [], "at_import": [], "met": {}, "seconds": 0.0, "problems": []}
    outcomes: dict[int, dict[str, Any]] = {}
    for event in ended.events:
        if "outcome" in event:
            outcomes[event["outcome"]["number"]] = event["outcome"]
        elif "cases" in event or "problems" in event:
            facts.update(event)
    CHALLENGE.fit_cases = frozenset(facts["cases"]) - frozenset(facts["unfit"])
    fit = [case for case in facts["cases"] if case in CHALLENGE.fit_cases]
    if fit:
        seconds = max(2 * LEAST_SECONDS, TIMES_AS_LONG * facts["seconds"])
        jobs = [Job(number, seconds) for number in CHALLENGE.numbers if number in set(facts["at_import"])]
        for found in in_children(jobs, CHALLENGE.until, memory_bytes=CHALLENGE.memory_bytes):
            outcomes[found.key] = outcome_of(found, fit)
    places = {case: place for place, case in enumerate(facts["cases"])}
    return {
        "finished": True,
        "surveyed": ended.how == DONE or bool(facts["cases"]),
        "cases": facts["cases"],
        "unfit": [places[case] for case in facts["unfit"]],
        "problems": facts["problems"],
        "met": [[int(number), [places[case] for case in cases]] for number, cases in facts["met"].items()],
        "outcomes": [
            {
                "number": number,
                "fate": outcomes.get(number, {}).get("fate", "untried"),
                "reached_by": [places[case] for case in outcomes.get(number, {}).get("reached_by", ())],
                "killers": [places[case] for case in outcomes.get(number, {}).get("killers", ())],
                "breaks_load": outcomes.get(number, {}).get("breaks_load", False),
            }
            for number in CHALLENGE.numbers
        ],
    }


def outcome_of(ended: Ended, cases: list[str]) -> dict[str, Any]:
    """What the child of one mutant says about the cases that were run in it. Where none came to run, all of them fail,
    and none of them has noticed anything.
    """
    if ended.how == CUT:
        return {"number": ended.key, "fate": "untried"}
    killers, running, broken = set(), "", False
    for event in ended.events:
        running = event.get("running", running)
        broken = broken or event.get("broken") is True
        if event.get("failed") is True:
            killers.add(running)
        if "failed" in event:
            running = ""
    if ended.how != DONE and running:
        killers.add(running)
    killers &= set(cases)
    breaks_load = (ended.how != DONE or broken) and not killers
    if breaks_load:
        killers = set(cases)
    fate = "timed_out" if ended.how == LATE else "killed" if killers else "survived"
    return {
        "number": ended.key,
        "fate": fate,
        "reached_by": cases,
        "killers": [case for case in cases if case in killers],
        "breaks_load": breaks_load,
    }


# --- The surveyor


class Survey:
    """The collected tests, and what the controls saw of each."""

    def __init__(self, tests: list[Test]) -> None:
        self.tests = [test for test in tests if test.case][:MOST_TESTS]
        self.names = [test.case for test in self.tests]
        self.cases = list(dict.fromkeys(self.names))
        self.reached: list[set[int]] = [set() for _ in self.tests]
        self.seconds = [0.0 for _ in self.tests]
        self.unfit: set[str] = set()
        self.ways: list[list[tuple[int, ...]]] = [[] for _ in self.tests]
        """What each reached in each run of the controls that passed."""
        self.doubted: set[int] = set()
        """Those that failed when a control ran them a second time."""

    def control(self) -> None:
        """Again, as long as a case that does not end has kept others from being seen."""
        for _ in range(CONTROL_ROUNDS):
            if self._controlled("forwards", "backwards"):
                break
        else:
            self.unfit.update(self.cases)
        # The two run side by side: what one leaves on the disk may come too late for the other to stumble over.
        if not self._controlled(*["doubted"] if self.doubted else []):
            self.unfit.update(self.names[index] for index in self.doubted)

    def _controlled(self, *ways: str) -> bool:
        """Whether all that was to be run was run."""
        limit = (CHALLENGE.until - time.monotonic()) / (CONTROL_ROUNDS + 1)
        jobs = [Job(way, limit) for way in ways]
        whole = True
        for ended in in_children(jobs, CHALLENGE.until, memory_bytes=CHALLENGE.memory_bytes):
            whole = self._learn(ended) and whole
        return whole

    def _learn(self, ended: Ended) -> bool:
        running, again = "", False
        for event in ended.events:
            again = again or "again" in event
            running = event.get("running", running)
            if "failed" in event:
                index = event["index"]
                if not event["failed"]:
                    self.ways[index].append(tuple(event["reached"]))
                elif again:
                    self.doubted.add(index)
                running = "" if again else running
            if "failed" in event and not again:
                self.reached[index].update(event["reached"])
                self.seconds[index] = max(self.seconds[index], event["seconds"])
                if event["failed"]:
                    self.unfit.add(running)
                running = ""
        if ended.how != DONE and not again:
            self.unfit.update([running] if running else self.cases)
        return bool(ended.how == DONE or again)

    def is_steady(self, index: int) -> bool:
        """It passed twice in both controls, and went the same way each time."""
        return index not in self.doubted and len(self.ways[index]) == 4 and len(set(self.ways[index])) == 1

    def reaching(self, number: int) -> list[int]:
        """The items to run against a mutant. Methods of a class may lean on each other, so a class is run whole."""
        reaching = {index for index, reached in enumerate(self.reached) if number in reached}
        classes = {self.names[index] for index in reaching if self.tests[index].shares}
        return [
            index
            for index, name in enumerate(self.names)
            if name not in self.unfit and (index in reaching or name in classes)
        ]

    def seconds_of(self, indices: list[int]) -> float:
        """Endless where a mutant that these reach needs a child of its own."""
        return sum(self.seconds[index] if self.is_steady(index) else math.inf for index in indices)

    def met(self) -> dict[int, list[str]]:
        """The edges that were met, by their numbers, each with the cases that met it."""
        found: dict[int, list[str]] = {}
        for name, reached in zip(self.names, self.reached):  # noqa: B905
            for number in reached:
                if number < 0 and name not in found.setdefault(-number, []):
                    found[-number].append(name)
        return found

    def time_for(self, indices: Iterable[int]) -> float:
        return max(LEAST_SECONDS, TIMES_AS_LONG * sum(self.seconds[index] for index in indices))

    def cases_of(self, indices: Iterable[int]) -> list[str]:
        return list(dict.fromkeys(self.names[index] for index in indices))


def collected(tests: list[Test]) -> None:
    """Ends the process, once all that is to be run in it was run."""
    me = CHALLENGE.me
    assert me is not None
    if CHALLENGE.problems:
        me.tell(broken=True, problems=[problem[-MOST_MESSAGE:] for problem in CHALLENGE.problems[:5]])
        me.end()
    if CHALLENGE.role == "surveyor":
        survey(tests, me)
    found = Survey(tests)
    ran(found, [index for index, name in enumerate(found.names) if name in CHALLENGE.fit_cases], me)
    me.end()


def survey(tests: list[Test], me: InChild) -> None:
    """Ends the process; in a child of its own it does the child's work, and ends that."""
    found = Survey(tests)
    collecting = time.monotonic() - CHALLENGE.collecting_since
    try:
        found.control()
        at_import = [number for number in CHALLENGE.numbers if number in CHALLENGE.reached]
        me.tell(
            cases=found.cases,
            unfit=[case for case in found.cases if case in found.unfit],
            at_import=at_import,
            met=found.met(),
            seconds=collecting + sum(found.seconds),
        )
        in_tests = [number for number in CHALLENGE.numbers if number not in CHALLENGE.reached]
        left = CHALLENGE.until - time.monotonic()
        until = time.monotonic() + left * (SHARE_OF_TESTS if at_import else 1)
        chosen = {number: found.reaching(number) for number in in_tests}
        for number in in_tests:
            if not chosen[number]:
                me.tell(outcome={"number": number, "fate": "unreached"})
        reached = [number for number in in_tests if chosen[number]]
        queue = Queue(
            batches_of(reached, lambda number: found.seconds_of(chosen[number])),
            lambda number: found.time_for(chosen[number]),
        )
        for ended in in_children(queue, until, memory_bytes=CHALLENGE.memory_bytes):
            whole, again = parted(ended)
            for each in whole:
                me.tell(outcome=outcome_of(each, found.cases_of(chosen[each.key])))
            queue.again(again)
    except InChild as child:
        if isinstance(child.key, tuple):
            run_batch(found, chosen, child)
        run_control(found, child)
    me.end()


def run_batch(found: Survey, chosen: dict[int, list[int]], child: InChild) -> None:
    """Ends the process."""
    for number in child.key:
        put_to_work(number)
        child.note(mutant=number, anew=True)
        if not ran(found, chosen[number], child):
            child.end()
    if len(child.key) > 1:
        record_into(set())
        child.note(mutant=0, anew=True)
        ran(found, sorted({index for number in child.key for index in chosen[number]}), child)
    child.end()


def run_control(found: Survey, child: InChild) -> None:
    """Ends the process."""
    order = [index for index, name in enumerate(found.names) if name not in found.unfit]
    if child.key == "backwards":
        order.reverse()
    if child.key == "doubted":
        cases = {found.names[index] for index in found.doubted}
        order = [index for index in order if found.names[index] in cases]
    started = time.monotonic()
    passed_through = ran(found, order, child, records=True)
    if passed_through and child.key != "doubted" and time.monotonic() - started < STEADY_SECONDS:
        child.note(again=True)
        ran(found, order, child, records=True)
    child.end()


def ran(found: Survey, order: list[int], child: InChild, records: bool = False) -> bool:
    """Every one of them, without a stop at the first that fails; False when one of them wished to end everything."""
    for place, index in enumerate(order):
        after = found.tests[order[place + 1]] if place + 1 < len(order) else None
        reached: set[int] = set()
        if records:
            record_into(reached)
        child.tell(running=found.names[index])
        started = time.monotonic()
        try:
            with CHALLENGE.watch.telling(reached) if records else contextlib.nullcontext():
                failed = found.tests[index].perform(after)
        except BaseException:  # nothing after it would be itself
            child.note(index=index, failed=True, reached=sorted(reached), seconds=0.0)
            return False
        seconds = time.monotonic() - started
        child.note(index=index, failed=failed, reached=sorted(reached), seconds=seconds)
    return True


def is_loaded(source: str) -> bool:
    name = os.path.basename(source)
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return any(isinstance(file, str) and file.endswith(name) and os.path.realpath(file) == source for file in files)


# --- The start


@contextlib.contextmanager
def compiled_files() -> Iterator[None]:
    """Children load the same files again and again, so compiled files are kept, away from the project."""
    folder = tempfile.mkdtemp(prefix="testwright-compiled-")
    sys.pycache_prefix = folder
    sys.dont_write_bytecode = False
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start() -> None:
    """Fork, so that there is a process to go back to should the project's configuration load the source already."""
    record_into(CHALLENGE.reached)
    with contextlib.ExitStack() as stack:
        stack.enter_context(compiled_files())
        process = os.fork()
        if process == 0:
            stack.pop_all()
            return
        _, status = os.waitpid(process, 0)
        ending = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1
        if ending == TOO_LATE_HERE:
            ending = 0
            process = os.fork()
            if process == 0:
                stack.pop_all()
                become_manager()
                return
            _, status = os.waitpid(process, 0)
            ending = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1
    os._exit(ending)
