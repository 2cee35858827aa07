"""What a call gives back that can be used in turn: a function with its parameters, an object with its methods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

from tree_sitter import Node

from testwright.writers.explorer.javascript import classes
from testwright.writers.explorer.javascript.finding import called_function
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.parameters import parameters_of_node
from testwright.writers.explorer.javascript.syntax import FUNCTIONS, field, text_of, unwrap, walk

_DEEPEST = 4
_KEEPING = re.compile(r"(?:React\.)?(?:useCallback|useMemo|memo|forwardRef)")
"""What hands its first argument on."""


@dataclass
class Given:
    """`is_closed`: the methods and the data are all that a user may touch, since a class declares them."""

    call: classes.Found | None = None
    methods: dict[str, classes.Found] = field_of(default_factory=dict)
    fields: list[str] = field_of(default_factory=list)
    is_closed: bool = False
    name: str = ""

    def add(self, other: Given) -> None:
        self.call = self.call or other.call
        self.methods = {**other.methods, **self.methods}
        self.fields += other.fields
        self.is_closed = self.is_closed or other.is_closed
        self.name = self.name or other.name


def told_of(function: Node | None, module: Module) -> dict[str, Any]:
    """What the probe is told. Its `call` is None when nobody knows the parameters."""
    given = given_by(function, module) if function is not None else Given()
    return {
        "call": parameters_of_node(*given.call) if given.call is not None else None,
        "methods": {name: parameters_of_node(*found) for name, found in given.methods.items()},
        "getters": [name for name, (node, _) in given.methods.items() if classes.is_getter(node)],
        "fields": given.fields,
        "isClosed": given.is_closed,
        "name": given.name,
    }


def made_by_a_call(name: str, module: Module) -> classes.Found | None:
    """The function that `const name = wrap(…)` comes to hold, where the project tells."""
    value = module.constants.get(name)
    return called_of(value, module) if value is not None and value.type == "call_expression" else None


def called_of(value: Node, module: Module) -> classes.Found | None:
    """The function that an expression comes to, where the project tells."""
    return _of_value(value, module.root, module, 0).call


def given_by(function: Node, module: Module, depth: int = 0) -> Given:
    found = Given()
    for node in _returned(function):
        found.add(_of_value(node, function, module, depth))
    return found


def _returned(function: Node) -> Iterator[Node]:
    """The expressions that a function, and none inside of it, hands back."""
    body = field(function, "body")
    if body is None:
        return
    if body.type != "statement_block":
        yield body
        return
    waiting = list(reversed(body.named_children))
    while waiting:
        node = waiting.pop()
        if node.type == "return_statement" and node.named_children:
            yield node.named_children[0]
        elif node.type not in FUNCTIONS and node.type not in ("class_declaration", "class"):
            waiting.extend(reversed(node.named_children))


def _of_value(node: Node | None, scope: Node, module: Module, depth: int) -> Given:
    node = unwrap(node)
    if node is None or depth > _DEEPEST:
        return Given()
    if node.type in FUNCTIONS:
        return Given(call=(node, module))
    match node.type:
        case "identifier":
            return _of_name(text_of(node), scope, module, depth)
        case "object":
            return _of_object(node, scope, module, depth)
        case "new_expression":
            found = classes.class_named(text_of(field(node, "constructor")), module)
            return of_class(*found) if found is not None else Given()
        case "array":
            members = [(str(at), each) for at, each in enumerate(node.named_children)]
            return _of_members(members, scope, module, depth)
        case "call_expression":
            return _of_call(node, scope, module, depth)
        case "ternary_expression":
            branches = [field(node, "consequence"), field(node, "alternative")]
        case "binary_expression" if text_of(field(node, "operator")) in ("||", "??", "&&"):
            branches = [field(node, "left"), field(node, "right")]
        case _:
            return Given()
    merged = Given()
    for branch in branches:
        merged.add(_of_value(branch, scope, module, depth + 1))
    return merged


def of_class(node: Node, module: Module) -> Given:
    name = re.sub(r"^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]", lambda found: found[0].lower(), text_of(field(node, "name")))
    methods, fields = classes.methods_of(node, module), classes.public_fields(node, module)
    return Given(methods=methods, fields=fields, is_closed=True, name=name)


def _of_name(name: str, scope: Node, module: Module, depth: int) -> Given:
    """A local function or value, with what the code hangs on it afterwards."""
    found = Given(name=name)
    for node in walk(scope):
        if node.type in FUNCTIONS and node != scope and text_of(field(node, "name")) == name:
            found.call = found.call or (node, module)
        elif node.type == "variable_declarator" and text_of(field(node, "name")) == name:
            found.add(_of_value(field(node, "value"), scope, module, depth + 1))
        elif node.type == "assignment_expression":
            match = re.fullmatch(rf"{re.escape(name)}\.([A-Za-z$][\w$]*)", text_of(field(node, "left")))
            value = unwrap(field(node, "right"))
            if match and value is not None and value.type in FUNCTIONS:
                found.methods[match[1]] = (value, module)
    if found.call is None and not found.methods and (known := called_function(name, module)) is not None:
        found.call = known
    return found


def _of_members(members: list[tuple[str, Node]], scope: Node, module: Module, depth: int) -> Given:
    found = Given()
    for name, node in members:
        found.add(_below(name, _of_value(node, scope, module, depth + 1)))
    return found


def _below(name: str, inner: Given) -> Given:
    """What a member gives, by way of its owner: `handlers.open`."""
    methods = {} if inner.is_closed else {f"{name}.{each}": found for each, found in inner.methods.items()}
    return Given(methods={name: inner.call, **methods} if inner.call is not None else methods)


def _of_object(node: Node, scope: Node, module: Module, depth: int) -> Given:
    found = Given()
    for member in node.named_children:
        name = text_of(field(member, "name") or field(member, "key")) or text_of(member)
        if member.type == "method_definition":
            found.methods[name] = (member, module)
        elif member.type in ("pair", "shorthand_property_identifier"):
            value = field(member, "value") or member
            inner = _of_name(name, scope, module, depth + 1) if value == member else None
            inner = inner or _of_value(value, scope, module, depth + 1)
            found.add(_below(name, inner))
        elif member.type == "spread_element" and member.named_children:
            found.add(_of_value(member.named_children[0], scope, module, depth + 1))
    return found


def _of_call(node: Node, scope: Node, module: Module, depth: int) -> Given:
    callee, arguments = text_of(field(node, "function")), field(node, "arguments")
    if _KEEPING.fullmatch(callee) and arguments is not None and arguments.named_children:
        return _of_value(arguments.named_children[0], scope, module, depth + 1)
    if callee in ("Object.assign", "Object.freeze") and arguments is not None:
        merged = Given()
        for argument in arguments.named_children:
            merged.add(_of_value(argument, scope, module, depth + 1))
        return merged
    known = called_function(callee, module)
    return given_by(*known, depth + 1) if known is not None and known[0] != scope else Given()
