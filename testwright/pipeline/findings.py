"""What the steps lay on the desk for one another."""

from dataclasses import dataclass

from testwright.domain.redaction import redacted
from testwright.domain.verdicts import Drop, Fault, FileCoverage

MOST_MESSAGE = 4000
"""A failure is cut to this before it goes into a repair prompt or an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one test did. `gate` and `reason` are empty when it passed."""

    name: str
    passed: bool
    gate: str = ""
    reason: str = ""
    duration_ms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How the tests of one attempt did. `unrunnable` says why nothing could be run here at all, else it is empty."""

    attempt: int
    results: tuple[CaseResult, ...]
    coverage: FileCoverage | None = None
    unrunnable: str = ""
    hint: str | None = None

    @property
    def passed(self) -> frozenset[str]:
        return frozenset(result.name for result in self.results if result.passed)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(
            Fault(name=result.name, gate=result.gate, message=result.reason)
            for result in self.results
            if not result.passed
        )

    @property
    def drops(self) -> tuple[Drop, ...]:
        return tuple(Drop(name=fault.name, gate=fault.gate, reason=fault.message) for fault in self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the project's own tests of this file reach. `measured` is False when they could not be run."""

    measured: bool
    coverage: FileCoverage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The tests that passed every repeated run, and those that did not."""

    runs: int
    results: tuple[CaseResult, ...]
    drops: tuple[Drop, ...]
    coverage: FileCoverage | None


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
