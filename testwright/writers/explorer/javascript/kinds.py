"""Kinds of values as the code names them: by `typeof`, by a class, by what stands in for a value that is lacking."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.shapes import ANY, Shape

TYPEOF: dict[str, Shape] = {
    "string": {"k": "string"},
    "number": {"k": "number"},
    "boolean": {"k": "boolean"},
    "function": {"k": "function"},
    "undefined": {"k": "undefined"},
    "bigint": {"k": "bigint"},
}
INSTANCES: dict[str, Shape] = {
    "Date": {"k": "date"},
    "RegExp": {"k": "regexp"},
    "Array": {"k": "array", "of": ANY},
    "Map": {"k": "map"},
    "Set": {"k": "set"},
    "Function": {"k": "function"},
}


def like(value: Any) -> list[Shape]:
    """What stands in for a value that is lacking is of its kind."""
    if isinstance(value, list):
        return [{"k": "array", "of": ANY}]
    if isinstance(value, dict):
        return [{"k": "record", "of": ANY}] if value["$"] == "object" else []
    kind = {bool: "boolean", int: "number", float: "number", str: "string"}.get(type(value))
    return [{"k": kind}] if kind is not None else []
