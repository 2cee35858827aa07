"""The probe's course: each symbol is searched in a process of its own, then every pick is replayed in fresh ones.

A process of its own, because a loop in C hears no alarm, and because what one symbol leaves behind must not reach the
next. `explore` runs inside a test, so that the project's configuration and paths hold.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from testwright.writers.explorer.python.probe import examples, replay, seams
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import Pulse, in_child
from testwright.writers.explorer.python.probe.choosing import chosen, cost
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.scenarios import Scenario
from testwright.writers.explorer.python.probe.search import Doubt, Find, Search, simpler
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.suspicions import Judge
from testwright.writers.explorer.python.probe.ways import Way, Ways

_MOST_ATTEMPTS = 3
_MOST_SETUPS = 6
_SEARCH_SHARE = 0.75
_DEEPEST_RESULT = 2
_MOST_OF_RESULTS = 4


def explore(plan: dict[str, Any]) -> None:
    """Writes `{"records": [...], "found": n, "troubles": [...], "memory": MB}` to the plan's report below OUT."""
    started = time.monotonic()
    unit = importlib.import_module(plan["module"])
    facts = Facts(unit)
    bench = Bench(unit, facts.file, os.getcwd())
    symbols = [name for name in plan["symbols"] if hasattr(unit, name)]
    until = started + plan["seconds"] * _SEARCH_SHARE
    records: list[dict[str, Any]] = []
    troubles: list[str] = []
    try:
        for at, name in enumerate(symbols):
            share = (until - time.monotonic()) / (len(symbols) - at)
            found, trouble = _explore_symbol(name, plan, facts, bench, max(share, 0.3))
            records.extend(found)
            troubles.extend([f"{name}: {trouble}"] if trouble else [])
        records = examples.weighed(records, plan.get("claims", []), bench, facts)
        if plan["integration"]:
            records.extend(_seams([record for record in records if "suspicion" not in record], bench))
        kept = replay.steady(bench, records, until=started + plan["seconds"])
    finally:
        bench.close()
    path = Path(os.environ.get("OUT", "/out"), plan["report"])
    report = {"records": kept, "found": len(records), "troubles": troubles, "memory": _peak_mb()}
    path.write_text(json.dumps(report), encoding="utf-8")


def _peak_mb() -> float:
    """The most memory that any of our processes ever held."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(max(peaks) / (1 << (20 if sys.platform == "darwin" else 10)), 1)


def _seams(records: list[dict[str, Any]], bench: Bench) -> list[dict[str, Any]]:
    avoid: set[str] = set()
    for _ in range(_MOST_ATTEMPTS):

        def work(pulse: Pulse) -> list[dict[str, Any]]:
            return seams.records(records, bench, pulse.beat, frozenset(avoid))

        found, culprit = in_child(work, 5.0)
        if isinstance(found, list):
            return found
        avoid.add(culprit)
    return []


def _explore_symbol(
    name: str, plan: dict[str, Any], facts: Facts, bench: Bench, seconds: float
) -> tuple[list[dict[str, Any]], str]:
    """The symbol's records, and a word on what went wrong. A call that hangs or crashes is avoided the next time."""
    avoid: set[str] = set()
    until = time.monotonic() + seconds
    for _ in range(_MOST_ATTEMPTS):
        share = max(until - time.monotonic(), 0.5)

        def work(pulse: Pulse, share: float = share) -> list[dict[str, Any]]:
            return _search_symbol(name, plan, facts, bench, share, pulse, frozenset(avoid))

        found, culprit = in_child(work, share + 3.0)
        if found is not None:
            return found, ""
        if culprit in avoid:
            break
        avoid.add(culprit)
    return [], f"ended at {culprit[:200]}"


