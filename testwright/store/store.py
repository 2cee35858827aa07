"""Everything the rest of the house may ask of the database, on one object."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from testwright.domain.events import Event
from testwright.domain.ports import AnswerCache, Desk, Meter, StepJournal
from testwright.domain.records import (
    Accepted,
    Application,
    Assignment,
    FileRecord,
    MeasuredFile,
    NewSession,
    RepositoryRecord,
    SessionFigures,
    SessionRecord,
    StepRecord,
    StoredEvent,
    TestRecord,
)
from testwright.domain.sessions import Decision, SourceFile, UnreadableFile
from testwright.store import (
    accepting,
    applications,
    deciding,
    event_log,
    histories,
    journal,
    ledger,
    looking_up,
    repositories,
    running,
)
from testwright.store.access import AccessBook
from testwright.store.answers import StoredAnswers
from testwright.store.cancels import Cancels
from testwright.store.database import Database
from testwright.store.desk import FileDesk
from testwright.store.journal import Journal
from testwright.store.live_texts import LiveTexts
from testwright.store.opening import opened
from testwright.store.waiting import Queue
from testwright.store.wakeups import Bell, Wakeup


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """One for each process. Every method is one short transaction; a session of another owner behaves as unknown."""

    def __init__(self, database: Database, bell: Bell, now: Callable[[], datetime], meter: Meter | None = None) -> None:
        self._database = database
        self._meter = meter
        self._bell = bell
        self._now = now
        self.live_texts = LiveTexts()
        self.answers: AnswerCache = StoredAnswers(database, now)
        self.access = AccessBook(database, now)
        self._journal = Journal(database, now=now, meter=meter)
        self._cancels = Cancels(database, bell)
        self._queue = Queue(database, now, bell)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        home: Path,
        database_url: str | None = None,
        *,
        now: Callable[[], datetime] = _utc_now,
        meter: Meter | None = None,
    ) -> AsyncIterator["Store"]:
        """Open `home/testwright.sqlite`, or the Postgres database of that address; made or migrated first.

        Raises PermanentError: `schema_newer`, `storage_settings`, or `storage_unusable` when it is no database, or not
        ours to write.
        """
        async with opened(home, database_url) as (database, bell):
            if meter is not None:
                database.on_told = meter.told
            store = cls(database, bell, now, meter)
            try:
                yield store
            finally:
                store._cancels.close()
                await store._journal.close()

    # Sessions

    async def accept(self, new: NewSession) -> Accepted:
        """Start a session or a further round of one that has ended; the same request again starts nothing.

        Raises InputError: 409 idempotency_conflict, 409 session_running, 404 session_not_found.
        """
        about = [f"key/{new.owner}/{new.idempotency_key}"] if new.idempotency_key is not None else []
        about += [new.session_id] if new.session_id is not None else []
        answer = await self._database.write(
            lambda rows: accepting.accept(rows, new, self._now()), about=about, first=True
        )
        self._bell.announce(answer.session_id)
        return answer

    async def session(self, session_id: str, owner: str) -> SessionRecord | None:
        return await self._database.glance(lambda rows: looking_up.session(rows, session_id, owner))

    async def files(self, session_id: str) -> list[FileRecord]:
        return await self._database.glance(lambda rows: looking_up.files(rows, session_id))

    async def file_text(self, session_id: str, path: str) -> str | None:
        """The source as it was accepted, by the newest round that has it."""
        return await self._database.glance(lambda rows: looking_up.file_text(rows, session_id, path))

    async def sessions(
        self, owner: str, *, cursor: str | None = None, limit: int = 50
    ) -> tuple[list[SessionRecord], str | None]:
        """Newest first, with the cursor of the next page. Raises InputError `invalid_cursor`."""
        return await self._database.glance(lambda rows: looking_up.sessions(rows, owner, cursor, limit))

    async def retry(
        self,
        session_id: str,
        owner: str,
        *,
        paths: Sequence[str] | None,
        model: str | None,
        instructions: str | None,
        install: bool = False,
        estimate_seconds: int,
        writer: str | None = None,
        wanted_model: str | None = None,
        max_cost_usd: float | None = None,
        read_again: Sequence[SourceFile | UnreadableFile] = (),
        edited: str | None = None,
        pin: str | None = None,
    ) -> Accepted:
        """A further round with the named files, else with all that failed or were cancelled.

        `wanted_model` is what somebody asked for and is kept for later rounds; `writer` and `model` are who will really
        write in this one. `read_again` are the files whose texts were read anew, and `pin` what
        the session is about with these. `edited` is a suite that is verified
        in place of writing one. What is None stays as it was in the
        round before (`model`: where `writer` is None). Raises InputError: 404 session_not_found, 409
        session_running, 400 unknown_path or nothing_to_retry.
        """
        answer = await self._database.write(
            lambda rows: accepting.retry(
                rows,
                session_id,
                owner,
                paths=paths,
                wanted_model=wanted_model,
                writer=writer,
                model=model,
                instructions=instructions,
                install=install,
                max_cost_usd=max_cost_usd,
                estimate_seconds=estimate_seconds,
                read_again=read_again,
                edited=edited,
                pin=pin,
                now=self._now(),
            ),
            about=session_id,
        )
        self._bell.announce(session_id)
        return answer

    async def cancel(self, session_id: str, owner: str) -> bool:
        """End the running round: files, session and terminal event at once. False when it was already over."""
        return await self._database.write(
            lambda rows: running.cancel(rows, session_id, owner, self._now()),
            about=session_id,
            then=self._ringer(session_id),
            first=True,
        )

    async def delete(self, session_id: str, owner: str) -> None:
        """Forget the session and all that belongs to it; a running one is cancelled first."""
        await self.cancel(session_id, owner)
        await self._database.write(
            lambda rows: accepting.delete_session(rows, session_id, owner),
            about=session_id,
            then=self._ringer(session_id),
        )

    # Jobs

    async def claim_round(self, session_id: str, round: int, run_id: str) -> tuple[int, ...] | None:
        """The round's files for the first run that asks (and asks again), None for any other, or when it is over."""
        return await self._database.write(
            lambda rows: running.claim_round(rows, session_id, round, run_id, self._now()), about=session_id
        )

    async def assignment(self, session_id: str, round: int, file_index: int) -> Assignment | None:
        """None when the file or its round is already over."""
        return await self._database.read(lambda rows: running.assignment(rows, session_id, round, file_index))

    def desk(self, session_id: str, round: int, file_index: int) -> Desk:
        return FileDesk(
            self._database,
            session_id=session_id,
            round=round,
            file_index=file_index,
            now=self._now,
            wake=partial(self._bell.announce, session_id, may_end=False),
            texts=self.live_texts,
            meter=self._meter,
        )

    def journal(self, session_id: str, round: int, file_index: int) -> StepJournal:
        return self._journal.of_file(session_id, round, file_index)

    async def timeline(self, session_id: str) -> list[StepRecord]:
        """All attempts of all steps of all files, in the order in which they began."""
        await self._journal.write()
        return await self._database.glance(lambda rows: journal.timeline(rows, session_id))

    async def note_presence(self) -> None:
        """Say that somebody is here who works on rounds: for how long nobody was is no part of a round's duration."""
        await self._database.write(lambda rows: running.note_presence(rows, self._now()), about="presence")

    async def tell_queue(self) -> None:
        """Tell rounds that wait how far the queue has come."""
        await self._queue.look()

    async def tell(self, session_id: str, round: int, event: Event) -> int | None:
        """The event's number; None, and nothing recorded, when its round or its file is over.

        A terminal event ends the round: files that have not ended fail with `stopped`, and the summary is added.
        """
        return await self._database.write(
            lambda rows: event_log.tell(rows, session_id, round, event, self._now()),
            about=session_id,
            then=self._ringer(session_id),
        )

    async def run_of(self, session_id: str, round: int) -> str | None:
        """The engine's own name for the run that works on the round, or did; None before one has begun."""
        return await self._database.glance(lambda rows: running.run_of(rows, session_id, round))

    async def owner_of(self, session_id: str) -> str:
        """Empty when there is no such session."""
        return await self._database.glance(lambda rows: running.owner_of(rows, session_id))

    async def finish_round(self, session_id: str, round: int) -> None:
        """Tell how the round ended, by its files. Files that have not ended fail with `stopped`."""
        await self._database.write(
            lambda rows: running.finish_round(rows, session_id, round, self._now()),
            about=session_id,
            then=self._ringer(session_id),
        )

    async def cancelled(self, session_id: str, round: int) -> None:
        """Return once work on this round is in vain: it was cancelled, broken off before its files had ended, or
        deleted. Never returns for a round that ends as it should."""
        await self._cancels.wait(session_id, round)

    async def is_over(self, session_id: str, round: int) -> bool:
        return await self._database.glance(lambda rows: running.is_over(rows, session_id, round))

    # The outbox

    async def unsent(self, older_than: timedelta) -> list[Accepted]:
        """Rounds that were to go to the engine that long ago and have not been handed over."""
        return await self._database.glance(lambda rows: running.unsent(rows, self._now() - older_than))

    async def mark_sent(self, session_id: str, round: int) -> None:
        await self._database.write(
            lambda rows: running.mark_sent(rows, session_id, round, self._now()), about=session_id
        )

    async def reissue(self, session_id: str, round: int, event_id: str) -> Accepted:
        """A fresh event id for a round whose run was lost. `started` is False when the round has ended meanwhile, or
        somebody else was quicker: `event_id` is the one that is known to be lost."""
        return await self._database.write(
            lambda rows: running.reissue(rows, session_id, round, event_id, self._now()), about=session_id
        )

    async def of_terminals(self) -> list[tuple[str, str, str | None]]:
        """Session, owner and run of every running round that a terminal walks itself."""
        return await self._database.glance(running.of_terminals)

    async def unfinished(self) -> list[tuple[str, int, str]]:
        """Session, round and event id of what the engine was sent and has not ended."""
        return await self._database.glance(running.unfinished)

    # Events

    async def events_after(self, session_id: str, after: int, limit: int = 200) -> list[StoredEvent]:
        return await self._database.glance_once(
            ("events", session_id, after, limit), lambda rows: event_log.events_after(rows, session_id, after, limit)
        )

    def watch(self, session_id: str) -> AbstractAsyncContextManager[Wakeup]:
        """Watch first, read the events then, wait last: an event in between ends the wait at once."""
        return self._bell.watch(session_id)

    @property
    def closing(self) -> bool:
        return self._bell.closing

    def close_streams(self) -> None:
        """Wake every stream for the last time, so that the server can stop."""
        self._bell.close_streams()

    # Tests

    async def tests(self, session_id: str) -> list[TestRecord]:
        """The newest revision of each file's suite."""
        return await self._database.glance(lambda rows: looking_up.tests(rows, session_id))

    async def test(self, session_id: str, test_id: str) -> TestRecord | None:
        return await self._database.glance(lambda rows: looking_up.test(rows, session_id, test_id))

    async def decide(self, session_id: str, test_id: str, decision: Decision) -> TestRecord | None:
        """Note what a person made of a suite; None when the session has no such suite."""
        return await self._database.write(
            lambda rows: deciding.decide(rows, session_id, test_id, decision), about=session_id
        )

    async def note_application(self, session_id: str, made: Application) -> None:
        """Remember that a suite was written into the session's folder."""
        await self._database.write(
            lambda rows: applications.note(rows, session_id, made, self._now()), about=session_id
        )

    async def applications(self, session_id: str) -> list[Application]:
        """What was written into the session's folder and not taken back, the newest first."""
        return await self._database.glance(lambda rows: applications.of_session(rows, session_id))

    async def forget_application(self, session_id: str, undone: Application) -> None:
        await self._database.write(lambda rows: applications.forget(rows, session_id, undone), about=session_id)

    # Repositories and history

    async def add_repository(self, owner: str, name: str, root: str) -> RepositoryRecord:
        """The same root again is the same repository."""
        return await self._database.write(
            lambda rows: repositories.add(rows, owner, name, root, self._now()), about=f"root/{owner}/{root}"
        )

    async def repositories(self, owner: str) -> list[RepositoryRecord]:
        return await self._database.glance(lambda rows: repositories.of_owner(rows, owner))

    async def repository(self, repository_id: str, owner: str) -> RepositoryRecord | None:
        return await self._database.glance(lambda rows: repositories.one(rows, repository_id, owner))

    async def remove_repository(self, repository_id: str, owner: str) -> bool:
        return await self._database.write(
            lambda rows: repositories.remove(rows, repository_id, owner), about=repository_id
        )

    async def is_held(self, root: str) -> bool:
        """Whether a folder is still of use to anybody: it is registered, or a session that runs was begun with it."""
        return await self._database.glance(lambda rows: repositories.is_held(rows, root))

    async def measured_files(self, owner: str, repository_id: str) -> list[MeasuredFile]:
        """What the newest run of each file's tests reached."""
        return await self._database.glance(lambda rows: histories.measured_files(rows, owner, repository_id))

    async def session_figures(self, owner: str, repository_id: str) -> list[SessionFigures]:
        """How the repository's sessions went, the oldest first."""
        return await self._database.glance(lambda rows: histories.figures(rows, owner, repository_id))

    async def seconds_per_file(self, writer: str, framework: str) -> list[float]:
        """How long finished files took, the newest 50."""
        return await self._database.glance(lambda rows: looking_up.seconds_per_file(rows, writer, framework))

    async def spent_per_file(self, model: str) -> list[tuple[int, float | None]]:
        """Tokens and US dollars (None: no price was known) of the newest 50 files that this model wrote for."""
        return await self._database.glance(lambda rows: looking_up.spent_per_file(rows, model))

    async def spent_today(self) -> tuple[float, float]:
        """What models took this day (UTC) for all sessions, and what calls under way may still take; US dollars."""
        return await self._database.glance(lambda rows: ledger.spent_on_day(rows, self._now()))

    async def spent_usd(self, session_id: str) -> float:
        """What the session has spent, and may have spent, of what its limit allows."""
        return await self._database.glance(lambda rows: ledger.spent_usd(rows, session_id))

    async def running_sessions(self) -> frozenset[str]:
        """The ids of all sessions that are not over, whoever drives them."""
        return await self._database.glance(running.running_sessions)

    async def prove_writable(self) -> None:
        """Raises TransientError when nothing can be kept, as with a full disk or one that may only be read."""
        await self._database.write(running.write_nothing_new, about="readiness", first=True)

    async def counts(self) -> dict[str, int]:
        """How many rounds are `pending` and how many `processing`."""
        return await self._database.glance(running.counts)

    def _ringer(self, session_id: str) -> Callable[[], None]:
        return partial(self._bell.announce, session_id)
