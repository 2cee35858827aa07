"""What a session tells of itself, and what each telling changes.

An event is a row first: the store numbers it, works out its progress and applies its change in one transaction, and
only then wakes readers. `key` makes telling safe to repeat: a second event with the same key in one round is the same
event. The table of types and fields is law and stands in the HTTP contract.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from testwright.domain.sessions import FileStage, FileStatus, SessionStatus, Summary

START_PROGRESS = 10
FILES_PROGRESS = 85
# How much of a file is behind us once an event was told. "Starts to generate" is 0.353, which makes the brief's
# example (10, 40, 100 for one file) come out exactly.
SHARE_DONE = {
    "file_processing": 0.353,
    "file_analyzed": 0.42,
    "test_drafted": 0.6,
    "test_verified": 0.8,
    "mutants_checked": 0.9,
    "test_generated": 1.0,
    "file_failed": 1.0,
}
_STAGE_AFTER = {
    "file_processing": FileStage.ANALYSING,
    "file_analyzed": FileStage.WRITING,
    "test_drafted": FileStage.RUNNING,
    "test_verified": FileStage.RUNNING,
    "test_repairing": FileStage.REPAIRING,
    "retry_scheduled": FileStage.WAITING,
    "test_generated": FileStage.DONE,
    "file_failed": FileStage.FAILED,
}
STEP_OF = {
    "session_created": "session",
    "round_started": "session",
    "queue_moved": "session",
    "file_processing": "generation",
    "file_analyzed": "analysis",
    "test_drafted": "generation",
    "test_verified": "verification",
    "test_repairing": "repair",
    "mutants_checked": "challenge",
    "test_generated": "generation",
    "file_failed": "generation",
    "retry_scheduled": "generation",
    "files_saved": "saving",
    "generation_completed": "completed",
    "generation_failed": "failed",
    "generation_cancelled": "cancelled",
}
TERMINAL_TYPES = frozenset({"generation_completed", "generation_failed", "generation_cancelled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. `extra` holds the type's own fields, JSON values under their wire names (camelCase).

    `file_index` counts from 1 and is None for events of the whole session. `key` defaults to the type and the file.
    """

    type: str
    message: str
    file_index: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""

    @property
    def step(self) -> str:
        return STEP_OF[self.type]

    @property
    def is_terminal(self) -> bool:
        return self.type in TERMINAL_TYPES

    @property
    def once_key(self) -> str:
        return self.key or f"{self.type}/{self.file_index or 0}"

    @property
    def share_done(self) -> float | None:
        """How much of its file is done after this event (0–1), None when it does not say."""
        return SHARE_DONE.get(self.type)

    @property
    def stage(self) -> FileStage | None:
        return _STAGE_AFTER.get(self.type)

    @property
    def file_status(self) -> FileStatus | None:
        if self.file_index is None:
            return None
        if self.type == "test_generated":
            return FileStatus.COMPLETED
        return FileStatus.FAILED if self.type == "file_failed" else FileStatus.PROCESSING

    @property
    def session_status(self) -> SessionStatus | None:
        """The session's status after this event, where the event decides it."""
        match self.type:
            case "generation_completed":
                failed = self.extra.get("summary", {}).get("failedTests", 0)
                return SessionStatus.PARTIAL if failed else SessionStatus.COMPLETED
            case "generation_failed":
                return SessionStatus.FAILED
            case "generation_cancelled":
                return SessionStatus.CANCELLED
            case "session_created" | "round_started" | "queue_moved":
                return SessionStatus.PENDING
            case _:
                return SessionStatus.PROCESSING


def progress_of(share: float) -> int:
    """Progress of a running round (10–95) from the share that is done of all of its files."""
    return round(START_PROGRESS + FILES_PROGRESS * share)


def summary_json(summary: Summary) -> dict[str, Any]:
    """The summary under its wire names."""
    names = {
        "total_files": "totalFiles",
        "successful_tests": "successfulTests",
        "failed_tests": "failedTests",
        "total_test_count": "totalTestCount",
        "average_coverage": "averageCoverage",
        "duration_ms": "durationMs",
        "tokens": "tokens",
        "cost_usd": "costUsd",
    }
    return {names[name]: value for name, value in asdict(summary).items()}
