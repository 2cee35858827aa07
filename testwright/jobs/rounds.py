"""What the jobs ask of the store, and the events that travel to the engine: ids only, never contents."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from testwright.domain.ports import Desk, StepJournal
from testwright.domain.records import Accepted, Assignment, StoredEvent

SESSION_REQUESTED = "testwright/session.requested"
SESSION_CANCELLED = "testwright/session.cancelled"
BATCH_REQUESTED = "testwright/batch.requested"
FILE_REQUESTED = "testwright/file.requested"


def about_file(session_id: str, round: int, file_index: int) -> dict[str, str | int]:
    """What the event of one file's run says."""
    return {"sessionId": session_id, "round": round, "fileIndex": file_index}


class Rounds(Protocol):
    """Sessions in rounds, as the store keeps them (`testwright.store.Store` fits)."""

    async def claim_round(self, session_id: str, round: int, run_id: str) -> tuple[int, ...] | None: ...

    async def assignment(self, session_id: str, round: int, file_index: int) -> Assignment | None: ...

    def desk(self, session_id: str, round: int, file_index: int) -> Desk: ...

    def journal(self, session_id: str, round: int, file_index: int) -> StepJournal: ...

    async def owner_of(self, session_id: str) -> str: ...

    async def finish_round(self, session_id: str, round: int) -> None: ...

    async def cancelled(self, session_id: str, round: int) -> None: ...

    async def is_over(self, session_id: str, round: int) -> bool: ...


class Outbox(Rounds, Protocol):
    """The rounds that still have to reach the engine, or may have been lost there."""

    async def unsent(self, older_than: timedelta) -> list[Accepted]: ...

    async def mark_sent(self, session_id: str, round: int) -> None: ...

    async def reissue(self, session_id: str, round: int, event_id: str) -> Accepted: ...

    async def note_presence(self) -> None: ...

    async def tell_queue(self) -> None: ...

    async def unfinished(self) -> list[tuple[str, int, str]]: ...

    async def events_after(self, session_id: str, after: int, limit: int = 200) -> Sequence[StoredEvent]: ...
