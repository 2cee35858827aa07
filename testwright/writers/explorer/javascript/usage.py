"""Untyped code tells what it wants by what it does with it: methods called, literals compared, patterns tested."""

from __future__ import annotations

import re
from typing import Any

from tree_sitter import Node

from testwright.writers.explorer.javascript.finding import called_function
from testwright.writers.explorer.javascript.kinds import INSTANCES, TYPEOF, like
from testwright.writers.explorer.javascript.members import MEMBERS, asked_together, kinds_asked, member_name, plain
from testwright.writers.explorer.javascript.methods import (
    ARRAY_METHODS,
    DATE_METHODS,
    EITHER,
    NUMBER_METHODS,
    STRING_METHODS,
)
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.shapes import ANY, Shape, keys_of_object, union
from testwright.writers.explorer.javascript.syntax import (
    FUNCTIONS,
    NotLiteral,
    field,
    literal,
    text_of,
    unwrap,
    walk,
)

_DEEPEST = 5
_OPTIONS = re.compile(r"(opts?|options|config|settings|props)$", re.I)
_ARITHMETIC = frozenset(("-", "*", "/", "%", "**", "<", ">", "<=", ">=", "&", "|", "^", "<<", ">>", ">>>"))
_EQUALITY = frozenset(("===", "!==", "==", "!="))


def of_use(subject: str, scope: Node, module: Module, depth: int = 0) -> Shape:
    """`subject` is source text such as `parcel` or `parcel.weight`; `scope` the function it is a parameter of."""
    if depth > _DEEPEST:
        return ANY
    evidence = _Evidence()
    for node in walk(scope):
        if node.type in ("identifier", *MEMBERS) and plain(node) == subject and node.parent is not None:
            _weigh(node, node.parent, scope, module, depth, evidence)
    return evidence.shape(scope, subject, module, depth)


class _Evidence:
    def __init__(self) -> None:
        self.strong: list[Shape] = []
        self.weak: list[Shape] = []
        self.literals: list[Shape] = []
        self.properties: dict[str, None] = {}
        self.patterns: list[list[Any]] = []
        self.together: dict[tuple[str, ...], None] = {}

    def shape(self, scope: Node, subject: str, module: Module, depth: int) -> Shape:
        found = [*self.literals, *self.strong]
        for names in self.together:
            props = [[name, of_use(f"{subject}.{name}", scope, module, depth + 1), False] for name in names]
            found.append({"k": "object", "props": props})
        if self.properties or self.patterns:
            props = list(self.patterns)
            for name in self.properties:
                if name not in [each[0] for each in props]:
                    shape = of_use(f"{subject}.{name}", scope, module, depth + 1)
                    may_lack = _OPTIONS.match(subject) is not None or shape["k"] in ("any", "boolean", "function")
                    props.append([name, shape, may_lack])
            found.append({"k": "object", "props": props, "loose": True})
        if not found:
            found = self.weak
        return union(found) if found else ANY


def _weigh(node: Node, parent: Node, scope: Node, module: Module, depth: int, found: _Evidence) -> None:
    match parent.type:
        case "member_expression" | "subscript_expression" if field(parent, "object") == node and member_name(parent):
            _weigh_member(parent, scope, module, depth, found)
        case "binary_expression":
            _weigh_binary(node, parent, found)
            around = parent.parent
            stands_in = text_of(field(parent, "operator")) in ("||", "??") and field(parent, "left") == node
            if stands_in and around is not None and around.type == "variable_declarator":
                _weigh_declarator(field(around, "name"), scope, module, depth, found)
        case "unary_expression" if text_of(field(parent, "operator")) == "typeof" and parent.parent is not None:
            _weigh_typeof(parent, found)
        case "call_expression" if field(parent, "function") == node:
            found.strong.append({"k": "function"})
        case "arguments":
            _weigh_argument(node, parent, module, depth, found)
        case "spread_element":
            _weigh_spread(parent, module, depth, found)
        case "for_in_statement" if field(parent, "right") == node:
            _weigh_loop(parent, scope, module, depth, found)
        case "switch_statement":
            pass
        case "ternary_expression" if field(parent, "condition") == node:
            found.weak.append({"k": "boolean"})
        case "unary_expression" if text_of(field(parent, "operator")) == "!":
            found.weak.append({"k": "boolean"})
        case "parenthesized_expression" if parent.parent is not None and parent.parent.type == "if_statement":
            found.weak.append({"k": "boolean"})
        case "parenthesized_expression" if parent.parent is not None and parent.parent.type == "switch_statement":
            for case in walk(parent.parent):
                if case.type == "switch_case":
                    _add_literal(field(case, "value"), found)
        case "subscript_expression":
            _weigh_subscript(node, parent, module, found)
        case "template_substitution":
            found.weak.append({"k": "string"})
        case "variable_declarator" if field(parent, "value") == node:
            _weigh_declarator(field(parent, "name"), scope, module, depth, found)
        case "assignment_expression" if field(parent, "right") == node:
            left = field(parent, "left")
            if left is not None and re.fullmatch(r"[\w$]+(?:\.[\w$]+)?", plain(left)):
                found.weak.append(of_use(plain(left), scope, module, depth + 2))
        case "update_expression":
            found.strong.append({"k": "number"})


