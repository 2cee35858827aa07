"""Rows in, records out."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from testwright.domain.records import Accepted, FileRecord, RepositoryRecord, SessionRecord, TestRecord
from testwright.domain.sessions import CoverageGoal, Decision, FileStage, FileStatus, Options, SessionStatus, TestType
from testwright.store.rows import FileRow, RepositoryRow, RoundRow, SessionRow, SuiteRow


def session_record(row: SessionRow, *, completed_files: int, failed_files: int) -> SessionRecord:
    return SessionRecord(
        session_id=row.id,
        owner=row.owner,
        repository_id=row.repository_id,
        repository_root=row.repository_root,
        branch=row.branch,
        pin=row.pin,
        framework=row.framework,
        options=options_from(row.options),
        writer=row.writer,
        model=row.model,
        status=SessionStatus(row.status),
        round=row.round,
        progress=row.progress,
        current_step=row.current_step,
        current_message=row.current_message,
        last_event_id=row.last_event_id,
        total_files=row.total_files,
        completed_files=completed_files,
        failed_files=failed_files,
        estimate_seconds=row.estimate_seconds,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        summary=row.summary,
    )


def file_record(row: FileRow) -> FileRecord:
    return FileRecord(
        index=row.index,
        path=row.path,
        framework=row.framework,
        status=FileStatus(row.status),
        stage=FileStage(row.stage),
        attempt=row.attempt,
        round=row.round,
        from_folder=row.from_folder,
        error=row.error,
        test_id=row.test_id,
    )


def test_record(row: SuiteRow) -> TestRecord:
    return TestRecord(
        test_id=row.id,
        session_id=row.session_id,
        revision=row.revision,
        file_path=row.file_path,
        test_file_path=row.test_file_path,
        test_code=row.test_code,
        evidence=row.evidence,
        dropped=tuple(row.dropped),
        coverage=row.coverage,
        mutants=tuple(row.mutants),
        suspects=tuple(row.suspects),
        decision=Decision(row.decision),
        created_at=row.created_at,
    )


def repository_record(row: RepositoryRow) -> RepositoryRecord:
    return RepositoryRecord(
        repository_id=row.id, owner=row.owner, name=row.name, root=row.root, created_at=row.created_at
    )


def accepted(row: RoundRow, *, started: bool) -> Accepted:
    return Accepted(session_id=row.session_id, round=row.number, event_id=row.event_id, started=started)


def options_json(options: Options) -> dict[str, Any]:
    return asdict(options)


def options_from(stored: Mapping[str, Any]) -> Options:
    test_types = tuple(TestType(name) for name in stored["test_types"])
    return Options(**{**stored, "test_types": test_types, "coverage": CoverageGoal(stored["coverage"])})
