"""What a module offers to others: ES exports, CommonJS assignments, and methods hung on an exported function."""

import re
from dataclasses import dataclass

from tree_sitter import Node

from testwright.languages.javascript.grammar import CLASSES, FUNCTIONS, field, text_of, unwrap, walk


@dataclass(frozen=True, slots=True)
class Export:
    """`node` is the function, class or value; `statement` the statement that carries its comment."""

    name: str
    node: Node
    statement: Node
    is_default: bool = False
    is_static: bool = False


def exports_of(root: Node, base_name: str) -> list[Export]:
    """In the order of the text. `base_name` names a default export that has no name of its own."""
    found = _es_exports(root, base_name) or _common_exports(root, base_name)
    hung = [each for export in found for each in _hung_on(export, root)]
    unique: dict[str, Export] = {}
    for export in [*found, *hung]:
        unique.setdefault(export.name, export)
    return list(unique.values())


def declarations_of(root: Node) -> dict[str, tuple[Node, Node]]:
    """Functions, classes and values declared by the module itself: name to (node, statement)."""
    found: dict[str, tuple[Node, Node]] = {}
    for statement in root.named_children:
        inner = field(statement, "declaration") if statement.type == "export_statement" else statement
        if inner is None:
            continue
        for name, node in _declared_by(inner):
            found.setdefault(name, (node, statement))
    return found


def _declared_by(statement: Node) -> list[tuple[str, Node]]:
    if statement.type in FUNCTIONS or statement.type in CLASSES or statement.type == "enum_declaration":
        return [(text_of(field(statement, "name")), statement)]
    if statement.type == "expression_statement" and statement.named_children:
        inner = statement.named_children[0]
        return [(text_of(field(inner, "name")), inner)] if inner.type == "internal_module" else []
    if statement.type == "internal_module":
        return [(text_of(field(statement, "name")), statement)]
    if statement.type in ("lexical_declaration", "variable_declaration"):
        pairs = []
        for declarator in statement.named_children:
            name, value = field(declarator, "name"), unwrap(field(declarator, "value"))
            if name is not None and name.type == "identifier" and value is not None:
                pairs.append((text_of(name), value))
        return pairs
    return []


def _es_exports(root: Node, base_name: str) -> list[Export]:
    declared = declarations_of(root)
    found: list[Export] = []
    for statement in root.named_children:
        if statement.type != "export_statement" or field(statement, "source") is not None:
            continue
        is_default = any(child.type == "default" for child in statement.children)
        inner = field(statement, "declaration")
        value = unwrap(field(statement, "value"))
        if inner is not None:
            found += [
                Export(name or base_name, node, statement, is_default=is_default) for name, node in _declared_by(inner)
            ]
        elif value is not None:
            found += _default_value(value, statement, declared, base_name)
        for clause in statement.named_children:
            if clause.type == "export_clause":
                found += _listed(clause, declared, base_name)
    return found


def _default_value(
    value: Node, statement: Node, declared: dict[str, tuple[Node, Node]], base_name: str
) -> list[Export]:
    if value.type == "identifier" and text_of(value) in declared:
        node, where = declared[text_of(value)]
        return [Export(text_of(value), node, where, is_default=True)]
    if value.type == "object":
        return [
            Export(f"{base_name}.{name}", node, where, is_default=True, is_static=True)
            for name, node, where in _members(value, declared)
        ]
    own_name = text_of(field(value, "name"))
    return [Export(own_name or base_name, value, statement, is_default=True)]


def _listed(clause: Node, declared: dict[str, tuple[Node, Node]], base_name: str) -> list[Export]:
    found = []
    for specifier in clause.named_children:
        local = text_of(field(specifier, "name"))
        public = text_of(field(specifier, "alias")) or local
        if local not in declared:
            continue
        node, where = declared[local]
        found.append(Export(local if public == "default" else public, node, where, is_default=public == "default"))
    return found


def _common_exports(root: Node, base_name: str) -> list[Export]:
    """`module.exports = …`, `exports.x = …`; found inside wrappers (UMD) too."""
    declared = declarations_of(root)
    for node in walk(root):  # a wrapper's own functions, for UMD; the module's own come first
        for name, declaration in _declared_by(node):
            declared.setdefault(name, (declaration, node))
    found: list[Export] = []
    for node in walk(root):
        if node.type != "assignment_expression":
            continue
        left = re.sub(r"\[['\"](\w+)['\"]\]", r".\1", text_of(field(node, "left")))
        value = _assigned(node)
        if value is None:
            continue
        statement = node.parent if node.parent is not None and node.parent.type == "expression_statement" else node
        if left in ("module.exports", "exports"):
            found += _whole_module(value, statement, declared, base_name)
        elif (match := re.fullmatch(r"(?:module\.)?exports\.(?!__)([A-Za-z_$][\w$]*)", left)) is not None:
            target = declared.get(text_of(value), (value, statement))
            found.append(Export(match[1], target[0], target[1], is_default=match[1] == "default"))
    return [export for export in found if _is_worth_telling(export)]


