"""Tests as proposed. Nobody has run them yet."""

from dataclasses import dataclass

from testwright.domain.suspects import Suspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test that can be dropped without costing its siblings.

    `name` is unique in its suite and is what the runner's report calls it: the function's or method's name (pytest,
    unittest), or the title of the `it` (all others). `group` is the title of the `describe`, or the name of the class,
    that it stands in, or None. `code` is the test alone, without the group around it and without imports. `targets` are
    names of the symbols it is meant for, `scenario` is "happy", "edge", "error" or "integration". `mended` says
    what was put right in it without its writer; `suspect` is the writer's word that the code is wrong where it fails.
    """

    name: str
    code: str
    group: str | None = None
    targets: tuple[str, ...] = ()
    scenario: str = "happy"
    mended: str = ""
    suspect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A suite as proposed: what all tests share (`preamble`: imports, helpers, hooks), and the tests, apart."""

    preamble: str
    cases: tuple[Case, ...]

    def only(self, names: frozenset[str]) -> "Draft":
        return Draft(preamble=self.preamble, cases=tuple(case for case in self.cases if case.name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """A case put right by rule, the preamble it now needs, and in words what was done."""

    case: Case
    preamble: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a draft cost. `cost_usd` is None when no price is known, 0 when nothing was bought."""

    tokens: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.cost_usd is None or other.cost_usd is None
        cost = None if unknown else (self.cost_usd or 0.0) + (other.cost_usd or 0.0)
        return Usage(tokens=self.tokens + other.tokens, cost_usd=cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A draft together with what it took to get it, and what its writer suspects to be bugs."""

    draft: Draft
    usage: Usage = Usage()
    suspects: tuple[Suspect, ...] = ()
