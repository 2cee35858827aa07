"""How a request becomes a round: session, files, outbox and first event, all at once or not at all."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.events import START_PROGRESS, Event
from testwright.domain.records import Accepted, NewSession
from testwright.domain.sessions import FileStage, FileStatus, Options, SessionStatus, SourceFile, Suite, UnreadableFile
from testwright.store.counting import counted
from testwright.store.event_log import RUNNING, OpenRound
from testwright.store.failing import file_failed
from testwright.store.looking_up import seconds_per_file
from testwright.store.records import accepted, options_from, options_json
from testwright.store.rows import CallRow, FileRow, RoundRow, SessionRow, ShelfRow, SourceRow
from testwright.store.waiting import files_ahead

EDITED = "edited"
"""Where on a file's shelf the suite lies that a person has edited."""

_QUEUED: dict[str, Any] = {
    "status": FileStatus.QUEUED,
    "stage": FileStage.QUEUED,
    "attempt": 0,
    "share": 0.0,
    "error": None,
    "started_at": None,
    "completed_at": None,
}


async def accept(rows: AsyncSession, new: NewSession, now: datetime) -> Accepted:
    _check_texts(new.files)
    again = await _accepted_under_key(rows, new)
    if again is not None:
        return again
    session = None if new.session_id is None else await rows.get(SessionRow, new.session_id)
    if session is None:
        session = _new_session(new, now)
        rows.add(session)
    elif session.owner != new.owner:
        raise not_found()
    elif session.status in RUNNING:
        return await _accepted_while_running(rows, session, new)
    plan = _Plan(
        owner=new.owner,
        options=new.options,
        writer=new.writer,
        model=new.model,
        driver=new.driver,
        estimate_seconds=new.estimate_seconds,
        idempotency_key=new.idempotency_key,
        request_hash=new.request_hash,
    )
    session.repository_id, session.repository_root, session.branch = new.repository_id, new.repository_root, new.branch
    session.framework, session.pin = new.framework, new.pin
    round = await _open_round(rows, session, plan, now)
    await _queue_files(rows, session, new.files)
    await _lay_suites(rows, session, new.suites)
    await _tell_the_start(rows, session, new.files, len(new.files), now)
    return accepted(round, started=True)


async def _lay_suites(rows: AsyncSession, session: SessionRow, suites: Mapping[str, Suite]) -> None:
    if not suites:
        return
    query = select(FileRow.index, FileRow.path).where(FileRow.session_id == session.id, FileRow.path.in_(suites))
    for index, path in (await rows.execute(query)).all():
        place = {"session_id": session.id, "round": session.round, "file_index": index}
        rows.add(ShelfRow(**place, key=EDITED, value={"text": suites[path].text, "aside": suites[path].aside}))


async def retry(
    rows: AsyncSession,
    session_id: str,
    owner: str,
    *,
    paths: Sequence[str] | None,
    wanted_model: str | None,
    writer: str | None,
    model: str | None,
    instructions: str | None,
    install: bool,
    max_cost_usd: float | None,
    estimate_seconds: int,
    read_again: Sequence[SourceFile | UnreadableFile],
    edited: str | None,
    pin: str | None,
    now: datetime,
) -> Accepted:
    session = await owned_session(rows, session_id, owner)
    if session.status in RUNNING:
        raise _session_running()
    session.pin = pin or session.pin
    again = await _files_to_retry(rows, session_id, paths)
    options = options_from(session.options)
    if wanted_model is not None:
        options = replace(options, model=wanted_model)
    if install:
        options = replace(options, install=True)
    if instructions is not None:
        options = replace(options, instructions=instructions)
    if max_cost_usd is not None:
        options = replace(options, max_cost_usd=max_cost_usd)
    plan = _Plan(
        owner=owner,
        options=options,
        writer=session.writer if writer is None else writer,
        model=session.model if writer is None else model,
        driver="engine",
        estimate_seconds=estimate_seconds,
    )
    usual = session.writer, session.model
    round = await _open_round(rows, session, plan, now)
    if edited is not None:
        # Who edits one suite does not become the session's writer.
        session.writer, session.model = usual
        for index in again.values():
            place = {"session_id": session_id, "round": round.number, "file_index": index}
            rows.add(ShelfRow(**place, key=EDITED, value={"text": edited}))
    await _requeue(rows, session, list(again.values()))
    fresh = [file for file in read_again if file.path in again]
    await _renew(rows, session, fresh, again)
    await _lay_texts(rows, session, fresh, again)
    await _tell_the_start(rows, session, fresh, len(again), now)
    return accepted(round, started=True)