def _is_worth_telling(export: Export) -> bool:
    return export.node.type not in ("undefined", "null", "identifier", "member_expression", "false", "true")


def _assigned(assignment: Node) -> Node | None:
    """What `a = b = value` assigns in the end."""
    value = unwrap(field(assignment, "right"))
    while value is not None and value.type == "assignment_expression":
        value = unwrap(field(value, "right"))
    return value


def _whole_module(value: Node, statement: Node, declared: dict[str, tuple[Node, Node]], base_name: str) -> list[Export]:
    if value.type == "object":
        return [Export(name, node, where) for name, node, where in _members(value, declared)]
    if value.type == "identifier":
        if text_of(value) not in declared:
            return []
        node, where = declared[text_of(value)]
        if node.type == "object":
            return [Export(name, member, place) for name, member, place in _members(node, declared)]
        return [Export(text_of(value), node, where, is_default=True)]
    if value.type in FUNCTIONS or value.type in CLASSES:
        return [Export(text_of(field(value, "name")) or base_name, value, statement, is_default=True)]
    if value.type == "new_expression" and text_of(field(value, "constructor")) == "Proxy":
        arguments = field(value, "arguments")
        target = unwrap(arguments.named_children[0]) if arguments is not None and arguments.named_children else None
        return _whole_module(target, statement, declared, base_name) if target is not None else []
    return []


def _members(value: Node, declared: dict[str, tuple[Node, Node]]) -> list[tuple[str, Node, Node]]:
    found = []
    for member in value.named_children:
        if member.type == "shorthand_property_identifier" and text_of(member) in declared:
            found.append((text_of(member), *declared[text_of(member)]))
        elif member.type == "method_definition":
            found.append((text_of(field(member, "name")), member, member))
        elif member.type == "pair":
            inner = unwrap(field(member, "value"))
            name = text_of(field(member, "key")).strip("'\"")
            if inner is None or not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
                continue
            if inner.type == "identifier" and text_of(inner) in declared:
                found.append((name, *declared[text_of(inner)]))
            elif inner.type != "identifier":
                found.append((name, inner, member))
    return found


def _in_namespace(export: Export) -> list[Export]:
    """Functions that `namespace Name { export function … }` offers under its name."""
    body = field(export.node, "body")
    return [
        Export(f"{export.name}.{name}", node, statement, is_default=export.is_default, is_static=True)
        for statement in (body.named_children if body is not None else [])
        if statement.type == "export_statement" and (inner := field(statement, "declaration")) is not None
        for name, node in _declared_by(inner)
        if node.type in FUNCTIONS
    ]


def _hung_on(export: Export, root: Node) -> list[Export]:
    """`plural.addRule = function …`, `Stack.prototype.push = …`, `Stack.prototype = {…}`: methods of older code."""
    if export.node.type not in FUNCTIONS and export.node.type not in CLASSES:
        if export.node.type == "internal_module":
            return _in_namespace(export)
        if export.node.type == "object":
            return [
                Export(f"{export.name}.{name}", node, where, is_default=export.is_default, is_static=True)
                for name, node, where in _members(export.node, {})
                if node.type in FUNCTIONS
            ]
        return []
    local = text_of(field(export.node, "name")) or export.name
    found: list[Export] = []
    for node in walk(root):
        if node.type != "assignment_expression":
            continue
        left = text_of(field(node, "left"))
        value = _assigned(node)
        if value is None:
            continue
        where = node.parent or node
        if left == f"{local}.prototype" and value.type == "object":
            for member, inner, place in _members(value, {}):
                if inner.type in FUNCTIONS and not member.startswith("_"):
                    found.append(Export(f"{export.name}.{member}", inner, place, is_default=export.is_default))
            continue
        match = re.fullmatch(rf"{re.escape(local)}\.(prototype\.)?([A-Za-z$][\w$]*)", left)
        if match and value.type in FUNCTIONS and match[2] != "prototype":
            found.append(
                Export(
                    f"{export.name}.{match[2]}",
                    value,
                    where,
                    is_default=export.is_default,
                    is_static=match[1] is None,
                )
            )
    return found
