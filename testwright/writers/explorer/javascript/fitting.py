"""Whether a value, as the probe told it, is of a shape: yes, no, or not to be told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.shapes import ANY, Shape, of_jsdoc, union, value_of
from testwright.writers.explorer.javascript.syntax import UNDEFINED

_TAGS = {"date": ("date",), "regexp": ("regexp",), "bigint": ("bigint",), "map": ("map",), "set": ("set",)}
MISFIT = "misfit"
"""Marks a value that is given although its type lets nobody give it: `is` is the value."""
_CALLED = ("fn", "code", "spy", "quiet", "function", "awaited")


def fits(tree: Any, shape: Shape) -> bool | None:
    """None when the shape leaves it open, or the value was too large to be told."""
    kind = shape["k"]
    tree = value_of(tree) if kind != "literal" else tree
    tag = tree["$"] if isinstance(tree, dict) else ""
    if tag == "address":
        tree, tag = "http://127.0.0.1", ""
    if kind in ("any", "node", "void") or tag in ("cut", "symbol", "promise", "iterator", MISFIT):
        return None
    match kind:
        case "union":
            answers = [fits(tree, each) for each in shape["of"]]
            return True if True in answers else None if None in answers else False
        case "literal":
            given, wanted = value_of(tree), value_of(shape["v"])
            return type(given) is type(wanted) and given == wanted
        case "string" | "regex":
            return isinstance(tree, str)
        case "number":
            return tag == "number" or (isinstance(tree, int | float) and not isinstance(tree, bool))
        case "boolean":
            return isinstance(tree, bool)
        case "undefined":
            return bool(tree == UNDEFINED)
        case "null":
            return tree is None
        case "function":
            return tag in _CALLED
        case "array":
            return together(fits(item, shape["of"]) for item in tree) if isinstance(tree, list) else False
        case "tuple":
            if not isinstance(tree, list) or len(tree) > len(shape["of"]):
                return False
            return together(fits(item, each) for item, each in zip(tree, shape["of"], strict=False))
        case "object" | "record":
            return _fits_object(tree, tag, shape)
    if kind in _TAGS:
        return tag in _TAGS[kind]
    return None


def _fits_object(tree: Any, tag: str, shape: Shape) -> bool | None:
    if tag not in ("object", "instance"):
        return None if tag in ("new", "map", "set", "date", "error", "function") or isinstance(tree, list) else False
    values = dict(tree["v"])
    if shape["k"] == "record":
        return together(fits(value, shape["of"]) for value in values.values())
    answers: list[bool | None] = []
    for name, each, optional in shape["props"]:
        if name in values and not (optional and values[name] == UNDEFINED):
            answers.append(fits(values[name], each))
        elif not optional and name not in values:
            answers.append(False)
    return together(answers)


def together(answers: Iterable[bool | None]) -> bool | None:
    told = list(answers)
    return False if False in told else None if None in told else True


def promised(returns: str | None, doc: str | None, module: Module) -> tuple[Shape, str, str]:
    """The shape of the result that a type or `@returns {…}` promises, that type as written, and the words."""
    if returns is not None:
        if re.search(r"\b(?:is|asserts)\b|=>", returns):
            return ANY, "", ""
        return of_jsdoc(returns, module), returns, f"the result is declared as {returns}"
    found = re.search(r"@returns?\s+\{([^}]+)\}", doc or "")
    if found is None:
        return ANY, "", ""
    shape = of_jsdoc(found[1], module)
    if found[1].strip().startswith("?"):
        shape = union([shape, {"k": "null"}, {"k": "undefined"}])
    return shape, found[1].strip(), f"the comment says {found[0]}"
