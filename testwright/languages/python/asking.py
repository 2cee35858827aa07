"""What in a test asks the code under test, and which names hold what it gave."""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.languages.python.oracles import foreign_names, provided_names
from testwright.languages.python.syntax import identifiers, name_of, text_of, walk

_GIVES = ("assignment", "augmented_assignment", "named_expression", "as_pattern", "for_statement", "for_in_clause")


class Asking:
    """`parts` are the test, and what of the shared code runs for it."""

    def __init__(self, root: Node, shared: Node, parts: Sequence[Node], analysis: Analysis) -> None:
        self._code = {symbol.name.split(".")[0] for symbol in analysis.symbols}
        self._code |= foreign_names(shared) | foreign_names(root)
        self._holders = provided_names(root)
        nodes = [node for part in parts for node in walk(part)]
        known = -1
        while known < len(self._code | self._holders):
            known = len(self._code | self._holders)
            for node in nodes:
                self._learn(node)

    def asks(self, node: Node) -> bool:
        """Whether it calls the code, or looks at something that the code gave."""
        return not identifiers(node).isdisjoint(self._holders) or any(
            called is not None and not identifiers(called).isdisjoint(self._code)
            for called in (each.child_by_field_name("function") for each in walk(node) if each.type == "call")
        )

    def is_looked_at_behind(self, block: Node) -> bool:
        """Whether something that a block works on is asserted about after it, other than what the code defines."""
        subjects = identifiers(block) - self._code
        return any(
            node.start_byte >= block.end_byte and asserts(node) and not identifiers(node).isdisjoint(subjects)
            for node in _statements_behind(block)
        )

    def _learn(self, node: Node) -> None:
        if node.type == "function_definition":
            body = node.child_by_field_name("body")
            if body is not None and (self.asks(body) or asserts(body)):
                self._code.add(name_of(node))
        elif node.type in _GIVES:
            given = node.child_by_field_name("right") or node.child_by_field_name("value")
            taken = node.child_by_field_name("left") or node.child_by_field_name("name")
            if node.type == "as_pattern":
                given, taken = node.named_children[0], node.child_by_field_name("alias")
            if given is None or taken is None:
                return
            if self.asks(given):
                self._holders |= identifiers(taken)
            elif not identifiers(given).isdisjoint(self._code):  # another name for it
                self._code |= identifiers(taken)


def _statements_behind(block: Node) -> Iterator[Node]:
    """What follows it, and what follows each that it stands in, up to the function."""
    around: Node | None = block
    while around is not None and around.type != "function_definition":
        behind = around.next_named_sibling
        while behind is not None:
            yield behind
            behind = behind.next_named_sibling
        around = around.parent


def asserts(node: Node) -> bool:
    called = (text_of(each.child_by_field_name("function")) for each in walk(node) if each.type == "call")
    return any(each.type == "assert_statement" for each in walk(node)) or any(
        name.startswith("self.assert") for name in called
    )
