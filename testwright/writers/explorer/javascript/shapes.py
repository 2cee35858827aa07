"""What a parameter wants to be: from its type where it has one, else from how the code uses it."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.syntax import NotLiteral, field, literal, parse, said, text_of, unwrap

Shape = dict[str, Any]
ANY: Shape = {"k": "any"}
_DEEPEST = 6
_FURTHER = 4
"""Names and plain values may lie deeper than what has members, which would go on and on."""
_PLAIN_TYPES = frozenset(("predefined_type", "literal_type", "union_type", "type_identifier", "type_annotation"))
_WORDS: dict[str, Shape] = {
    "string": {"k": "string"},
    "String": {"k": "string"},
    "number": {"k": "number"},
    "Number": {"k": "number"},
    "int": {"k": "number"},
    "boolean": {"k": "boolean"},
    "Boolean": {"k": "boolean"},
    "bool": {"k": "boolean"},
    "bigint": {"k": "bigint"},
    "undefined": {"k": "undefined"},
    "null": {"k": "null"},
    "Date": {"k": "date"},
    "RegExp": {"k": "regexp"},
    "Function": {"k": "function"},
    "function": {"k": "function"},
    "ReactNode": {"k": "node"},
    "ReactElement": {"k": "node"},
    "ReactChild": {"k": "node"},
    "PropsWithChildren": {"k": "node"},
    "Array": {"k": "array", "of": ANY},
    "array": {"k": "array", "of": ANY},
    "Object": {"k": "any"},
    "void": {"k": "void"},
}


def of_type(node: Node | None, module: Module, depth: int = 0, arguments: dict[str, Shape] | None = None) -> Shape:
    """The shape a TypeScript type describes, declared types of the project looked up."""
    node = unwrap(node)
    if node is None or depth > _DEEPEST + (_FURTHER if node.type in _PLAIN_TYPES else 0):
        return ANY
    match node.type:
        case (
            "type_annotation" | "opting_type_annotation" | "optional_type" | "rest_type" | "constraint" | "default_type"
        ):
            return of_type(node.named_children[0], module, depth, arguments) if node.named_children else ANY
        case "predefined_type":
            return _WORDS.get(text_of(node), ANY)
        case "literal_type":
            return _literal_shape(node)
        case "undefined" | "null":
            return _WORDS[node.type]
        case "union_type":
            return union([of_type(child, module, depth, arguments) for child in node.named_children])
        case "intersection_type":
            return _merged([of_type(child, module, depth, arguments) for child in node.named_children])
        case "array_type":
            return {"k": "array", "of": of_type(node.named_children[0], module, depth, arguments)}
        case "tuple_type":
            return _tuple(node, module, depth, arguments)
        case "conditional_type":
            ends = [field(node, "consequence"), field(node, "alternative")]
            return union([of_type(end, module, depth, arguments) for end in ends if text_of(end) != "never"])
        case "object_type" | "interface_body":
            return _members(node, module, depth, arguments)
        case "function_type":
            return _function(node, module, depth, arguments)
        case "template_literal_type":
            return {"k": "string"}
        case "type_predicate" | "type_predicate_annotation":
            return {"k": "boolean"}
        case "nested_type_identifier" if (member := _enum_member(text_of(node), module)) is not None:
            return member
        case "type_identifier" if text_of(node) not in (arguments or {}) and (constraint := _constraint(node)):
            return of_type(constraint, module, depth + 1, arguments)
        case "type_identifier" | "nested_type_identifier" | "identifier":
            return _named(text_of(node).rsplit(".", 1)[-1], module, depth, arguments)
        case "generic_type":
            return _generic(node, module, depth, arguments)
        case "index_type_query":
            return _keys_of(node, module)
        case "lookup_type":
            return _lookup(node, module, depth, arguments)
    return ANY


def _constraint(node: Node) -> Node | None:
    """What a type parameter of a function around the node has to extend."""
    around = node.parent
    while around is not None:
        parameters = field(around, "type_parameters") if around.type != "type_alias_declaration" else None
        for each in parameters.named_children if parameters is not None else []:
            if field(each, "name") is not None and text_of(field(each, "name")) == text_of(node):
                return field(each, "constraint")
        around = around.parent
    return None


def _literal_shape(node: Node) -> Shape:
    try:
        return {"k": "literal", "v": literal(node)}
    except NotLiteral:
        return ANY


def _tuple(node: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    """Where members may come in any number, or be left out: with one, two and none of these, and with all others."""
    items = [
        (_manner(child), of_type(field(child, "type") or child, module, depth + 1, arguments))
        for child in node.named_children
    ]
    if [manner for manner, _ in items] == ["several"]:
        return items[0][1] if items[0][1]["k"] in ("array", "tuple") else {"k": "array", "of": ANY}
    if all(manner == "needed" for manner, _ in items):
        return {"k": "tuple", "of": [shape for _, shape in items]}
    return union([_with(items, several, wanted) for several, wanted in ((1, False), (2, False), (0, False), (1, True))])


def _manner(item: Node) -> str:
    inner = field(item, "pattern") or field(item, "name") or (item.named_children[0] if item.named_children else item)
    if item.type == "rest_type" or inner.type == "rest_pattern":
        return "several"
    return "optional" if item.type in ("optional_type", "optional_parameter") else "needed"


def _with(items: list[tuple[str, Shape]], several: int, wanted: bool) -> Shape:
    found: list[Shape] = []
    for manner, shape in items:
        if manner == "several":
            each = shape["of"] if shape["k"] == "array" else ANY
            found += shape["of"] if shape["k"] == "tuple" else [each] * several
        elif manner == "needed" or wanted:
            found.append(shape)
    return {"k": "tuple", "of": found}


def _members(node: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    properties: list[list[Any]] = []
    for member in node.named_children:
        name = text_of(field(member, "name")).strip("'\"")
        optional = any(child.type == "?" for child in member.children)
        if member.type == "property_signature":
            properties.append([name, of_type(field(member, "type"), module, depth + 1, arguments), optional])
        elif member.type == "method_signature":
            properties.append([name, _function(member, module, depth, arguments), optional])
        elif member.type == "index_signature" and (mapped := _mapped(member, module, depth, arguments)) is not None:
            return mapped
        elif member.type == "index_signature":
            return {"k": "record", "of": of_type(field(member, "type"), module, depth + 1, arguments)}
    return {"k": "object", "props": properties}


def _function(node: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    """`takes` are the kinds of its parameters: a callback may not do with them what their types refuse."""
    listed = field(node, "parameters")
    taken = [
        of_type(field(each, "type"), module, depth + 2, arguments) for each in (listed.named_children if listed else [])
    ]
    returns = of_type(field(node, "return_type"), module, depth + 1, arguments)
    is_open = any(
        child.type == "rest_pattern" for each in (listed.named_children if listed else []) for child in each.children
    )
    return {"k": "function", "takes": None if is_open else [each["k"] for each in taken], "returns": returns}


def _mapped(member: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape | None:
    """`[key in Union]?: Type`."""
    clause = next((child for child in member.named_children if child.type == "mapped_type_clause"), None)
    if clause is None:
        return None
    keys = of_type(field(clause, "type"), module, depth + 1, arguments)
    typed = field(member, "type")
    record = _record(keys, of_type(typed, module, depth + 1, arguments))
    if record["k"] == "object" and typed is not None and typed.type == "opting_type_annotation":
        return {"k": "object", "props": [[name, each, True] for name, each, _ in record["props"]]}
    return record


def _named(name: str, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    if arguments and name in arguments:
        return arguments[name]
    if name in module.types:
        declared = module.types[name]
        if declared.type == "enum_declaration":
            return _enum(declared, module)
        base = of_type(field(declared, "body") or field(declared, "value"), module, depth + 1, arguments)
        parents = [child for child in declared.named_children if child.type == "extends_type_clause"]
        inherited = [of_type(each, module, depth + 1) for clause in parents for each in clause.named_children]
        return _merged([*inherited, base]) if inherited else base
    if name in module.classes:
        return {"k": "instance", "v": name, **({} if module.is_unit else {"home": module.path})}
    if (found := module.neighbour(name)) is not None:
        return _named(found[1], found[0], depth + 1, arguments)
    return _WORDS.get(name, ANY)


def _enum(node: Node, module: Module) -> Shape:
    return union([shape for _, shape in _enum_members(node, module)])


def _enum_members(node: Node, module: Module) -> list[tuple[str, Shape]]:
    """Members of an enum that the unit itself exports are written by their names."""
    values: list[tuple[str, Shape]] = []
    enum = text_of(field(node, "name"))
    exported = module.offered_as(enum)
    lent = {} if module.is_unit else {"path": [f"~{module.path}", exported], "name": enum}
    following = 0
    body = field(node, "body")
    for member in body.named_children if body is not None else []:
        value: Any = following
        if member.type == "enum_assignment":
            try:
                value = literal(field(member, "value"))
            except NotLiteral:
                continue
        following = value + 1 if isinstance(value, int) else following
        name = text_of(field(member, "name") or member)
        is_plain = exported is not None and re.fullmatch(r"[A-Za-z_$][\w$]*", name)
        told = {"$": "member", "v": f"{enum}.{name}", "is": value, **lent} if is_plain else value
        values.append((name, {"k": "literal", "v": told}))
    return values


def _enum_member(text: str, module: Module) -> Shape | None:
    """`Kind.NEW` as a type is one member of an enum."""
    owner, _, name = text.rpartition(".")
    home, declared = module, module.types.get(owner)
    if declared is None and (found := module.neighbour(owner)) is not None:
        home, declared = found[0], found[0].types.get(found[1])
    if declared is None or declared.type != "enum_declaration":
        return None
    return next((shape for member, shape in _enum_members(declared, home) if member == name), None)


def _generic(node: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    name = text_of(field(node, "name") or node.named_children[0]).rsplit(".", 1)[-1]
    listed = field(node, "type_arguments")
    given = [child for child in (listed.named_children if listed else []) if child.type != "comment"]
    inner = [of_type(child, module, depth + 1, arguments) for child in given]
    first, second = (inner[0] if inner else ANY), (inner[1] if len(inner) > 1 else ANY)
    if name in ("Array", "ReadonlyArray", "Iterable"):
        return {"k": "array", "of": first}
    if name in ("Promise", "Readonly", "NonNullable", "Required", "Awaited", "PromiseLike"):
        return first
    if name == "Record":
        return _record(first, second)
    if name in ("Map", "ReadonlyMap"):
        return {"k": "map", "keys": first, "of": second}
    if name in ("Set", "ReadonlySet"):
        return {"k": "set", "of": first}
    if name == "Partial" and first["k"] == "object":
        return {"k": "object", "props": [[key, each, True] for key, each, _ in first["props"]]}
    if name in ("Pick", "Omit") and first["k"] == "object":
        keys = second["of"] if second["k"] == "union" else [second]
        named = {str(value_of(each["v"])) for each in keys if each["k"] == "literal"}
        kept = [each for each in first["props"] if (each[0] in named) == (name == "Pick")]
        return {"k": "object", "props": kept}
    if name == "PropsWithChildren" and first["k"] == "object":
        return {"k": "object", "props": [*first["props"], ["children", {"k": "node"}, True]]}
    home = module
    if name not in module.types and (found := module.neighbour(name)) is not None:
        home, name = found
    declared = home.types.get(name)
    if declared is not None:
        parameters = field(declared, "type_parameters")
        names = [text_of(field(child, "name")) for child in (parameters.named_children if parameters else [])]
        return _named(name, home, depth, {**(arguments or {}), **dict(zip(names, inner, strict=False))})
    return _named(name, module, depth, arguments)


def _record(keys: Shape, values: Shape) -> Shape:
    named = keys["of"] if keys["k"] == "union" else [keys]
    if named and all(each["k"] == "literal" for each in named):
        return {"k": "object", "props": [[str(value_of(each["v"])), values, False] for each in named]}
    return {"k": "record", "of": values}


def value_of(tree: Any) -> Any:
    """An enum's member as the value that it stands for."""
    return tree["is"] if isinstance(tree, dict) and tree.get("$") == "member" else tree


