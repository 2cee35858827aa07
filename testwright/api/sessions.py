"""Sessions: their status, their history, stopping them."""

import asyncio
from typing import Annotated

from fastapi import Depends, FastAPI, Query

from testwright.api.applying import all_texts
from testwright.api.envelope import Envelope, done
from testwright.api.estimates import estimate
from testwright.api.lookups import current_owner, find_session
from testwright.api.services import ApiServices
from testwright.api.wire import (
    EstimateRange,
    FileStatusData,
    SessionData,
    SessionFile,
    SessionId,
    SessionList,
    SessionState,
    SessionSummary,
    StatusData,
    options_data,
)
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord
from testwright.sources.keeping import own_tree
from testwright.sources.pinning import changed_since
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices) -> None:
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
        run_id = await store.run_of(session_id, record.round)
        found = SessionData(
            **dict(await _status_data(services, record)),
            repository_id=record.repository_id,
            has_folder=own_tree(record.repository_root) is not None,
            applied=sorted({made.path for made in await store.applications(session_id)}),
            repo_branch=record.branch,
            pin=record.pin,
            changed_since=await _changed_since(services, record),
            writer=record.writer,
            model=record.model,
            options=options_data(record.options),
            run_url=None if run_id is None else services.run_url(run_id),
        )
        return done(record.current_message, found)

    @app.get(
        "/api/sessions/{session_id}/files/{path:path}", tags=["sessions"], summary="A source as the session took it"
    )
    async def source(session_id: str, path: str, owner: Owner) -> Envelope[SessionFile]:
        """The folder's file may have changed since; what was measured is about this text."""
        await find_session(services, session_id, owner)
        text = await store.file_text(session_id, path)
        if text is None:
            raise InputError(
                "This session has no such file.",
                status=404,
                code="file_not_found",
                hint=f"Its files are listed at /api/sessions/{session_id}.",
            )
        return done(path, SessionFile(session_id=session_id, path=path, content=text))

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


async def _changed_since(services: ApiServices, record: SessionRecord) -> list[str]:
    root = own_tree(record.repository_root)
    if root is None or not await asyncio.to_thread(root.is_dir):
        return []
    return await asyncio.to_thread(changed_since, root, await all_texts(services.store, record.session_id))


async def _stop(services: ApiServices, record: SessionRecord, owner: str) -> bool:
    """Whether it was running."""
    stopped = await services.store.cancel(record.session_id, owner)
    if stopped:
        await services.cancel_runs(record.session_id, record.round)
    return stopped


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
