"""Whether an input is one that the types allow: a TypeScript test that does not type-check is no test."""

from __future__ import annotations

from typing import Any

from testwright.writers.explorer.javascript.shapes import Shape

_PLAIN: dict[str, type | tuple[type, ...]] = {"string": str, "regex": str, "number": (int, float), "boolean": bool}


def fits(tree: Any, shape: Shape) -> bool:
    """Says yes to what it does not know: values of other kinds, shapes that only hint."""
    kind = shape["k"]
    match kind:
        case "string" | "regex" | "number" | "boolean":
            if isinstance(tree, dict):
                return tree.get("$") not in ("object", "undefined")
            return isinstance(tree, _PLAIN[kind]) and isinstance(tree, bool) == (kind == "boolean")
        case "literal":
            return bool(tree == shape["v"]) and isinstance(tree, bool) == isinstance(shape["v"], bool)
        case "null":
            return tree is None
        case "undefined" | "void":
            return _is_undefined(tree)
        case "union":
            return any(fits(tree, each) for each in shape["of"])
        case "array":
            return isinstance(tree, list) and all(fits(item, shape["of"]) for item in tree)
        case "tuple":
            return isinstance(tree, list) and all(fits(item, of) for item, of in zip(tree, shape["of"], strict=False))
        case "object":
            return _fits_members(tree, shape)
        case "record":
            return _is_object(tree) and all(fits(value, shape.get("of", {"k": "any"})) for _, value in tree["v"])
        case "function":
            return isinstance(tree, dict) and tree.get("$") not in ("object", "undefined")
    return True


def arguments_fit(args: list[Any], parameters: list[dict[str, Any]]) -> bool:
    for index, parameter in enumerate(parameters):
        if parameter["rest"]:
            return True
        if index >= len(args) or _is_undefined(args[index]):
            if not parameter["optional"] and not _may_be_left_out(parameter["shape"]):
                return False
        elif not fits(args[index], parameter["shape"]):
            return False
    return len(args) <= len(parameters)


def _fits_members(tree: Any, shape: Shape) -> bool:
    if isinstance(tree, dict) and tree.get("$") != "object":
        return not _is_undefined(tree)
    if not _is_object(tree):
        return False
    values = dict(tree["v"])
    known = {name for name, _, _ in shape["props"]}
    return values.keys() <= known and all(
        (optional or _may_be_left_out(of))
        if name not in values or _is_undefined(values[name])
        else fits(values[name], of)
        for name, of, optional in shape["props"]
    )


def _may_be_left_out(shape: Shape) -> bool:
    return shape["k"] in ("any", "undefined", "void") or (
        shape["k"] == "union" and any(_may_be_left_out(each) for each in shape["of"])
    )


def _is_object(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("$") == "object"


def _is_undefined(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("$") == "undefined"
