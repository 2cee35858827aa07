"""How a Python test file is written: what a new test next to it has to look like."""

import re
from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.styles import Style
from testwright.languages.python import classes
from testwright.languages.python.syntax import definition_of, name_of, parse, string_value, text_of, walk

_LICENCE = re.compile(r"copyright|licen[sc]ed?\b|SPDX-", re.IGNORECASE)
_FUTURE = "from __future__ import annotations"


def style_of(text: str) -> Style:
    """Whatever the text is, even when it does not parse."""
    root = parse(text.removeprefix("\ufeff"))
    tests = list(_tests(root))
    in_classes = sum(owner is not None for _, owner in tests)
    in_unittest = sum(owner is not None and classes.is_test_class(owner, frozenset()) for _, owner in tests)
    return Style(
        head=_head(root),
        indent=_indent(root),
        quote=_quote(root),
        in_groups=in_classes * 2 > len(tests) if tests else None,
        asserts_with=("unittest" if in_unittest * 2 > len(tests) else "assert") if tests else None,
        is_annotated=bool(tests) and 2 * sum(_is_annotated(test) for test, _ in tests) > len(tests),
        has_docstrings=bool(tests) and 2 * sum(_has_docstring(test) for test, _ in tests) > len(tests),
    )


def _tests(root: Node) -> Iterator[tuple[Node, Node | None]]:
    """The test functions with the class that each stands in."""
    for node in root.named_children:
        definition = definition_of(node)
        if definition is None:
            continue
        if definition.type == "function_definition" and name_of(definition).startswith("test"):
            yield definition, None
        body = definition.child_by_field_name("body")
        for member in body.named_children if definition.type == "class_definition" and body is not None else ():
            method = definition_of(member)
            if method is not None and name_of(method).startswith("test"):
                yield method, definition


def _head(root: Node) -> str:
    """A licence, and the import of annotations, which every file of such a project begins with."""
    notes: list[str] = []
    for node in root.children:
        if node.type != "comment" or (notes and node.start_point.row != len(notes)):
            break
        notes.append(text_of(node))
    parts = ["\n".join(notes)] if _LICENCE.search("\n".join(notes)) else []
    if any(node.type == "future_import_statement" and text_of(node) == _FUTURE for node in root.children):
        parts.append(_FUTURE)
    return "\n\n".join(parts)


def _indent(root: Node) -> str | None:
    """What stands before the first statement of the first block that is one step in."""
    for node in walk(root):
        if node.type == "block" and node.start_point.column and node.parent is not None:
            line = node.parent.start_point
            if line.column == 0 and node.start_point.row > line.row:
                return "\t" if _starts_with_tab(root, node) else " " * node.start_point.column
    return None


def _starts_with_tab(root: Node, node: Node) -> bool:
    encoded = root.text or b""
    return encoded[node.start_byte - 1 : node.start_byte] == b"\t"


def _quote(root: Node) -> str | None:
    counts: Counter[str] = Counter()
    for node in walk(root):
        if node.type == "string" and not text_of(node).endswith(('"""', "'''")):
            said = string_value(node)
            if said is not None and "'" not in said and '"' not in said:
                counts[text_of(node)[-1:]] += 1
    if not counts or counts["'"] == counts['"']:
        return None
    return max("'\"", key=lambda quote: counts[quote])


def _is_annotated(test: Node) -> bool:
    return test.child_by_field_name("return_type") is not None


def _has_docstring(test: Node) -> bool:
    body = test.child_by_field_name("body")
    first = body.named_children[0] if body is not None and body.named_children else None
    return first is not None and first.type == "expression_statement" and first.named_children[0].type == "string"
