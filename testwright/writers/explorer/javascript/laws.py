"""Laws as tests of fast-check, for projects that have it."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.writing import Style, Written

NEED = "laws"
_RUNS = 60
_ARBITRARIES = {
    "string": ("text", "fc.string()"),
    "number": ("number", "fc.integer()"),
    "strings": ("items", "fc.array(fc.string())"),
    "numbers": ("items", "fc.array(fc.integer())"),
}


def laws_of(
    mine: list[dict[str, Any]], target: Target, style: Style, targets: tuple[Target, ...]
) -> list[tuple[dict[str, Any], Written]]:
    return [(each, _law(each["law"], target, style, targets)) for each in mine if "law" in each]


def _law(law: dict[str, Any], target: Target, style: Style, targets: tuple[Target, ...]) -> Written:
    """The same examples in each run."""
    name, (word, arbitrary) = target.symbol.name, _ARBITRARIES[law["kind"]]
    once = f"{name}({word})"
    match law["says"]:
        case "undone":
            other = targets[law["other"]].symbol.name
            title, left, right = f"is undone by {other}", f"{other}({once})", word
        case "rests":
            title, left, right = "leaves its own result alone", f"{name}({once})", once
        case _:
            title, left, right = "undoes itself", f"{name}({once})", word
    check = style.words.value(left, {"$": "code", "v": right})
    lines = [
        "fc.assert(",
        f"  fc.property({arbitrary}, ({word}) => {{",
        f"    {check}{style.end}",
        "  }),",
        f"  {{ seed: 1, numRuns: {_RUNS} }},",
        ")",
    ]
    return Written(title, ["\n".join(lines)], "happy", False, {NEED})
