"""Taking a suite apart into tests, and putting tests together, by where its blocks begin and end."""

import re
import textwrap
from dataclasses import dataclass, replace

from testwright.domain.drafts import Case, Draft
from testwright.languages.by_layout.blocks import Block, blanked, blocks_of, left_open
from testwright.languages.by_layout.words import Words

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A test in a text: its name, and from where to where it goes, its comments included."""

    name: str
    start: int
    end: int


def tests_in(text: str, words: Words) -> list[Found]:
    """Raises ValueError with a sentence where blocks do not close."""
    blank = blanked(text, words)
    blocks = blocks_of(blank, words)
    found: list[Found] = []
    for match in words.test.finditer(blank):
        block = _block_of(match, blocks, words)
        if block is None:
            raise ValueError(f"the test {match['name']} has no body")
        start = _with_comments(text, blank, match.start())
        found.append(Found(name=match["name"], start=start, end=block.end))
    return found


def _block_of(match: re.Match[str], blocks: list[Block], words: Words) -> Block | None:
    """Where blocks end by a word, it is the test's first line that opens its own."""
    first = match.start() if words.ends_by_word else match.end()
    return next((block for block in blocks if block.start >= first), None)


def _with_comments(text: str, blank: str, place: int) -> int:
    """The start of the line, and of the comment right above it."""
    start = text.rfind("\n", 0, place) + 1
    if blank[start:place].strip():  # it stands in the line of something else
        return place
    while start > 0:
        above = text.rfind("\n", 0, start - 1) + 1
        if blank[above : start - 1].strip() or not text[above : start - 1].strip():
            break
        start = above
    return start


def split(suite: str, words: Words) -> Draft:
    """Raises ValueError with a sentence."""
    try:
        found = tests_in(suite, words)
        blocks = blocks_of(blanked(suite, words), words)
    except ValueError as error:
        raise ValueError(f"The suite does not parse: {error}.") from error
    around = {_around(test, blocks) for test in found}
    if len(around) > 1:
        raise ValueError("Its tests stand in more than one block; put them into one.")
    ends = sorted((end for _, end in next(iter(around), ())), reverse=True)
    closing = len("end") if words.ends_by_word else 1
    rest = suite
    cuts = [(test.start, test.end) for test in found] + [(end - closing, end) for end in ends]
    for start, end in sorted(cuts, reverse=True):
        rest = rest[:start] + rest[end:]
    cases = (Case(name=test.name, code=_flush(suite[test.start : test.end])) for test in found)
    return Draft(preamble=_BLANK_LINES.sub("\n\n", rest).strip(), cases=tuple(cases))


def _around(test: Found, blocks: list[Block]) -> tuple[tuple[int, int], ...]:
    return tuple((block.start, block.end) for block in blocks if block.start < test.start and test.end < block.end)


def _flush(code: str) -> str:
    return textwrap.dedent(code).strip("\n").rstrip()


def render(draft: Draft, words: Words) -> str:
    """The preamble opens what the tests stand in; it is closed behind them."""
    preamble, depth = draft.preamble.rstrip(), 0
    try:
        depth = len(left_open(blanked(preamble, words), words))
    except ValueError:
        depth = 0  # the gates say what is wrong with it
    step = "  " if words.ends_by_word else _step_of(preamble)
    inside = step * depth
    cases = [textwrap.indent(case.code, inside) for case in draft.cases]
    closings = [step * level + ("end" if words.ends_by_word else "}") for level in reversed(range(depth))]
    body = "\n\n".join(part for part in (preamble, *cases) if part)
    return "\n".join([body, *closings]) + "\n"


def _step_of(preamble: str) -> str:
    found = re.search(r"^([ \t]+)\S", preamble, re.MULTILINE)
    return found[1] if found else "    "


def joined(preamble: str, other: str, words: Words, *, first_wins: bool) -> str:
    """Imports of both; raises ValueError where each brings helpers of its own and the first is not to win."""
    if not preamble.strip() or not other.strip():
        return preamble if preamble.strip() else other
    have = {" ".join(found[0].split()) for found in words.imports.finditer(preamble)}
    new = [found[0] for found in words.imports.finditer(other) if " ".join(found[0].split()) not in have]
    lines = {line.strip() for line in preamble.splitlines()}
    rest = words.imports.sub("", other)
    if not first_wins and any(line.strip() and line.strip() not in lines for line in rest.splitlines()):
        raise ValueError("both bring helpers of their own")
    if not new:
        return preamble
    last = max((found.end() for found in words.imports.finditer(preamble)), default=None)
    if last is None:
        opening = re.match(r"package\b[^\n]*\n?", preamble)
        last = opening.end() if opening else 0
    added = "\n".join(new)
    return f"{preamble[:last].rstrip()}\n{added}\n{preamble[last:].removeprefix(chr(10))}".strip("\n")


def renamed(case: Case, name: str) -> Case:
    return replace(case, name=name, code=re.sub(rf"\b{re.escape(case.name)}\b", name, case.code, count=1))
