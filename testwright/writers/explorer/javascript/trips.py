"""Calls with what another export gave: the seams of a module, which integration tests are about."""

from __future__ import annotations

import re
from typing import Any

from testwright.writers.explorer.javascript import scenes
from testwright.writers.explorer.javascript.fitting import fits
from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, holds
from testwright.writers.explorer.javascript.writing import Style, Written

Told = dict[str, Any]
_MOST_TRIPS = 3
_PRIMITIVE = re.compile(r"(?:string|number|boolean|unknown|any|object)(?:\[\])?")
_OPPOSITES = (
    ("encode", "decode"), ("parse", "format"), ("parse", "stringify"), ("serialize", "deserialize"),
    ("compress", "decompress"), ("pack", "unpack"), ("escape", "unescape"), ("encrypt", "decrypt"), ("split", "join"),
)  # fmt: skip


def trips_of(mine: list[Told], target: Target, style: Style, targets: tuple[Target, ...]) -> list[tuple[Told, Written]]:
    """Calls with what another export gave; they have a point of their own, whatever the others reach."""
    found = [
        (each, written)
        for each in mine
        if "from" in each and not holds(each["args"], "cut", "symbol")
        if _belong_together(each, targets[each["from"]["target"]], target)
        if (written := _trip(each, target, style, targets)) is not None
    ]
    return found[:_MOST_TRIPS]


def _belong_together(each: Told, giver: Target, taker: Target) -> bool:
    """Types decide where both are declared; else names that promise it, a value that comes back, or its members."""
    parameter = next((one for one in taker.symbol.parameters if not one.optional), None)
    if giver.symbol.returns and parameter is not None and parameter.annotation:
        given_type, taken_type = giver.symbol.returns.lstrip(": "), parameter.annotation.lstrip(": ")
        if given_type != taken_type:
            return False
        if not _PRIMITIVE.fullmatch(given_type):
            return True
    given = each["args"][0]
    names = (giver.symbol.name.lower(), taker.symbol.name.lower())
    if any(one in names[0] and other in names[1] for pair in _OPPOSITES for one, other in (pair, pair[::-1])):
        return True
    if each["outcome"]["tree"] in each["from"]["args"] and given not in each["from"]["args"]:
        return True
    shape = taker.spec["params"][0]["shape"] if taker.spec["params"] else {}
    return isinstance(given, dict) and bool(shape.get("props")) and fits(given, shape) is True


def _trip(each: Told, target: Target, style: Style, targets: tuple[Target, ...]) -> Written | None:
    giver = next(other for other in targets if other.id == each["from"]["target"])
    tree = each["outcome"]["tree"]
    if holds(tree, "cut", "symbol", "promise", "NaN", "function", "iterator") or holds(each["from"]["args"], "spy"):
        return None
    inner = scenes.call_text(giver.symbol.name, each["from"]["args"], style, 2)
    subject = f"{target.symbol.name}({inner})"
    shown = ", ".join(brief(arg) for arg in each["from"]["args"])
    title = f"returns {brief(tree)} for what {giver.symbol.name} gives for {shown}"
    return Written(title, [style.words.value(subject, tree)], "integration")
