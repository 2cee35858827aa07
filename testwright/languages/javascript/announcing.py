"""Which assertions of a test have to be reached in every run of it."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.languages.announcing import Assertion
from testwright.languages.javascript.asserting import words_in
from testwright.languages.javascript.grammar import FUNCTIONS, above, field, parse, text_of, walk

_ROOTS = re.compile(r"(?:\w+\.)?(?:expect|assert)\b")
_CHOICES = frozenset({"if_statement", "ternary_expression", "switch_statement", "binary_expression", "catch_clause"})
"""What is below one of these may be meant for another machine, or for what went wrong."""
_NEVER = re.compile(
    r"(?:await\s+)?(?:\w+\.)?(?:expect|assert)(?:\.\w+)*?"
    r"(?:\.(?:fail|unreachable|ifError|assertions|hasAssertions|extend)\b|\(\s*(?:true|false|0|null)\s*[,)])"
)
_NO_ERROR = re.compile(r"\.(?:to(?:BeUndefined|BeNull|BeFalsy)|not\.toBeDefined)\(|\.(?:undefined|null)\b")
"""What a callback says of an error that is not to come."""
_WHOLE = frozenset({"expression_statement", "arrow_function", "return_statement", "arguments", "array"})


def assertions_in(case: Case, draft: Draft) -> Iterator[Assertion]:
    """Not those that say that their place must not be reached, nor those that a condition stands before."""
    words = words_in(parse(f"{draft.preamble}\n{case.setting}"))
    for node in walk(parse(case.code)):
        if node.type != "call_expression" or not _ROOTS.match(words.in_usual(text_of(field(node, "function")))):
            continue
        whole = whole_of(node)
        around = whole.parent
        text = text_of(whole)
        is_never = _NEVER.match(words.in_usual(text))
        if around is None or around.type not in _WHOLE or is_never or _has_choice(whole):
            continue
        if _NO_ERROR.search(text) and _is_in_a_callback(whole):
            continue
        if not _is_within(node, whole):
            yield Assertion(start=whole.start_byte, text=text, then=" || ")


def whole_of(call: Node) -> Node:
    """`await expect(x).resolves.toBe(1)`, of any call in it."""
    while call.parent is not None and (
        call.parent.type in ("member_expression", "await_expression")
        or (call.parent.type == "call_expression" and field(call.parent, "function") == call)
    ):
        call = call.parent
    return call


def _is_within(call: Node, whole: Node) -> bool:
    """Whether a longer chain begins with this call: it is that which is told of."""
    inner = whole.named_children[0] if whole.type == "await_expression" else whole
    return call != inner and inner.type == "call_expression"


def _has_choice(node: Node) -> bool:
    return any(each.type in _CHOICES for each in above(node))


def _is_in_a_callback(node: Node) -> bool:
    """Of the test's own function it is not."""
    return sum(each.type in FUNCTIONS for each in above(node)) > 1
