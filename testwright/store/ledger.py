"""What calls of models cost. Money is set aside before a call and settled after, so that no budget is ever passed.

Setting aside is one writing transaction, so files, sessions and processes that ask at the same moment see each other.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from testwright.domain.drafts import Usage
from testwright.domain.errors import Cancelled, PermanentError
from testwright.domain.ports import Meter, Offer
from testwright.store.database import Database
from testwright.store.records import options_from
from testwright.store.rows import CallRow, RoundRow

_A_HAIR = 1e-9
"""Dollars that sums of floats may be off by."""


class SessionPurse:
    """The Purse of one file in one round."""

    def __init__(
        self,
        database: Database,
        *,
        session_id: str,
        round: int,
        file_index: int,
        now: Callable[[], datetime],
        meter: Meter | None = None,
    ) -> None:
        self._database = database
        self._place = {"session_id": session_id, "round": round, "file_index": file_index}
        self._now = now
        self._meter = meter

    async def reserve(self, offer: Offer) -> str | None:
        about = [str(self._place["session_id"]), *(["day"] if offer.day_usd is not None else [])]
        return await self._database.write(lambda rows: self._reserve(rows, offer), about=about)

    async def settle(self, reservation: str, usage: Usage | None) -> None:
        call = await self._database.write(lambda rows: _settle(rows, reservation, usage), about=reservation)
        if self._meter is not None:
            seconds = (self._now() - call.began_at).total_seconds()
            self._meter.bought(call.provider, call.model, seconds, usage)

    async def _reserve(self, rows: AsyncSession, offer: Offer) -> str | None:
        now = self._now()
        round = await rows.get(RoundRow, (self._place["session_id"], self._place["round"]))
        if round is None:
            raise Cancelled("The session was deleted.")
        session_usd = options_from(round.options).max_cost_usd
        in_session = CallRow.session_id == self._place["session_id"]
        today = CallRow.began_at >= _day_of(now)
        fits = [
            await _fits(rows, in_session, offer, session_usd, now, "session", "Go on with a higher limit on the cost"),
            await _fits(rows, today, offer, offer.day_usd, now, "day", "Retry tomorrow, or raise TESTWRIGHT_DAY_USD"),
        ]
        if not all(fits):
            return None
        call_id = f"call_{secrets.token_hex(12)}"
        rows.add(
            CallRow(
                **self._place,
                id=call_id,
                provider=offer.provider,
                model=offer.model,
                began_at=now,
                expires_at=now + timedelta(seconds=offer.seconds),
                most_tokens=offer.tokens,
                most_usd=offer.usd,
                settled=False,
            )
        )
        return call_id


async def _fits(
    rows: AsyncSession,
    which: ColumnElement[bool],
    offer: Offer,
    limit: float | None,
    now: datetime,
    whose: str,
    remedy: str,
) -> bool:
    """Whether the offer fits now. Raises PermanentError when it cannot, whatever the calls under way will cost."""
    if limit is None or offer.usd == 0:
        return True
    if offer.usd is None:
        raise PermanentError(
            f"A limit on the cost cannot hold: the price of {offer.model} is not known here.",
            code="price_unknown",
            hint="Set TESTWRIGHT_MODEL_INPUT_USD and TESTWRIGHT_MODEL_OUTPUT_USD, or leave the limit out.",
            retryable=True,
        )
    spent, held = (await rows.execute(_money(which, now))).one()
    if spent + offer.usd > limit + _A_HAIR:
        raise PermanentError(
            f"The {whose} has spent ${spent:.4g} of its ${limit:g}, and the next call may cost up to ${offer.usd:.2g}.",
            code="budget_reached",
            hint=f"Finished files are kept. {remedy}.",
            retryable=True,
        )
    return bool(spent + held + offer.usd <= limit + _A_HAIR)


def _money(which: ColumnElement[bool], now: datetime) -> Select[Any]:
    """What is gone for good, and what calls under way hold. A call of which nobody knows counts with all it might."""
    is_held = CallRow.settled.is_(False) & (CallRow.expires_at > now)
    cost = func.coalesce(CallRow.cost_usd, CallRow.most_usd, 0.0)
    return select(
        func.coalesce(func.sum(case((is_held, 0.0), else_=cost)), 0.0),
        func.coalesce(func.sum(case((is_held, cost), else_=0.0)), 0.0),
    ).where(which)


async def _settle(rows: AsyncSession, call_id: str, usage: Usage | None) -> CallRow:
    call = await rows.get_one(CallRow, call_id)
    call.settled = True
    if usage is not None:
        call.tokens, call.cost_usd = usage.tokens, usage.cost_usd
    return call


def _day_of(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


async def spent_on_day(rows: AsyncSession, now: datetime) -> tuple[float, float]:
    """What counts against the limit of this day (UTC): gone for good, and held by calls under way; US dollars."""
    spent, held = (await rows.execute(_money(CallRow.began_at >= _day_of(now), now))).one()
    return float(spent), float(held)


async def spent_usd(rows: AsyncSession, session_id: str) -> float:
    """What counts against the session's limit."""
    cost = func.coalesce(CallRow.cost_usd, CallRow.most_usd, 0.0)
    query = select(func.coalesce(func.sum(cost), 0.0)).where(CallRow.session_id == session_id)
    return float((await rows.scalars(query)).one())


async def usage_of(
    rows: AsyncSession, session_id: str, *, round: int | None = None, file_index: int | None = None
) -> Usage:
    """What was bought, as far as it is known. The cost is None when that of a single call is not."""
    query = select(
        func.sum(CallRow.tokens),
        func.coalesce(func.sum(CallRow.cost_usd), 0.0),
        func.count() == func.count(CallRow.cost_usd),
    ).where(CallRow.session_id == session_id)
    if round is not None:
        query = query.where(CallRow.round == round)
    if file_index is not None:
        query = query.where(CallRow.file_index == file_index)
    tokens, cost, is_known = (await rows.execute(query)).one()
    return Usage(tokens=tokens or 0, cost_usd=cost if is_known else None)
