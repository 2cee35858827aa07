"""Text put into a file that somebody else wrote. Nothing of theirs is changed, moved or taken away."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


class CannotAdd(ValueError):
    """The message is a clause that says why nothing can be added to the file: "it does not parse"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """`text` belongs before the byte `at` of the file's UTF-8. Its lines end as the file's will."""

    at: int
    text: str


def with_insertions(host: str, insertions: Iterable[Insertion]) -> str:
    """The text with all of them in it; those for one place in their own order, lines ended as the host's are."""
    encoded, newline = host.encode(), newline_of(host)
    pieces: list[bytes] = []
    before = 0
    for insertion in sorted(insertions, key=lambda one: one.at):
        pieces += [encoded[before : insertion.at], insertion.text.replace("\n", newline).encode()]
        before = insertion.at
    return b"".join([*pieces, encoded[before:]]).decode()


def newline_of(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


Ranges = tuple[tuple[int, int], ...]
"""Parts of a text, each from a byte to the byte behind it, in their order."""


def added_ranges(new: bytes, old: bytes) -> Ranges | None:
    """Which parts of the new text are not of the old one; None when the new one does not hold all of it, in order."""
    found = _ranges(new, old, by_lines=True)
    return found if found is not None else _ranges(new, old, by_lines=False)


def holds_all_of(new: bytes, old: bytes) -> bool:
    """Whether every byte of the old text stands in the new one, in its order: whether the new one only adds."""
    return added_ranges(new, old) is not None


def without(new: bytes, ranges: Iterable[tuple[int, int]]) -> bytes:
    """The text as it was before these parts were added."""
    kept: list[bytes] = []
    at = 0
    for start, end in ranges:
        kept.append(new[at:start])
        at = end
    return b"".join([*kept, new[at:]])


def _ranges(new: bytes, old: bytes, *, by_lines: bool) -> Ranges | None:
    """Byte by byte, each at the first place it can have; `by_lines`, a line that stands whole further on is taken."""
    found: list[tuple[int, int]] = []
    at = 0
    for line in old.splitlines(keepends=True):
        place = at if new.startswith(line, at) else new.find(b"\n" + line, at) + 1 if by_lines else 0
        pieces = [line] if place or new.startswith(line, at) else [bytes([byte]) for byte in line]
        for piece in pieces:
            place = new.find(piece, max(place, at))
            if place < 0:
                return None
            found += [(at, place)] if place > at else []
            at = place + len(piece)
    return (*found, (at, len(new))) if at < len(new) else tuple(found)


def is_generated(text: str) -> bool:
    """Whether a program says in the first lines that it wrote the file, and will write it again."""
    opening = "\n".join(text.splitlines()[:12])
    return re.search(r"@generated\b|do not (?:edit|modify)\b|auto-?generated", opening, re.IGNORECASE) is not None
