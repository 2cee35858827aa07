"""Whether a test's expectations depend on the code under test, and could fail at all."""

import sys
from collections.abc import Iterator
from itertools import chain

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.languages.python.calling import Names, calls, full_name, names_of
from testwright.languages.python.demanding import demanded_of, demands_error
from testwright.languages.python.syntax import (
    at,
    bound_names,
    definition_of,
    identifiers,
    imported_modules,
    name_of,
    text_of,
    walk,
    walk_own,
)
from testwright.languages.python.tautologies import always_holds, is_promise

_EXPECTING = ("pytest.raises", "pytest.warns", "pytest.deprecated_call")
_EXPECTING_BLOCK = (*_EXPECTING, "self.assertRaises", "self.assertWarns", "self.assertLogs", "self.assertNoLogs")
_OF_PYTEST = {
    "capsys",
    "capfd",
    "caplog",
    "recwarn",
    "tmp_path",
    "tmp_path_factory",
    "tmpdir",
    "monkeypatch",
    "request",
}
# A `with` counts as one statement: what is opened or replaced in its head is used by the code inside.
_STATEMENTS = ("expression_statement", "return_statement", "delete_statement", "named_expression", "with_statement")


def weakness(root: Node, shared: Node, analysis: Analysis, raises: str) -> str | None:
    """A sentence when the test has no oracle, one that always holds, or only such as ignore the code under test."""
    inherited, is_all_here = _inherited(root, shared)
    names = names_of(shared, root)
    checkers = _checkers(shared, names)
    oracles = [oracle for part in (root, *inherited) for oracle in _oracles(part, checkers, names)]
    if not oracles and not is_all_here and not any(_has_test(part) for part in (root, *inherited)):
        return None  # its tests stand in another file: the run has to tell
    if not oracles:
        return f"It asserts nothing; compare what the code returns, or expect its error with {raises}."
    hollow = [
        (node, reason)
        for node in chain.from_iterable(walk(part) for part in (root, *inherited))
        if (reason := always_holds(node, analysis, names)) is not None
    ]
    for node, reason in hollow:
        if not is_promise(node, reason) or len(hollow) == len(oracles):
            return f"{at(node)} always holds ({reason}); compare with the value you expect."
    if (attempt := _attempt_that_may_succeed(oracles)) is not None:
        return f"{at(attempt)} lets a missing error pass; expect the error with {raises}, or fail in an `else`."
    touched = _touched(root, shared, analysis)
    if not any(_said_of(oracle) & touched for oracle in oracles):
        subject = analysis.symbols[0].name if analysis.symbols else "the code under test"
        return f"Its assertions do not depend on the code under test; assert on what, for instance, {subject} gives."
    return None


def _inherited(root: Node, shared: Node) -> tuple[list[Node], bool]:
    """The classes of the shared code that a class of tests inherits from, and whether it has no others that may hold
    tests.
    """
    known = {name_of(each): each for each in map(definition_of, shared.named_children) if each is not None}
    foreign = foreign_names(shared) | foreign_names(root)
    waiting = [each for each in map(definition_of, root.named_children) if each is not None]
    found: list[Node] = []
    is_all_here = True
    while waiting:
        listed = waiting.pop().child_by_field_name("superclasses")
        bases = identifiers(listed) if listed is not None else set()
        is_all_here = is_all_here and bases.isdisjoint(foreign)
        new = [known.pop(name) for name in sorted(bases) if name in known]
        found, waiting = found + new, waiting + new
    return found, is_all_here


def _has_test(part: Node) -> bool:
    return any(node.type == "function_definition" and name_of(node).startswith("test") for node in walk(part))


def _oracles(root: Node, checkers: set[str], names: Names) -> Iterator[Node]:
    for node in walk(root):
        if node.type == "assert_statement":
            yield node
        elif node.type == "with_statement":
            clause = next((child for child in node.children if child.type == "with_clause"), None)
            body = node.child_by_field_name("body")
            opened = [name for _, name in calls(clause, names)] if clause is not None else []
            if body is not None and any(name.startswith(_EXPECTING_BLOCK) for name in opened):
                yield body
        elif (demanded := demanded_of(node)) is not None:
            yield demanded
        elif node.type == "call":
            called = text_of(node.child_by_field_name("function"))
            last = called.rpartition(".")[2]
            if called in checkers:
                yield node
            elif called.startswith("self.assert"):
                yield from node.children_by_field_name("arguments")  # `self` itself is no word about the code
            elif full_name(node.child_by_field_name("function"), names) in _EXPECTING or last.startswith("assert"):
                yield node


def _attempt_that_may_succeed(oracles: list[Node]) -> Node | None:
    """The `try` without whose error nothing is asserted at all."""
    attempts = [_attempt_around(oracle) for oracle in oracles]
    return attempts[0] if attempts and all(attempt is not None for attempt in attempts) else None


