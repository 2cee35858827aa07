"""What the steps lay on the desk for one another."""

from dataclasses import dataclass, replace
from hashlib import sha256

from testwright.domain.conventions import Layout, TypeCheck
from testwright.domain.mutants import Fate, Mutant, MutantOutcome
from testwright.domain.redaction import redacted
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Drop, Fault, FileCoverage, OwnFailure, Trouble
from testwright.pipeline import asking

MOST_MESSAGE = 4000
"""A failure is cut to this before it goes into a repair prompt or an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one test did. `gate` and `reason` are empty when it passed; `lines` and `branches` are as in CaseOutcome.

    `trouble` is what was missing here, when that is why it failed.
    """

    name: str
    passed: bool
    gate: str = ""
    reason: str = ""
    duration_ms: float = 0.0
    lines: frozenset[int] | None = None
    branches: frozenset[str] | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How the tests of one attempt did. `unrunnable` says why nothing could be run here at all, else it is empty.

    `types` is None where the project does not check types; `checked` is the digest of the suite they were checked in,
    where the checker held nothing against it.
    """

    attempt: int
    results: tuple[CaseResult, ...]
    coverage: FileCoverage | None = None
    unrunnable: str = ""
    hint: str | None = None
    types: TypeCheck | None = None
    checked: str = ""

    def known_types(self, text: str) -> TypeCheck | None:
        """What the project's type checker will say of this text, where that was seen already."""
        return self.types if self.checked == digest_of(text) else self.unchecked

    @property
    def unchecked(self) -> TypeCheck | None:
        """What kept the project's type checker from an answer: it will keep it again."""
        return self.types if self.types is not None and self.types.problem else None

    @property
    def passed(self) -> frozenset[str]:
        return frozenset(result.name for result in self.results if result.passed)

    @property
    def missed(self) -> tuple[int, ...]:
        """Lines that no test runs; empty when that was not measured."""
        return tuple(sorted(self.coverage.lines_missed)) if self.coverage else ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What the writer may try to mend."""
        return tuple(
            Fault(name=result.name, gate=result.gate, message=result.reason)
            for result in self.results
            if not result.passed and result.gate != asking.GATE and result.trouble is None
        )

    @property
    def troubles(self) -> tuple[tuple[str, Trouble], ...]:
        return tuple((result.name, result.trouble) for result in self.results if result.trouble is not None)

    @property
    def drops(self) -> tuple[Drop, ...]:
        return tuple(
            Drop(name=result.name, gate=result.gate, reason=result.reason)
            for result in self.results
            if not result.passed
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A suite of the project's own that new tests are put into. `text` is as it was before.

    `new_path` is where they go instead when what was drafted cannot be put into it. `package` is the name by which the
    project's package goes in its own tests, where they were seen to reach the source; else it is empty.
    """

    path: str
    text: str
    new_path: str
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the project's own tests of this file reach. `measured` is False when they could not be run.

    `failures` are those of them that fail, and are not counted. `beside` says why the tests get a file of their own
    although the project has a suite for this file.
    """

    measured: bool
    coverage: FileCoverage | None = None
    failures: tuple[OwnFailure, ...] = ()
    host: Host | None = None
    beside: str = ""


_TRIED = frozenset({Fate.KILLED, Fate.TIMED_OUT, Fate.SURVIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What the tests of one attempt noticed. `problem` says why the code could not be broken, else it is empty.

    `met` are all edges by their numbers, each with the cases that met it; it says something where they were `watched`.
    `unmoved` are mutants that there was no time to try on all, each with the cases that were asked and did not notice.
    `proven_further` are cases that noticed one of the changes that were left out of the sample, and none within it.
    `passed_by` are cases that never came to one of their assertions, each with its text.
    """

    mutants: tuple[Mutant, ...] = ()
    outcomes: tuple[MutantOutcome, ...] = ()
    unfit: tuple[str, ...] = ()
    problem: str = ""
    watched: bool = False
    met: tuple[tuple[int, tuple[str, ...]], ...] = ()
    unmoved: tuple[tuple[int, tuple[str, ...]], ...] = ()
    proven_further: tuple[str, ...] = ()
    passed_by: tuple[tuple[str, str], ...] = ()

    @property
    def tried(self) -> tuple[MutantOutcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.fate in _TRIED)

    @property
    def survivors(self) -> tuple[Mutant, ...]:
        alive = {outcome.number for outcome in self.outcomes if outcome.fate is Fate.SURVIVED}
        return tuple(mutant for mutant in self.mutants if mutant.number in alive)

    def kills_of(self, name: str) -> tuple[int, ...]:
        return tuple(outcome.number for outcome in self.tried if name in outcome.killers and not outcome.breaks_load)

    def faced_by(self, name: str) -> tuple[int, ...]:
        """Numbers of the mutants that were tried on this test, which ran into them."""
        tried = tuple(
            outcome.number for outcome in self.tried if name in outcome.reached_by and not outcome.breaks_load
        )
        return (*tried, *(number for number, names in self.unmoved if name in names))

    def edges_of(self, name: str) -> tuple[int, ...]:
        """Numbers of the boundary cases that this test meets."""
        return tuple(number for number, names in self.met if name in names)

    @property
    def unmet(self) -> frozenset[int]:
        return frozenset(number for number, names in self.met if not names)

    def seen_by(self, names: frozenset[str]) -> "Challenge":
        """The same challenge as if only these tests had been there. Each kill by one of them was observed."""
        return Challenge(
            mutants=self.mutants,
            outcomes=tuple(_seen_by(outcome, names) for outcome in self.outcomes),
            unfit=tuple(name for name in self.unfit if name in names),
            problem=self.problem,
            watched=self.watched,
            met=_among(names, self.met),
            unmoved=_among(names, self.unmoved),
            proven_further=tuple(name for name in self.proven_further if name in names),
            passed_by=tuple((name, text) for name, text in self.passed_by if name in names),
        )

    @property
    def untried(self) -> frozenset[int]:
        return frozenset(outcome.number for outcome in self.outcomes if outcome.fate is Fate.UNTRIED)

    def with_answers_of(self, later: "Challenge") -> "Challenge":
        """What was not tried on all, as far as some were asked of it later: a kill is a kill by whomever."""
        joined = self.with_tests_of(later)
        tried = {outcome.number for outcome in joined.tried}
        unmoved = ((each.number, each.reached_by) for each in later.tried if each.number not in tried)
        return replace(joined, unmoved=(*joined.unmoved, *unmoved))

    def with_tests_of(self, later: "Challenge") -> "Challenge":
        """Tests that had no word here but in a challenge of their own join the others in what these were seen to do."""
        told = {outcome.number: outcome for outcome in later.tried}
        outcomes = (_joined(outcome, told.get(outcome.number)) for outcome in self.outcomes)
        return replace(self, outcomes=tuple(outcomes), unfit=later.unfit)

    def with_slow_answers(self, told: tuple[MutantOutcome, ...], unfit: frozenset[str]) -> "Challenge":
        """Some changes were tried on tests that had no word here, or where nobody had one: then that is all we know."""
        if self.problem:
            known = {outcome.number: outcome for outcome in told}
            untried = (MutantOutcome(number=mutant.number, fate=Fate.UNTRIED) for mutant in self.mutants)
            outcomes = tuple(known.get(each.number, each) for each in untried)
            return replace(self, problem="", outcomes=outcomes, unfit=tuple(sorted(unfit)))
        asked = {name for outcome in told for name in outcome.reached_by}
        left = tuple(name for name in self.unfit if name not in asked)
        return self.with_answers_of(Challenge(outcomes=told, unfit=left))

    def with_kills_of(self, earlier: "Challenge", passed: frozenset[str]) -> "Challenge":
        """What there was no time to try now, where tests that still pass were seen to notice it before.

        That nobody noticed something before says nothing about the tests that have been added since.
        """
        known = {outcome.number: outcome for outcome in earlier.seen_by(passed).outcomes if outcome.killers}
        outcomes = (
            known.get(outcome.number, outcome) if outcome.fate is Fate.UNTRIED else outcome for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes))