def _weigh_member(parent: Node, scope: Node, module: Module, depth: int, found: _Evidence) -> None:
    name = member_name(parent)
    called = (
        parent.parent is not None
        and parent.parent.type == "call_expression"
        and field(parent.parent, "function") == parent
    )
    if name in STRING_METHODS and called:
        found.strong.append({"k": "string"})
    elif name in ARRAY_METHODS and called and parent.parent is not None:
        found.strong.append({"k": "array", "of": _item_of(parent.parent, name, module, depth)})
    elif name in NUMBER_METHODS and called:
        found.strong.append({"k": "number"})
    elif name in DATE_METHODS and called:
        found.strong.append({"k": "date"})
    elif name in ("test", "exec") and called:
        found.strong.append({"k": "regexp"})
    elif name in ("then", "catch") and called:
        return
    elif name in ("apply", "call", "bind") and called:
        found.strong.append({"k": "function"})
    elif name in EITHER:
        found.weak += [{"k": "string"}, {"k": "array", "of": ANY}]
    elif name == "hasOwnProperty":
        found.weak.append({"k": "record", "of": ANY})
    elif called and parent.parent is not None:
        if [name, {"k": "function"}, True] not in found.patterns:
            found.patterns.append([name, {"k": "function"}, True])
    elif name not in ("prototype", "constructor", "__proto__"):
        found.properties[name] = None


def _item_of(call: Node, method: str, module: Module, depth: int) -> Shape:
    arguments = field(call, "arguments")
    callback = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if callback is None:
        return ANY
    at = 1 if method.startswith("reduce") else 0
    if callback.type in FUNCTIONS:
        return of_parameter(callback, at, module, depth + 1)
    if text_of(callback) in module.functions:
        return of_parameter(module.functions[text_of(callback)], at, module, depth + 1)
    return {"k": "string"} if text_of(callback) in ("Number", "parseInt", "parseFloat") else ANY


def of_parameter(function: Node, index: int, module: Module, depth: int = 0) -> Shape:
    """What the parameter at `index` wants to be, by use."""
    single = field(function, "parameter")
    listed = field(function, "parameters")
    nodes = (
        [single]
        if single is not None
        else [n for n in (listed.named_children if listed else []) if n.type != "comment"]
    )
    if index >= len(nodes):
        return ANY
    node = nodes[index]
    assert node is not None
    pattern = field(node, "pattern") or (field(node, "left") if node.type == "assignment_pattern" else node)
    return of_pattern(pattern, function, module, depth)


def of_pattern(pattern: Node | None, scope: Node, module: Module, depth: int = 0) -> Shape:
    if pattern is None or depth > _DEEPEST:
        return ANY
    if pattern.type == "object_pattern":
        props: list[list[Any]] = []
        for child in pattern.named_children:
            default = field(child, "right")
            inner = field(child, "left") or field(child, "value") or child
            key = text_of(field(child, "key")) or text_of(inner)
            if child.type == "rest_pattern":
                continue
            if inner.type == "assignment_pattern":
                default, inner = field(inner, "right"), field(inner, "left") or inner
            shape = of_pattern(inner, scope, module, depth + 1)
            props.append([key, _with_default(shape, default), default is not None])
        return {"k": "object", "props": props}
    if pattern.type == "array_pattern":
        return {"k": "tuple", "of": [of_pattern(child, scope, module, depth + 1) for child in pattern.named_children]}
    if pattern.type == "rest_pattern":
        return of_use(text_of(pattern.named_children[0]), scope, module, depth)
    return of_use(text_of(pattern), scope, module, depth)


