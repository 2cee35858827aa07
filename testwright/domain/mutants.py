"""Small changes to the code under test, and which tests notice them.

All mutants of a file are built into one text as switches ("mutant schemata": Untch, Offutt & Harrold, ISSTA 1993), so
that a runner starts once for many: `__testwright_mutant__(7)` in the text answers whether mutant 7 is the one at work.
"""

from dataclasses import dataclass
from enum import StrEnum

from testwright.domain.edges import Edge
from testwright.domain.projects import Limits

SWITCH = "__testwright_mutant__"
"""The function that switched text calls with a mutant's number; whoever runs the text has to put it there."""


def set_for_good(text: str, number: int, *, on: bool) -> str | None:
    """Text with this one mutant built in, which is at work or not, whoever runs it; None where that cannot be set."""
    asked = f"{SWITCH}({number})"
    return text.replace(asked, "(1 == 1)" if on else "(1 == 2)") if asked in text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One small change. `number` counts from 1 within its file, in the order of the text.

    `operator` is arithmetic, boundary, comparison, condition, boolean, constant, string, return, statement, optional,
    nullish or handler. `before` and `after` are the changed piece, each on one line and at most 80 characters long.
    `column` is the character of `line` at which it begins, from 1; 0 where nobody said.
    """

    number: int
    operator: str
    line: int
    end_line: int
    before: str
    after: str
    column: int = 0


def column_of(text: bytes, start: int) -> int:
    """The character of its line, from 1, that the byte `start` of a text is at."""
    return len(text[text.rfind(b"\n", 0, start) + 1 : start].decode()) + 1


class Fate(StrEnum):
    """What became of a mutant. A time-out is a kill; `unreached` and `untried` say nothing about the tests."""

    KILLED = "killed"
    TIMED_OUT = "timed_out"
    SURVIVED = "survived"
    UNREACHED = "unreached"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True, kw_only=True)
class MutantOutcome:
    """`reached_by` are the cases that ran the changed place, `killers` those of them that failed because of it.

    Where it `breaks_load`, the suite could not be loaded: all of its cases fail, and none of them has noticed anything.
    """

    number: int
    fate: Fate
    reached_by: tuple[str, ...] = ()
    killers: tuple[str, ...] = ()
    breaks_load: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeOrder:
    """One run of a suite against many mutants, whose switched source lies at `source_path` already.

    `numbers` are tried in this order until `seconds` have passed; the others come back untried. `edges` are watched for
    while no mutant is at work.
    """

    source_path: str
    suite_path: str
    numbers: tuple[int, ...]
    edges: tuple[Edge, ...] = ()
    seconds: float
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeReport:
    """One outcome for each number that was ordered. `unfit` are cases that failed although no mutant was at work
    (they depend on something that a repetition in one process changes): their word counts for nothing here, and of
    `unasked` ones there was no time to hear all. `met` are the numbers of the edges that were watched for, each with
    the cases that met it.
    """

    outcomes: tuple[MutantOutcome, ...]
    unfit: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    met: tuple[tuple[int, tuple[str, ...]], ...] = ()
    duration_ms: int = 0
