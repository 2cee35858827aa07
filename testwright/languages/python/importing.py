"""Imports that are added to a file: to a statement that is there, or as a line among its neighbours."""

import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from testwright.domain.insertions import Insertion
from testwright.languages.python.namespaces import IMPORTS
from testwright.languages.python.syntax import definition_of, text_of

_WIDTH = 88
_TOOLS = frozenset({"pytest", "hypothesis"})


def import_insertions(root: Node, source: bytes, wanted: Iterable[tuple[str, str]]) -> list[Insertion]:
    """What has to be put in so that the file imports these: (module, what of it), "" for the module itself.

    What is listed keeps its words (`name as other`). The file has none of them yet.
    """
    statements = list(_top_imports(root))
    by_module: dict[str, list[str]] = {}
    wanted = list(wanted)
    kind = _Kinds(frozenset(module.split(".")[0] for module, _ in wanted) - _TOOLS)
    for module, listed in wanted:
        by_module.setdefault(module, []).append(listed)
    found: list[Insertion] = []
    lines: dict[int | None, list[str]] = {}
    for module, names in by_module.items():
        plain, words = [name for name in names if not name], sorted(name for name in names if name)
        new = [f"import {module}" for _ in plain]
        host = next((node for node in statements if _is_from(node, module)), None)
        if words and host is not None and (added := _into(host, source, words)) is not None:
            found += added
        elif words:
            new.append(_written(module, words))
        if new:
            anchor = host if host is not None else _anchor(module, statements, kind)
            place = statements.index(anchor) if anchor is not None else None
            lines.setdefault(place, []).extend(new)
    for place, group in lines.items():
        found.append(_line_insertion(root, source, statements, place, group, kind))
    return found


def _top_imports(root: Node) -> Iterator[Node]:
    """The imports before the first definition."""
    for node in root.named_children:
        if definition_of(node) is not None:
            return
        if node.type in IMPORTS:
            yield node


def _is_from(node: Node, module: str) -> bool:
    is_listed = node.type == "import_from_statement" and text_of(node.child_by_field_name("module_name")) == module
    return is_listed and not any(child.type == "wildcard_import" for child in node.children)


def _into(statement: Node, source: bytes, names: Sequence[str]) -> list[Insertion] | None:
    """The names among those that the statement lists; None when they would make its line too long."""
    listed = statement.children_by_field_name("name")
    rows = statement.end_point.row - statement.start_point.row
    if not listed or (rows and not any(child.type == ")" for child in statement.children)):
        return None  # lines joined by backslashes
    if not rows:
        line = (statement.start_point.column, statement.end_point.column)
        if line[1] - line[0] + sum(len(name) + 2 for name in names) > _WIDTH:
            return None
    found: list[Insertion] = []
    at_end: list[str] = []
    for name in names:
        after = _first_greater(listed, name)
        if after is None:
            at_end.append(name)
        else:
            gap = f"\n{_blanks_before(source, after)}" if _stands_alone(after) else " "
            found.append(Insertion(at=after.start_byte, text=f"{name},{gap}"))
    return found + (_at_end(source, listed[-1], at_end) if at_end else [])


def _first_greater(listed: Sequence[Node], name: str) -> Node | None:
    """Before which name a new one stands, where the names are in an order."""
    words = [text_of(node).casefold() for node in listed]
    if words != sorted(words):
        return None
    return next((node for node, word in zip(listed, words, strict=True) if word > name.casefold()), None)


def _at_end(source: bytes, last: Node, names: Sequence[str]) -> list[Insertion]:
    comma = last.next_sibling if last.next_sibling is not None and last.next_sibling.type == "," else None
    if not _stands_alone(last):
        at = comma.end_byte if comma is not None else last.end_byte
        text = "".join(f" {name}," for name in names) if comma is not None else "".join(f", {name}" for name in names)
        return [Insertion(at=at, text=text)]
    blanks = _blanks_before(source, last)
    lines = [f"\n{blanks}{name}" for name in names]
    end = row_end(source, last.end_byte)  # a comment behind the last name stays with it
    if comma is not None:
        return [Insertion(at=end, text="".join(f"{line}," for line in lines))]
    return [Insertion(at=last.end_byte, text=","), Insertion(at=end, text=",".join(lines))]


def _stands_alone(name: Node) -> bool:
    """Whether a name begins its line."""
    before = name.prev_sibling
    return before is None or before.end_point.row < name.start_point.row


def _blanks_before(source: bytes, name: Node) -> str:
    return source[row_start(source, name.start_byte) : name.start_byte].decode("utf-8", "replace")


def _anchor(module: str, statements: Sequence[Node], kind: "_Kinds") -> Node | None:
    """The import behind which a new one stands: the last of its package, else of its kind or an earlier one."""
    kin = [node for node in statements if _module(node).split(".")[0] == module.split(".")[0]]
    if kin:
        return kin[-1]
    earlier = [node for node in statements if kind.of(_module(node)) <= kind.of(module)]
    return earlier[-1] if earlier else None


def _line_insertion(
    root: Node, source: bytes, statements: Sequence[Node], place: int | None, texts: Sequence[str], kind: "_Kinds"
) -> Insertion:
    ordered = sorted(texts, key=lambda line: kind.of(_module_of_line(line)))
    text = ordered[0]
    for before, line in itertools.pairwise(ordered):
        is_apart = kind.of(_module_of_line(before)) < kind.of(_module_of_line(line))
        text += ("\n\n" if is_apart and place is None else "\n") + line
    if place is not None:
        anchor = statements[place]
        is_apart = kind.of(_module(anchor)) < kind.of(_module_of_line(ordered[0]))
        return Insertion(at=row_end(source, anchor.end_byte), text=("\n\n" if is_apart else "\n") + text)
    if statements:
        return Insertion(at=statements[0].start_byte, text=f"{text}\n\n")
    head = _head(root)
    if head is not None:
        return Insertion(at=row_end(source, head.end_byte), text=f"\n\n{text}")
    return Insertion(at=0, text=f"{text}\n\n\n" if root.named_children else text)


def _head(root: Node) -> Node | None:
    """The last of what stands above imports: comments from the first line on, the docstring, `from __future__`."""
    head: Node | None = None
    for node in root.named_children:
        is_doc = node.type == "expression_statement" and node.named_children[0].type == "string"
        if node.type != "comment" and not (is_doc and node.named_child_count == 1):
            return node if node.type == "future_import_statement" else head
        if head is not None and node.type == "comment" and node.start_point.row > head.end_point.row + 1:
            return head  # a comment apart is about what follows
        head = node
    return head


def _module(statement: Node) -> str:
    named = statement.child_by_field_name("module_name") or statement.child_by_field_name("name")
    if named is not None and named.type == "aliased_import":
        named = named.child_by_field_name("name")
    return text_of(named)


def _module_of_line(line: str) -> str:
    return line.split()[1]


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Python's own modules before all others, the project's last, as import sorters have it."""

    own: frozenset[str]

    def of(self, module: str) -> int:
        root = module.split(".")[0]
        if root in sys.stdlib_module_names:
            return 1
        return 3 if module.startswith(".") or root in self.own else 2


def _written(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= _WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def row_end(source: bytes, at: int) -> int:
    """The byte at which the row that holds this byte ends, before the signs that end it."""
    end = source.find(b"\n", at)
    end = len(source) if end < 0 else end
    return end - 1 if end > at and source[end - 1 : end] == b"\r" else end


def row_start(source: bytes, at: int) -> int:
    return source.rfind(b"\n", 0, at) + 1
