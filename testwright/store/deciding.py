"""What people made of the suites they were given."""

from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.records import TestRecord
from testwright.domain.sessions import Decision
from testwright.store.records import test_record
from testwright.store.rows import SuiteRow


async def decide(rows: AsyncSession, session_id: str, test_id: str, decision: Decision) -> TestRecord | None:
    row = await rows.get(SuiteRow, test_id)
    if row is None or row.session_id != session_id:
        return None
    row.decision = decision
    return test_record(row)
