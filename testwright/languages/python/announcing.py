"""Which assertions of a test have to be reached in every run of it."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.languages.announcing import Assertion
from testwright.languages.python.syntax import above, parse, text_of, walk

_CALLED = re.compile(r"self\.assert\w+|.*\.assert_(?:called|any_call|has_calls|not_called|awaited|any_await)\w*", re.S)
_CHOICES = {
    *("if_statement", "conditional_expression", "match_statement", "boolean_operator", "if_clause"),
    *("except_clause", "except_group_clause", "else_clause"),
}
"""What is below one of these may be meant for another machine, or for what went wrong."""
_NEVER = re.compile(r"assert\s*\(?\s*(?:False|0|None|not True)\b")


def assertions_in(case: Case, _: Draft) -> Iterator[Assertion]:
    """Not those that say that their place must not be reached, nor those that a condition stands before."""
    for node in walk(parse(case.code)):
        if node.type == "assert_statement":
            if not _NEVER.match(text_of(node)) and not _has_choice(node):
                yield Assertion(start=node.start_byte, text=text_of(node), then="; ")
        elif node.type == "call" and _CALLED.fullmatch(text_of(node.child_by_field_name("function"))):
            around = node.parent
            if around is None or _has_choice(node):
                continue
            if around.type == "expression_statement":
                yield Assertion(start=node.start_byte, text=text_of(node), then="; ")
            elif around.type == "lambda":
                yield Assertion(start=node.start_byte, text=text_of(node), then=" or ")


def _has_choice(node: Node) -> bool:
    return any(each.type in _CHOICES for each in above(node))
