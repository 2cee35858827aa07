"""The unit under test as a model is shown it: the parts in question whole, the others by their first lines.

A large file is asked about in segments, cut between its functions and methods.
"""

import math
from collections.abc import Collection, Iterator, Sequence

from testwright.domain.analysis import Analysis, Symbol
from testwright.domain.edges import Edge
from testwright.writers.model.pieces import pieces_of, used_by, users_of
from testwright.writers.model.preface import Cut, legal_cuts, preface_cut

SEGMENT_LINES = 600
SEGMENT_SYMBOLS = 40
_LONGEST_HEAD = 12
_SHORTEST_CUT = 3
_MOST_SEGMENTS = 12


def segments(analysis: Analysis) -> list[frozenset[str]]:
    """Names of symbols that are asked about together, in parts of about one size; an empty set means the whole file."""
    leaves = _leaves(analysis.symbols)
    total = sum(map(_length, leaves))
    count = min(_MOST_SEGMENTS, max(math.ceil(total / SEGMENT_LINES), math.ceil(len(leaves) / SEGMENT_SYMBOLS)))
    if count <= 1:
        return [frozenset()]
    parts: list[set[str]] = [set() for _ in range(count)]
    before = 0
    for symbol in leaves:
        middle = before + _length(symbol) / 2
        parts[min(count - 1, int(middle * count / total))].add(symbol.name)
        before += _length(symbol)
    return [frozenset(part) for part in parts if part]


def _length(symbol: Symbol) -> int:
    return symbol.end_line - symbol.line + 1


def symbols_with(source: str, analysis: Analysis, lines: Collection[int], edges: Collection[Edge]) -> frozenset[str]:
    """The symbols that these lines stand in or these boundary cases are of; none when the whole counts.

    A line in a helper that is no symbol counts for the symbols that come to use it.
    """
    leaves = _leaves(analysis.symbols)
    of = symbols_named(analysis, [edge.symbol for edge in edges])
    if edges and not of:
        return frozenset()
    found = set(of)
    outside: set[int] = set()
    for line in lines:
        around = [symbol.name for symbol in leaves if symbol.line <= line <= symbol.end_line]
        found.update(around)
        outside |= set() if around else {line}
    text = source.split("\n")
    pieces = pieces_of(text) if outside else []
    for piece in [piece for piece in pieces if any(map(piece.holds, outside))]:
        users = users_of(pieces, text, piece)
        using = [leaf.name for leaf in leaves if any(user.holds(leaf.line) for user in users)]
        if not piece.name or not using:
            return frozenset()
        found.update(using)
    return frozenset(found)


def symbols_named(analysis: Analysis, targets: Collection[str]) -> frozenset[str]:
    """The symbols that tests say they are for: a class stands for its methods. None when one of them is unknown."""
    leaves = _leaves(analysis.symbols)
    found: set[str] = set()
    for target in targets:
        meant = [leaf.name for leaf in leaves if leaf.name == target or leaf.name.startswith(f"{target}.")]
        meant = meant or [leaf.name for leaf in leaves if leaf.name.endswith(f".{target}")]
        if not meant:
            return frozenset()
        found.update(meant)
    return frozenset(found)


def excerpt(text: str, analysis: Analysis, focus: frozenset[str], numbered: Collection[int] = ()) -> str:
    """The text with symbols outside of the focus (when there is one) cut to their heads; `numbered` lines say so."""
    lines = text.split("\n")
    cuts = list(_cuts(lines, analysis, focus)) if focus else []
    return _shown(lines, analysis, [*cuts, *legal_cuts(lines)], numbered)


def close_excerpt(
    text: str, analysis: Analysis, focus: frozenset[str], numbered: Collection[int] = (), said: str = ""
) -> str:
    """The same, and what neither the focus nor what is `said` comes to use is left out, the file's preface too."""
    if not focus:
        return excerpt(text, analysis, focus, numbered)
    lines = text.split("\n")
    cuts = [*_cuts(lines, analysis, focus), *_unused(lines, analysis, focus, numbered, said), *preface_cut(lines)]
    return _shown(lines, analysis, cuts, numbered)