def _with_default(shape: Shape, default: Node | None) -> Shape:
    """A default value tells the kind where nothing else does."""
    if default is None:
        return shape
    try:
        value = literal(default)
    except NotLiteral:
        return shape
    kind = {bool: "boolean", int: "number", float: "number", str: "string"}.get(type(value))
    if shape["k"] in ("any", "union") and kind is not None:
        return union([{"k": kind}, *([shape] if shape["k"] == "union" else [])])
    if shape["k"] == "any" and isinstance(value, list):
        return {"k": "array", "of": ANY}
    return shape


def shape_with_default(shape: Shape, default: Node | None) -> Shape:
    return _with_default(shape, default)


def _weigh_binary(node: Node, parent: Node, found: _Evidence) -> None:
    operator = text_of(field(parent, "operator"))
    other = field(parent, "right") if field(parent, "left") == node else field(parent, "left")
    if operator == "instanceof":
        shape = INSTANCES.get(text_of(other))
        if shape is not None:
            found.strong.append(shape)
    elif operator == "in" and field(parent, "left") == node:
        found.weak.append({"k": "string"})
    elif operator == "in":
        names = asked_together(parent)
        found.together |= {names: None} if names else {}
        found.weak.append({"k": "record", "of": ANY})
    elif operator in _EQUALITY:
        _add_literal(other, found)
    elif operator in _ARITHMETIC:
        is_text = other is not None and other.type == "string"
        found.strong.append({"k": "string"} if is_text else {"k": "number"})
    elif operator == "+":
        is_text = other is not None and other.type in ("string", "template_string")
        found.weak.append({"k": "string"} if is_text else {"k": "number"})
    elif operator in ("||", "??", "&&") and other is not None and field(parent, "left") == node:
        try:
            value = literal(other)
        except NotLiteral:
            return
        (found.strong if isinstance(value, dict | list) else found.weak).extend(like(value))


def _add_literal(node: Node | None, found: _Evidence) -> None:
    try:
        value = literal(node)
    except NotLiteral:
        return
    if value is None or isinstance(value, dict | list) or (node is not None and node.type == "identifier"):
        return
    shape = {"k": "literal", "v": value}
    if shape not in found.literals:
        found.literals.append(shape)
        kind = {bool: "boolean", int: "number", float: "number", str: "string"}[type(value)]
        if {"k": kind} not in found.strong:
            found.strong.append({"k": kind})


def _weigh_typeof(parent: Node, found: _Evidence) -> None:
    for named in kinds_asked(parent):
        shape = TYPEOF.get(named)
        if shape is not None and shape not in found.strong:
            found.strong.append(shape)
        if named == "object":
            found.weak.append({"k": "any"})


def _weigh_argument(node: Node, arguments: Node, module: Module, depth: int, found: _Evidence) -> None:
    call = arguments.parent
    if call is None:
        return
    callee = field(call, "function") or field(call, "constructor")
    name = text_of(callee)
    index = next((at for at, child in enumerate(arguments.named_children) if child == node), 0)
    if name == "Array.isArray":
        found.strong.append({"k": "array", "of": ANY})
    elif name in ("Number.isInteger", "Number.isFinite", "isFinite", "isNaN", "Number.isNaN") or name.startswith(
        "Math."
    ):
        found.strong.append({"k": "number"})
    elif name in ("parseInt", "parseFloat", "Number", "String", "decodeURIComponent", "encodeURIComponent"):
        found.weak += [{"k": "string"}, {"k": "number"}]
    elif name == "JSON.parse":
        found.strong += [{"k": "literal", "v": text} for text in ('{"a":1}', "[1,2]", "not json")]
    elif name.startswith("Object."):
        found.weak.append({"k": "record", "of": ANY})
    elif name == "Date":
        found.weak += [{"k": "literal", "v": "2024-02-29"}, {"k": "number"}, {"k": "date"}]
    elif callee is not None and callee.type == "member_expression":
        _weigh_method_argument(callee, module, found)
    elif (known := called_function(name, module)) is not None and depth < _DEEPEST:
        found.strong += _flat(of_parameter_of_any(known[0], index, known[1], depth + 1))