def _among(
    names: frozenset[str], found: tuple[tuple[int, tuple[str, ...]], ...]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple((number, tuple(name for name in cases if name in names)) for number, cases in found)


def _joined(outcome: MutantOutcome, other: MutantOutcome | None) -> MutantOutcome:
    if other is None or (outcome.fate not in _TRIED and not other.killers and outcome.fate is not Fate.UNREACHED):
        return outcome
    if outcome.fate not in _TRIED:  # who ran into it was not asked
        return other
    if outcome.breaks_load is not other.breaks_load:  # what tests noticed says more than that none could
        return other if outcome.breaks_load and other.killers else outcome
    return MutantOutcome(
        number=outcome.number,
        fate=outcome.fate if outcome.killers else other.fate,
        reached_by=tuple(dict.fromkeys((*outcome.reached_by, *other.reached_by))),
        killers=tuple(dict.fromkeys((*outcome.killers, *other.killers))),
        breaks_load=outcome.breaks_load,
    )


def _seen_by(outcome: MutantOutcome, names: frozenset[str]) -> MutantOutcome:
    killers = tuple(name for name in outcome.killers if name in names)
    reached_by = tuple(name for name in outcome.reached_by if name in names)
    fate = outcome.fate
    if fate in _TRIED and not killers:
        fate = Fate.SURVIVED if reached_by else Fate.UNREACHED
    return replace(
        outcome, fate=fate, reached_by=reached_by, killers=killers, breaks_load=outcome.breaks_load and bool(killers)
    )


def reach_of(trial: Trial, challenge: Challenge) -> frozenset[tuple[str, str]]:
    """What the tests of an attempt run, notice and meet, as (kind, which)."""
    coverage = trial.coverage
    lines = {("line", str(line)) for line in coverage.lines_covered} if coverage else set()
    branches = {("branch", branch) for branch in coverage.branches_covered} if coverage else set()
    kills = {("kill", str(outcome.number)) for outcome in challenge.tried if outcome.killers}
    edges = {("edge", str(number)) for number, names in challenge.met if names}
    return frozenset(lines | branches | kills | edges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The tests that earn their place, in their order, and those that do not."""

    names: tuple[str, ...]
    drops: tuple[Drop, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicions:
    """The possible bugs that a run has shown."""

    found: tuple[Suspect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The tests that passed every repeated run of the suite as it is laid out, and those that did not.

    `alone` names those that one run had alone; `frozen` says that one run had the clock stopped.
    """

    runs: int
    results: tuple[CaseResult, ...]
    drops: tuple[Drop, ...]
    coverage: FileCoverage | None
    layout: Layout
    alone: frozenset[str] = frozenset()
    frozen: bool = False


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def trimmed(message: str) -> str:
    """Without secrets, and cut in the middle: a failure says what at its start and where at its end."""
    message = redacted(message.strip())
    if len(message) <= MOST_MESSAGE:
        return message
    half = MOST_MESSAGE // 2 - 3
    return f"{message[:half]}\n…\n{message[-half:]}"


def first_line(message: str, most: int = 200) -> str:
    line = next((line.strip() for line in message.splitlines() if line.strip()), "no message")
    return line if len(line) <= most else f"{line[: most - 1]}…"
