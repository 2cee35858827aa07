"""Tests that do not count: skipped ones, and those that are expected to fail.

Where the place decides (a platform, a version, a package), the run is asked: a test that was skipped there has not
passed. What the code under test gives must not decide it, or a fault would excuse the test that finds it.
"""

from collections.abc import Iterator

from tree_sitter import Node

from testwright.languages.python.asking import Asking, asserts
from testwright.languages.python.calling import Names, arguments, full_name, keyword
from testwright.languages.python.syntax import at, walk

_EXCUSES = (
    *("pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.xfail"),
    *("unittest.skip", "unittest.SkipTest", "unittest.expectedFailure", "self.skipTest"),
)
_WITH_CONDITION = ("pytest.mark.skipif", "pytest.mark.xfail", "unittest.skipIf", "unittest.skipUnless")
_CONSTANTS = ("true", "false", "integer", "string", "none")


def excuse(part: Node, names: Names, asking: Asking) -> str | None:
    for node in walk(part):
        if _has_no_rows(node, names):
            return f"{at(node)} gives the test no rows, so that nothing of it is run; give it at least one."
        call = node if node.type == "call" else None
        is_mark = call is None and (node.type == "attribute" or _decorates(node)) and not _is_called(node)
        name = full_name(node.child_by_field_name("function") if call is not None else node, names)
        if (call is None and not is_mark) or not name.startswith(_EXCUSES):
            continue
        conditions = list(_own_condition(call, name) if call is not None else ())
        if name not in _WITH_CONDITION:
            conditions += _conditions_around(node)
        if not conditions or any(asking.asks(each) or asserts(each) for each in conditions):
            return f"{at(node)} skips or excuses the test; write one that runs and passes."
    return None


def _has_no_rows(node: Node, names: Names) -> bool:
    if node.type != "call" or full_name(node.child_by_field_name("function"), names) != "pytest.mark.parametrize":
        return False
    rows = keyword(node, "argvalues") or next(iter(arguments(node)[1:]), None)
    return rows is not None and rows.type in ("list", "tuple") and not rows.named_children


def _own_condition(call: Node, name: str) -> Iterator[Node]:
    condition = keyword(call, "condition") or next(iter(arguments(call)), None)
    if name in _WITH_CONDITION and condition is not None and condition.type not in _CONSTANTS:
        yield condition


def _conditions_around(node: Node) -> Iterator[Node]:
    """Of the `if` around it; of the `try` whose error leads to it, what is tried."""
    below, above = node, node.parent
    while above is not None and above.type not in ("function_definition", "lambda"):
        if above.type in ("if_statement", "elif_clause", "conditional_expression"):
            condition = above.child_by_field_name("condition")
            if condition is not None and condition != below and condition.type not in _CONSTANTS:
                yield condition
        elif above.type == "try_statement" and below.type == "except_clause":
            tried = above.child_by_field_name("body")
            if tried is not None:
                yield tried
        below, above = above, above.parent


def _decorates(node: Node) -> bool:
    return node.type == "identifier" and node.parent is not None and node.parent.type == "decorator"


def _is_called(node: Node) -> bool:
    above = node.parent
    return above is not None and above.type == "call" and above.child_by_field_name("function") == node