def _attempt_around(oracle: Node) -> Node | None:
    """Whose `except` it stands in, where nothing demands that error."""
    below, above = oracle, oracle.parent
    while above is not None:
        if above.type == "try_statement" and below.type == "except_clause" and not demands_error(above):
            return above
        below, above = above, above.parent
    return None


def _said_of(oracle: Node) -> set[str]:
    """A helper of the test's class is known by its own name."""
    called = text_of(oracle.child_by_field_name("function")) if oracle.type == "call" else ""
    return identifiers(oracle) | ({called.removeprefix("self.")} if called.startswith("self.") else set())


def _checkers(shared: Node, names: Names) -> set[str]:
    """Shared helpers that assert something themselves: functions, and methods by `self`."""
    found = {
        name_of(node)
        for node in walk(shared)
        if node.type == "function_definition" and any(_oracles(node, set(), names))
    }
    return found | {f"self.{name}" for name in found}


def _touched(root: Node, shared: Node, analysis: Analysis) -> set[str]:
    """Names whose values may come from the code under test: a fixpoint over the statements that mention one another."""
    touched = {symbol.name.split(".")[0] for symbol in analysis.symbols} | foreign_names(shared) | foreign_names(root)
    fixtures = _parameters(root) - _OF_PYTEST
    statements = [names for tree in (shared, root) for names in _small_statements(tree)]
    statements += [identifiers(node) | {name for name in fixtures if name in text_of(node)} for node in _rows(root)]
    touched |= provided_names(root)
    while True:
        found = set().union(*(names for names in statements if names & touched)) if statements else set()
        if any(names & touched for names in map(identifiers, root.named_children)):
            found |= _OF_PYTEST & identifiers(root)
        if found <= touched:
            return touched
        touched |= found


def foreign_names(root: Node) -> set[str]:
    """Names imported from outside the standard library and the test framework."""
    names: set[str] = set()
    for module, statement in imported_modules(root):
        top = module.split(".")[0]
        if top not in sys.stdlib_module_names and top not in (
            "pytest",
            "_pytest",
            "hypothesis",
            "freezegun",
            "unittest",
        ):
            names.update(bound_names(statement))
    return names


def provided_names(root: Node) -> set[str]:
    """What fixtures give a test, pytest's own left out: it may come from the code under test."""
    return {name for name in _parameters(root) - _OF_PYTEST if not _is_parametrised(root, name)}


def _small_statements(root: Node) -> Iterator[set[str]]:
    """The names that each simple statement brings together; blocks only by their heads."""
    for node in walk(root):
        if node.type in ("for_statement", "while_statement"):
            heads = (node.child_by_field_name(part) for part in ("left", "right", "condition"))
            yield set().union(*(identifiers(head) for head in heads if head is not None))
        elif node.type == "try_statement":
            tried, caught = node.child_by_field_name("body"), _caught(node)
            yield caught | identifiers(tried) if caught and tried is not None else set()
        elif node.type in _STATEMENTS:
            own = {"self"} if _is_of_class(node) else set()  # a class's attribute is had by `self`
            yield identifiers(node) - ({"self"} if text_of(node).startswith("self.assert") else set()) | own
        elif node.type == "class_definition" and not name_of(node).startswith("Test"):
            yield (identifiers(node) | _decorating(node)) - {"self", "cls"}
        elif node.type == "function_definition":
            body = node.child_by_field_name("body")
            if body is not None and not name_of(node).startswith("test"):
                names = set().union(*(identifiers(inner) for inner in walk_own(body) if inner.type == "identifier"))
                yield names | {name_of(node)} | _decorating(node)


def _is_of_class(statement: Node) -> bool:
    body = statement.parent
    return body is not None and body.parent is not None and body.parent.type == "class_definition"


def _caught(attempt: Node) -> set[str]:
    """What a `try` gives when it meets an error, or meets none: the error's name, and what is noted there."""
    clauses = [child for child in attempt.children if child.type in ("except_clause", "else_clause")]
    names = (each for clause in clauses for each in walk(clause) if each.type in ("as_pattern", "assignment"))
    given = (each.child_by_field_name("alias") or each.child_by_field_name("left") for each in names)
    return set().union(*(identifiers(each) for each in given if each is not None))


def _decorating(definition: Node) -> set[str]:
    around = definition.parent
    if around is None or around.type != "decorated_definition":
        return set()
    return set().union(*(identifiers(child) for child in around.children if child.type == "decorator"))


def _parameters(root: Node) -> set[str]:
    definition = next((found for node in root.named_children if (found := definition_of(node)) is not None), None)
    listed = definition.child_by_field_name("parameters") if definition is not None else None
    return identifiers(listed) - {"self"} if listed is not None else set()


def _is_parametrised(root: Node, name: str) -> bool:
    return any(name in text_of(node) for node in _rows(root))


def _rows(root: Node) -> Iterator[Node]:
    """The decorators that give a test its rows."""
    return (node for node in walk(root) if node.type == "decorator" and "parametrize" in text_of(node))