async def delete_session(rows: AsyncSession, session_id: str, owner: str) -> None:
    session = await owned_session(rows, session_id, owner)
    # What a day cost stays true; but a later session of the same name does not pay for this one.
    await rows.execute(update(CallRow).where(CallRow.session_id == session.id).values(session_id=""))
    await rows.execute(delete(SessionRow).where(SessionRow.id == session.id))


async def owned_session(rows: AsyncSession, session_id: str, owner: str) -> SessionRow:
    session = await rows.get(SessionRow, session_id)
    if session is None or session.owner != owner:
        raise not_found()
    return session


def not_found() -> InputError:
    return InputError(
        "There is no session with this id.",
        status=404,
        code="session_not_found",
        hint="Look at the list of sessions for the ids that exist.",
    )


def _session_running() -> InputError:
    return InputError(
        "This session is still running.",
        status=409,
        code="session_running",
        hint="Wait for its end, or cancel it first.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a round is to be run with."""

    owner: str
    options: Options
    writer: str
    model: str | None
    driver: str
    estimate_seconds: int
    idempotency_key: str | None = None
    request_hash: str | None = None


def _check_texts(files: Iterable[SourceFile | UnreadableFile]) -> None:
    for index, file in enumerate(files):
        if isinstance(file, UnreadableFile):
            continue
        try:
            file.text.encode()
        except UnicodeEncodeError as error:
            problem = FieldProblem(f"files[{index}].content", "holds half a character (a lone surrogate)")
            raise InputError(
                f"{file.path} is not valid Unicode.", hint="Send the file as UTF-8 text.", fields=[problem]
            ) from error


async def _accepted_under_key(rows: AsyncSession, new: NewSession) -> Accepted | None:
    if new.idempotency_key is None:
        return None
    query = select(RoundRow).where(RoundRow.owner == new.owner, RoundRow.idempotency_key == new.idempotency_key)
    round = (await rows.scalars(query)).one_or_none()
    if round is None:
        return None
    if round.request_hash != new.request_hash:
        raise InputError(
            "This idempotency key came before with another request.",
            status=409,
            code="idempotency_conflict",
            hint="Use a new key for a new request.",
        )
    return accepted(round, started=False)


async def _accepted_while_running(rows: AsyncSession, session: SessionRow, new: NewSession) -> Accepted:
    round = await rows.get_one(RoundRow, (session.id, session.round))
    if round.request_hash != new.request_hash:
        raise _session_running()
    if round.idempotency_key is None:
        round.idempotency_key = new.idempotency_key
    return accepted(round, started=False)


def _new_session(new: NewSession, now: datetime) -> SessionRow:
    return SessionRow(
        id=new.session_id or f"sess_{secrets.token_hex(12)}",
        owner=new.owner,
        round=0,
        last_event_id=0,
        total_files=0,
        created_at=now,
        started_at=None,
    )


async def _open_round(rows: AsyncSession, session: SessionRow, plan: _Plan, now: datetime) -> RoundRow:
    session.round += 1
    session.options, session.writer, session.model = options_json(plan.options), plan.writer, plan.model
    session.estimate_seconds = plan.estimate_seconds
    session.status = SessionStatus.PENDING
    session.progress = START_PROGRESS
    session.current_step = session.current_message = ""
    session.summary = session.completed_at = None
    await rows.flush()  # the session's row first: the others refer to it
    round = RoundRow(
        session_id=session.id,
        number=session.round,
        owner=plan.owner,
        idempotency_key=plan.idempotency_key,
        request_hash=plan.request_hash,
        driver=plan.driver,
        # A part nobody can guess: a deleted session's id may be used again, and engines run an event id only once.
        event_id=f"{session.id}-r{session.round}-{secrets.token_hex(4)}",
        issue=1,
        issued_at=now,
        sent_at=None,
        claimed_by=None,
        options=session.options,
        writer=plan.writer,
        model=plan.model,
        status=SessionStatus.PENDING,
        cut_short=False,
        created_at=now,
        started_at=None,
        completed_at=None,
        seen_at=None,
        away_ms=0,
    )
    rows.add(round)
    await rows.flush()
    return round


async def _queue_files(rows: AsyncSession, session: SessionRow, files: Sequence[SourceFile | UnreadableFile]) -> None:
    query = select(FileRow.path, FileRow.index).where(FileRow.session_id == session.id)
    known: dict[str, int] = dict((await rows.execute(query)).all())
    for file in files:
        known.setdefault(file.path, len(known) + 1)
    new = [file for file in files if known[file.path] > session.total_files]
    again = [file for file in files if known[file.path] <= session.total_files]
    session.total_files = len(known)
    if again:
        await _requeue(rows, session, [known[file.path] for file in again])
        await _renew(rows, session, again, known)
    place = {"session_id": session.id, "round": session.round, "test_id": None}
    if new:
        await rows.execute(
            insert(FileRow),
            [
                {
                    **place,
                    **_QUEUED,
                    "index": known[file.path],
                    "path": file.path,
                    "framework": file.framework,
                    "from_folder": _is_from_folder(file),
                }
                for file in new
            ],
        )
    await _lay_texts(rows, session, files, known)


async def _lay_texts(
    rows: AsyncSession, session: SessionRow, files: Sequence[SourceFile | UnreadableFile], known: dict[str, int]
) -> None:
    texts = [
        {"session_id": session.id, "file_index": known[file.path], "text": file.text}
        for file in files
        if isinstance(file, SourceFile)
    ]
    if texts:
        await rows.execute(insert(SourceRow), texts)


async def _renew(
    rows: AsyncSession, session: SessionRow, again: Sequence[SourceFile | UnreadableFile], known: dict[str, int]
) -> None:
    """Known files may come with another framework, and come with a text of their own."""
    for framework, from_folder in {(file.framework, _is_from_folder(file)) for file in again}:
        indexes = [
            known[file.path] for file in again if (file.framework, _is_from_folder(file)) == (framework, from_folder)
        ]
        files = update(FileRow).where(FileRow.session_id == session.id, FileRow.index.in_(indexes))
        await rows.execute(files.values(framework=framework, from_folder=from_folder))
        texts = delete(SourceRow).where(SourceRow.session_id == session.id, SourceRow.file_index.in_(indexes))
        await rows.execute(texts)


def _is_from_folder(file: SourceFile | UnreadableFile) -> bool:
    return isinstance(file, UnreadableFile) or file.from_folder


async def _requeue(rows: AsyncSession, session: SessionRow, indexes: Sequence[int]) -> None:
    """Earlier results stay: the test and its id are only replaced by a newer revision."""
    files = update(FileRow).where(FileRow.session_id == session.id, FileRow.index.in_(indexes))
    await rows.execute(files.values(**_QUEUED, round=session.round))


async def _files_to_retry(rows: AsyncSession, session_id: str, paths: Sequence[str] | None) -> dict[str, int]:
    """Their indexes by path."""
    query = select(FileRow.path, FileRow.index).where(FileRow.session_id == session_id)
    if paths is None:
        query = query.where(FileRow.status.in_([FileStatus.FAILED, FileStatus.CANCELLED]))
    found: dict[str, int] = dict((await rows.execute(query)).all())
    named = list(found) if paths is None else list(dict.fromkeys(paths))
    unknown = [
        FieldProblem(f"paths[{index}]", "is not a file of this session")
        for index, path in enumerate(named)
        if path not in found
    ]
    if unknown:
        raise InputError(
            "This session has no such file.", code="unknown_path", hint="Name paths of this session.", fields=unknown
        )
    if not named:
        raise InputError(
            "There is nothing to retry: no file failed or was cancelled.",
            code="nothing_to_retry",
            hint="Name the files in `paths` to generate them again.",
        )
    return {path: found[path] for path in named}


async def _tell_the_start(
    rows: AsyncSession,
    session: SessionRow,
    files: Sequence[SourceFile | UnreadableFile],
    total_files: int,
    now: datetime,
) -> None:
    """The round's first event, and the end of every file that could not be read."""
    extra: dict[str, Any] = {"totalFiles": total_files, "writer": session.writer}
    if session.model is not None:
        extra["model"] = session.model
    if ahead := await files_ahead(rows, session.id):
        extra["queuePosition"] = ahead
    if await seconds_per_file(rows, session.writer, session.framework):
        extra["estimatedSeconds"] = session.estimate_seconds
    if session.round == 1:
        event = Event(type="session_created", message="Session created successfully", extra=extra)
    else:
        message = f"Round {session.round} started with {counted(total_files, 'file')}"
        event = Event(type="round_started", message=message, extra=extra)
    await rows.flush()
    open_round = await OpenRound.find(rows, session.id, session.round, now)
    assert open_round is not None
    await open_round.begin(event)
    unreadable = {file.path: file.error for file in files if isinstance(file, UnreadableFile)}
    for row in await open_round.files() if unreadable else ():
        if row.path in unreadable:
            await open_round.tell(file_failed(row, unreadable[row.path]))
