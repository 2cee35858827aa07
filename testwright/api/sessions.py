"""Sessions: their status, their history, stopping and retrying them."""

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, FastAPI, Query

from testwright.api.envelope import Envelope, done
from testwright.api.estimates import estimate, in_words
from testwright.api.intake import WantedFile, accepted_paths, read_files, writer_for
from testwright.api.lookups import current_owner, find_session
from testwright.api.problems import field_path
from testwright.api.requests import RetryRequest
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.api.wire import (
    EstimateRange,
    FileStatusData,
    OptionsData,
    SessionData,
    SessionId,
    SessionList,
    SessionState,
    SessionSummary,
    StartedSession,
    StatusData,
)
from testwright.domain.errors import InputError
from testwright.domain.records import FileRecord, SessionRecord
from testwright.domain.sessions import FileStatus, Options, SourceFile, UnreadableFile
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices, starter: Starter) -> None:
    store = services.store

    @app.get("/api/inngest/status/{session_id}", tags=["generation"], summary="The whole truth without a stream")
    async def status(session_id: str, owner: Owner) -> Envelope[StatusData]:
        record = await find_session(services, session_id, owner)
        return done(record.current_message, await _status_data(services, record))

    @app.get("/api/sessions", tags=["sessions"], summary="All sessions, newest first")
    async def sessions(
        owner: Owner,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Envelope[SessionList]:
        records, following = await store.sessions(owner, cursor=cursor, limit=limit)
        page = SessionList(sessions=[_summary_data(record) for record in records], next_cursor=following)
        return done(counted(len(records), "session"), page)

    @app.get("/api/sessions/{session_id}", tags=["sessions"], summary="One session")
    async def session(session_id: str, owner: Owner) -> Envelope[SessionData]:
        record = await find_session(services, session_id, owner)
        found = SessionData(
            **dict(await _status_data(services, record)),
            repository_id=record.repository_id,
            repo_branch=record.branch,
            writer=record.writer,
            model=record.model,
            options=_options_data(record.options),
        )
        return done(record.current_message, found)

    @app.delete("/api/sessions/{session_id}", tags=["sessions"], summary="Stop and forget a session")
    async def delete(session_id: str, owner: Owner) -> Envelope[SessionId]:
        """Its files, events and tests are removed for good."""
        record = await find_session(services, session_id, owner)
        await _stop(services, record, owner)
        await store.delete(session_id, owner)
        return done("The session and its tests are deleted.", SessionId(session_id=session_id))

    @app.post("/api/sessions/{session_id}/cancel", tags=["sessions"], summary="Stop a session")
    async def cancel(session_id: str, owner: Owner) -> Envelope[SessionState]:
        """What is finished is kept. Cancelling a session that is over changes nothing."""
        record = await find_session(services, session_id, owner)
        stopped = await _stop(services, record, owner)
        now = await find_session(services, session_id, owner)
        message = "The session was stopped." if stopped else "The session was over already."
        return done(message, SessionState(session_id=session_id, status=now.status))

    @app.post("/api/sessions/{session_id}/retry", tags=["sessions"], summary="Try failed files again")
    async def retry(session_id: str, owner: Owner, request: RetryRequest | None = None) -> Envelope[StartedSession]:
        """A further round of the same session: its stream goes on, earlier results stay.

        Files that were read from the registered folder are read again. A text that the request brought is taken as it
        was: send a corrected one in a new trigger with the same `sessionId`.
        """
        wish = request or RetryRequest()
        record = await find_session(services, session_id, owner)
        paths = None
        if wish.paths is not None:
            paths = accepted_paths((field_path(("paths", index)), path) for index, path in enumerate(wish.paths))
        options = replace(record.options, model=wish.model or record.options.model)
        writer, model = writer_for(services, options, field="model")
        again = [file for file in await store.files(session_id) if _is_tried_again(file, paths)]
        fresh = [] if not record.status.is_over else await _read_again(services, record, again, paths)
        expected = await estimate(
            store, writer=writer, frameworks=[file.framework for file in again], width=services.settings.width
        )
        accepted = await store.retry(
            session_id,
            owner,
            paths=paths,
            wanted_model=wish.model,
            writer=writer,
            model=model,
            instructions=wish.instructions,
            estimate_seconds=expected.seconds,
            read_again=fresh,
        )
        await starter.start(accepted, owner)
        started = StartedSession(
            session_id=session_id,
            event_id=accepted.event_id,
            total_files=len(again),
            framework=record.framework,
            estimated_time=in_words(expected.seconds),
        )
        return done("Test generation started again in background", started)


async def _stop(services: ApiServices, record: SessionRecord, owner: str) -> bool:
    """Whether it was running."""
    stopped = await services.store.cancel(record.session_id, owner)
    if stopped:
        await services.cancel_runs(record.session_id, record.round)
    return stopped


def _is_tried_again(file: FileRecord, paths: list[str] | None) -> bool:
    return file.path in paths if paths is not None else file.status in (FileStatus.FAILED, FileStatus.CANCELLED)


async def _read_again(
    services: ApiServices, record: SessionRecord, again: list[FileRecord], paths: list[str] | None
) -> list[SourceFile | UnreadableFile]:
    wanted = [
        WantedFile(
            field=file.path if paths is None else field_path(("paths", paths.index(file.path))),
            path=file.path,
            framework=file.framework,
        )
        for file in again
        if file.from_folder
    ]
    if record.repository_root is not None:
        return list((await read_files(services, record.repository_root, record.branch, wanted)).values())
    if wanted:
        raise InputError(
            "The session's repository is not registered any more, so its files cannot be read again.",
            status=404,
            code="repository_gone",
            hint="Register the folder again, and start a new session.",
        )
    return []


async def _status_data(services: ApiServices, record: SessionRecord) -> StatusData:
    files = await services.store.files(record.session_id)
    expected = await estimate(
        services.store,
        writer=record.writer,
        frameworks=[file.framework for file in files if file.round == record.round],
        width=services.settings.width,
    )
    return StatusData(
        session_id=record.session_id,
        status=record.status,
        progress=record.progress,
        current_step=record.current_step,
        current_message=record.current_message,
        framework=record.framework,
        round=record.round,
        total_files=record.total_files,
        completed_files=record.completed_files,
        failed_files=record.failed_files,
        created_at=record.created_at,
        started_at=record.started_at,
        completed_at=record.completed_at,
        last_event_id=record.last_event_id,
        estimate=EstimateRange(seconds_low=expected.low, seconds_high=expected.high),
        summary=dict(record.summary) if record.summary is not None else None,
        files=[
            FileStatusData(
                path=file.path,
                status=file.status,
                stage=file.stage,
                attempt=file.attempt,
                error=dict(file.error) if file.error else None,
                test_id=file.test_id,
            )
            for file in files
        ],
    )


def _summary_data(record: SessionRecord) -> SessionSummary:
    return SessionSummary(
        session_id=record.session_id,
        repository_id=record.repository_id,
        repo_branch=record.branch,
        framework=record.framework,
        writer=record.writer,
        model=record.model,
        status=record.status,
        round=record.round,
        progress=record.progress,
        current_message=record.current_message,
        total_files=record.total_files,
        completed_files=record.completed_files,
        failed_files=record.failed_files,
        created_at=record.created_at,
        started_at=record.started_at,
        completed_at=record.completed_at,
        summary=dict(record.summary) if record.summary is not None else None,
    )


def _options_data(options: Options) -> OptionsData:
    return OptionsData(
        test_types=list(options.test_types),
        coverage=options.coverage,
        include_edge_cases=options.include_edge_cases,
        mock_external=options.mock_external,
        model=options.model,
        max_cost_usd=options.max_cost_usd,
        max_repairs=options.max_repairs,
        instructions=options.instructions,
    )
