"""Calls at the boundaries that the code itself names: the plainest call of a way, with one argument moved there."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from testwright.writers.explorer.python.probe.choosing import cost
from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find, Search
from testwright.writers.explorer.python.probe.ways import Way

_LONGEST_WRITTEN = 24
_EMPTY: dict[Any, str] = {str: '""', list: "[]", dict: "{}", tuple: "()"}
_FIXED = {"none": ["None"], "negative": ["-1"], "foreign": ['"Café"']}


def at_bounds(search: Search, picked: list[Find], edges: list[dict[str, Any]]) -> Iterator[Find]:
    """A find for each of the way's `edges` that none of the `picked` ones meets, where the call can be told."""
    way = search.way
    plain = min(
        (find for find in picked if find.outcome.error is None), key=lambda find: cost(find, way.numbers), default=None
    )
    start = plain.scenario if plain is not None else way.base()
    given = {(argument.parameter, argument.choice.text) for find in picked for argument in find.scenario.arguments}
    for edge in edges:
        if edge["symbol"] != way.symbol:
            continue
        for text in _texts(edge, _text_of(start, way, edge["parameter"])):
            if (edge["parameter"], text) in given:
                break
            moved = _moved(start, way, edge["parameter"], text)
            outcome = search.seen(moved) if moved is not None else None
            if moved is not None and outcome is not None:
                given.add((edge["parameter"], text))
                yield Find(moved, outcome)
                break


def _moved(start: Scenario, way: Way, parameter: str, text: str) -> Scenario | None:
    row = next((row for row in way.rows if row.parameter == parameter and row.label != "*"), None)
    return None if row is None else way.changed(start, row, Choice(text))


def _text_of(start: Scenario, way: Way, parameter: str) -> str:
    """What the plain call gives for a parameter, or would give."""
    for argument in start.arguments:
        if argument.parameter == parameter:
            return argument.choice.text
    return next((row.choices[0].text for row in way.rows if row.parameter == parameter and row.choices), "")


def _texts(edge: dict[str, Any], usual: str) -> list[str]:
    """Ways to write a value that meets the edge, the likeliest first, by what is usual for its parameter.

    None for a long text: nobody reads what comes of one.
    """
    value: Any = json.loads(edge["value"]) if edge["value"] else None
    check, kind = edge["check"], _kind_of(usual)
    if check == "empty":
        return [_EMPTY[kind]] if kind in _EMPTY else list(_EMPTY.values())
    if check == "length":
        if kind is list:
            return [f"[1] * {value}"]
        return [f'"{"a" * value}"' if value <= _LONGEST_WRITTEN else f'"a" * {value}']
    if check == "lacks":
        return [_without(usual, value)]
    if check == "equals":
        is_member = isinstance(value, str) and re.fullmatch(r"[A-Z]\w*\.\w+", value)
        return [*([value] if is_member else []), json.dumps(value) if isinstance(value, str) else repr(value)]
    return _FIXED.get(check, [])


def _without(usual: str, key: Any) -> str:
    try:
        given = ast.literal_eval(usual)
    except (ValueError, SyntaxError):
        return "{}"
    return repr({name: value for name, value in given.items() if name != key}) if isinstance(given, dict) else "{}"


def _kind_of(text: str) -> type | None:
    try:
        return type(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return None
