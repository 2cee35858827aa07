"""What stands above the code of many files: licences and lists of thanks, which say nothing about the code."""

import re
from collections.abc import Iterator, Sequence

Cut = tuple[int, int]
"""The first line that is left out, and the last."""

_LEGAL = re.compile(
    r"copyright|licen[cs]e|warrant|permission notice|hereby granted|redistribution|contributor|<\S+@\S+>", re.IGNORECASE
)
_COMMENT = re.compile(r"\s*(?:#|//|/\*|\*)")
_QUOTES = re.compile(r"\s*[rRuU]?(\"\"\"|''')")
_SHORTEST_CUT = 3


def legal_cuts(lines: Sequence[str]) -> list[Cut]:
    """Of the paragraphs that speak of rights and people only the first line stays."""
    paragraphs = [(first, last) for first, last in _paragraphs(lines) if last - first >= _SHORTEST_CUT]
    return [(first + 1, last) for first, last in paragraphs if _is_legal(lines, first, last)]


def preface_cut(lines: Sequence[str]) -> list[Cut]:
    """All but its first paragraph, and the line that closes it."""
    paragraphs = list(_paragraphs(lines))
    if not paragraphs:
        return []
    head, last = paragraphs[0][1], _last_line(lines) - 1
    return [(head + 1, last)] if last - head >= _SHORTEST_CUT else []


def _is_legal(lines: Sequence[str], first: int, last: int) -> bool:
    return any(_LEGAL.search(line) for line in lines[first - 1 : last])


def _paragraphs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Of the preface, without the line that may close it."""
    first = 0
    for number in range(1, _last_line(lines)):
        is_blank = not lines[number - 1].strip(" \t#/*")
        if first and (is_blank or _QUOTES.match(lines[number - 1])):
            yield first, number - 1
            first = 0
        if not is_blank and not first:
            first = number
    if first:
        yield first, _last_line(lines) - 1


def _last_line(lines: Sequence[str]) -> int:
    """Of the comments and the docstring before the first line of code; 0 without any."""
    last, quotes = 0, ""
    for number, line in enumerate(lines, 1):
        opened = _QUOTES.match(line)
        if quotes:
            last, quotes = number, "" if quotes in line else quotes
        elif opened is not None:
            quotes = "" if line.count(opened[1]) > 1 else opened[1]
            last = number
        elif _COMMENT.match(line):
            last = number
        elif line.strip():
            break
    return last
