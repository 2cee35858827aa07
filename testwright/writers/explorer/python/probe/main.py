"""The probe's course: each symbol is searched in a process of its own, then every pick is replayed in fresh ones.

A process of its own, because a loop in C hears no alarm, and because what one symbol leaves behind must not reach the
next. `explore` runs inside a test, so that the project's configuration and paths hold.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from testwright.writers.explorer.python.probe import collaborators, examples, replay, seams
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import Pulse, in_child
from testwright.writers.explorer.python.probe.clocks import PATIENCE
from testwright.writers.explorer.python.probe.exploring import Ground, SymbolSearch
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.switching import Changes

_MOST_ATTEMPTS = 3
_SEARCH_SHARE = 0.75
_LEAST_SECONDS = 0.3


def explore(plan: dict[str, Any]) -> None:
    """Writes `{"records": [...], "found": n, "troubles": [...], "memory": MB}` to the plan's report below OUT.

    With `plan["changes"]` (number and line of changes built into the unit) and `plan["missed"]` (lines) only calls are
    told that show one of those changes, or reach one of those lines.
    """
    unit = importlib.import_module(plan["module"])
    facts = Facts(unit)
    bench = Bench(unit, facts, os.getcwd(), plan["symbols"])
    is_again = plan["changes"] or plan["missed"]
    changes = Changes(bench, dict(plan["changes"]), plan["missed"]) if is_again else None
    ground = Ground(plan, facts, bench, changes)
    try:
        records, troubles = _of_symbols(ground, plan["seconds"] * _SEARCH_SHARE)
        records = examples.weighed(records, plan.get("claims", []), bench, facts)
        if changes is None and plan["integration"]:
            records.extend(_seams([record for record in records if "suspicion" not in record], bench))
        for record in records:
            record["homes"] = collaborators.homes(_texts(record), unit, bench.others)
        kept = replay.steady(bench, records, until=time.monotonic() + plan["seconds"])
    finally:
        bench.close()
    path = Path(os.environ.get("OUT", "/out"), plan["report"])
    report = {"records": kept, "found": len(records), "troubles": troubles, "memory": _peak_mb()}
    path.write_text(json.dumps(report), encoding="utf-8")


def _texts(record: dict[str, Any]) -> list[str]:
    return [
        *record["lines"],
        record["call"],
        *(text for _, _, text in record["arguments"]),
        *(value for _, _, value in record["checks"]),
    ]


def _peak_mb() -> float:
    """The most memory that any of our processes ever held."""
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return round(max(peaks) / (1 << (20 if sys.platform == "darwin" else 10)), 1)


def _worked() -> float:
    """Seconds that the searches so far have worked."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_symbols(ground: Ground, seconds: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Records of all symbols, and a word on each that could not be explored to its end."""
    records: list[dict[str, Any]] = []
    troubles: list[str] = []
    symbols = [name for name in ground.plan["symbols"] if name in ground.bench.names]
    facts, changes = ground.facts, ground.changes
    weights = [facts.weight(name) if changes is None else changes.open_in(facts.reached_in(name)) for name in symbols]
    for at, name in enumerate(symbols):
        if changes is not None and not changes.open_in(facts.reached_in(name)):
            continue
        share = (seconds - _worked()) * weights[at] / sum(weights[at:])
        found, trouble = _explore_symbol(name, ground, max(share, _LEAST_SECONDS))
        records.extend(found)
        troubles.extend([f"{name}: {trouble}"] if trouble else [])
        if changes is not None:
            changes.forget({gain for record in found for gain in record["gains"]})
    return records, troubles


def _explore_symbol(name: str, ground: Ground, seconds: float) -> tuple[list[dict[str, Any]], str]:
    """The symbol's records, and a word on what went wrong. A call that hangs or crashes is avoided the next time."""
    avoid: set[str] = set()
    before = _worked()
    for _ in range(_MOST_ATTEMPTS):
        share = max(seconds - (_worked() - before), 0.5)

        def work(pulse: Pulse, share: float = share) -> list[dict[str, Any]]:
            return SymbolSearch(ground, name, pulse, frozenset(avoid)).records(share)

        found, culprit = in_child(work, PATIENCE * share + 8.0)
        if found is not None:
            return found, ""
        if culprit in avoid:
            break
        avoid.add(culprit)
    return [], f"ended at {culprit[:200]}"


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
