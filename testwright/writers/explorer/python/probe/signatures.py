"""What may be given to a function, also where it only hands it on: `def retry(*args, **kwargs)`."""

from __future__ import annotations

import ast
import inspect
import typing
from collections.abc import Callable, Iterator
from typing import Any

from testwright.writers.explorer.python.probe.annotations import hints_of
from testwright.writers.explorer.python.probe.facts import Facts

_MOST_MORE = 12


def parameters_of(function: Any, facts: Facts) -> list[inspect.Parameter]:
    """Its own parameters; behind `**options` those that its overloads name, or what it hands them on to."""
    own = _own(function)
    open_ended = next((each.name for each in own if each.kind is each.VAR_KEYWORD), None)
    if open_ended is None:
        return own
    more: dict[str, inspect.Parameter] = {}
    for other in (*_overloads(function), *_handed_on(function, open_ended, facts)):
        for parameter in _optional(other):
            more.setdefault(parameter.name, parameter)
    known = {each.name for each in own}
    return [*own, *[each for name, each in more.items() if name not in known][:_MOST_MORE]]


def _own(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def _overloads(function: Any) -> list[Any]:
    known: Callable[[Any], Any] | None = getattr(typing, "get_overloads", None)  # from Python 3.11 on
    try:
        return list(known(function)) if known is not None else []
    except Exception:
        return []


def _handed_on(function: Any, name: str, facts: Facts) -> Iterator[Any]:
    """What the function calls with `**name`, as far as the module knows it."""
    tree = facts.node_of(function)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [each.value for each in node.keywords if each.arg is None]
            if any(isinstance(value, ast.Name) and value.id == name for value in given):
                found = getattr(facts.unit, node.func.id, None)
                yield from [found] if callable(found) else []


def _optional(other: Any) -> Iterator[inspect.Parameter]:
    """Those that may be left out, as keywords, their annotations read."""
    hints = hints_of(other.__init__ if inspect.isclass(other) else other)
    for each in _own(other):
        if each.default is not each.empty and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            annotation = hints.get(each.name, each.empty)
            yield inspect.Parameter(each.name, each.KEYWORD_ONLY, default=each.default, annotation=annotation)
