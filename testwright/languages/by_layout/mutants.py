"""Small changes of single lines, found by signs that stand apart; what a compiler refuses is left untried later.

All of them lie asleep behind the end of the text, as comments that each hold the number of a line and what it would be.
"""

import base64
import re
from collections.abc import Iterator, Sequence

from testwright.domain.mutants import SWITCH, Mutant
from testwright.languages.by_layout.blocks import blanked
from testwright.languages.by_layout.words import Words

_MOST_SHOWN = 80
_SIGNS = (
    ("boundary", "<", "<="),
    ("boundary", "<=", "<"),
    ("boundary", ">", ">="),
    ("boundary", ">=", ">"),
    ("comparison", "==", "!="),
    ("comparison", "!=", "=="),
    ("condition", "&&", "||"),
    ("condition", "||", "&&"),
    ("arithmetic", "+", "-"),
    ("arithmetic", "-", "+"),
    ("arithmetic", "*", "/"),
    ("arithmetic", "/", "*"),
    ("arithmetic", "%", "*"),
)
_BY_SIGN = {f" {before} ": (operator, f" {after} ") for operator, before, after in _SIGNS}
_PLACE = re.compile(
    "(?P<sign>" + "|".join(re.escape(sign) for sign in _BY_SIGN) + ")"
    r"|\b(?P<truth>true|false)\b|(?<![\w.])(?P<number>\d{1,9})(?![\w.]|\s*=>)"
)
_NO_CODE = re.compile(r"\s*(?:use|import|package|require|#\[|@|module|mod)\b")


def mutants_of(text: str, words: Words) -> tuple[Mutant, ...]:
    return tuple(mutant for mutant, _ in _with_lines(text, words))


def switched(text: str, mutants: Sequence[Mutant], words: Words) -> str:
    lines = {mutant.number: line for mutant, line in _with_lines(text, words)}
    asleep = [
        f"{words.comment} {SWITCH} {mutant.number} {mutant.line} "
        + base64.b64encode(lines[mutant.number].encode()).decode()
        for mutant in mutants
        if mutant.number in lines
    ]
    return "\n".join([text, *asleep, ""])


def _with_lines(text: str, words: Words) -> Iterator[tuple[Mutant, str]]:
    """Each with the whole line as it would be."""
    blank = blanked(text, words)
    end = words.own_tests.search(blank) if words.own_tests is not None else None
    lines, number = text.split("\n"), 0
    for at, seen in enumerate(blank[: end.start() if end else None].split("\n")):
        if _NO_CODE.match(seen):
            continue
        for place in _PLACE.finditer(seen):
            operator, after = _change(place)
            number += 1
            line = lines[at]
            yield (
                Mutant(
                    number=number,
                    operator=operator,
                    line=at + 1,
                    end_line=at + 1,
                    before=line.strip()[:_MOST_SHOWN],
                    after=f"{line[: place.start()]}{after}{line[place.end() :]}".strip()[:_MOST_SHOWN],
                    column=place.start() + 1,
                ),
                f"{line[: place.start()]}{after}{line[place.end() :]}",
            )


def _change(place: re.Match[str]) -> tuple[str, str]:
    if place["sign"]:
        return _BY_SIGN[place["sign"]]
    if place["truth"]:
        return "boolean", "false" if place["truth"] == "true" else "true"
    return "constant", str(int(place["number"]) + 1)
