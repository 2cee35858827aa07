"""How changes are built into a text as switches, so that no line moves.

A change is an insertion before and after a piece of the author's text, which stays where it is: `a < b` becomes
`(__testwright_mutant__(3) ? a <= b : a < b)`. Nested changes need no thought, and the text grows about linearly.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tree_sitter import Node

from testwright.domain.mutants import SWITCH
from testwright.languages.javascript.grammar import field, text_of, walk

ON = "\0"
"""Stands for the call that asks whether this change is at work, until the change has a number."""

_MOST_COPIED = 200
_MOST_SHOWN = 80
_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_LINES_MATTER = frozenset({"statement_block", "class_body", "template_string", "jsx_element", "jsx_fragment", "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`prefix` and `suffix` go around the bytes from `start` to `end`; of two on one piece, the lower rank is outer."""

    operator: str
    start: int
    end: int
    line: int
    end_line: int
    before: str
    after: str
    prefix: str
    suffix: str
    rank: int = 1


def instead(operator: str, node: Node, other: str, *, after: str | None = None, rank: int = 1) -> Change:
    """`other` in the place of an expression."""
    is_list = node.type == "sequence_expression"
    prefix, suffix = (f"({ON} ? {other} : (", "))") if is_list else (f"({ON} ? {other} : ", ")")
    return around(operator, node, prefix, suffix, after=other if after is None else after, rank=rank)


def around(operator: str, node: Node, prefix: str, suffix: str, *, after: str, rank: int = 1) -> Change:
    return Change(
        operator=operator,
        start=node.start_byte,
        end=node.end_byte,
        line=node.start_point.row + 1,
        end_line=node.end_point.row + 1,
        before=shown(text_of(node)),
        after=shown(after),
        prefix=prefix,
        suffix=suffix,
        rank=rank,
    )


def shown(text: str) -> str:
    """For people: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 1] + "…"


def copied(node: Node | None, without: Node | None = None, replacement: str = "") -> str | None:
    """The piece's text for a second use, on one line; None where that is long, or lines might matter.

    `without` is a token of it that is written as `replacement` instead.
    """
    if node is None:
        return None
    text, start = node.text or b"", node.start_byte
    cuts = [(each.start_byte, each.end_byte, b" ") for each in walk(node) if each.type == "comment"]
    if without is not None:
        cuts.append((without.start_byte, without.end_byte, replacement.encode()))
    for first, last, put in sorted(cuts, reverse=True):
        text = text[: first - start] + put + text[last - start :]
    line = text.decode("utf-8", "replace")
    if len(line) > _MOST_COPIED:
        return None
    if "\n" in line or "\r" in line:
        if any(each.type in _LINES_MATTER and each.start_point.row != each.end_point.row for each in walk(node)):
            return None
        line = re.sub(r"\s*[\r\n]\s*", " ", line)
    return line.strip()


def loop_guards(root: Node) -> list[Change]:
    """In every loop, a call with the number 0."""
    found = []
    for node in walk(root):
        body = field(node, "body") if node.type in _LOOPS else None
        if body is None:
            continue
        if body.type == "statement_block":
            found.append(_inside(body, f"{ON};", ""))
        else:
            found.append(_within(body, body.start_byte, _end_of_code(body), f"{{ {ON}; ", " }"))
    return found


def _end_of_code(node: Node) -> int:
    """Without the comment that a statement without a semicolon has at its end."""
    last = next((child for child in reversed(node.children) if child.type != "comment"), None)
    return node.end_byte if last is None else _end_of_code(last)


def inside_block(operator: str, block: Node, prefix: str, suffix: str, *, after: str) -> Change:
    change = _inside(block, prefix, suffix)
    return replace(change, operator=operator, after=after, rank=0)


def _inside(block: Node, prefix: str, suffix: str) -> Change:
    return _within(block, block.start_byte + 1, block.end_byte - 1, prefix, suffix)


def _within(node: Node, start: int, end: int, prefix: str, suffix: str) -> Change:
    return Change(
        operator="",
        start=start,
        end=end,
        line=node.start_point.row + 1,
        end_line=node.end_point.row + 1,
        before=shown(text_of(node)),
        after="",
        prefix=prefix,
        suffix=suffix,
        rank=-1,
    )


def built(text: str, root: Node, numbered: Sequence[tuple[int, Change]]) -> str:
    original = text.encode("utf-8", "replace")
    starts = {node.start_byte for node in walk(root) if node.type == "expression_statement"}
    result, done, opened = bytearray(), 0, -1
    for place, opens, piece in _pieces(numbered):
        result += original[done:place]
        done = place
        if opens and opened != place:
            opened = place
            if place in starts and piece.startswith("("):
                # A statement must not begin with what could be arguments to the line before.
                piece = f"void 0, {piece}"
            if _would_join(bytes(result[-1:]), piece):
                piece = f" {piece}"
        result += piece.encode()
    return (result + original[done:]).decode("utf-8", "replace")


def _pieces(numbered: Sequence[tuple[int, Change]]) -> Iterator[tuple[int, bool, str]]:
    """In the order of the text. At one place what closes comes first, from inside out; then what opens, outside in."""
    pieces = []
    for number, change in numbered:
        call, length = f"{SWITCH}({number})", change.end - change.start
        pieces.append((change.start, 1, -length, change.rank, number, change.prefix.replace(ON, call)))
        pieces.append((change.end, 0, length, -change.rank, -number, change.suffix.replace(ON, call)))
    for place, opens, _, _, _, piece in sorted(pieces):
        yield place, bool(opens), piece


def _would_join(last: bytes, piece: str) -> bool:
    """`else"x".at(0)` needs no blank, `else __testwright_mutant__` does."""
    is_word = last.isalnum() or last in (b"_", b"$") or last >= b"\x80"
    return bool(last) and is_word and (piece[:1].isalnum() or piece[:1] in "_$")
