"""Model answers that were paid for."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.drafts import Usage
from testwright.domain.ports import Answer
from testwright.store.database import Database
from testwright.store.rows import AnswerRow


class StoredAnswers:
    """The AnswerCache on the answers table."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    async def get(self, key: str) -> Answer | None:
        return await self._database.glance(lambda rows: _get(rows, key))

    async def put(self, key: str, answer: Answer) -> None:
        """The first answer under a key stays: work may already have been built on it."""
        await self._database.write(lambda rows: _put(rows, key, answer, self._now()), about=f"answer/{key}")


async def _get(rows: AsyncSession, key: str) -> Answer | None:
    row = await rows.get(AnswerRow, key)
    if row is None:
        return None
    stored = row.answer
    usage = Usage(tokens=stored["tokens"], cost_usd=stored["cost_usd"])
    return Answer(text=stored["text"], finish=stored["finish"], usage=usage, reason=stored.get("reason", ""))


async def _put(rows: AsyncSession, key: str, answer: Answer, now: datetime) -> None:
    if await rows.get(AnswerRow, key) is None:
        stored = {
            "text": answer.text,
            "finish": answer.finish,
            "tokens": answer.usage.tokens,
            "cost_usd": answer.usage.cost_usd,
            "reason": answer.reason,
        }
        rows.add(AnswerRow(key=key, answer=stored, created_at=now))