def _keys_of(node: Node, module: Module) -> Shape:
    """`keyof typeof TABLE` and `keyof Type`."""
    name = text_of(node).removeprefix("keyof").replace("typeof", "").strip()
    if name in module.constants and module.constants[name].type == "object":
        return union([{"k": "literal", "v": key} for key in keys_of_object(module.constants[name])])
    shape = _named(name, module, 1, None)
    return union([{"k": "literal", "v": each[0]} for each in shape["props"]]) if shape["k"] == "object" else ANY


def _lookup(node: Node, module: Module, depth: int, arguments: dict[str, Shape] | None) -> Shape:
    owner, key = node.named_children[0], node.named_children[-1]
    shape = of_type(owner, module, depth + 1, arguments)
    wanted = said(key.named_children[0]) if key.named_children else None
    if shape["k"] == "object":
        return next((each[1] for each in shape["props"] if each[0] == wanted), ANY)
    if shape["k"] == "array":
        return dict(shape["of"])
    return ANY


def keys_of_object(node: Node) -> list[str]:
    names = []
    for pair in node.named_children:
        key = field(pair, "key") or pair
        value = said(key) if key.type == "string" else text_of(key)
        if value and key.type in ("string", "property_identifier", "shorthand_property_identifier", "number"):
            names.append(value)
    return names