def _shown(lines: Sequence[str], analysis: Analysis, cuts: Collection[Cut], numbered: Collection[int]) -> str:
    """One remark for each cut; where only blank lines stand between two, one for both."""
    comment = "#" if analysis.language in ("python", "ruby") else "//"
    gone = {number for first, last in cuts for number in range(first, last + 1)}
    shown: list[str] = []
    number = 1
    while number <= len(lines):
        line = lines[number - 1]
        if number not in gone:
            shown.append(f"{line}  {comment} {number}" if number in numbered else line)
            number += 1
            continue
        last = number
        while (last + 1) in gone or (last < len(lines) and _leads_to_a_cut(lines, last + 1, gone)):
            last += 1
        indent = " " * (len(line) - len(line.lstrip()))
        shown.append(f"{indent}{comment} … lines {number}-{last}")
        number = last + 1
    return "\n".join(shown)


def _leads_to_a_cut(lines: Sequence[str], number: int, gone: Collection[int]) -> bool:
    while number <= len(lines) and number not in gone and not lines[number - 1].strip():
        number += 1
    return number in gone


def _unused(
    lines: Sequence[str], analysis: Analysis, focus: frozenset[str], numbered: Collection[int], said: str
) -> Iterator[Cut]:
    """What has a name that nothing in question mentions, however far around."""
    wanted = [leaf for leaf in _leaves(analysis.symbols) if leaf.name in focus]
    pieces = pieces_of(lines)
    start = [
        piece
        for piece in pieces
        if any(piece.line <= leaf.end_line and leaf.line <= piece.end_line for leaf in wanted)
        or any(map(piece.holds, numbered))
    ]
    used = used_by(pieces, lines, start, said)
    outers = {piece.outer for piece in used}
    for piece in pieces:
        is_used = piece in used or piece.name in outers or (not piece.name and piece.outer in outers)
        end = piece.end_line
        while end > piece.line and not lines[end - 1].strip():
            end -= 1
        if (piece.name or piece.outer) and not is_used and end - piece.line >= _SHORTEST_CUT:
            yield piece.line, end


def listed(analysis: Analysis, focus: frozenset[str]) -> str:
    """What tests are wanted for, in words."""
    wanted = [symbol for symbol in analysis.symbols if not focus or symbol.name in focus]
    return ", ".join(f"{symbol.name} ({symbol.kind})" for symbol in wanted)


def _leaves(symbols: Collection[Symbol]) -> list[Symbol]:
    """Symbols that hold no other symbol, in the order of the text."""
    holders = {symbol.name.rpartition(".")[0] for symbol in symbols}
    return sorted((symbol for symbol in symbols if symbol.name not in holders), key=lambda symbol: symbol.line)


def _cuts(lines: Sequence[str], analysis: Analysis, focus: frozenset[str]) -> Iterator[Cut]:
    """What is left out below the heads of symbols outside of the focus."""
    wanted = [symbol for symbol in _leaves(analysis.symbols) if symbol.name in focus]
    end = 0
    for symbol in _leaves(analysis.symbols):
        overlaps = any(symbol.line <= other.end_line and other.line <= symbol.end_line for other in wanted)
        head = _head_end(lines, symbol.line, symbol.end_line)
        if overlaps or symbol.line <= end or symbol.end_line - head < _SHORTEST_CUT:
            continue
        end = symbol.end_line
        yield head + 1, end


def _head_end(lines: Sequence[str], line: int, end_line: int) -> int:
    last = min(end_line, line + _LONGEST_HEAD)
    ends = (number for number in range(line, last) if lines[number - 1].rstrip().endswith((":", "{")))
    return next(ends, line)
