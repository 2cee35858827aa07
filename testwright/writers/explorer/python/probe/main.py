"""The probe's course: each symbol is searched in a process of its own, then every pick is replayed in fresh ones.

A process of its own, because a loop in C hears no alarm, and because what one symbol leaves behind must not reach the
next. `explore` runs inside a test, so that the project's configuration and paths hold.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testwright.writers.explorer.python.probe import collaborators, examples, properties, replay, seams
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import STILL_BUSY, Pulse, in_child
from testwright.writers.explorer.python.probe.clocks import PATIENCE
from testwright.writers.explorer.python.probe.exploring import BARE, Ground, SymbolSearch
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.switching import Changes
from testwright.writers.explorer.python.probe.telling import shared_out

_MOST_ATTEMPTS = 8
_FORGIVEN = 3
"""So many calls of one thing are left out for themselves; a further one takes all its calls with it. What hangs, and
costs seconds, counts twice."""
_MOST_REASONS = 3
_MOST_RECORDS = 380
"""A report is read up to 400."""
_LONGEST_SHOWN = 80
_SEARCH_SHARE = 0.75
_LEAST_SECONDS = 0.3
_WALL = 6.0
_SECONDS_FOR_HANGS = 12.0
"""How many times as long as it may work the whole search may take by the clock on the wall, beside what just hangs."""


def explore(plan: dict[str, Any]) -> None:
    """Writes `{"records": [...], "found": n, "skipped": [...], "memory": MB}` to the plan's report below OUT.

    `skipped` are pairs: a symbol, and why it, or a call of it, was left alone.

    With `plan["changes"]` (number and line of changes built into the unit) and `plan["missed"]` (lines) only calls are
    told that show one of those changes, or reach one of those lines.
    """
    unit = importlib.import_module(plan["module"])
    facts = Facts(unit)
    facts.look_once()
    bench = Bench(unit, facts, os.getcwd(), plan["symbols"])
    is_again = plan["changes"] or plan["missed"]
    changes = Changes(bench, dict(plan["changes"]), plan["missed"]) if is_again else None
    ground = Ground(plan, facts, bench, changes)
    try:
        records, skipped = _of_symbols(ground, plan["seconds"] * _SEARCH_SHARE)
        records = examples.weighed(records, plan.get("claims", []), bench, facts)
        if changes is None and plan["integration"]:
            records.extend(_seams([record for record in records if "suspicion" not in record], bench))
        lawful = [record for record in records if "suspicion" not in record] if plan["laws"] else []
        records = shared_out(records, _MOST_RECORDS)
        for record in records:
            record["homes"] = collaborators.homes(_texts(record), unit, bench.others)
        kept = replay.steady(bench, records, until=time.monotonic() + plan["seconds"])
        if changes is None:
            skipped.extend(_unsteady(records, kept))
            kept.extend(properties.laws(lawful, bench))
        if kept:  # where there is something to tell, nobody wants to hear of this
            skipped = [(name, because) for name, because in skipped if because != BARE]
    finally:
        bench.close()
    path = Path(os.environ.get("OUT", "/out"), plan["report"])
    report = {"records": kept, "found": len(records), "skipped": skipped, "memory": _peak_mb()}
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


def _unsteady(found: list[dict[str, Any]], kept: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Symbols of which nothing is left once their calls were made again."""
    left = {record["symbol"].split(".")[0] for record in kept}
    gone = dict.fromkeys(name for record in found if (name := record["symbol"].split(".")[0]) not in left)
    return [(name, "what it gives differs from one run to the next") for name in gone if "+" not in name]