def union(shapes: list[Shape]) -> Shape:
    flat: list[Shape] = []
    for shape in shapes:
        for each in shape["of"] if shape["k"] == "union" else [shape]:
            if each not in flat:
                flat.append(each)
    if not flat:
        return ANY
    return flat[0] if len(flat) == 1 else {"k": "union", "of": flat[:24]}


def _merged(shapes: list[Shape]) -> Shape:
    objects = [shape for shape in shapes if shape["k"] == "object"]
    if not objects:
        return next((shape for shape in shapes if shape["k"] not in ("any", "node")), ANY)
    properties: dict[str, list[Any]] = {}
    for shape in objects:
        for each in shape["props"]:
            properties[each[0]] = each
    return {"k": "object", "props": list(properties.values())}


def of_jsdoc(text: str, module: Module) -> Shape:
    """A JSDoc type such as `{string|number}` or `{{a: string}}`, read as TypeScript as far as it goes."""
    cleaned = text.replace("*", "any").rstrip("=").lstrip("?!").replace("...", "")
    root = parse(f"type T = {cleaned}", "doc.ts")
    declared = root.named_children[0] if root.named_children else None
    if declared is None or declared.type != "type_alias_declaration" or root.has_error:
        return ANY
    return of_type(field(declared, "value"), module)
