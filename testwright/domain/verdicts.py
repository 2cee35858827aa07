"""What running a suite told us. Reports come out of a sandbox: they are claims until the gates agree."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


BY_CHANCE = "right by chance: "
"""How the message begins of a test that passes, and fails once the code draws other random numbers."""
AGAIN = "fails when it is run again: "
"""Of a test that passes, and fails where it finds what its own run has left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOutcome:
    """`name` is the case's name; `message` is the trimmed failure, cleaned of control characters, else empty.

    `lines` and `branches` are what this case alone ran in the file under test, named as in FileCoverage; None when the
    run did not measure coverage, or the runner could not tell for each case.
    """

    name: str
    outcome: Outcome
    message: str = ""
    duration_ms: float = 0.0
    lines: frozenset[int] | None = None
    branches: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """Coverage of the one file under test. Lines count from 1; a branch is named by the tool, such as "12->15"."""

    lines_covered: frozenset[int]
    lines_missed: frozenset[int]
    branches_covered: frozenset[str] = frozenset()
    branches_missed: frozenset[str] = frozenset()

    @property
    def line_percent(self) -> float | None:
        return _percent(len(self.lines_covered), len(self.lines_missed))

    @property
    def branch_percent(self) -> float | None:
        return _percent(len(self.branches_covered), len(self.branches_missed))


def _percent(covered: int, missed: int) -> float | None:
    return round(100 * covered / (covered + missed), 1) if covered + missed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """The suite ran and its runner told of each test. `coverage` is None when it was not measured.

    `frozen` says that the clock stood still, as it was asked to. `turns` are the order's, each a run of its own.
    """

    outcomes: tuple[CaseOutcome, ...]
    coverage: FileCoverage | None = None
    duration_ms: int = 0
    frozen: bool = False
    turns: tuple["RunReport | NotRun", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """The suite as a whole could not be run: it did not load, ran out of time, or left no believable report.

    `code` is one of: load_error (the suite or the source threw while loading), missing_package, timeout, memory_limit,
    output_limit, disk_limit, no_report, launch_failed, challenge_failed (no test could be relied on while its mutants
    were tried). `message` and `hint` are for people; `output` is the log's end. `culprits` are the names that the one
    test may have in which the run ended, the most exact first; empty when that is not known.
    """

    code: str
    message: str
    hint: str | None = None
    output: str = ""
    culprits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something missing where tests run: network, database, program, package, variable, read_only, display, or sandbox
    for a tier of it that can do more.
    """

    kind: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A test that was not delivered, and why; by asked_for, reads, asserts, type_checks, passes, is_stable, can_fail
    or earns_place.
    """

    name: str
    gate: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A test that needs repair, with what its writer has to know."""

    name: str
    gate: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFailure:
    """A test of the project's own that fails before anything was added.

    `name` is empty when its whole file does not run; `path` is None when the run did not tell in which file it stands.
    """

    name: str
    path: str | None
    reason: str
