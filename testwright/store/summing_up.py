"""How a round went, from its rows."""

from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.events import summary_json
from testwright.domain.sessions import FileStatus, Summary
from testwright.store.ledger import usage_of
from testwright.store.rows import FileRow, RoundRow, SuiteRow

ABSENT_AFTER = timedelta(seconds=15)
"""Several times as long as the keeper's looks are apart: on a busy machine one of them may come late."""


def standstill_ms(last_seen: datetime, now: datetime) -> int:
    """What to leave out of a duration: the time since somebody was seen, where that is too long, or less than none.

    Nobody was there, or the machine's date was set.
    """
    gap = now - last_seen
    return 0 if timedelta(0) <= gap <= ABSENT_AFTER else _milliseconds(gap)


async def summary_of(rows: AsyncSession, round: RoundRow, now: datetime) -> dict[str, Any]:
    """The round's summary under its wire names."""
    await rows.flush()
    counting = select(FileRow.status, func.count()).where(
        FileRow.session_id == round.session_id, FileRow.round == round.number
    )
    counted: dict[str, int] = dict((await rows.execute(counting.group_by(FileRow.status))).all())
    delivered = select(SuiteRow.evidence).where(SuiteRow.session_id == round.session_id, SuiteRow.round == round.number)
    evidence = list((await rows.scalars(delivered)).all())
    reached = [one["coverage"]["after"]["lines"] for one in evidence if one["verified"]]
    measured = [percent for percent in reached if percent is not None]
    bought = await usage_of(rows, round.session_id, round=round.number)
    away_ms = round.away_ms + (0 if round.seen_at is None else standstill_ms(round.seen_at, now))
    summary = Summary(
        total_files=sum(counted.values()),
        successful_tests=counted.get(FileStatus.COMPLETED, 0),
        failed_tests=counted.get(FileStatus.FAILED, 0),
        total_test_count=sum(one["testCount"] for one in evidence),
        average_coverage=round_to_tenth(measured),
        duration_ms=max(0, _milliseconds(now - (round.started_at or round.created_at)) - away_ms),
        tokens=bought.tokens,
        cost_usd=bought.cost_usd,
    )
    return summary_json(summary)


def _milliseconds(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def round_to_tenth(percents: list[float]) -> float | None:
    return round(fmean(percents), 1) if percents else None
