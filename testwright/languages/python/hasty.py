"""Tests whose outcome is up to the machine: what took how long, and what is tried until it passes."""

import re

from tree_sitter import Node

from testwright.languages.python.calling import Names, arguments, calls, full_name
from testwright.languages.python.syntax import identifiers, line_of, text_of, walk

_CLOCKS = {f"time.{clock}" for clock in ("time", "monotonic", "perf_counter")}
_LEAST_SECONDS = 0.1
"""A limit below this is missed on a busy machine; one far above it says that something does not hang."""
_OTHER_CLOCK = re.compile(r"patch|setattr|freez|mock|time_machine|fake", re.IGNORECASE)
_TRIED_AGAIN = re.compile(r"(?:pytest\.mark\.)?flaky")


def up_to_the_machine(root: Node, part: Node, names: Names) -> str | None:
    """`part` is the test, or what of the shared code runs for it; `root` is the test."""
    for node in walk(part):
        if node.type == "decorator" and _TRIED_AGAIN.fullmatch(_decorator(node, names)):
            return f"Line {line_of(node)} tries the test again until it passes; a test passes each time."
    if _OTHER_CLOCK.search(text_of(root)):
        return None
    spans = {
        text_of(node.child_by_field_name("left"))
        for node in walk(part)
        if node.type == "assignment" and _is_span(node.child_by_field_name("right"), names)
    }
    for node, took, limit in _limits(part):
        seconds = float(text_of(limit)) if limit.type in ("integer", "float") and _is_plain(limit) else _LEAST_SECONDS
        if seconds < _LEAST_SECONDS and (identifiers(took) & spans or _is_span(took, names)):
            return (
                f"Line {line_of(node)} asserts that something takes less than {text_of(limit)} s, which is up to the"
                " machine; assert on what it gives."
            )
    return None


def _decorator(node: Node, names: Names) -> str:
    said = node.named_children[0]
    return full_name(said.child_by_field_name("function") if said.type == "call" else said, names)


def _is_span(node: Node | None, names: Names) -> bool:
    """A time less another one."""
    if node is None or node.type != "binary_operator" or text_of(node.child_by_field_name("operator")) != "-":
        return False
    return any(name in _CLOCKS for _, name in calls(node, names))


def _limits(part: Node) -> list[tuple[Node, Node, Node]]:
    """Assertions that the first is less than the second."""
    found: list[tuple[Node, Node, Node]] = []
    for node in walk(part):
        said = text_of(node.child_by_field_name("function")) if node.type == "call" else ""
        given = arguments(node) if said.startswith("self.assert") else []
        if said.startswith("self.assertLess") and len(given) > 1:
            found.append((node, given[0], given[1]))
        compared = next(iter(node.named_children if node.type == "assert_statement" else given), None)
        if compared is None or compared.type != "comparison_operator" or len(compared.named_children) != 2:
            continue
        if {child.type for child in compared.children} & {"<", "<="}:
            found.append((node, compared.named_children[0], compared.named_children[1]))
    return found


def _is_plain(number: Node) -> bool:
    return re.fullmatch(r"[\d.]+(?:[eE]-?\d+)?", text_of(number)) is not None