def _search_symbol(
    name: str,
    plan: dict[str, Any],
    facts: Facts,
    bench: Bench,
    seconds: float,
    pulse: Pulse,
    avoid: frozenset[str],
) -> list[dict[str, Any]]:
    chance = random.Random(f"{plan['seed']}/{name}")
    inputs = Inputs(facts, bench.names, chance)
    ways = Ways(inputs, plan["texts"], Stubs(facts, plan["mock_external"]))
    member = getattr(bench.unit, name)
    is_class = inspect.isclass(member)
    found = ways.of_class(name, member) if is_class else ways.of_function(name, member)
    until = time.monotonic() + seconds * 0.85
    finds: dict[int, list[Find]] = {}

    given: list[tuple[Scenario, Any]] = []
    doubts: list[Doubt] = []

    def search(some: list[Way], end: float) -> None:
        for at, way in enumerate(some):
            judge = None if way.is_of_result else Judge(facts, way.symbol, way.function, way.template)
            one = Search(bench, way, chance, finds.setdefault(id(way), []).append, pulse.beat, avoid, judge)
            one.run((end - time.monotonic()) / (len(some) - at))
            doubts.extend(one.doubts)
            given.extend(one.gave_functions)

    search(found, until - seconds * (0.4 if is_class else 0.2))
    for _ in range(_DEEPEST_RESULT):
        results = [way for scenario, value in given if (way := ways.of_result(scenario, value)) is not None]
        given.clear()
        search(results, until)
        found.extend(results)
    longer = [longer for way in found if (longer := _prepared(way, found, finds)) is not None]
    search(longer, until)
    for way in longer:
        finds[id(next(first for first in found if _is_same(first, way)))].extend(finds.pop(id(way)))
    records = []
    of_results = [find for way in found if way.is_of_result for find in finds.pop(id(way), [])]
    groups = [(finds.get(id(way), []), way.numbers, plan["most"]) for way in found]
    for group, numbers, most in (*groups, (of_results, frozenset(), _MOST_OF_RESULTS)):
        picked = chosen(group, numbers, most)
        for find in picked:
            pulse.beat(find.scenario.key())
            if not find.scenario.documented:
                find = simpler(find, bench, 0.2)
            records.append(_record(find))
    return [*records, *_doubtful(doubts)]


def _doubtful(doubts: list[Doubt]) -> Iterator[dict[str, Any]]:
    """The simplest call for each thing that looks wrong."""
    simplest: dict[tuple[str, str, str], Doubt] = {}
    for doubt in sorted(doubts, key=lambda doubt: cost(Find(doubt.scenario, doubt.outcome), frozenset())):
        crash = type(doubt.outcome.crash).__name__
        simplest.setdefault((doubt.scenario.symbol, doubt.suspicion.kind, crash), doubt)
    for doubt in simplest.values():
        yield {
            **_record(Find(doubt.scenario, dataclasses.replace(doubt.outcome, checks=()))),
            "suspicion": dataclasses.asdict(doubt.suspicion),
        }


def _prepared(way: Way, all_ways: list[Way], finds: dict[int, list[Find]]) -> Way | None:
    """The same way on objects that were changed by other methods first."""
    if not way.subject:
        return None
    changed = [
        (*find.outcome.lines, find.outcome.call)
        for other in all_ways
        if other.subject == way.subject
        for find in finds.get(id(other), [])
        if find.outcome.checks and find.outcome.checks[0].of.startswith(f"{way.subject}.")
    ]
    setups = sorted(dict.fromkeys(changed), key=lambda lines: len("".join(lines)))[:_MOST_SETUPS]
    return dataclasses.replace(way, setups=setups, documented=[]) if setups else None


def _is_same(one: Way, other: Way) -> bool:
    return one.symbol == other.symbol and one.template == other.template


def _record(find: Find) -> dict[str, Any]:
    scenario, outcome = find.scenario, find.outcome
    return {
        "symbol": scenario.symbol,
        "lines": list(outcome.lines),
        "call": outcome.call,
        "checks": [[check.of, check.how, check.value] for check in outcome.checks],
        "error": list(outcome.error) if outcome.error else None,
        "patches": [[patch.target, patch.name, list(patch.lines)] for patch in scenario.patches],
        "arguments": [[argument.parameter, argument.label, argument.choice.text] for argument in scenario.arguments],
        "documented": scenario.documented,
        "foreign": find.foreign,
        "subject": scenario.subject,
        "jumps": len(outcome.arcs),
    }
