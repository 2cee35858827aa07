"""Documented examples are tried: what gives another result than is documented is a doubt, not an observation."""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Callable
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench, performed
from testwright.writers.explorer.python.probe.children import Pulse, in_child
from testwright.writers.explorer.python.probe.clocks import PATIENCE, Clock
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.guard import TimeUp
from testwright.writers.explorer.python.probe.suspicions import compared
from testwright.writers.explorer.python.probe.trees import unparsed

_SECONDS_EACH = 0.5
_MOST_SECONDS = 8.0
_MACHINE = re.compile(
    r"\b(?:os|sys|shutil|platform|socket|random|secrets|uuid|locale|subprocess|tempfile|getpass|urllib\.request)\.|"
    r"\bPath\b|\bopen\(|\.(?:now|today|utcnow)\(|\btime\.\w*time|environ|getenv"
)
_NOT_TRIED = (NameError, ImportError, SyntaxError)


def weighed(
    records: list[dict[str, Any]], claims: list[dict[str, Any]], bench: Bench, facts: Facts
) -> list[dict[str, Any]]:
    """The records without observations that contradict an example, and the contradictions in their place."""
    if not claims:
        return records

    def work(pulse: Pulse) -> list[dict[str, Any]]:
        def doubt(claim: dict[str, Any]) -> dict[str, Any] | None:
            pulse.beat(claim["call"])
            return _doubt(claim, bench)

        return doubts_of(claims, doubt, lambda symbol: is_decided_by_the_machine(symbol, bench.unit, facts), Clock())

    answer, _ = in_child(work, _MOST_SECONDS * PATIENCE)
    doubts: list[dict[str, Any]] = answer if isinstance(answer, list) else []
    wrong = {_plain(doubt["call"]) for doubt in doubts}
    return [*(record for record in records if _plain(record["call"]) not in wrong), *doubts]


def doubts_of(
    claims: list[dict[str, Any]],
    doubt: Callable[[dict[str, Any]], dict[str, Any] | None],
    is_decided: Callable[[str], bool],
    clock: Clock,
) -> list[dict[str, Any]]:
    """What is doubted of the examples until the time is over; what was found by then is kept."""
    decided: dict[str, bool] = {}
    found = []
    for claim in claims:
        if clock.now() > _MOST_SECONDS:
            break
        symbol = claim["symbol"]
        if symbol not in decided:  # all the code that it reaches is read: once for a symbol
            decided[symbol] = is_decided(symbol)
        doubted = None if decided[symbol] else doubt(claim)
        found.extend([doubted] if doubted is not None else [])
    return found


def is_decided_by_the_machine(symbol: str, unit: types.ModuleType, facts: Facts) -> bool:
    """Whether files, the clock, chance or the environment have a say: then an example shows somebody else's machine."""
    function: Any = unit
    for part in symbol.split("."):
        function = inspect.getattr_static(function, part, None)
    function = function.fget if isinstance(function, property) else function
    return any(_MACHINE.search(unparsed(tree)) for tree in facts.reached_from(function))


def _doubt(claim: dict[str, Any], bench: Bench) -> dict[str, Any] | None:
    call, expected = claim["call"], claim["expected"]
    names = dict(bench.names)
    try:
        with bench.guard.watching(_SECONDS_EACH):
            for line in claim["setup"]:
                exec(line, names)
            try:
                value = performed(call, names)
            except _NOT_TRIED:
                return None
            except Exception as error:
                observed = f"{type(error).__name__}: {error}"[:200]
            else:
                if compared(value, ast.literal_eval(expected)) or not _can_be_compared(value):
                    return None
                observed = repr(value)[:200]
    except (Exception, TimeUp, SystemExit, KeyboardInterrupt):
        return None
    finally:
        bench.guard.active = False
    if bench.guard.refused:
        return None
    return {
        "symbol": claim["symbol"],
        "lines": list(claim["setup"]),
        "call": call,
        "checks": [],
        "error": None,
        "patches": [],
        "arguments": [],
        "documented": True,
        "foreign": False,
        "subject": "",
        "jumps": 0,
        "suspicion": {
            "kind": "example",
            "expected": expected,
            "observed": observed,
            "text": claim["text"],
            "assertion": _assertion(call, expected),
        },
        "place": [claim["line"], claim["path"]],
    }


def _can_be_compared(value: Any) -> bool:
    """An object that only prints as the example says is not what the example compares."""
    return value is None or type(value).__module__ == "builtins"


def _assertion(call: str, expected: str) -> str:
    value = ast.literal_eval(expected)
    if value is None or isinstance(value, bool):
        return f"({call}) is {expected}"
    return f"({call}) == {expected}"


def _plain(call: str) -> str:
    try:
        return ast.unparse(ast.parse(call, mode="eval"))
    except SyntaxError:
        return call
