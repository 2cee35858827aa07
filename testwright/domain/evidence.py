"""What was observed about a delivered suite. Never an estimate."""

from dataclasses import dataclass
from typing import Any

from testwright.domain.drafts import Draft
from testwright.domain.verdicts import Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentages:
    """Covered lines and branches in percent; None when not measured or when there are none."""

    lines: float | None
    branches: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """One delivered test."""

    name: str
    passed_runs: int
    runs: int
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A verified suite. `before` is what the project's own tests of this file reach, `after` these and the new ones."""

    writer: str
    model: str | None
    runner: str
    runner_version: str
    sandbox: str
    test_count: int
    passed_runs: int
    runs: int
    before: Percentages
    after: Percentages
    attempts: int
    tokens: int
    cost_usd: float | None
    duration_ms: int
    cases: tuple[CaseEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotVerified:
    """Nobody could run this suite here, and nothing that only a run can tell is said about it."""

    writer: str
    model: str | None
    reason: str
    hint: str | None
    test_count: int
    attempts: int
    tokens: int
    cost_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredSuite:
    """What a file's pipeline hands over."""

    file_path: str
    test_file_path: str
    test_code: str
    draft: Draft
    evidence: Evidence | NotVerified
    dropped: tuple[Drop, ...] = ()
    covered_before: tuple[int, ...] = ()
    covered_after: tuple[int, ...] = ()
    missed_after: tuple[int, ...] = ()


def evidence_json(evidence: Evidence | NotVerified) -> dict[str, Any]:
    """What a client is told: the same facts under their wire names."""
    if isinstance(evidence, NotVerified):
        return {
            "verified": False,
            "reason": evidence.reason,
            "hint": evidence.hint,
            "writer": evidence.writer,
            "model": evidence.model,
            "testCount": evidence.test_count,
            "attempts": evidence.attempts,
            "tokens": evidence.tokens,
            "costUsd": evidence.cost_usd,
        }
    return {
        "verified": True,
        "writer": evidence.writer,
        "model": evidence.model,
        "runner": evidence.runner,
        "runnerVersion": evidence.runner_version,
        "sandbox": evidence.sandbox,
        "testCount": evidence.test_count,
        "passedRuns": evidence.passed_runs,
        "runs": evidence.runs,
        "coverage": {"before": _percentages_json(evidence.before), "after": _percentages_json(evidence.after)},
        "attempts": evidence.attempts,
        "tokens": evidence.tokens,
        "costUsd": evidence.cost_usd,
        "durationMs": evidence.duration_ms,
        "tests": [
            {"name": case.name, "passedRuns": case.passed_runs, "runs": case.runs, "durationMs": case.duration_ms}
            for case in evidence.cases
        ],
    }


def _percentages_json(percentages: Percentages) -> dict[str, float | None]:
    return {"lines": percentages.lines, "branches": percentages.branches}
