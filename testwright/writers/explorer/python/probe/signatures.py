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
    own = _with_those_handed_on(function, _own(function), facts)
    open_ended = next((each.name for each in own if each.kind is each.VAR_KEYWORD), None)
    if open_ended is None:
        return own
    more: dict[str, inspect.Parameter] = {}
    for other in (*_overloads(function), *_handed_on(function, open_ended, facts)):
        for parameter in _optional(other):
            more.setdefault(parameter.name, parameter)
    known = {each.name for each in own}
    return [*own, *[each for name, each in more.items() if name not in known][:_MOST_MORE]]


def _with_those_handed_on(function: Any, own: list[inspect.Parameter], facts: Facts) -> list[inspect.Parameter]:
    """For `*args` that go to one other function as they are: what that one has to be given."""
    several = next((each for each in own if each.kind is each.VAR_POSITIONAL), None)
    if several is None:
        return own
    known = {each.name for each in own}
    for call, target in _calls(function, facts):
        given = [each.value for each in call.args if isinstance(each, ast.Starred)]
        if [ast.unparse(each) for each in given] == [several.name]:
            needed = [
                each for each in _own(target)[len(call.args) - 1 :] if _is_needed(each) and each.name not in known
            ]
            at = own.index(several)
            return [*own[:at], *needed, *own[at + 1 :]] if needed else own
    return own


def _is_needed(each: inspect.Parameter) -> bool:
    return each.default is each.empty and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)


def _calls(function: Any, facts: Facts) -> Iterator[tuple[ast.Call, Any]]:
    """What the function calls, as far as the module knows it: `f(…)` and `Base.method(self, …)`."""
    tree = facts.node_of(function)
    for node in ast.walk(tree) if tree is not None else ():
        if not isinstance(node, ast.Call):
            continue
        found = None
        if isinstance(node.func, ast.Name):
            found = getattr(facts.unit, node.func.id, None)
        elif isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            owner = getattr(facts.unit, node.func.value.id, None)
            found = getattr(owner, node.func.attr, None) if inspect.isclass(owner) else None
        if callable(found):
            yield node, found


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
    for call, target in _calls(function, facts):
        given = [each.value for each in call.keywords if each.arg is None]
        if any(isinstance(value, ast.Name) and value.id == name for value in given):
            yield target


def _optional(other: Any) -> Iterator[inspect.Parameter]:
    """Those that may be left out, as keywords, their annotations read."""
    hints = hints_of(other.__init__ if inspect.isclass(other) else other)
    for each in _own(other):
        if each.default is not each.empty and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
            annotation = hints.get(each.name, each.empty)
            yield inspect.Parameter(each.name, each.KEYWORD_ONLY, default=each.default, annotation=annotation)
