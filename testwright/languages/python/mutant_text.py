"""A Python source by bytes, and one change to it: the syntax tree gives positions, the text stays as written."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_NOT_CODE = re.compile(r"(?:[\s()\\]|#[^\r\n]*)*")
_MOST_SHOWN = 80
_MOST_REPLACEMENT = 2000

Edit: TypeAlias = tuple[int, int, str]
"""Bytes from, bytes to, and what stands there instead."""
Placed: TypeAlias = ast.expr | ast.stmt | ast.excepthandler


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Bytes `start` to `end` and what may be there instead.

    An expression's `replacement` is an expression on one line. A statement is left out (`is_statement`), and its
    `replacement`, if any, is an expression that is true and does the other thing.
    """

    operator: str
    start: int
    end: int
    line: int
    end_line: int
    replacement: str
    before: str
    after: str
    is_statement: bool = False


class Text:
    """The source, with offsets in bytes: that is how the syntax tree counts."""

    def __init__(self, text: str) -> None:
        self.encoded = text.encode()
        self._starts = [0, *(found.end() for found in _NEWLINE.finditer(self.encoded))]

    def start(self, node: Placed) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def end(self, node: Placed) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def between(self, start: int, end: int) -> str:
        return self.encoded[start:end].decode()

    def of(self, node: Placed) -> str:
        return self.between(self.start(node), self.end(node))

    def line(self, number: int) -> str:
        end = self._starts[number] if number < len(self._starts) else len(self.encoded)
        return self.between(self._starts[number - 1], end)

    def is_first_on_line(self, node: Placed) -> bool:
        before = self.encoded[self._starts[node.lineno - 1] : self.start(node)]
        return not before.strip()

    def edited(self, node: Placed, edits: Sequence[Edit]) -> str:
        """The node's text with these edits, which lie inside it and do not overlap."""
        position, parts = self.start(node), []
        for start, end, new in sorted(edits):
            parts += [self.between(position, start), new]
            position = end
        return "".join([*parts, self.between(position, self.end(node))])

    def swap(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Edit | None:
        """The edit that puts another operator between two operands; None where the old one is not found."""
        start = self.end(left)
        gap = self.between(start, self.start(right))
        before = _NOT_CODE.match(gap)
        place = before.end() if before else 0
        found = re.match(r"\s+(?:#[^\r\n]*\s+|\\\s+)*".join(map(re.escape, old.split())), gap[place:])
        if found is None:
            return None
        place += len(gap[:place].encode()) - place  # comments may hold any character
        return (start + place, start + place + len(found.group().encode()), new)


def one_line(expression: str) -> str | None:
    """The expression on one line, or None where that cannot be (or would be absurdly long)."""
    if len(expression) > _MOST_REPLACEMENT:
        return None
    if "\n" not in expression and "\r" not in expression:
        return expression
    try:
        written = ast.unparse(ast.parse(f"({expression})", mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return written if "\n" not in written and "\r" not in written else None


def shown(before: str, after: str) -> tuple[str, str]:
    """Both on one line, and cut down to what is different with a little around it."""
    before, after = " ".join(before.split()), " ".join(after.split())
    if max(len(before), len(after)) <= _MOST_SHOWN:
        return before, after
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    cut = max(same - 30, 0)
    start = "…" if cut else ""
    return tuple(_short(start + text[cut:]) for text in (before, after))  # type: ignore[return-value]


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
