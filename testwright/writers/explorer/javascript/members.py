"""How code asks a value what it is: `value.name`, `value['name']`, `'name' in value`, `typeof value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.writers.explorer.javascript.syntax import NotLiteral, field, literal, said, text_of, unwrap, walk

MEMBERS = ("member_expression", "subscript_expression")
_BY_TEXT = re.compile(r"""\[(['"])([^'"\]]+)\1\]""")


def plain(node: Node) -> str:
    """An expression as the simplest text that means the same: `a?.b!['c']` is `a.b.c`."""
    text = text_of(node).replace("?.", ".").replace("!", "")
    return _BY_TEXT.sub(r".\2", text).replace("..", ".") if "[" in text else text


def member_name(node: Node) -> str:
    """The name that is asked for; empty where only a run knows it."""
    if node.type == "member_expression":
        return text_of(field(node, "property"))
    return said(field(node, "index")) or ""


def asked_together(test: Node) -> tuple[str, ...]:
    """All names that `'a' in value && 'b' in value` asks one value for, given one of the tests."""
    whole, subject = test, text_of(field(test, "right"))
    while (around := whole.parent) is not None and text_of(field(around, "operator")) == "&&":
        whole = around
    names = [
        said(field(node, "left"))
        for node in walk(whole)
        if node.type == "binary_expression"
        and text_of(field(node, "operator")) == "in"
        and text_of(field(node, "right")) == subject
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def kinds_asked(question: Node) -> Iterator[str]:
    """What `typeof value` is compared with, or the cases of a switch on it."""
    around = question.parent
    if around is not None and around.type == "parenthesized_expression":
        around = around.parent
    others: list[Node | None] = []
    if around is not None and around.type == "switch_statement":
        others = [field(case, "value") for case in walk(around) if case.type == "switch_case"]
    elif around is not None and around.type == "binary_expression":
        others = [field(around, side) for side in ("left", "right") if unwrap(field(around, side)) != question]
    for other in others:
        try:
            named = literal(other)
        except NotLiteral:
            continue
        if isinstance(named, str):
            yield named
