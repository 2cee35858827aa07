"""Assertions that tell when they are reached: one that no run reaches cannot fail, however much its test notices.

They tell it as switched sources do (`domain.mutants`): the switch is asked with a minus sign before the number, and
answers no.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from testwright.domain.drafts import Case, Draft
from testwright.domain.edges import Edge
from testwright.domain.mutants import SWITCH

_MOST_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Where one begins in a case's code, in bytes. `then` is what goes between the announcement and it."""

    start: int
    text: str
    then: str


def announced(
    draft: Draft, first: int, assertions_in: Callable[[Case, Draft], Iterable[Assertion]]
) -> tuple[Draft, tuple[Edge, ...]]:
    """The draft with an announcement before each of these, and the edges that they meet, numbered from `first` on."""
    edges: list[Edge] = []
    cases: list[Case] = []
    for case in draft.cases:
        code = case.code.encode()
        found = sorted(assertions_in(case, draft), key=lambda assertion: assertion.start)
        for number, assertion in reversed(list(enumerate(found, first + len(edges)))):
            asked = f"{SWITCH}(-{number}){assertion.then}".encode()
            code = code[: assertion.start] + asked + code[assertion.start :]
        for number, assertion in enumerate(found, first + len(edges)):
            edges.append(Edge(number=number, symbol=case.name, name=_shown(assertion.text), check="asserted"))
        cases.append(replace(case, code=code.decode()))
    return replace(draft, cases=tuple(cases)), tuple(edges)


def _shown(text: str) -> str:
    line = " ".join(text.split()).replace("`", "'")
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…"
