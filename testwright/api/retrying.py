"""A further round of a session: files that failed, tried again; or a reached budget, gone on past."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, FastAPI

from testwright.api.applying import all_texts
from testwright.api.envelope import Envelope, done
from testwright.api.estimates import estimate, in_words
from testwright.api.intake import WantedFile, accepted_paths, read_files, refuse_install_for, writer_for
from testwright.api.lookups import current_owner, find_session
from testwright.api.problems import field_path
from testwright.api.requests import ContinueRequest, RetryRequest
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.api.wire import StartedSession
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import FileRecord, SessionRecord
from testwright.domain.sessions import PERSON, FileStatus, SourceFile, UnreadableFile
from testwright.sources.pinning import pin_of, texts_of

Owner = Annotated[str, Depends(current_owner)]

_BUDGET = "budget_reached"


def add_routes(app: FastAPI, services: ApiServices, starter: Starter) -> None:
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
        started = await further_round(services, starter, record, owner, paths, wish)
        return done("Test generation started again in background", started)

    @app.post("/api/sessions/{session_id}/continue", tags=["sessions"], summary="Go on past a reached budget")
    async def go_on(session_id: str, owner: Owner, request: ContinueRequest) -> Envelope[StartedSession]:
        """A further round with the files that failed, or got less of the model, because the budget was reached.

        `maxCostUsd` is the session's new limit, all of its rounds together, so it has to be more than was spent.
        """
        record = await find_session(services, session_id, owner)
        stopped = await _stopped_by_the_budget(services, record)
        await _refuse_a_spent_limit(services, record, request.max_cost_usd)
        wish = RetryRequest(paths=stopped)
        started = await further_round(
            services, starter, record, owner, stopped, wish, max_cost_usd=request.max_cost_usd
        )
        return done("Test generation goes on in background", started)


async def further_round(
    services: ApiServices,
    starter: Starter,
    record: SessionRecord,
    owner: str,
    paths: list[str] | None,
    wish: RetryRequest,
    *,
    max_cost_usd: float | None = None,
    edited: str | None = None,
) -> StartedSession:
    """`edited` is a suite to verify; then nobody is asked to write."""
    if wish.install:
        refuse_install_for(owner, "install")
    limit = record.options.max_cost_usd if max_cost_usd is None else max_cost_usd
    options = replace(record.options, model=wish.model or record.options.model, max_cost_usd=limit)
    writer, model = (PERSON, None) if edited is not None else writer_for(services, options, field="model")
    again = [file for file in await services.store.files(record.session_id) if _is_tried_again(file, paths)]
    fresh = [] if not record.status.is_over else await _read_again(services, record, again, paths)
    expected = await estimate(
        services.store, writer=writer, frameworks=[file.framework for file in again], width=services.settings.width
    )
    texts = await all_texts(services.store, record.session_id) | texts_of(fresh)
    accepted = await services.store.retry(
        record.session_id,
        owner,
        paths=paths,
        wanted_model=wish.model,
        writer=writer,
        model=model,
        instructions=wish.instructions,
        install=wish.install,
        max_cost_usd=max_cost_usd,
        estimate_seconds=expected.seconds,
        read_again=fresh,
        edited=edited,
        pin=await asyncio.to_thread(pin_of, record.repository_root, texts),
    )
    await starter.start(accepted, owner)
    return StartedSession(
        session_id=record.session_id,
        event_id=accepted.event_id,
        total_files=len(again),
        framework=record.framework,
        estimated_time=in_words(expected.seconds),
    )


async def _stopped_by_the_budget(services: ApiServices, record: SessionRecord) -> list[str]:
    """Files that failed for it, and those that the explorer finished without the model."""
    files = await services.store.files(record.session_id)
    finished = {
        test.test_id
        for test in await services.store.tests(record.session_id)
        if test.evidence.get("modelProblemCode") == _BUDGET
    }
    paths = [file.path for file in files if file.test_id in finished or (file.error and file.error["code"] == _BUDGET)]
    if not paths:
        raise InputError(
            "No file of this session was stopped by its budget.",
            status=409,
            code="nothing_to_continue",
            hint="POST /retry tries files again that failed for another reason.",
        )
    return paths


async def _refuse_a_spent_limit(services: ApiServices, record: SessionRecord, limit: float) -> None:
    spent = await services.store.spent_usd(record.session_id)
    if limit <= spent:
        raise InputError(
            f"The session has spent ${spent:.4g} already, so ${limit:g} buys nothing more.",
            fields=(FieldProblem("maxCostUsd", f"must be more than {spent:.4g}"),),
            hint="Name a limit for the whole session: what was spent, and what may be spent yet.",
        )


def _is_tried_again(file: FileRecord, paths: Sequence[str] | None) -> bool:
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
