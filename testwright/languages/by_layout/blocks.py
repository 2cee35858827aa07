"""Where blocks begin and end in a text whose grammar nobody here knows: by its braces, or by `end` and indentation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from testwright.languages.by_layout.words import Words

_OPENS = re.compile(r"^(?:class|module|def|if|unless|case|while|until|begin|for)\b|\bdo\b\s*(?:\|[^|]*\|)?\s*$")
_CLOSING = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """From its opening sign to behind its closing one, as places in the text."""

    start: int
    end: int


def blanked(text: str, words: Words) -> str:
    """The text with blanks for its comments and texts: every other character stays where it is."""
    return words.apart.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def blocks_of(blank: str, words: Words) -> list[Block]:
    """Outer before inner. Raises ValueError with a sentence where something is not closed, or closed twice."""
    found, still_open = _read(blank, words)
    if still_open:
        raise ValueError(f"line {_line_of(blank, still_open[-1])} opens something that is never closed")
    return found


def left_open(blank: str, words: Words) -> list[int]:
    """The places of the blocks that are still open at the end. Raises ValueError as `blocks_of`."""
    return _read(blank, words)[1]


def _read(blank: str, words: Words) -> tuple[list[Block], list[int]]:
    return _by_word(blank) if words.ends_by_word else _by_braces(blank)


def _by_braces(blank: str) -> tuple[list[Block], list[int]]:
    stack: list[int] = []
    found: list[Block] = []
    for place in (match.start() for match in re.finditer(r"[(){}\[\]]", blank)):
        sign = blank[place]
        if sign not in _CLOSING:
            stack.append(place)
            continue
        if not stack or blank[stack[-1]] != _CLOSING[sign]:
            raise ValueError(f"line {_line_of(blank, place)} closes what was not opened")
        start = stack.pop()
        if sign == "}":
            found.append(Block(start=start, end=place + 1))
    return sorted(found, key=lambda block: block.start), stack


def _by_word(blank: str) -> tuple[list[Block], list[int]]:
    stack: list[tuple[int, int]] = []
    found: list[Block] = []
    for place, line in _lines(blank):
        said = line.strip()
        indent = len(line) - len(line.lstrip())
        if said == "end" or said.startswith("end."):
            if not stack or stack[-1][1] != indent:
                raise ValueError(f"line {_line_of(blank, place)} closes what was not opened")
            found.append(Block(start=stack.pop()[0], end=place + indent + len("end")))
        elif _OPENS.search(said) and not re.search(r"\bend$", said):
            stack.append((place + indent, indent))
    return sorted(found, key=lambda block: block.start), [place for place, _ in stack]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for line in text.split("\n"):
        yield place, line
        place += len(line) + 1


def _line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
