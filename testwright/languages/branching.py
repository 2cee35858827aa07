"""How much a source decides: the places at which a run of it goes one way or another."""

from collections.abc import Collection, Iterable

from tree_sitter import Node

from testwright.languages.by_layout import WORDS, decisions_by_layout
from testwright.languages.javascript import grammar
from testwright.languages.python import syntax

_PYTHON = frozenset(
    {
        "if_statement",
        "elif_clause",
        "for_statement",
        "while_statement",
        "except_clause",
        "case_clause",
        "conditional_expression",
        "boolean_operator",
        "if_clause",
        "for_in_clause",
        "assert_statement",
    }
)
_JAVASCRIPT = frozenset(
    {
        "if_statement",
        "for_statement",
        "for_in_statement",
        "while_statement",
        "do_statement",
        "switch_case",
        "catch_clause",
        "ternary_expression",
        "optional_chain",
    }
)
_SHORT_CUTS = frozenset({"&&", "||", "??", "&&=", "||=", "??="})


def decisions_in(text: str, path: str) -> int:
    """As cyclomatic complexity counts them, over the whole file."""
    if path.endswith(".py"):
        return _count(syntax.walk(syntax.parse(text)), _PYTHON)
    by_layout = next((words for words in WORDS.values() if path.endswith(words.extensions)), None)
    if by_layout is not None:
        return decisions_by_layout(text, by_layout)
    return _count(grammar.walk(grammar.parse(text, path)), _JAVASCRIPT | _SHORT_CUTS)


def _count(nodes: Iterable[Node], kinds: Collection[str]) -> int:
    return sum(node.type in kinds for node in nodes)
