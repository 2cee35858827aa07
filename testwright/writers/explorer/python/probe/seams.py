"""Where the result of one export is a good input of another: what integration tests are made of."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario

_INVERSES = (
    ("encode", "decode"), ("parse", "format"), ("dumps", "loads"), ("dump", "load"), ("compress", "decompress"),
    ("serialize", "deserialize"), ("pack", "unpack"), ("escape", "unescape"), ("encrypt", "decrypt"), ("to", "from"),
    ("quote", "unquote"), ("split", "join"), ("camel", "snake"), ("shuffle", "sort"), ("add", "remove"),
)  # fmt: skip
_MOST_PAIRS = 6
_MOST_TRIES_EACH = 3


def records(
    told: list[dict[str, Any]], bench: Bench, before_call: Callable[[str], None], avoid: frozenset[str]
) -> list[dict[str, Any]]:
    """Records of `second(first(…))`, round trips and pairs with opposite names before any other."""
    functions = {
        name: value
        for name, value in bench.names.items()
        if inspect.isfunction(value)
        and value.__module__ == bench.unit.__name__
        and not inspect.iscoroutinefunction(value)
    }
    found: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
    tries: Counter[tuple[str, str]] = Counter()
    backs: Counter[tuple[str, str]] = Counter()
    for record in told:
        first = record["symbol"]
        if first not in functions or record["error"] or record["patches"] or record["lines"] or not _gives(record):
            continue
        for second, function in functions.items():
            pair = f"{second}({record['call']})"
            if second == first or not _takes_one(function) or tries[first, second] >= _MOST_TRIES_EACH or pair in avoid:
                continue
            tries[first, second] += 1
            before_call(pair)
            seam = _seam(record, second, bench)
            if seam is None:
                continue
            backs[first, second] += _is_back(record, seam)
            rank = 3 * _is_back(record, seam) + 2 * _is_opposite(first, second) + _is_own(record, bench)
            if rank and ((first, second) not in found or rank > found[first, second][0]):
                found[first, second] = (rank, seam)
    # One value that comes back may be chance, unless the names promise it, or only the unit makes such values.
    meant = [
        (rank, seam)
        for pair, (rank, seam) in found.items()
        if backs[pair] > 1 or _is_opposite(*pair) or _is_own(seam["of"], bench)
    ]
    best = [seam for _, seam in sorted(meant, key=lambda ranked: -ranked[0])[:_MOST_PAIRS]]
    return [{key: value for key, value in seam.items() if key != "of"} for seam in best]


def _seam(record: dict[str, Any], second: str, bench: Bench) -> dict[str, Any] | None:
    first = record["symbol"]
    name = re.sub(r"^(get|make|create|build|to)_", "", first) + "_result" if first.isidentifier() else "result"
    scenario = Scenario(
        symbol=f"{first}+{second}",
        target=second,
        arguments=(Argument("", "", Choice(name, (f"{name} = {record['call']}",))),),
    )
    outcome = bench.run(scenario)
    if outcome is None or outcome.error or not outcome.checks or outcome.checks[0].how != "equals":
        return None
    return {
        **record,
        "symbol": scenario.symbol,
        "lines": list(outcome.lines),
        "call": outcome.call,
        "checks": [[check.of, check.how, check.value] for check in outcome.checks],
        "arguments": record["arguments"],
        "documented": False,
        "jumps": len(outcome.arcs),
        "of": record,
    }


def _is_back(record: dict[str, Any], seam: dict[str, Any]) -> bool:
    """Whether the second call gives the first one's only argument back, after it was something else."""
    values = [text for _, _, text in record["arguments"]]
    return len(values) == 1 and seam["checks"][0][2] == values[0] and record["checks"][0][2] != values[0]


def _is_opposite(first: str, second: str) -> bool:
    return any((one in first and other in second) or (other in first and one in second) for one, other in _INVERSES)


def _gives(record: dict[str, Any]) -> bool:
    """Whether the call had a result that another one may take."""
    checks = record["checks"]
    return bool(checks) and not checks[0][0] and checks[0][1] in ("equals", "instance") and checks[0][2] != "None"


def _is_own(record: dict[str, Any], bench: Bench) -> bool:
    """Whether the result is of a class of the unit's own: what takes it was made to take it."""
    (_, how, text), *_ = record["checks"]
    name = text if how == "instance" else text.partition("(")[0] if how == "equals" else ""
    made = bench.names.get(name)
    return inspect.isclass(made) and made.__module__ == bench.unit.__name__


def _takes_one(function: Any) -> bool:
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    needed = [parameter for parameter in parameters if parameter.default is parameter.empty]
    return len(needed) == 1 and needed[0].kind in (needed[0].POSITIONAL_ONLY, needed[0].POSITIONAL_OR_KEYWORD)