def of_parameter_of_any(function: Node, index: int, module: Module, depth: int) -> Shape:
    """By type where there is one, else by use."""
    from testwright.writers.explorer.javascript.shapes import of_type

    listed = field(function, "parameters")
    nodes = [n for n in (listed.named_children if listed else []) if n.type != "comment"]
    if index < len(nodes) and field(nodes[index], "type") is not None:
        return of_type(field(nodes[index], "type"), module)
    return of_parameter(function, index, module, depth)


def _flat(shape: Shape) -> list[Shape]:
    if shape["k"] == "any":
        return []
    return list(shape["of"]) if shape["k"] == "union" else [shape]


def _weigh_method_argument(callee: Node, module: Module, found: _Evidence) -> None:
    owner, method = unwrap(field(callee, "object")), text_of(field(callee, "property"))
    if owner is not None and owner.type == "identifier" and text_of(owner) in module.constants:
        owner = module.constants[text_of(owner)]
    if owner is None:
        return
    if method in ("test", "exec") and owner.type == "regex":
        found.strong.append({"k": "regex", "v": text_of(field(owner, "pattern")), "f": text_of(field(owner, "flags"))})
    elif method == "concat" and owner.type == "array":
        found.weak += [{"k": "string"}, {"k": "array", "of": {"k": "string"}}]
    elif method in ("includes", "indexOf") and owner.type == "array":
        for child in owner.named_children:
            _add_literal(child, found)
    elif method in ("has", "get") and owner.type == "new_expression":
        for child in walk(owner):
            if child.type in ("string", "number"):
                _add_literal(child, found)
    elif method in ("hasOwnProperty", "hasOwn") and owner.type == "object":
        found.literals += [{"k": "literal", "v": key} for key in keys_of_object(owner)]


def _weigh_spread(spread: Node, module: Module, depth: int, found: _Evidence) -> None:
    around = spread.parent
    if around is None or around.type == "object":
        found.weak.append({"k": "record", "of": ANY})
        return
    call = around.parent if around.type == "arguments" else None
    known = called_function(text_of(field(call, "function")), module) if call is not None else None
    if known is not None and around.named_children[0] == spread and depth < _DEEPEST:
        listed = field(known[0], "parameters")
        count = len(listed.named_children) if listed is not None else 0
        found.strong.append(
            {"k": "tuple", "of": [of_parameter_of_any(known[0], at, known[1], depth + 1) for at in range(count)]}
        )
    else:
        found.weak += [{"k": "array", "of": ANY}, {"k": "string"}]


def _weigh_loop(loop: Node, scope: Node, module: Module, depth: int, found: _Evidence) -> None:
    left = field(loop, "left")
    if text_of(field(loop, "operator")) == "in":
        found.weak.append({"k": "record", "of": ANY})
    else:
        item = of_pattern(left, loop, module, depth + 1) if left is not None else ANY
        found.strong.append({"k": "array", "of": item})


def _weigh_subscript(node: Node, parent: Node, module: Module, found: _Evidence) -> None:
    owner = field(parent, "object")
    if owner == node:
        index = field(parent, "index")
        found.weak += [{"k": "array", "of": ANY}] if index is not None and index.type == "number" else []
        if index is not None and index.type != "number":
            found.weak += [{"k": "array", "of": ANY}, {"k": "record", "of": ANY}, {"k": "string"}]
        return
    table = module.constants.get(text_of(owner))
    if table is not None and table.type == "object":
        found.literals += [{"k": "literal", "v": key} for key in keys_of_object(table)]
        found.strong.append({"k": "string"})
    elif table is not None and table.type == "array":
        found.strong.append({"k": "number"})


def _weigh_declarator(name: Node | None, scope: Node, module: Module, depth: int, found: _Evidence) -> None:
    if name is None:
        return
    if name.type == "identifier":
        found.weak += _flat(of_use(text_of(name), scope, module, depth + 2))
        return
    shape = of_pattern(name, scope, module, depth + 1)
    if shape["k"] == "object":
        found.patterns += shape["props"]
    else:
        found.strong.append(shape)
