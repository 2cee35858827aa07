"""What the jobs ask of a round while it runs, and how it ends."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.events import Event
from testwright.domain.records import Accepted, Assignment
from testwright.domain.sessions import FileStatus, SourceFile
from testwright.store.accepting import EDITED, not_found, owned_session
from testwright.store.counting import counted
from testwright.store.event_log import RUNNING, OpenRound
from testwright.store.records import accepted, options_from
from testwright.store.rows import FileRow, RoundRow, SessionRow, ShelfRow, SourceRow, SuiteRow
from testwright.store.summing_up import ABSENT_AFTER, standstill_ms

_CUT_SHORT = select(RoundRow.cut_short).where(
    RoundRow.session_id == bindparam("session_id"), RoundRow.number == bindparam("number")
)


async def claim_round(
    rows: AsyncSession, session_id: str, number: int, run_id: str, now: datetime
) -> tuple[int, ...] | None:
    round = await rows.get(RoundRow, (session_id, number))
    if round is None or round.status not in RUNNING or round.claimed_by not in (None, run_id):
        return None
    round.claimed_by = run_id
    round.sent_at = round.sent_at or now  # a run that is here has been sent, even if nobody noted it
    query = select(FileRow.index).where(FileRow.session_id == session_id, FileRow.round == number)
    return tuple((await rows.scalars(query.order_by(FileRow.index))).all())


async def assignment(rows: AsyncSession, session_id: str, number: int, file_index: int) -> Assignment | None:
    round = await rows.get(RoundRow, (session_id, number))
    file = await rows.get(FileRow, (session_id, file_index))
    if round is None or file is None or round.status not in RUNNING:
        return None
    if file.round != number or FileStatus(file.status).is_over:
        return None
    session = await rows.get_one(SessionRow, session_id)
    texts = select(FileRow.path, SourceRow.text).join(
        SourceRow, (SourceRow.session_id == FileRow.session_id) & (SourceRow.file_index == FileRow.index)
    )
    # What an earlier round read from the folder is old: the folder itself has it as it is now.
    texts = texts.where(FileRow.session_id == session_id, (FileRow.round == number) | FileRow.from_folder.is_(False))
    overlay: dict[str, str] = dict((await rows.execute(texts)).all())
    taken = select(SuiteRow.test_file_path).where(
        SuiteRow.session_id == session_id, SuiteRow.file_index != file_index, SuiteRow.round < number
    )
    edited = await rows.get(ShelfRow, (session_id, number, file_index, EDITED))
    return Assignment(
        session_id=session_id,
        round=number,
        file_index=file_index,
        total_files=session.total_files,
        source=SourceFile(
            path=file.path, text=overlay[file.path], framework=file.framework, from_folder=file.from_folder
        ),
        options=options_from(round.options),
        repository_root=session.repository_root,
        overlay=overlay,
        writer=round.writer,
        model=round.model,
        taken=frozenset((await rows.scalars(taken)).all()),
        edited=None if edited is None else str(edited.value["text"]),
        aside=None if edited is None else edited.value.get("aside"),
        is_apart=edited is not None and "aside" in edited.value,
    )


async def run_of(rows: AsyncSession, session_id: str, number: int) -> str | None:
    query = select(RoundRow.claimed_by).where(RoundRow.session_id == session_id, RoundRow.number == number)
    return (await rows.scalars(query)).one_or_none()


async def owner_of(rows: AsyncSession, session_id: str) -> str:
    return (await rows.scalars(select(SessionRow.owner).where(SessionRow.id == session_id))).one_or_none() or ""


async def finish_round(rows: AsyncSession, session_id: str, number: int, now: datetime) -> None:
    round = await OpenRound.find(rows, session_id, number, now)
    if round is None:
        return
    await round.stop_unfinished()
    summary = await round.summary()
    done, failed = summary["successfulTests"], summary["failedTests"]
    if done == 0:
        error = _common_error([file.error for file in await round.files()])
        message = f"Test generation failed: {error['message']}"
        await round.end(Event(type="generation_failed", message=message, extra={"summary": summary, "error": error}))
        return
    await round.tell(Event(type="files_saved", message=f"Saved the tests of {counted(done, 'file')}"))
    message = f"Test generation completed: {counted(summary['totalTestCount'], 'test')} for {counted(done, 'file')}"
    if failed:
        message += f", {counted(failed, 'file')} failed"
    await round.end(Event(type="generation_completed", message=message, extra={"summary": summary}))


async def cancel(rows: AsyncSession, session_id: str, owner: str, now: datetime) -> bool:
    session = await owned_session(rows, session_id, owner)
    round = await OpenRound.find(rows, session_id, session.round, now)
    if round is None:
        return False
    kept = sum(file.status == FileStatus.COMPLETED for file in await round.files())
    message = f"Stopped. {counted(kept, 'finished file')} kept." if kept else "Stopped. No file was finished."
    await round.end(Event(type="generation_cancelled", message=message))
    return True


async def is_cut_short(rows: AsyncSession, session_id: str, number: int) -> bool:
    """Whether work on the round's files is in vain: it was cancelled, broken off, or deleted."""
    cut_short = (await rows.scalars(_CUT_SHORT, {"session_id": session_id, "number": number})).one_or_none()
    return cut_short is None or cut_short


