"""What a person asked for, and how far it has come."""

from dataclasses import dataclass
from enum import StrEnum

from testwright.domain.errors import PermanentError


class SessionStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self not in (SessionStatus.PENDING, SessionStatus.PROCESSING)


class FileStatus(StrEnum):
    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        return self not in (FileStatus.QUEUED, FileStatus.PROCESSING)


class FileStage(StrEnum):
    QUEUED = "queued"
    ANALYSING = "analysing"
    WRITING = "writing"
    RUNNING = "running"
    REPAIRING = "repairing"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class TestType(StrEnum):
    UNIT = "unit"
    INTEGRATION = "integration"


class CoverageGoal(StrEnum):
    BASIC = "basic"
    COMPREHENSIVE = "comprehensive"


PERSON = "person"
"""Who wrote a suite that somebody has edited: the name that stands where the explorer's or the model's stands."""


class Decision(StrEnum):
    """What a person made of a delivered suite. What is rejected is neither exported nor applied."""

    UNDECIDED = "undecided"
    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a request may tune. `docs/options.md` says what each changes in the outcome.

    `install` is somebody's consent that a project's packages are installed from its lock file, where they are not.
    """

    test_types: tuple[TestType, ...] = (TestType.UNIT,)
    coverage: CoverageGoal = CoverageGoal.COMPREHENSIVE
    include_edge_cases: bool = True
    mock_external: bool = True
    model: str | None = None
    max_cost_usd: float | None = None
    max_repairs: int = 2
    instructions: str | None = None
    install: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to write tests for, as its text was when its round was accepted.

    `from_folder` says that the text was read from the registered folder, so that a retry reads it again.
    """

    path: str
    text: str
    framework: str
    from_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Tests that somebody wrote, to be verified. `aside` is where they lie in the project already, if they do: there
    they are left out, so that they do not count twice.
    """

    text: str
    aside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """A file of the registered folder that nobody can work on. It fails with its own reason, the others do not."""

    path: str
    framework: str
    error: PermanentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How a round ended. `successful_tests` and `failed_tests` count files, as the brief does.

    `average_coverage` is measured line coverage in percent, None when nothing was measured; `cost_usd` is None when no
    price is known.
    """

    total_files: int
    successful_tests: int
    failed_tests: int
    total_test_count: int
    average_coverage: float | None
    duration_ms: int
    tokens: int
    cost_usd: float | None
