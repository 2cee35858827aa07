"""Whether a test hears what goes wrong in it: a missing error, and an assertion that says what it expects."""

import re

from tree_sitter import Node

from testwright.languages.javascript.asserting import Words, is_expect
from testwright.languages.javascript.grammar import field, text_of, walk
from testwright.languages.javascript.pruning import mentions

_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition"})
_ASSERTS = re.compile(r"\b(?:expect\s*\(|assert\b)")
_MATCHER = re.compile(r"to[A-Z]\w*")


def checkers_in(preamble: Node, words: Words) -> set[str]:
    """Functions and the like above the tests that assert."""
    return {
        text_of(field(each, "name"))
        for statement in preamble.named_children
        for each in (statement, *statement.named_children)
        if _asserts(text_of(each), words)
    } - {""}


def swallows(node: Node, checkers: set[str], words: Words) -> bool:
    """A try whose catch hides that nothing was thrown. `checkers` assert for the test.

    It neither throws again, nor hands the error to who waits for it, nor is it backed by `expect.assertions`, or by an
    assertion on the error behind it.
    """
    handler = field(node, "handler")
    if handler is None:
        return False
    around: Node = node
    while around.parent is not None:
        around = around.parent
    backed = re.search(r"expect\s*\.\s*(assertions|hasAssertions)\s*\(", text_of(around)) is not None
    fails_unless_thrown = re.search(r"\bthrow\b|\bexpect\.unreachable\b|\bfail\s*\(", text_of(node)) is not None
    return not (
        backed or fails_unless_thrown or _is_handed_on(handler) or _is_looked_at(node, handler, checkers, words)
    )


def unsaid(root: Node, words: Words) -> str | None:
    """An `expect` that expects nothing: without a matcher, or with one that is not called."""
    for statement in walk(root):
        told = statement.named_children[0] if statement.type == "expression_statement" else None
        called = told
        if told is not None and _MATCHER.fullmatch(text_of(field(told, "property"))):
            while called is not None and called.type == "member_expression":
                called = field(called, "object")
        if is_expect(called, words):
            return f"`{text_of(told)}` expects nothing: call a matcher, as in `expect(…).toBe(…)`."
    return None


def _asserts(text: str, words: Words) -> bool:
    return _ASSERTS.search(words.in_usual(text)) is not None


def _is_handed_on(handler: Node) -> bool:
    """`done(error)`, `reject(error)`: to a parameter of a function around it."""
    caught = text_of(field(handler, "parameter"))
    given: set[str] = set()
    around = handler.parent
    while around is not None:
        listed = field(around, "parameters") or field(around, "parameter") if around.type in _FUNCTIONS else None
        given |= {text_of(each) for each in walk(listed) if each.type == "identifier"} if listed is not None else set()
        around = around.parent
    return any(
        node.type == "call_expression"
        and text_of(field(node, "function")) in given
        and mentions(text_of(field(node, "arguments")), caught)
        for node in walk(handler)
    )


def _is_looked_at(node: Node, handler: Node, checkers: set[str], words: Words) -> bool:
    """The error is noted, and asserted on behind a try that asserts nothing itself."""
    caught = text_of(field(handler, "parameter"))
    noted = [
        text_of(field(each, "left"))
        for each in walk(handler)
        if each.type == "assignment_expression" and mentions(text_of(field(each, "right")), caught)
    ]
    if not caught or _asserts(text_of(field(node, "body")), words):
        return False
    behind = node.next_named_sibling
    while behind is not None:
        said = text_of(behind)
        is_heard = _asserts(said, words) or any(mentions(said, name) for name in checkers)
        if is_heard and any(mentions(said, name) for name in noted):
            return True
        behind = behind.next_named_sibling
    return False
