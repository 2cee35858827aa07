"""Whether TypeScript would let a call pass: a test that does not type-check is no test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from testwright.writers.explorer.javascript.fitting import MISFIT, fits
from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.shapes import Shape
from testwright.writers.explorer.javascript.syntax import UNDEFINED


def type_checks(each: dict[str, Any], target: Target, targets: tuple[Target, ...]) -> bool:
    """Whether TypeScript would let the calls pass, as far as the declared types tell."""
    made_of = {other.symbol.name: other.spec["params"] for other in targets if other.kind == "class"}
    gives = target.spec.get("gives", {})
    methods = {method["name"]: method["params"] for method in target.spec["methods"]} | gives.get("methods", {})
    methods |= {"": gives["call"]} if gives.get("call") is not None else {}
    calls = [(each["args"], target.spec["params"])]
    calls += [
        (step["args"], methods[step["name"]])
        for step in each["steps"]
        if step.get("name") in methods and isinstance(step.get("args"), list)
    ]
    calls += [(step["args"], target.spec["params"]) for step in each["steps"] if step.get("act") == "rerender"]
    inner = _built_in([each["args"], [step.get("args") for step in each["steps"]]])
    calls += [(tree["args"], made_of[tree["name"]]) for tree in inner if tree["name"] in made_of]
    return all(arguments_fit(args, parameters) for args, parameters in calls)


def on_purpose(each: dict[str, Any], target: Target) -> dict[str, Any]:
    """A call that the code itself refuses, its last arguments marked where their types let nobody give them.

    What guards against callers without types is there to be tested; such a test has to say that it means it.
    """
    steps = each["steps"]
    last = steps[-1] if steps else None
    if last is None:
        return {**each, "args": _marked(each["args"], target.spec["params"])}
    methods = {method["name"]: method["params"] for method in target.spec["methods"]}
    if last.get("name") not in methods or not isinstance(last.get("args"), list):
        return each
    return {**each, "steps": [*steps[:-1], {**last, "args": _marked(last["args"], methods[last["name"]])}]}


def _marked(args: list[Any], parameters: list[dict[str, Any]]) -> list[Any]:
    pairs = itertools.zip_longest(args, parameters[: len(args)])
    return [
        {"$": MISFIT, "is": arg} if parameter is not None and not arguments_fit([arg], [parameter]) else arg
        for arg, parameter in pairs
    ]


def _built_in(tree: Any) -> Iterator[dict[str, Any]]:
    """The objects that are made for a call."""
    if isinstance(tree, list):
        for item in tree:
            yield from _built_in(item)
    elif isinstance(tree, dict):
        if tree.get("$") == "new":
            yield tree
        yield from _built_in(list(tree.values()))


def arguments_fit(args: list[Any], parameters: list[dict[str, Any]]) -> bool:
    """Says no only to what the declared types certainly refuse."""
    for index, parameter in enumerate(parameters):
        if parameter["rest"]:
            return True
        if index >= len(args) or args[index] == UNDEFINED:
            if not parameter["optional"] and not _may_be_left_out(parameter["shape"]):
                return False
        elif fits(args[index], parameter["shape"]) is False or _is_refused(args[index], parameter["shape"]):
            return False
    return len(args) <= len(parameters)


def _is_refused(tree: Any, shape: Shape) -> bool:
    return _has_more(tree, shape) or _gives_too_little(tree, shape) or _takes_too_much(tree, shape)


def _gives_too_little(tree: Any, shape: Shape) -> bool:
    """A callback that gives nothing will not do where something is awaited of it."""
    if shape["k"] != "function" or not isinstance(tree, dict) or tree.get("$") not in ("spy", "quiet"):
        return False
    return tree.get("returns") is None and not _may_be_left_out(shape.get("returns") or {"k": "any"})


_COUNTING = {"double": 1, "positive": 1, "sum": 2, "ascending": 2}
_TAKING = {**_COUNTING, "identity": 1, "truthy": 1, "same": 2}


def _takes_too_much(tree: Any, shape: Shape) -> bool:
    """A callback may take no more than it is given, and counts with numbers alone."""
    is_open = shape.get("takes") is None  # nobody says, or it takes any number of them
    if shape["k"] != "function" or is_open or not isinstance(tree, dict) or tree.get("$") != "fn":
        return False
    taken = shape["takes"][: _TAKING.get(tree["v"], 0)]
    counts = tree["v"] in _COUNTING and not set(taken) <= {"number", "any"}
    return counts or len(taken) < _TAKING.get(tree["v"], 0)


def _has_more(tree: Any, shape: Shape) -> bool:
    """A literal object may have no members that its type does not know."""
    if shape["k"] != "object" or not isinstance(tree, dict) or tree.get("$") != "object":
        return False
    return bool({name for name, _ in tree["v"]} - {name for name, _, _ in shape["props"]})


def _may_be_left_out(shape: Shape) -> bool:
    return shape["k"] in ("any", "undefined", "void") or (
        shape["k"] == "union" and any(_may_be_left_out(each) for each in shape["of"])
    )
