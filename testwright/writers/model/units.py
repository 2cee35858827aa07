"""The unit under test as a model is shown it: the parts in question whole, the others by their first lines.

A large file is asked about in segments, cut between its functions and methods.
"""

import math
from collections.abc import Collection, Iterator

from testwright.domain.analysis import Analysis, Symbol
from testwright.domain.edges import Edge

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


def symbols_at(analysis: Analysis, lines: Collection[int]) -> frozenset[str]:
    """The symbols that these lines stand in; none when one of them stands outside of all: then the whole counts."""
    leaves = _leaves(analysis.symbols)
    found: set[str] = set()
    for line in lines:
        around = [symbol.name for symbol in leaves if symbol.line <= line <= symbol.end_line]
        if not around:
            return frozenset()
        found.update(around)
    return frozenset(found)


def symbols_with(analysis: Analysis, lines: Collection[int], edges: Collection[Edge]) -> frozenset[str]:
    """The symbols that these lines stand in or these boundary cases are of; none when the whole counts."""
    at, of = symbols_at(analysis, lines), symbols_named(analysis, [edge.symbol for edge in edges])
    is_whole = (lines and not at) or (edges and not of)
    return frozenset() if is_whole else at | of


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
    comment = "#" if analysis.language == "python" else "//"
    lines = text.split("\n")
    cuts = dict(_cuts(lines, analysis, focus)) if focus else {}
    shown: list[str] = []
    number = 1
    while number <= len(lines):
        line = lines[number - 1]
        shown.append(f"{line}  {comment} {number}" if number in numbered else line)
        last = cuts.get(number)
        if last is not None:
            indent = " " * (len(lines[number]) - len(lines[number].lstrip()))
            shown.append(f"{indent}{comment} … lines {number + 1}-{last}")
            number = last
        number += 1
    return "\n".join(shown)


def listed(analysis: Analysis, focus: frozenset[str]) -> str:
    """What tests are wanted for, in words."""
    wanted = [symbol for symbol in analysis.symbols if not focus or symbol.name in focus]
    return ", ".join(f"{symbol.name} ({symbol.kind})" for symbol in wanted)


def _leaves(symbols: Collection[Symbol]) -> list[Symbol]:
    """Symbols that hold no other symbol, in the order of the text."""
    holders = {symbol.name.rpartition(".")[0] for symbol in symbols}
    return sorted((symbol for symbol in symbols if symbol.name not in holders), key=lambda symbol: symbol.line)


def _cuts(lines: list[str], analysis: Analysis, focus: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The last line of each head that is kept, and the last line that is cut below it."""
    wanted = [symbol for symbol in _leaves(analysis.symbols) if symbol.name in focus]
    end = 0
    for symbol in _leaves(analysis.symbols):
        overlaps = any(symbol.line <= other.end_line and other.line <= symbol.end_line for other in wanted)
        head = _head_end(lines, symbol)
        if overlaps or symbol.line <= end or symbol.end_line - head < _SHORTEST_CUT:
            continue
        end = symbol.end_line
        yield head, end


def _head_end(lines: list[str], symbol: Symbol) -> int:
    last = min(symbol.end_line, symbol.line + _LONGEST_HEAD)
    ends = (number for number in range(symbol.line, last) if lines[number - 1].rstrip().endswith((":", "{")))
    return next(ends, symbol.line)
