import asyncio

import pytest

from testwright.jobs.places import Places
from testwright.jobs.slots import Slots, Ticket

ABOUT_ONE, ABOUT_TWO = {"sessionId": "s", "fileIndex": 1}, {"fileIndex": 2, "sessionId": "s"}


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_who_waits_for_an_answer_lends_the_place_and_comes_back_before_those_who_began_later() -> None:
    places, slots = Places(most_away=1), Slots(1)
    first, second, third = slots.ticket(), slots.ticket(), slots.ticket()
    answer, order = asyncio.Event(), list[str]()

    async def one() -> None:
        await first.take()
        with places.known(ABOUT_ONE, first):
            async with places.away(dict(reversed(ABOUT_ONE.items()))):
                await answer.wait()
        order.append("first is back")

    async def other(name: str, ticket: Ticket) -> None:
        await ticket.take()
        order.append(name)

    work = [asyncio.create_task(each) for each in (one(), other("second", second), other("third", third))]
    await settle()
    assert order == ["second"]

    answer.set()
    await settle()
    second.give_back()
    await settle()
    assert order == ["second", "first is back"]

    first.give_back()
    await asyncio.gather(*work)


async def test_no_more_are_away_than_may_be_so_that_not_all_is_begun_at_once() -> None:
    places, slots = Places(most_away=1), Slots(2)
    first, second, third, fourth = [slots.ticket() for _ in range(4)]
    await first.take()
    await second.take()

    with places.known(ABOUT_ONE, first), places.known(ABOUT_TWO, second):
        async with places.away(ABOUT_ONE), places.away(ABOUT_TWO):
            await third.take()  # the first one's place
            waiting = asyncio.create_task(fourth.take())
            await settle()
            assert not waiting.done()  # the second one kept its own

            third.give_back()
            await waiting
            fourth.give_back()


async def test_who_is_stopped_while_away_does_not_wait_for_a_place() -> None:
    places, slots = Places(most_away=1), Slots(1)
    first, second = slots.ticket(), slots.ticket()
    await first.take()

    async def away() -> None:
        async with places.away(ABOUT_ONE):
            await asyncio.Event().wait()

    with places.known(ABOUT_ONE, first):
        task = asyncio.create_task(away())
        await settle()
        await second.take()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with asyncio.timeout(2):
                await task


async def test_a_run_that_nobody_here_knows_keeps_what_it_has() -> None:
    async with Places(most_away=1).away(ABOUT_ONE):
        pass
