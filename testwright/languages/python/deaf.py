"""Assertions that nobody hears: their failing does not fail the test."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.languages.python.asking import Asking, asserts
from testwright.languages.python.calling import Names, arguments, calls, full_name, keyword
from testwright.languages.python.demanding import demands_error
from testwright.languages.python.syntax import at, is_in_an_inner_function, name_of, text_of, walk, walk_own

_FUNCTION = "function_definition"
_IDLE = ("pass_statement", "continue_statement", "return_statement", "break_statement")
_TELLS = (
    "print",
    "pprint",
    "logging.",
    "logger.",
    "log.",
    "LOG.",
    "warnings.warn",
    "traceback.",
    "sys.stdout",
    "sys.stderr",
)
_CATCHES_ASSERTIONS = {"AssertionError", "Exception", "BaseException", "self.failureException"}
_SAYS_THE_END = ("StopIteration", "StopAsyncIteration", "asyncio.CancelledError", "CancelledError")
"""How an iterator says that it has come to its end, and a task that somebody has ended it."""
_CLEANS = {"os.remove", "os.unlink", "os.rmdir", "shutil.rmtree"}
_CLEANS_PATH = re.compile(r"[\w.]+\.(?:unlink|rmdir)\(\)")
_OF_MOCKS = {f"{done}{how}" for done in ("called", "awaited") for how in ("_once", "_with", "_once_with")}
_OF_MOCKS |= {"not_called", "not_awaited", "has_calls", "has_awaits", "any_call", "any_await"}
_EXPECTS = {"pytest.raises", "self.assertRaises"}
_THREADS = {"threading.Thread": "target", "threading.Timer": "function", "_thread.start_new_thread": ""}


def unheard(root: Node, names: Names, raises: str, asking: Asking) -> str | None:
    for node in walk(root):
        if node.type == "except_clause" and (_swallows(node, asking) or _only_tells(node, names)):
            return f"{at(node)} swallows an error; expect it with {raises}, or let it fail the test."
        if node.type == "with_statement" and (expected := _expects_its_own_assertion(node, names)) is not None:
            return (
                f"{at(node)} expects {expected} around an assertion, which is met when the assertion fails;"
                " assert outside of it."
            )
        if node.type == "expression_statement" and (slip := _slip(node)) is not None:
            return f"{at(node)} asserts nothing: a mock has whatever it is asked for; write {slip}."
    definitions = {name_of(node): node for node in walk(root) if node.type == _FUNCTION}
    for name, definition in definitions.items():
        if _is_never_used(name, root) and _is_check(definition, names):
            return f"{at(definition)} asserts in {name}, which is never called; assert in the test itself."
    for call, name in calls(root, names):
        if name in ("contextlib.suppress", "suppress") and not _suppresses_nothing_of_the_test(call, names, asking):
            return f"{at(call)} suppresses errors; expect the error with {raises}, or let it fail the test."
        target = _target_of_thread(call, name)
        body = definitions.get(text_of(target)) if target is not None else None
        if body is not None and any(not _is_tried(each, body) for each in _assertions(body, names)):
            return (
                f"{at(call)} asserts in a thread, where a failure is not heard;"
                " keep what the thread saw, and assert on it in the test."
            )
    return None


def _slip(statement: Node) -> str | None:
    """What was meant by `mock.called_once_with(1)`, and by `mock.assert_called_once` without brackets."""
    said = statement.named_children[0]
    function = said.child_by_field_name("function") if said.type == "call" else said
    if function is None or function.type != "attribute":
        return None
    word = text_of(function.child_by_field_name("attribute"))
    if said.type == "call":
        return f"assert_{word}" if word in _OF_MOCKS else None
    return f"{word}()" if word.removeprefix("assert_") in _OF_MOCKS and word.startswith("assert_") else None


def _swallows(clause: Node, asking: Asking) -> bool:
    """Whether an error of the code under test, or that there was none, is passed over. What a function inside of the
    test catches of its own is its business, as long as it asserts nothing there; and the test may fail where no error
    came.
    """
    attempt = clause.parent
    if attempt is not None:
        tried = attempt.child_by_field_name("body")
        if (
            is_in_an_inner_function(attempt)
            and tried is not None
            and not re.search(r"\bassert|\braises\(|\bfail\(", text_of(tried))
        ):
            return False
        other = next((child for child in attempt.children if child.type == "else_clause"), None)
        is_told = other is not None and re.search(r"\bassert False\b|\braise\b|\bfail\(", text_of(other))
        if is_told or demands_error(attempt) or (tried is not None and _is_the_tests_own(tried, asking)):
            return False
        if tried is not None and not asserts(tried) and asking.is_looked_at_behind(attempt):
            return False
    if any(text_of(node) in _SAYS_THE_END for node in clause.named_children):
        return False
    return all(node.type in _IDLE or text_of(node) in ("...", "assert True") for node in _statements(clause))


def _is_the_tests_own(body: Node, asking: Asking) -> bool:
    """Whether neither the code under test nor an assertion is in it: such an error says nothing about them."""
    statements = [node for node in body.named_children if node.type != "comment"]
    return all(_cleans(node) for node in statements) or not (asking.asks(body) or asserts(body))


def _cleans(statement: Node) -> bool:
    call = statement.named_children[0] if statement.type == "expression_statement" else statement
    called = text_of(call.child_by_field_name("function")) if call.type == "call" else ""
    return called in _CLEANS or _CLEANS_PATH.fullmatch(text_of(call)) is not None


def _suppresses_nothing_of_the_test(call: Node, names: Names, asking: Asking) -> bool:
    above = call.parent
    while above is not None and above.type not in ("with_statement", "block"):
        above = above.parent
    body = above.child_by_field_name("body") if above is not None and above.type == "with_statement" else None
    suppressed = [full_name(argument, names) for argument in arguments(call)]
    if body is not None and above is not None and not asserts(body) and asking.is_looked_at_behind(above):
        return True
    return body is not None and (all(name in _SAYS_THE_END for name in suppressed) or _is_the_tests_own(body, asking))


def _only_tells(clause: Node, names: Names) -> bool:
    """Whether what was asserted in the `try` is printed at most when it does not hold."""
    tried = clause.parent.child_by_field_name("body") if clause.parent is not None else None
    caught = _caught(clause, names)
    if tried is None or (caught and not caught & _CATCHES_ASSERTIONS) or not any(_assertions(tried, names)):
        return False
    return all(node.type in _IDLE or _is_told(node, names) for node in _statements(clause))


def _is_told(statement: Node, names: Names) -> bool:
    inner = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or inner is None:
        return False
    called = full_name(inner.child_by_field_name("function"), names) if inner.type == "call" else ""
    return called.startswith(_TELLS) or inner.type in ("string", "ellipsis")


def _statements(clause: Node) -> list[Node]:
    body = next((child for child in clause.named_children if child.type == "block"), None)
    return [node for node in (body.named_children if body else ()) if node.type != "comment"]


def _caught(clause: Node, names: Names) -> set[str]:
    """The names of what an `except` catches; empty for all."""
    said = next((child for child in clause.named_children if child.type not in ("block", "comment")), None)
    if said is not None and said.type == "as_pattern":
        said = said.named_children[0]
    if said is None:
        return set()
    return {full_name(each, names) for each in (said.named_children if said.type == "tuple" else [said])}


def _expects_its_own_assertion(statement: Node, names: Names) -> str | None:
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    body = statement.child_by_field_name("body")
    if clause is None or body is None:
        return None
    for call, name in calls(clause, names):
        first = arguments(call)[:1]
        expected = full_name(first[0], names) if first else ""
        if name in _EXPECTS and expected in _CATCHES_ASSERTIONS and keyword(call, "match") is None:
            return expected if any(_assertions(body, names)) else None
    return None


def _assertions(body: Node, names: Names) -> Iterator[Node]:
    for node in walk_own(body):
        called = full_name(node.child_by_field_name("function"), names) if node.type == "call" else ""
        if node.type == "assert_statement" or called.startswith("self.assert"):
            yield node


def _target_of_thread(call: Node, name: str) -> Node | None:
    if name not in _THREADS:
        return None
    given = arguments(call)
    return keyword(call, _THREADS[name]) or next(iter(given[:1] if name.startswith("_") else given[1:2]), None)


def _is_check(definition: Node, names: Names) -> bool:
    """What gives something back is a helper, of which one may be left over."""
    returns = any(node.type == "return_statement" for node in walk_own(definition))
    return not returns and any(_assertions(definition, names))


def _is_never_used(name: str, root: Node) -> bool:
    """Of a function inside of another: methods have names that others call."""
    test = next((node for node in walk(root) if node.type == _FUNCTION), root)
    inner = (node for node in walk_own(test) if node.type == _FUNCTION and node != test)
    is_inside = any(name_of(node) == name and node.parent and node.parent.type == "block" for node in inner)
    return is_inside and sum(text_of(node) == name for node in walk(root) if node.type == "identifier") == 1


def _is_tried(node: Node, body: Node) -> bool:
    """Whether something around the assertion may keep its failure for the test."""
    above = node.parent
    while above is not None and above != body:
        if above.type == "try_statement":
            return True
        above = above.parent
    return False
