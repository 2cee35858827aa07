"""What the store hands out: a session, its files, its tests, as they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from testwright.domain.sessions import (
    Decision,
    FileStage,
    FileStatus,
    Options,
    SessionStatus,
    SourceFile,
    Suite,
    UnreadableFile,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A request that was found valid. `session_id` is None when the client left it to us.

    `repository_id` is the client's word for the project; `repository_root` is the host folder when it is a registered
    one. `request_hash` tells whether the same idempotency key came with the same body. `driver` is "engine" for
    sessions that the job engine runs, "cli" for those that a terminal runs itself. `pin` is the commit of which the
    files are, or the hash of their texts. `suites` are to be verified, by the path of their source: for these nothing
    is written.
    """

    owner: str
    repository_id: str
    repository_root: str | None
    branch: str | None
    framework: str
    files: tuple[SourceFile | UnreadableFile, ...]
    options: Options
    writer: str
    model: str | None
    estimate_seconds: int
    request_hash: str
    session_id: str | None = None
    idempotency_key: str | None = None
    driver: str = "engine"
    pin: str | None = None
    suites: Mapping[str, Suite] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The answer to a trigger or retry. `started` is False when the same request had been accepted before.

    `event_id` is what the engine is sent: one for each session and round.
    """

    session_id: str
    round: int
    event_id: str
    started: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    session_id: str
    owner: str
    repository_id: str
    repository_root: str | None
    branch: str | None
    framework: str
    options: Options
    writer: str
    model: str | None
    status: SessionStatus
    round: int
    progress: int
    current_step: str
    current_message: str
    last_event_id: int
    total_files: int
    completed_files: int
    failed_files: int
    estimate_seconds: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    summary: Mapping[str, Any] | None
    pin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """`round` is the newest round the file took part in; `error` is the wire form `{code, message, hint?}`.

    `from_folder` says that a retry reads its text from the registered folder again.
    """

    index: int
    path: str
    framework: str
    status: FileStatus
    stage: FileStage
    attempt: int
    round: int
    from_folder: bool
    error: Mapping[str, Any] | None
    test_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """`payload` is the whole event as it goes over the wire (the JSON of one `data:` line)."""

    id: int
    payload: Mapping[str, Any]

    @property
    def is_terminal(self) -> bool:
        return str(self.payload["type"]) in ("generation_completed", "generation_failed", "generation_cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRecord:
    """A delivered suite. `evidence`, `dropped`, `mutants` and `suspects` are wire JSON.

    `coverage` holds lines before and after.
    """

    test_id: str
    session_id: str
    revision: int
    file_path: str
    test_file_path: str
    test_code: str
    evidence: Mapping[str, Any]
    dropped: tuple[Mapping[str, Any], ...]
    coverage: Mapping[str, Any]
    mutants: tuple[Mapping[str, Any], ...]
    suspects: tuple[Mapping[str, Any], ...]
    decision: Decision
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A suite that was written into its session's folder, with all it takes to take exactly that back.

    `before` is what stood at `path`, None for a new file; `after` what was written; `folders` were made for it.
    """

    test_id: str
    path: str
    before: str | None
    after: str
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One attempt of a step of a file. `error` is the wire form `{code, message}`.

    Without `ended_at` it is under way, or what it ran in was killed.
    """

    path: str
    round: int
    step: str
    attempt: int
    began_at: datetime
    ended_at: datetime | None
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryRecord:
    """A registered folder. `root` is a host path and never leaves the service."""

    repository_id: str
    owner: str
    name: str
    root: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFile:
    """What was last seen of a repository's file: its text then, and the percentage of its lines that tests in the
    repository reached: the project's own, and ours once they were written into the folder.
    """

    path: str
    text: str
    lines: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFigures:
    """How a session went, over its files whose suites were run. Lines are means, in percent."""

    session_id: str
    created_at: datetime
    files: int
    tests: int
    lines_before: float | None
    lines_after: float | None
    noticed: int
    tried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSuggestion:
    """A folder that looks like a project and is not registered yet. `path` is relative to one of the roots."""

    name: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One file of one round, with everything its pipeline needs to begin.

    `overlay` holds the texts of the session's files by path: they win over what lies in `repository_root`. What an
    earlier round read from there is left out: it may have changed since.
    `taken` are the paths under which earlier rounds delivered suites of the session's other files.
    `edited` is the suite as a person has edited it, when that is to be verified and nothing to be written; `aside` is
    where it lies in the project already. It `is_apart` when it was written for itself, and not out of one of ours.
    """

    session_id: str
    round: int
    file_index: int
    total_files: int
    source: SourceFile
    options: Options
    repository_root: str | None
    overlay: Mapping[str, str]
    writer: str
    model: str | None
    taken: frozenset[str] = frozenset()
    edited: str | None = None
    aside: str | None = None
    is_apart: bool = False
