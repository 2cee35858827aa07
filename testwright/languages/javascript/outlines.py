"""A file told without its bodies: what somebody needs to know who calls it, or who reads code that calls it."""

import re
from collections.abc import Collection, Iterator

from tree_sitter import Node

from testwright.languages.javascript.exports import declarations_of, exports_of
from testwright.languages.javascript.grammar import CLASSES, FUNCTIONS, doc_of, field, parse, text_of

_MOST_TYPE = 1200
_MOST_VALUE = 200
_MOST_DOC = 240
_MOST_MEMBERS = 40
_TYPES = frozenset({"interface_declaration", "type_alias_declaration", "enum_declaration"})


def outline_of(text: str, path: str, names: Collection[str]) -> str:
    """`default` names the default export."""
    root = parse(text, path)
    told: dict[str, str] = {}
    for name, node, statement, is_default in _definitions(root):
        if not names or name in names or (is_default and "default" in names):
            told.setdefault(name, _told(name, node, statement))
    return "\n".join(told.values())


def _definitions(root: Node) -> Iterator[tuple[str, Node, Node, bool]]:
    defaults = {export.name for export in exports_of(root, "default") if export.is_default}
    for name, (node, statement) in declarations_of(root).items():
        yield name, node, statement, name in defaults
    for statement in root.named_children:
        inner = field(statement, "declaration") if statement.type == "export_statement" else statement
        if inner is not None and inner.type in _TYPES:
            yield text_of(field(inner, "name")), inner, statement, False
    for export in exports_of(root, "default"):
        yield export.name, export.node, export.statement, export.is_default


def _told(name: str, node: Node, statement: Node) -> str:
    doc = " ".join((doc_of(statement) or "").split())[:_MOST_DOC]
    said = f"// {doc}\n" if doc else ""
    if node.type in _TYPES:
        return said + _shortened(text_of(node), _MOST_TYPE)
    if node.type in CLASSES:
        return said + _class(node)
    if node.type in FUNCTIONS:
        return f"{said}{_head(node, statement)} …"
    return f"{said}{name} = {_shortened(text_of(node), _MOST_VALUE)}"


def _class(node: Node) -> str:
    body = field(node, "body")
    members = [
        f"  {_head(child, child)};"
        if field(child, "body") is not None
        else f"  {_shortened(text_of(child), _MOST_VALUE)};"
        for child in (body.named_children if body is not None else ())
        if child.type != "comment" and not re.match(r"#|private\b|_", text_of(child))
    ]
    return "\n".join([f"{_head(node, node)} {{", *members[:_MOST_MEMBERS], "}"])


def _head(node: Node, statement: Node) -> str:
    """From the statement's beginning up to the body of the function or class, on one line."""
    body = field(node, "body")
    if body is None:
        return _shortened(text_of(node), _MOST_VALUE)
    start = statement.start_byte if statement.start_byte <= node.start_byte else node.start_byte
    holder = statement if statement.start_byte <= node.start_byte else node
    head = (holder.text or b"")[: body.start_byte - start].decode("utf-8", "replace")
    return " ".join(head.split())


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
