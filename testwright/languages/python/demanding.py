"""Tests that fail by their own word: when no error came that has to come, or when an `if` finds what must not be."""

import re

from tree_sitter import Node

from testwright.languages.python.syntax import text_of

_FAILS = re.compile(r"(?:pytest|self)\.fail\(|assert\s+(?:False|0)\b|raise\s+AssertionError\b")
_OF_PYTEST = re.compile(r"pytest\.fail\(")
_HEARS_ANYTHING = re.compile(r"\bBaseException\b|\bfail\.Exception\b")
_HEARS_ASSERTIONS = re.compile(r"\b(?:AssertionError|Exception|failureException)\b")


def demanded_of(node: Node) -> Node | None:
    """What a `try` or an `if` looks at before the test fails by its own word: what is tried, or the condition."""
    if node.type == "try_statement":
        return node.child_by_field_name("body") if demands_error(node) else None
    if node.type in ("if_statement", "elif_clause") and _failing(node.child_by_field_name("consequence")) is not None:
        return node.child_by_field_name("condition")
    return None


def demands_error(attempt: Node) -> bool:
    """Whether the test fails when the `try` ends without an error, and no `except` of its own hears that."""
    other = next((child for child in attempt.children if child.type == "else_clause"), None)
    if other is not None and _failing(other.child_by_field_name("body")) is not None:
        return True
    last = _failing(attempt.child_by_field_name("body"))
    clauses = [child for child in attempt.children if child.type == "except_clause"]
    return last is not None and bool(clauses) and not any(_hears(clause, last) for clause in clauses)


def _failing(block: Node | None) -> Node | None:
    statements = [node for node in (block.named_children if block is not None else ()) if node.type != "comment"]
    return statements[-1] if statements and _FAILS.match(text_of(statements[-1])) else None


def _hears(clause: Node, failing: Node) -> bool:
    caught = [node for node in clause.named_children if node.type not in ("block", "comment")]
    said = text_of(caught[0]) if caught else "BaseException"
    if _HEARS_ANYTHING.search(said):
        return True
    return not _OF_PYTEST.match(text_of(failing)) and _HEARS_ASSERTIONS.search(said) is not None
