"""A store of one process' memory, as far as the jobs need one."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from testwright.domain.errors import TestwrightError
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite
from testwright.domain.records import Accepted, Assignment, StoredEvent
from testwright.domain.sessions import Options, SourceFile


class FakeDesk:
    """Writes down what it is told."""

    def __init__(self, file_index: int = 1) -> None:
        self.file_index = file_index
        self.told: list[Event] = []
        self.failed: list[TestwrightError] = []
        self.shelf: dict[str, dict[str, Any]] = {}

    async def tell(self, event: Event) -> None:
        if event.once_key not in {known.once_key for known in self.told}:
            self.told.append(event)

    async def put(self, key: str, value: Mapping[str, Any]) -> None:
        self.shelf[key] = dict(value)

    async def get(self, key: str) -> dict[str, Any] | None:
        return self.shelf.get(key)

    async def deliver(self, suite: DeliveredSuite) -> str:
        raise NotImplementedError

    async def fail(self, error: TestwrightError) -> None:
        if not self.failed:
            self.failed.append(error)


class FakeJournal:
    """Entries of step, attempt and what went wrong; `...` while it is under way."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int, Any]] = []

    def began(self, step: str, attempt: int) -> "FakeNote":
        self.entries.append((step, attempt, ...))
        return FakeNote(self, len(self.entries) - 1)


@dataclass(frozen=True)
class FakeNote:
    journal: FakeJournal
    place: int

    def ended(self, error: Mapping[str, Any] | None) -> None:
        step, attempt, _ = self.journal.entries[self.place]
        self.journal.entries[self.place] = step, attempt, error


class FakeRounds:
    """Round 1 of the sessions it was given, each a number of files."""

    def __init__(self, **sessions: int) -> None:
        self.sessions = sessions
        self.claims: dict[str, str] = {}
        self.desks: dict[tuple[str, int], FakeDesk] = {}
        self.journals: dict[tuple[str, int], FakeJournal] = {}
        self.presence = 0
        self.finished: list[str] = []
        self.ended: dict[str, asyncio.Event] = {}
        self.stopped: dict[str, asyncio.Event] = {}
        self.waiting: list[Accepted] = []
        self.sent: list[str] = []
        self.reissued: list[str] = []
        self.running: list[tuple[str, int, str]] = []
        self.events: list[StoredEvent] = []

    async def until_finished(self, session_id: str, seconds: float = 60.0) -> None:
        async with asyncio.timeout(seconds):
            await self.ended.setdefault(session_id, asyncio.Event()).wait()

    def stop(self, session_id: str) -> None:
        self.stopped.setdefault(session_id, asyncio.Event()).set()

    async def claim_round(self, session_id: str, round: int, run_id: str) -> tuple[int, ...] | None:
        if self.claims.setdefault(session_id, run_id) != run_id or await self.is_over(session_id, round):
            return None
        return tuple(range(1, self.sessions[session_id] + 1))

    async def assignment(self, session_id: str, round: int, file_index: int) -> Assignment | None:
        if await self.is_over(session_id, round) or self.desk(session_id, round, file_index).failed:
            return None
        source = SourceFile(path=f"file_{file_index}.py", text="", framework="pytest")
        return Assignment(
            session_id=session_id,
            round=round,
            file_index=file_index,
            total_files=self.sessions[session_id],
            source=source,
            options=Options(),
            repository_root=None,
            overlay={},
            writer="explorer",
            model=None,
        )

    def desk(self, session_id: str, round: int, file_index: int) -> FakeDesk:
        return self.desks.setdefault((session_id, file_index), FakeDesk(file_index))

    def journal(self, session_id: str, round: int, file_index: int) -> FakeJournal:
        return self.journals.setdefault((session_id, file_index), FakeJournal())

    async def owner_of(self, session_id: str) -> str:
        return "local"

    async def finish_round(self, session_id: str, round: int) -> None:
        if session_id not in self.finished:
            self.finished.append(session_id)
            self.ended.setdefault(session_id, asyncio.Event()).set()

    async def cancelled(self, session_id: str, round: int) -> None:
        await self.stopped.setdefault(session_id, asyncio.Event()).wait()

    async def is_over(self, session_id: str, round: int) -> bool:
        stopped = self.stopped.get(session_id)
        return session_id in self.finished or (stopped is not None and stopped.is_set())

    async def unsent(self, older_than: timedelta) -> list[Accepted]:
        return list(self.waiting)

    async def mark_sent(self, session_id: str, round: int) -> None:
        self.sent.append(session_id)
        self.waiting = [accepted for accepted in self.waiting if accepted.session_id != session_id]

    async def reissue(self, session_id: str, round: int, event_id: str) -> Accepted:
        self.reissued.append(session_id)
        started = not await self.is_over(session_id, round)
        return Accepted(session_id=session_id, round=round, event_id=f"{session_id}-again", started=started)

    async def note_presence(self) -> None:
        self.presence += 1

    async def tell_queue(self) -> None:
        pass

    async def unfinished(self) -> list[tuple[str, int, str]]:
        return list(self.running)

    async def events_after(self, session_id: str, after: int, limit: int = 200) -> list[StoredEvent]:
        return [event for event in self.events if event.id > after][:limit]