async def is_over(rows: AsyncSession, session_id: str, number: int) -> bool:
    query = select(RoundRow.status).where(RoundRow.session_id == session_id, RoundRow.number == number)
    return (await rows.scalars(query)).one_or_none() not in RUNNING


async def unsent(rows: AsyncSession, before: datetime) -> list[Accepted]:
    query = select(RoundRow).where(
        RoundRow.status.in_(RUNNING),
        RoundRow.driver == "engine",
        RoundRow.sent_at.is_(None),
        RoundRow.issued_at <= before,
    )
    return [accepted(round, started=True) for round in await rows.scalars(query.order_by(RoundRow.issued_at))]


async def mark_sent(rows: AsyncSession, session_id: str, number: int, now: datetime) -> None:
    round = await rows.get(RoundRow, (session_id, number))
    if round is not None:
        round.sent_at = round.sent_at or now


async def reissue(rows: AsyncSession, session_id: str, number: int, event_id: str, now: datetime) -> Accepted:
    """`started` is False when the round ended meanwhile or was issued again already: then there is nothing to send."""
    round = await rows.get(RoundRow, (session_id, number))
    if round is None:
        raise not_found()
    if round.status not in RUNNING or round.event_id != event_id:
        return accepted(round, started=False)
    round.issue += 1
    round.event_id = f"{session_id}-r{number}-{round.issue}-{secrets.token_hex(4)}"  # as in `accepting`
    round.issued_at, round.sent_at, round.claimed_by = now, None, None
    return accepted(round, started=True)


async def note_presence(rows: AsyncSession, now: datetime) -> None:
    """Somebody is here who works on rounds. What lies between two such notes and is too long was a standstill."""
    at_work = RoundRow.status.in_(RUNNING), RoundRow.driver == "engine", RoundRow.started_at.is_not(None)
    last_seen = func.coalesce(RoundRow.seen_at, RoundRow.started_at)
    left_alone = select(RoundRow).where(*at_work, (last_seen < now - ABSENT_AFTER) | (last_seen > now))
    for round in await rows.scalars(left_alone.with_for_update()):
        assert round.started_at is not None
        round.away_ms += standstill_ms(round.seen_at or round.started_at, now)
    await rows.flush()
    # One statement for all of them: there may be hundreds, and this is said every few seconds.
    await rows.execute(update(RoundRow).where(*at_work).values(seen_at=now))


async def unfinished(rows: AsyncSession) -> list[tuple[str, int, str]]:
    query = select(RoundRow.session_id, RoundRow.number, RoundRow.event_id).where(
        RoundRow.status.in_(RUNNING), RoundRow.driver == "engine", RoundRow.sent_at.is_not(None)
    )
    query = query.order_by(RoundRow.created_at)
    return [(session_id, number, event_id) for session_id, number, event_id in await rows.execute(query)]


async def of_terminals(rows: AsyncSession) -> list[tuple[str, str, str | None]]:
    query = select(RoundRow.session_id, RoundRow.owner, RoundRow.claimed_by).where(
        RoundRow.status.in_(RUNNING), RoundRow.driver == "cli"
    )
    return [(session_id, owner, run_id) for session_id, owner, run_id in await rows.execute(query)]


async def running_sessions(rows: AsyncSession) -> frozenset[str]:
    return frozenset(await rows.scalars(select(SessionRow.id).where(SessionRow.status.in_(RUNNING))))


async def write_nothing_new(rows: AsyncSession) -> None:
    """The smallest row there is, as it was: whatever keeps that from the disk keeps everything from it."""
    await rows.execute(text("UPDATE alembic_version SET version_num = version_num"))


async def counts(rows: AsyncSession) -> dict[str, int]:
    query = select(RoundRow.status, func.count()).where(RoundRow.status.in_(RUNNING)).group_by(RoundRow.status)
    found: dict[str, int] = dict((await rows.execute(query)).all())
    return {status: found.get(status, 0) for status in RUNNING}


def _common_error(errors: list[dict[str, Any] | None]) -> dict[str, Any]:
    """What all files failed of, when that was the same for all; it tells more than that they failed."""
    first = errors[0] if errors else None
    if first is not None and all(error == first for error in errors):
        return first
    message = f"none of the {counted(len(errors), 'file')} could be finished."
    return {"code": "all_files_failed", "message": message, "hint": "Look at each file's own error."}
