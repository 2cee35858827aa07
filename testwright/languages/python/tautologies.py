"""Assertions that hold whatever the code under test does."""

import re

from tree_sitter import Node

from testwright.domain.analysis import Analysis, SymbolKind
from testwright.languages.python.calling import Names, arguments, full_name
from testwright.languages.python.syntax import text_of, walk

_SAME = ("assertEqual", "assertIs", "assertLessEqual", "assertGreaterEqual", "assertAlmostEqual", "assertCountEqual")
_OF_ONE = ("assertTrue", "assertFalse", "assertIsNone", "assertIsNotNone")
_CONSTANTS = ("true", "integer", "float", "string")
_LITERALS = {*_CONSTANTS, "false", "none"}
_NO_MESSAGE = (_LITERALS - {"string", "none"}) | {"list", "tuple", "dictionary", "set"}
_EMPTY = ("list", "tuple", "dictionary")
_SEEDED = re.compile(r"\b(?:seed|rng|random_state)\s*=|\bRandom\(\w|\bdefault_rng\(\w")
_CHANCE = {"random", "numpy", "numpy.random"}
_WITH_ITSELF = "it compares an expression with itself"
_ANYTHING = ("mock.ANY", "unittest.mock.ANY")


def always_holds(node: Node, analysis: Analysis, names: Names) -> str | None:
    """Why, in words, where this statement or call is such an assertion. What is defined is true by itself."""
    match node.type:
        case "assert_statement":
            return _tautology(node, analysis, names)
        case "call":
            return _hollow(node, analysis, names)
        case "for_statement" if any(_asserts(each) for each in walk(node)):
            return _over_nothing(node, names)
        case "for_in_clause" if _is_for_all(node):
            return _over_nothing(node, names)
    return None


def is_promise(node: Node, reason: str) -> bool:
    """That two calls give what is equal may be promised (a key, a cache, a value of its own kind), beside what else is
    said: then the changes to the code tell whether anything is noticed.
    """
    return reason == _WITH_ITSELF and _calls(
        node.named_children[0] if node.type == "assert_statement" else arguments(node)[0]
    )


def _hollow(call: Node, analysis: Analysis, names: Names) -> str | None:
    """Of a method such as `self.assertEqual` with these arguments."""
    called = text_of(call.child_by_field_name("function"))
    if not called.startswith("self.assert"):
        return None
    given, method = arguments(call), called.removeprefix("self.")
    if method in _OF_ONE and given[:1]:
        if len(given) > 1 and given[1].type in _NO_MESSAGE:
            return _said_as_message(given[1])
        return "it is a constant" if _is_literal(given[0]) else None
    if method not in _SAME or len(given) < 2:
        return None
    left, right = given[:2]
    if text_of(left) == text_of(right):
        may_fail = _calls(left) if method == "assertIs" else _may_differ(left, analysis, names)
        return None if may_fail else _WITH_ITSELF
    if _is_literal(left) and _is_literal(right):
        return "it compares constants"
    return _with_anything(left, right, names)


def _tautology(statement: Node, analysis: Analysis, names: Names) -> str | None:
    known = {symbol.name for symbol in analysis.symbols}
    condition: Node | None
    condition, *message = statement.named_children or (None,)
    while condition is not None and condition.type == "parenthesized_expression":
        condition = condition.named_children[0] if condition.named_children else None
    if condition is None:
        return None
    if message and message[0].type in _NO_MESSAGE:
        return _said_as_message(message[0])
    if condition.type in _CONSTANTS and _is_literal(condition):
        return "it is a constant"
    if condition.type == "tuple" and condition.named_children:
        return "a tuple with members is always true"
    if condition.type == "boolean_operator" and any(child.type == "or" for child in condition.children):
        sides = [condition.child_by_field_name(side) for side in ("left", "right")]
        if any(side is not None and (side.type in _CONSTANTS or text_of(side) in known) for side in sides):
            return "it says or True, or what is as true"
        if _are_opposites(*sides):
            return "it says that something is so, or is not"
    if condition.type == "comparison_operator" and len(condition.named_children) == 2:
        left, right = condition.named_children
        operators = _operators(condition)
        if operators & {"==", "is", "<=", ">="} and text_of(left) == text_of(right):
            may_fail = _calls(left) if "is" in operators else _may_differ(left, analysis, names)
            return None if may_fail else _WITH_ITSELF
        if _is_literal(left) and _is_literal(right):
            return "it compares constants"
        return _with_anything(left, right, names) if "==" in operators else None
    return None


def _is_literal(node: Node) -> bool:
    """An f-string is one where nothing is put into it."""
    return node.type in _LITERALS and not any(each.type == "interpolation" for each in walk(node))


def _said_as_message(node: Node) -> str:
    return f"{text_of(node)[:40]} stands behind a comma, where a message belongs, and is compared with nothing"


def _with_anything(left: Node, right: Node, names: Names) -> str | None:
    either = {full_name(left, names), full_name(right, names)}
    return "it compares with ANY, which equals everything" if not either.isdisjoint(_ANYTHING) else None


def _are_opposites(left: Node | None, right: Node | None) -> bool:
    """`a == b or a != b`."""
    if left is None or right is None or {left.type, right.type} != {"comparison_operator"}:
        return False
    same = [text_of(node) for node in left.named_children] == [text_of(node) for node in right.named_children]
    both = _operators(left) | _operators(right)
    return same and both in ({"==", "!="}, {"in", "not in"}, {"is", "is not"}, {"<", ">="}, {">", "<="})


def _operators(comparison: Node) -> set[str]:
    return {child.type for child in comparison.children if not child.is_named}


def _over_nothing(loop: Node, names: Names) -> str | None:
    over = loop.child_by_field_name("right")
    return "it loops over nothing" if over is not None and _is_empty(over, names) else None


def _is_for_all(clause: Node) -> bool:
    """Of `all(… for … in …)`; elsewhere nothing may be what the code is given."""
    above = clause.parent
    while above is not None and above.type in ("generator_expression", "list_comprehension", "argument_list"):
        above = above.parent
    return above is not None and above.type == "call" and text_of(above.child_by_field_name("function")) == "all"


def _is_empty(node: Node, names: Names) -> bool:
    if node.type in _EMPTY:
        return not node.named_children
    if node.type != "call":
        return False
    called = full_name(node.child_by_field_name("function"), names)
    given = [text_of(argument) for argument in arguments(node)]
    return (called == "range" and given == ["0"]) or (called in ("list", "tuple", "dict", "set") and not given)


def _asserts(node: Node) -> bool:
    called = text_of(node.child_by_field_name("function")) if node.type == "call" else ""
    return node.type == "assert_statement" or called.startswith("self.assert")


def _may_differ(made: Node, analysis: Analysis, names: Names) -> bool:
    """Two new things are equal, or have one hash, because their class says so; two draws because they have one seed."""
    inner = arguments(made)[:1] if _called(made, names) == "hash" else [made]
    classes = {symbol.name for symbol in analysis.symbols if symbol.kind is SymbolKind.CLASS}
    if inner and _called(inner[0], names).rpartition(".")[2] in classes:
        return True
    return _calls(made) and _SEEDED.search(text_of(made)) is not None and not _CHANCE.isdisjoint(analysis.imports)


def _called(node: Node, names: Names) -> str:
    return full_name(node.child_by_field_name("function"), names) if node.type == "call" else ""


def _calls(node: Node) -> bool:
    """Two calls may give two things: that they give the same one may be what is promised."""
    return any(each.type == "call" for each in walk(node))
