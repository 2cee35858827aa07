"""As much of JSON Schema (draft 7) as the schemas in our fixtures use; what it does not know it refuses to judge."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}
_ABOUT = {"$schema", "$id", "title", "description", "examples", "definitions", "format"}
_KNOWN = {
    *("type", "required", "properties", "additionalProperties", "items", "uniqueItems", "enum", "pattern"),
    *("minimum", "maximum", "$ref"),
}


def faults(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any], place: str = "$") -> Iterator[str]:
    unknown = schema.keys() - _ABOUT - _KNOWN
    if unknown:
        raise AssertionError(f"{place}: the schema says {unknown}, which nobody here understands")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        yield from faults(value, whole["definitions"][name], whole, place)
        return
    kind = schema.get("type")
    if kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{place} is no {kind}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value} is none of {schema['enum']}"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{place}: {value} does not match"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{place}: {value} is too small"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{place}: {value} is too large"
    if isinstance(value, list):
        if schema.get("uniqueItems") and len({repr(item) for item in value}) < len(value):
            yield f"{place} has an item twice"
        for number, item in enumerate(value):
            yield from faults(item, schema.get("items", {}), whole, f"{place}[{number}]")
    if isinstance(value, dict):
        yield from _faults_inside(value, schema, whole, place)


def _faults_inside(
    value: dict[str, Any], schema: Mapping[str, Any], whole: Mapping[str, Any], place: str
) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{place} lacks {name}"
    others = schema.get("additionalProperties", True)
    for name, inside in value.items():
        known = schema.get("properties", {}).get(name)
        if known is None and others is False:
            yield f"{place}.{name} is not known"
        yield from faults(inside, known or (others if isinstance(others, dict) else {}), whole, f"{place}.{name}")
