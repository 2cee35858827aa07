"""Where the pipeline of one file puts down what it finds."""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.drafts import Usage
from testwright.domain.errors import Cancelled, PermanentError, TestwrightError
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite, evidence_json, mutant_json
from testwright.domain.paths import same_file_key
from testwright.domain.ports import Meter, OnText, Purse
from testwright.domain.sessions import Decision, FileStatus
from testwright.domain.suspects import suspect_json
from testwright.store.counting import counted
from testwright.store.database import Database
from testwright.store.event_log import OpenRound, base_name
from testwright.store.failing import file_failed
from testwright.store.ledger import SessionPurse, usage_of
from testwright.store.live_texts import LiveTexts
from testwright.store.rows import FileRow, ShelfRow, SuiteRow

# In one statement and by hand: each step of each file puts something down.
_PUT = text(
    """
    INSERT INTO shelf (session_id, round, file_index, "key", value)
    SELECT session_id, number, :file_index, :key, :value FROM rounds WHERE session_id = :session_id AND number = :round
    ON CONFLICT (session_id, round, file_index, "key") DO UPDATE SET value = excluded.value
    """
).bindparams(bindparam("value", type_=ShelfRow.value.type))


class FileDesk:
    """The Desk of one file in one round. `wake` is called after each commit that readers should hear of."""

    def __init__(
        self,
        database: Database,
        *,
        session_id: str,
        round: int,
        file_index: int,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        texts: LiveTexts,
        meter: Meter | None = None,
    ) -> None:
        self._database = database
        self._session_id = session_id
        self._round = round
        self._file_index = file_index
        self._now = now
        self._wake = wake
        self._texts = texts
        self._known: dict[str, dict[str, Any] | None] = {}
        self.purse: Purse = SessionPurse(
            database, session_id=session_id, round=round, file_index=file_index, now=now, meter=meter
        )

    async def tell(self, event: Event) -> None:
        await self._database.write(lambda rows: self._tell(rows, event), about=self._session_id, then=self._wake)

    async def put(self, key: str, value: Mapping[str, Any]) -> None:
        self._known.pop(key, None)
        self._known[key] = await self._database.write(
            lambda rows: self._put(rows, key, dict(value)), about=self._session_id
        )

    async def get(self, key: str) -> dict[str, Any] | None:
        """What lies there, read once: only the one who walks this file in this round puts anything down for it."""
        if key not in self._known:
            self._known[key] = await self._database.glance(lambda rows: self._get(rows, key))
        return self._known[key]

    def live(self, path: str) -> AbstractContextManager[OnText | None]:
        return self._texts.passage(self._session_id, path)

    async def spent(self) -> Usage:
        place = {"round": self._round, "file_index": self._file_index}
        return await self._database.glance(lambda rows: usage_of(rows, self._session_id, **place))

    async def deliver(self, suite: DeliveredSuite) -> str:
        """Raises Cancelled when the file has already ended another way, so that nothing is left to be done."""
        return await self._database.write(
            lambda rows: self._deliver(rows, suite), about=self._session_id, then=self._wake
        )

    async def fail(self, error: TestwrightError) -> None:
        await self._database.write(lambda rows: self._fail(rows, error), about=self._session_id, then=self._wake)

    async def _tell(self, rows: AsyncSession, event: Event) -> None:
        round = await self._open_round(rows)
        if round is not None:
            await round.tell(event)

    async def _put(self, rows: AsyncSession, key: str, value: dict[str, Any]) -> dict[str, Any] | None:
        place = {"session_id": self._session_id, "round": self._round, "file_index": self._file_index}
        laid: Any = await rows.execute(_PUT, {**place, "key": key, "value": value})
        return value if laid.rowcount else None  # the session was deleted, and its shelf with it

    async def _get(self, rows: AsyncSession, key: str) -> dict[str, Any] | None:
        row = await rows.get(ShelfRow, (self._session_id, self._round, self._file_index, key))
        return None if row is None else row.value

    async def _deliver(self, rows: AsyncSession, suite: DeliveredSuite) -> str:
        known = await self._delivered(rows)
        if known is not None:
            return known
        round = await self._open_round(rows)
        file = None if round is None else await round.file(self._file_index)
        if round is None or file is None or FileStatus(file.status).is_over:
            raise Cancelled("This file ended before its tests were delivered.", hint="Retry the file.")
        await self._refuse_a_clash(rows, suite)
        row = await self._suite_row(rows, suite)
        rows.add(row)
        file.test_id = row.id
        await round.tell(_test_generated(row, file))
        return row.id

    async def _fail(self, rows: AsyncSession, error: TestwrightError) -> None:
        round = await self._open_round(rows)
        if round is None:
            return
        await round.tell(file_failed(await round.file(self._file_index), error))

    async def _open_round(self, rows: AsyncSession) -> OpenRound | None:
        return await OpenRound.find(rows, self._session_id, self._round, self._now())

    async def _delivered(self, rows: AsyncSession) -> str | None:
        query = select(SuiteRow.id).where(
            SuiteRow.session_id == self._session_id,
            SuiteRow.round == self._round,
            SuiteRow.file_index == self._file_index,
        )
        return (await rows.scalars(query)).one_or_none()

    async def _refuse_a_clash(self, rows: AsyncSession, suite: DeliveredSuite) -> None:
        """Whoever writes the session's suites into a folder must never write one over another's."""
        others = (
            select(SuiteRow.file_index, SuiteRow.test_file_path, SuiteRow.file_path)
            .where(SuiteRow.session_id == self._session_id, SuiteRow.file_index != self._file_index)
            .order_by(SuiteRow.revision)
        )
        newest = {index: (path, of) for index, path, of in await rows.execute(others)}
        wanted = same_file_key(suite.test_file_path)
        holder = next((of for path, of in newest.values() if same_file_key(path) == wanted), None)
        if holder is not None:
            raise PermanentError(
                f"{suite.test_file_path} holds the tests of {holder} in this session already.",
                code="test_path_taken",
                hint="Retry this file: its tests will get another name.",
                retryable=True,
            )

    async def _suite_row(self, rows: AsyncSession, suite: DeliveredSuite) -> SuiteRow:
        newest = select(func.max(SuiteRow.revision)).where(
            SuiteRow.session_id == self._session_id, SuiteRow.file_index == self._file_index
        )
        return SuiteRow(
            id=f"test_{secrets.token_hex(12)}",
            session_id=self._session_id,
            file_index=self._file_index,
            round=self._round,
            revision=((await rows.scalars(newest)).one() or 0) + 1,
            file_path=suite.file_path,
            test_file_path=suite.test_file_path,
            test_code=suite.test_code,
            evidence=evidence_json(suite.evidence),
            dropped=[asdict(drop) for drop in suite.dropped],
            coverage={
                "before": list(suite.covered_before),
                "after": list(suite.covered_after),
                "missed": list(suite.missed_after),
            },
            mutants=[mutant_json(faced) for faced in suite.mutants],
            suspects=[suspect_json(suspect) for suspect in suite.suspects],
            decision=Decision.UNDECIDED,
            created_at=self._now(),
        )


def _test_generated(row: SuiteRow, file: FileRow) -> Event:
    tests, name = counted(row.evidence["testCount"], "test"), base_name(file.path)
    verified = row.evidence["verified"]
    generated = {
        "filePath": row.file_path,
        "testFilePath": row.test_file_path,
        "testCode": row.test_code,
        "testId": row.id,
        "evidence": row.evidence,
    }
    message = f"Generated {tests} for {name}" if verified else f"Wrote {tests} for {name}, not verified"
    suspects = row.evidence["suspects"]
    if suspects:
        found = counted(suspects, "possible bug")
        message = (
            f"{message}; {found}" if row.evidence["testCount"] else f"Found {found} in {name}, and no test to keep"
        )
    return Event(
        type="test_generated",
        message=message,
        file_index=file.index,
        extra={"generatedTest": generated},
    )
