"""A source text in pieces, as it is laid out: functions, classes and methods, private ones too, and who uses whom.

Read by the layout, for all languages alike: what it does not understand stays one piece, and is never cut.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_NAMED = re.compile(
    r"\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:abstract\s+)?"
    r"(?:(?P<class>class|namespace)\s+|(?:def|function\*?|interface|const|let|var|type|enum)\s+)(?P<name>[\w$]+)"
)
_METHOD = re.compile(
    r"\s*(?:(?:public|private|protected|static|async|get|set|override|readonly|\*)\s*)*(?P<name>[#\w$]+)\s*\("
)
_ASSIGNED = re.compile(r"(?P<name>[\w$]+)\s*(?::[^=]+)?=")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_GOES_ON = re.compile(r"\s*[)\]}]|\s*(?:else|elif|except|finally|catch)\b")
_DECORATES = re.compile(r"\s*@")
_REMARK = re.compile(r"\s*(?://|#(?=[\s#!]|$))")
_BLOCK = re.compile(r"\s*/\*")
_CALLED_BY_ITSELF = re.compile(r"__\w+__|constructor|toString|toJSON|valueOf")
_KEYWORDS = frozenset({"if", "for", "while", "switch", "return", "with", "catch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines from `line` to `end_line`; `name` is empty where nothing is named. `outer` is the class around a method."""

    line: int
    end_line: int
    name: str = ""
    outer: str = ""

    def holds(self, line: int) -> bool:
        return self.line <= line <= self.end_line


def pieces_of(lines: Sequence[str]) -> list[Piece]:
    """In the order of the text. A class is given as its head, and each of its members by itself."""
    return list(_pieces(lines, _remarks(lines), 1, len(lines), ""))


def used_by(pieces: Sequence[Piece], lines: Sequence[str], start: Collection[Piece], said: str = "") -> set[Piece]:
    """What these pieces mention, what that mentions, and so on; `said` is other text whose words count as well.

    A class that is used is used with all that the language calls by itself.
    """
    lines = _without_remarks(lines)
    found, words = set(start), set(_WORD.findall(said))
    waiting = list(start)
    while True:
        for piece in waiting:
            words |= _words(piece, lines) | ({piece.outer} if piece.outer else set())
        waiting = [piece for piece in pieces if piece not in found and _is_meant(piece, words)]
        if not waiting:
            return found
        found |= set(waiting)


def _is_meant(piece: Piece, words: Collection[str]) -> bool:
    return piece.name in words or (piece.outer in words and _CALLED_BY_ITSELF.fullmatch(piece.name) is not None)


def users_of(pieces: Sequence[Piece], lines: Sequence[str], used: Piece) -> set[Piece]:
    """The pieces that mention this one, those that mention them, and so on, itself included."""
    lines = _without_remarks(lines)
    found, waiting = {used}, {used}
    while waiting:
        names = {name for piece in waiting for name in (piece.name, piece.outer) if name}
        waiting = {piece for piece in pieces if piece not in found and names & _words(piece, lines)}
        found |= waiting
    return found


def _words(piece: Piece, lines: Sequence[str]) -> set[str]:
    return set(_WORD.findall("\n".join(lines[piece.line - 1 : piece.end_line])))


def _remarks(lines: Sequence[str]) -> frozenset[int]:
    """Numbers of the lines that are comments and nothing else."""
    found: list[int] = []
    is_open = False
    for number, line in enumerate(lines, 1):
        begins = not is_open and _BLOCK.match(line) is not None
        if is_open or begins or _REMARK.match(line):
            found.append(number)
        is_open = (is_open or begins) and "*/" not in line
    return frozenset(found)


def _without_remarks(lines: Sequence[str]) -> list[str]:
    """What a comment mentions is not used for that."""
    remarks = _remarks(lines)
    return ["" if number in remarks else line for number, line in enumerate(lines, 1)]


def _pieces(lines: Sequence[str], remarks: frozenset[int], first: int, last: int, outer: str) -> Iterator[Piece]:
    for start, end in _runs(lines, remarks, first, last):
        numbers = range(start, end + 1)
        head = next((lines[each - 1] for each in numbers if not _stands_before(lines, remarks, each)), "")
        named = _NAMED.match(head)
        if named is not None and named["class"] and not outer:
            inside = next(
                (number for number in range(start + 1, end + 1) if _indent(lines[number - 1]) > _indent(head)), 0
            )
            yield from _class_pieces(lines, remarks, start, end, inside, named["name"])
            continue
        name = named["name"] if named is not None else ""
        if not name:
            other = (_METHOD if outer else _ASSIGNED).match(head)
            name = other["name"] if other is not None and other["name"] not in _KEYWORDS else ""
        yield Piece(line=start, end_line=end, name=name, outer=outer)


def _class_pieces(
    lines: Sequence[str], remarks: frozenset[int], start: int, end: int, inside: int, name: str
) -> Iterator[Piece]:
    if not inside:
        yield Piece(line=start, end_line=end, name=name)
        return
    yield Piece(line=start, end_line=inside - 1, name=name)
    yield from _pieces(lines, remarks, inside, end, name)


def _stands_before(lines: Sequence[str], remarks: frozenset[int], number: int) -> bool:
    return number in remarks or _DECORATES.match(lines[number - 1]) is not None


def _runs(lines: Sequence[str], remarks: frozenset[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    """From one line at the outermost indentation to the next, decorators and comments with what they stand above."""
    indent = _indent(next((line for line in lines[first - 1 : last] if line.strip()), ""))
    start = first
    for number in range(first + 1, last + 1):
        line = lines[number - 1]
        begins = line.strip() and _indent(line) <= indent and not _GOES_ON.match(line)
        if begins and not _stands_before(lines, remarks, number - 1):
            yield start, number - 1
            start = number
    if first <= last:
        yield start, last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
