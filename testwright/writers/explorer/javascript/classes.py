"""A class with what it inherits from the project's other classes: its constructor, its methods, its public data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.syntax import FUNCTIONS, field, text_of, unwrap, walk

Found = tuple[Node, Module]
_MOST_ANCESTORS = 6
_PUBLIC = re.compile(r"[A-Za-z$][\w$]*\Z")


def lineage(node: Node, module: Module) -> Iterator[Found]:
    """The class and its ancestors, nearest first, as far as the project declares them."""
    for _ in range(_MOST_ANCESTORS):
        yield node, module
        parent = class_named(_parent_name(node), module)
        if parent is None:
            return
        node, module = parent


def class_named(name: str, module: Module) -> Found | None:
    if name in module.classes:
        return module.classes[name], module
    found = module.neighbour(name)
    return (found[0].classes[found[1]], found[0]) if found is not None and found[1] in found[0].classes else None


def _parent_name(node: Node) -> str:
    for child in node.named_children:
        if child.type == "class_heritage":
            return next((text_of(each) for each in walk(child) if each.type == "identifier"), "")
    return ""


def is_abstract(node: Node) -> bool:
    return node.type == "abstract_class_declaration"


def constructor_of(node: Node, module: Module) -> Found | None:
    for owner, home in lineage(node, module):
        for member in _members(owner):
            if member.type == "method_definition" and text_of(field(member, "name")) == "constructor":
                return member, home
    return None


def methods_of(node: Node, module: Module) -> dict[str, Found]:
    """Public methods, and functions held in public fields, by name: the nearest of each."""
    found: dict[str, Found] = {}
    for owner, home in lineage(node, module):
        for member in _members(owner):
            name = text_of(field(member, "name") or field(member, "property"))
            value = unwrap(field(member, "value"))
            function = member if member.type == "method_definition" else value
            if function is None or function.type not in FUNCTIONS or not _is_public(member) or name == "constructor":
                continue
            if _PUBLIC.match(name) and not any(child.type in ("static", "set") for child in member.children):
                found.setdefault(name, (function, home))
    return found


def is_getter(method: Node) -> bool:
    return any(child.type == "get" for child in method.children)


def _members(node: Node) -> list[Node]:
    body = field(node, "body")
    return body.named_children if body is not None else []


def _is_public(member: Node) -> bool:
    return modifier_of(member) not in ("private", "protected")


def modifier_of(member: Node) -> str:
    return text_of(next((child for child in member.children if child.type == "accessibility_modifier"), None))


def public_fields(node: Node, module: Module) -> list[str]:
    """Data that anybody may read: declared public fields, parameter properties, what a constructor assigns."""
    hidden: set[str] = set()
    found: list[str] = []
    for owner, _ in lineage(node, module):
        for each in walk(owner):
            if each.type in ("public_field_definition", "field_definition"):
                name = text_of(field(each, "name") or field(each, "property"))
                (found.append if _is_public(each) else hidden.add)(name)
            elif each.type == "required_parameter" and any(
                child.type in ("accessibility_modifier", "readonly") for child in each.children
            ):
                (found.append if _is_public(each) else hidden.add)(text_of(field(each, "pattern")))
            elif each.type == "assignment_expression" and (
                match := re.fullmatch(r"this\.([A-Za-z]\w*)", text_of(field(each, "left")))
            ):
                found.append(match[1])
        if _parent_name(owner).endswith("Error"):
            found.append("message")
    return [name for name in dict.fromkeys(found) if name not in hidden and re.fullmatch(r"[A-Za-z]\w*", name)]
