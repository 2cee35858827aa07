"""The boundary cases that the code names, as inputs: what `domain.edges` tells in words, written as values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from testwright.domain.edges import Edge
from testwright.writers.explorer.javascript.shapes import Shape

_LONGEST_WRITTEN = 24
_EMPTY: dict[str, Any] = {
    "string": "",
    "regex": "",
    "array": [],
    "object": {"$": "object", "v": []},
    "record": {"$": "object", "v": []},
    "map": {"$": "map", "v": []},
    "set": {"$": "set", "v": []},
}


def give_edges(params: list[dict[str, Any]], symbol: str, edges: Iterable[Edge]) -> None:
    """Puts down with each parameter the inputs that meet its boundary cases."""
    mine = [edge for edge in edges if edge.symbol == symbol]
    for param in params:
        param["edges"] = [
            value for edge in mine if edge.parameter == param["name"] for value in _values(edge, param["shape"])
        ]


def _values(edge: Edge, shape: Shape) -> Iterator[Any]:
    """Nothing for a long text, which nobody would read, and for a key that is lacking: inputs without it are tried."""
    kinds = {each["k"] for each in (shape["of"] if shape["k"] == "union" else [shape])}
    match edge.check:
        case "none":
            yield None if edge.name.endswith("null") else {"$": "undefined"}
        case "negative":
            yield -1
        case "foreign":
            yield "Café"
        case "equals":
            yield json.loads(edge.value)
        case "empty":
            yield from [_EMPTY[kind] for kind in _EMPTY if kind in kinds][:1] or [""]
        case "length" if kinds & {"array", "tuple"}:
            yield [1] * int(edge.value)
        case "length" if int(edge.value) <= _LONGEST_WRITTEN:
            yield "a" * int(edge.value)
