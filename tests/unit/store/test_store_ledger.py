"""Money: set aside before a call, settled after, never beyond what the session and the day may spend."""

import asyncio
from datetime import timedelta

import pytest
from store_samples import ME, new_session

from testwright.domain.drafts import Usage
from testwright.domain.errors import Cancelled, PermanentError
from testwright.domain.ports import Offer
from testwright.domain.sessions import Options


def offer(usd: float | None = 0.1, *, day_usd: float | None = None, seconds: float = 60) -> Offer:
    return Offer(provider="fake", model="fake-1", tokens=100, usd=usd, seconds=seconds, day_usd=day_usd)


async def session_with(store, *, limit=None, files=("a.ts",)):
    accepted = await store.accept(new_session(*files, options=Options(max_cost_usd=limit)))
    return accepted.session_id


def purse_of(store, session, index=1, round=1):
    return store.desk(session, round, index).purse


async def test_what_was_settled_is_what_a_file_and_its_round_took(store):
    session = await session_with(store, files=("a.ts", "b.ts"))
    first, second = purse_of(store, session, 1), purse_of(store, session, 2)
    await first.settle(await first.reserve(offer()), Usage(tokens=10, cost_usd=0.02))
    await second.settle(await second.reserve(offer()), Usage(tokens=5, cost_usd=0.01))

    assert await store.desk(session, 1, 1).spent() == Usage(tokens=10, cost_usd=0.02)

    await store.finish_round(session, 1)
    summary = (await store.session(session, ME)).summary
    assert (summary["tokens"], summary["costUsd"]) == (15, pytest.approx(0.03))


async def test_a_call_of_which_nobody_knows_makes_the_cost_unknown(store):
    session = await session_with(store)
    purse = purse_of(store, session)
    await purse.settle(await purse.reserve(offer()), Usage(tokens=10, cost_usd=0.02))
    await purse.settle(await purse.reserve(offer()), None)

    assert await store.desk(session, 1, 1).spent() == Usage(tokens=10, cost_usd=None)


async def test_a_call_that_would_pass_the_limit_is_refused_with_what_to_do(store):
    session = await session_with(store, limit=0.25)
    purse = purse_of(store, session)
    await purse.settle(await purse.reserve(offer()), Usage(tokens=1, cost_usd=0.2))

    with pytest.raises(PermanentError) as caught:
        await purse.reserve(offer())

    assert (caught.value.code, caught.value.retryable) == ("budget_reached", True)
    assert "$0.2 of its $0.25" in caught.value.message
    assert "Go on with a higher limit" in caught.value.hint


async def test_a_call_waits_while_others_hold_the_money_and_goes_on_with_what_they_give_back(store):
    session = await session_with(store, limit=0.15, files=("a.ts", "b.ts"))
    first, second = purse_of(store, session, 1), purse_of(store, session, 2)
    held = await first.reserve(offer())

    assert await second.reserve(offer()) is None

    await first.settle(held, Usage(tokens=1, cost_usd=0.01))
    assert await second.reserve(offer()) is not None


async def test_what_a_dead_process_held_counts_as_spent(store, clock):
    session = await session_with(store, limit=0.15)
    purse = purse_of(store, session)
    await purse.reserve(offer(seconds=60))
    clock.forward(61)

    with pytest.raises(PermanentError):
        await purse.reserve(offer())


async def test_a_limit_holds_for_all_rounds_of_a_session(store):
    session = await session_with(store, limit=0.15)
    purse = purse_of(store, session)
    await purse.settle(await purse.reserve(offer()), Usage(tokens=1, cost_usd=0.1))
    await store.desk(session, 1, 1).fail(PermanentError("It broke."))
    await store.finish_round(session, 1)
    await store.retry(session, ME, paths=None, model=None, instructions=None, estimate_seconds=1)

    with pytest.raises(PermanentError):
        await purse_of(store, session, round=2).reserve(offer())


async def test_the_day_is_one_for_all_sessions_and_ends(store, clock):
    for _ in range(2):
        purse = purse_of(store, await session_with(store))
        await purse.settle(await purse.reserve(offer(day_usd=0.25)), Usage(tokens=1, cost_usd=0.1))

    with pytest.raises(PermanentError) as caught:
        await purse.reserve(offer(day_usd=0.25))
    assert "day" in caught.value.message

    clock.forward(timedelta(days=1).total_seconds())
    assert await purse.reserve(offer(day_usd=0.25)) is not None


async def test_what_a_deleted_session_cost_still_counts_for_the_day_and_for_nobody_else(store):
    session = await session_with(store, limit=0.15)
    purse = purse_of(store, session)
    await purse.settle(await purse.reserve(offer()), Usage(tokens=1, cost_usd=0.1))
    await store.delete(session, ME)

    with pytest.raises(Cancelled):
        await purse.reserve(offer())
    other = purse_of(store, await session_with(store, limit=0.15))
    assert await other.reserve(offer()) is not None
    with pytest.raises(PermanentError):
        await other.reserve(offer(usd=0.04, day_usd=0.1))


async def test_what_is_free_fits_under_any_limit(store):
    session = await session_with(store, limit=0.05)
    purse = purse_of(store, session)
    await purse.settle(await purse.reserve(offer(usd=0.05)), Usage(tokens=1, cost_usd=0.06))

    assert await purse.reserve(offer(usd=0.0)) is not None


async def test_a_limit_cannot_hold_without_a_price(store):
    purse = purse_of(store, await session_with(store, limit=1))

    with pytest.raises(PermanentError) as caught:
        await purse.reserve(offer(usd=None))

    assert caught.value.code == "price_unknown"


async def test_fifty_at_once_never_pass_the_limit(store):
    session = await session_with(store, limit=1.0, files=tuple(f"{number}.ts" for number in range(50)))
    spent: list[float] = []

    async def call(index: int) -> None:
        purse = purse_of(store, session, index)
        while (held := await purse.reserve(offer())) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        spent.append(0.07)
        await purse.settle(held, Usage(tokens=1, cost_usd=0.07))

    outcomes = await asyncio.gather(*(call(index) for index in range(1, 51)), return_exceptions=True)

    refused = [outcome for outcome in outcomes if isinstance(outcome, PermanentError)]
    assert sum(spent) <= 1.0
    assert len(refused) == 50 - len(spent)
    assert sum(spent) > 0.85


async def test_the_day_counts_what_was_spent_and_what_calls_under_way_may_take(store):
    purse = purse_of(store, await session_with(store))
    await purse.settle(await purse.reserve(offer(usd=0.5)), Usage(tokens=10, cost_usd=0.02))
    await purse.reserve(offer(usd=0.25))

    assert await store.spent_today() == (0.02, 0.25)
