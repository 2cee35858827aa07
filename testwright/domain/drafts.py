"""Tests as proposed. Nobody has run them yet."""

from dataclasses import dataclass

from testwright.domain.suspects import Suspect


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test that can be dropped without costing its siblings.

    `name` is unique in its suite and is what the runner's report calls it: the function's or method's name (pytest,
    unittest), or the title of the `it` (all others). `group` is the title of the `describe`, or the name of the class,
    that it stands in, or None. `setting` is what that group has for its tests alone: hooks, helpers, values. `code` is
    the test alone, without the group around it and without imports. `targets` are names of the symbols it is meant for,
    `scenario` is "happy", "edge", "error" or "integration". `mended` says what was put right in it without its writer;
    `suspect` is the writer's word that the code is wrong where it fails.
    `writer` is who wrote it, where several work together; empty when there is but one. `oracle` is "observed" where
    what it expects was seen when the code was run: what the code does, whether that is right or not. Else it is empty.
    A case that is `tabled` may stand as the row of a table among others that differ from it only in values.
    """

    name: str
    code: str
    group: str | None = None
    setting: str = ""
    targets: tuple[str, ...] = ()
    scenario: str = "happy"
    mended: str = ""
    suspect: str = ""
    writer: str = ""
    oracle: str = ""
    tabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A suite as proposed: what all tests share (`preamble`: imports, helpers, hooks), and the tests, apart."""

    preamble: str
    cases: tuple[Case, ...]

    def only(self, names: frozenset[str]) -> "Draft":
        return Draft(preamble=self.preamble, cases=tuple(case for case in self.cases if case.name in names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A draft as the file that is run and delivered: one of its own, or the project's suite that it was added to.

    `beside` says why it has a file of its own although the project has a suite for the same source.
    """

    path: str
    text: str
    is_added: bool = False
    beside: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """A case put right by rule, the preamble it now needs, and in words what was done."""

    case: Case
    preamble: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What answers of a model took. `cost_usd` is None when no price is known, 0 when nothing was bought."""

    tokens: int = 0
    cost_usd: float | None = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        unknown = self.cost_usd is None or other.cost_usd is None
        cost = None if unknown else (self.cost_usd or 0.0) + (other.cost_usd or 0.0)
        return Usage(tokens=self.tokens + other.tokens, cost_usd=cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What has to be known of the questions a model was asked.

    `prompts` is the version of their wording. `left_out` is context there was no room for. `redacted` counts by kind
    what was masked before a question left. `problem` says why a part of the answers could not be used; empty when all
    could. `problem_code` is the code of the error that an answer was missed for, where it was one.
    """

    prompts: str
    left_out: tuple[str, ...] = ()
    redacted: tuple[tuple[str, int], ...] = ()
    problem: str = ""
    problem_code: str = ""

    def __or__(self, other: "Asked") -> "Asked":
        """Of two questions about one file; a secret that both would have shown counts once."""
        redacted = dict(self.redacted)
        for kind, count in other.redacted:
            redacted[kind] = max(count, redacted.get(kind, 0))
        return Asked(
            prompts=other.prompts or self.prompts,
            left_out=tuple(dict.fromkeys((*self.left_out, *other.left_out))),
            redacted=tuple(sorted(redacted.items())),
            problem=self.problem or other.problem,
            problem_code=self.problem_code if self.problem else other.problem_code,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What a writer that runs the code had to leave alone: a symbol, or single calls of it (`because` says which).

    `symbol` is empty where it is about the whole file.
    """

    symbol: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A draft, what its writer suspects to be bugs, and what it skipped.

    `asked` is None when no model was asked.
    """

    draft: Draft
    suspects: tuple[Suspect, ...] = ()
    asked: Asked | None = None
    skipped: tuple[Skipped, ...] = ()