def _of_symbols(ground: Ground, seconds: float) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Records of all symbols, and a word on what was left alone."""
    records: list[dict[str, Any]] = []
    facts, changes = ground.facts, ground.changes
    symbols = [name for name in ground.plan["symbols"] if name in ground.bench.names]
    skipped = [
        (name, "it is not there once the file is loaded") for name in ground.plan["symbols"] if name not in symbols
    ]
    weights = [facts.weight(name) if changes is None else changes.open_in(facts.reached_in(name)) for name in symbols]
    if changes is None:
        symbols, weights = without_bases(symbols, weights, ground.bench.names)
    until = time.monotonic() + _WALL * seconds + _SECONDS_FOR_HANGS
    for at, name in enumerate(symbols):
        if changes is not None and not changes.open_in(facts.reached_in(name)):
            continue
        if time.monotonic() > until:
            skipped.append((name, "there was no time left to call it"))
            continue
        share = (seconds - _worked()) * weights[at] / sum(weights[at:])
        found, reasons = _explore_symbol(name, ground, max(share, _LEAST_SECONDS))
        records.extend(found)
        skipped.extend((name, reason) for reason in reasons)
        if changes is not None:
            changes.forget({gain for record in found for gain in record["gains"]})
    return records, skipped


def without_bases(symbols: list[str], weights: list[int], names: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    """Without classes of which no object can be made, where others are made from them: those have all their methods."""
    of = dict(zip(symbols, weights, strict=True))
    for name in symbols:
        kind = names[name]
        heirs = [other for other in of if other != name and _is_heir(names[other], kind)]
        if inspect.isclass(kind) and inspect.isabstract(kind) and heirs and _has_only_methods(kind):
            of[heirs[0]] += of.pop(name)
    return list(of), list(of.values())


def _is_heir(other: Any, kind: Any) -> bool:
    made = inspect.isclass(other) and inspect.isclass(kind) and issubclass(other, kind)
    return made and not inspect.isabstract(other)


def _has_only_methods(kind: type) -> bool:
    """Whether nothing can be called without an object."""
    return not any(isinstance(value, (staticmethod, classmethod)) for value in vars(kind).values())


def _explore_symbol(name: str, ground: Ground, seconds: float) -> tuple[list[dict[str, Any]], list[str]]:
    """The symbol's records, and what was left alone and why: a call that hangs or crashes is avoided the next time."""
    avoid: set[str] = set()
    reasons: dict[str, str] = {}
    before = _worked()
    for _ in range(_MOST_ATTEMPTS):
        share = max(seconds - (_worked() - before), 0.5)

        def work(pulse: Pulse, share: float = share) -> tuple[list[dict[str, Any]], str]:
            search = SymbolSearch(ground, name, pulse, frozenset(avoid))
            return search.records(share), search.silence()

        answer, ended = in_child(work, PATIENCE * share + 8.0)
        if answer is not None:
            found, silence = answer
            said = _said(reasons)
            return found, [*said, *([silence] if silence and not found and not said else [])]
        culprit = ended.doing
        if culprit in avoid:
            break
        avoid.add(culprit)
        reasons[culprit] = ended.because
        target = _target(culprit)
        ends = [because for other, because in reasons.items() if _target(other) == target]
        if len(ends) + ends.count(STILL_BUSY) > _FORGIVEN:
            avoid.add(target)
    return [], _said(reasons)


def _said(reasons: dict[str, str]) -> list[str]:
    """One call for each thing that is called, and for each way in which that ended."""
    first: dict[tuple[str, str], str] = {}
    for call, because in reasons.items():
        first.setdefault((_target(call), because), f"{_shown(call)} {because}")
    return list(first.values())[:_MOST_REASONS]


def _target(culprit: str) -> str:
    """What is called, up to the bracket: a call of this is avoided whatever it is given."""
    return culprit.splitlines()[-1].partition("(")[0] + "(" if culprit else ""


def _shown(culprit: str) -> str:
    call = culprit.splitlines()[-1] if culprit else "it"
    return call if len(call) <= _LONGEST_SHOWN else f"{call[:_LONGEST_SHOWN]}…"


def _seams(records: list[dict[str, Any]], bench: Bench) -> list[dict[str, Any]]:
    avoid: set[str] = set()
    for _ in range(_MOST_ATTEMPTS):

        def work(pulse: Pulse) -> list[dict[str, Any]]:
            return seams.records(records, bench, pulse.beat, frozenset(avoid))

        found, ended = in_child(work, 5.0)
        if isinstance(found, list):
            return found
        avoid.add(ended.doing)
    return []
