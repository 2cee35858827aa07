"""The shapes that a function's parameters want: the declared type first, sharpened by what the code does with them."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from testwright.domain.analysis import Parameter
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.paths import FILE, is_file
from testwright.writers.explorer.javascript.shapes import ANY, Shape, of_jsdoc, of_type, union
from testwright.writers.explorer.javascript.syntax import field, text_of, unwrap
from testwright.writers.explorer.javascript.usage import of_pattern, shape_with_default


def parameters_of(
    parameters: tuple[Parameter, ...], function: Node | None, doc: str | None, module: Module
) -> list[dict[str, Any]]:
    nodes = parameter_nodes(function)
    documented = dict(re.findall(r"@param\s+\{([^@]*?)\}\s+\[?([\w$]+)", doc or ""))
    by_name = {name: text for text, name in documented.items()}
    declared = declared_types(function, module)
    told = []
    for index, parameter in enumerate(parameters):
        node = nodes[index] if index < len(nodes) else None
        typed = declared[index] if index < len(declared) else ANY
        shape = _shape(parameter, node, function, by_name.get(parameter.name), module, typed)
        if is_file(parameter.name, function, module) and shape["k"] in ("any", "string", "union", "literal", "regex"):
            shape = FILE
        told.append(
            {
                "name": parameter.name if re.fullmatch(r"[\w$]+", parameter.name) else "options",
                "shape": shape,
                "optional": parameter.optional,
                "rest": parameter.kind == "rest",
            }
        )
    return told


_COMPONENTS = re.compile(r"(?:React\.)?(?:FC|VFC|FunctionComponent|VoidFunctionComponent)")


def declared_types(function: Node | None, module: Module) -> list[Shape]:
    """Of the parameters, where the variable that holds the function says them, as `FC<Props>` does."""
    holder = function.parent if function is not None else None
    typed = field(holder, "type") if holder is not None and holder.type == "variable_declarator" else None
    node = unwrap(typed.named_children[0]) if typed is not None and typed.named_children else None
    arguments = field(node, "type_arguments")
    if node is not None and node.type == "generic_type" and _COMPONENTS.fullmatch(text_of(field(node, "name"))):
        return [of_type(each, module) for each in arguments.named_children[:1]] if arguments is not None else []
    home = module
    if node is not None and node.type == "type_identifier":
        name = text_of(node)
        if name not in module.types and (found := module.neighbour(name)) is not None:
            home, name = found
        node = unwrap(field(home.types.get(name), "value"))
    if node is None or node.type != "function_type":
        return []
    return [of_type(field(each, "type"), home) for each in parameter_nodes(node)]


def parameter_nodes(function: Node | None) -> list[Node]:
    single = field(function, "parameter")
    if single is not None:
        return [single]
    listed = field(function, "parameters")
    return [child for child in listed.named_children if child.type != "comment"] if listed is not None else []


def _shape(
    parameter: Parameter,
    node: Node | None,
    function: Node | None,
    documented: str | None,
    module: Module,
    declared: Shape,
) -> Shape:
    typed = of_type(field(node, "type"), module) if field(node, "type") is not None else declared
    pattern = field(node, "pattern") or (
        field(node, "left") if node is not None and node.type == "assignment_pattern" else node
    )
    used = of_pattern(pattern, function, module) if function is not None and pattern is not None else ANY
    used = shape_with_default(used, field(node, "value") or field(node, "right"))
    if parameter.kind == "rest" and typed["k"] == "any" and used["k"] not in ("array", "tuple"):
        used = {"k": "array", "of": ANY}
    if typed["k"] != "any":
        return _refined(typed, used)
    if documented is not None and (shape := of_jsdoc(documented, module))["k"] != "any":
        return _refined(shape, used)
    return used


def _refined(typed: Shape, used: Shape) -> Shape:
    """The type says the kind, the use says which values matter: patterns tested, literals compared."""
    telling = [each for each in (used["of"] if used["k"] == "union" else [used]) if each["k"] in ("regex", "literal")]
    kinds = {each["k"] for each in (typed["of"] if typed["k"] == "union" else [typed])}
    fits = [
        each
        for each in telling
        if (each["k"] == "regex" and "string" in kinds)
        or (each["k"] == "literal" and {str: "string", int: "number", float: "number"}.get(type(each["v"])) in kinds)
    ]
    if typed["k"] == "object" and used["k"] == "object":
        by_name = {each[0]: each[1] for each in used["props"]}
        props = [[name, _refined(shape, by_name.get(name, ANY)), optional] for name, shape, optional in typed["props"]]
        return {"k": "object", "props": props}
    if typed["k"] == "array" and used["k"] == "array":
        return {"k": "array", "of": _refined(typed["of"], used["of"])}
    return union([*fits, typed]) if fits else typed


def parameters_of_node(function: Node, module: Module) -> list[dict[str, Any]]:
    """Of a function that nobody exports by name. One that reads `arguments` takes whatever it is given."""
    parameters = tuple(_parameter(node) for node in parameter_nodes(function))
    if not parameters and re.search(r"\barguments\b", text_of(field(function, "body"))):
        return [{"name": "values", "shape": {"k": "array", "of": ANY}, "optional": False, "rest": True}]
    return parameters_of(parameters, function, None, module)


def _parameter(node: Node) -> Parameter:
    inner = field(node, "pattern") or (field(node, "left") if node.type == "assignment_pattern" else node)
    is_rest = inner is not None and inner.type == "rest_pattern"
    optional = node.type in ("optional_parameter", "assignment_pattern") or field(node, "value") is not None
    name = text_of(inner).removeprefix("...")
    return Parameter(name=name, kind="rest" if is_rest else "positional", optional=optional or is_rest)
