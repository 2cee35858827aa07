import asyncio
import sys
import threading
from functools import partial

import pytest

from testwright.jobs.slots import Slots, Ticket


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_came_first_goes_first_even_when_coming_back() -> None:
    slots = Slots(1)
    first, second, third = slots.ticket(), slots.ticket(), slots.ticket()
    order: list[str] = []

    async def go(name: str, ticket: Ticket) -> None:
        await ticket.take()
        order.append(name)

    await go("first", first)
    waiting = [asyncio.create_task(go(name, t)) for name, t in (("third", third), ("second", second))]
    await settle()
    assert slots.queue_depth == 2

    first.give_back()
    await settle()
    assert order == ["first", "second"]

    back = asyncio.create_task(go("first again", first))
    await settle()
    second.give_back()
    await settle()
    assert order == ["first", "second", "first again"]

    first.give_back()
    await asyncio.gather(*waiting, back)
    assert order[-1] == "third"


async def test_a_place_is_not_lost_with_the_one_who_gave_up_waiting() -> None:
    slots = Slots(1)
    holder, leaver, next_one = slots.ticket(), slots.ticket(), slots.ticket()
    await holder.take()
    leaving = asyncio.create_task(leaver.take())
    waiting = asyncio.create_task(next_one.take())
    await settle()

    holder.give_back()  # hands the place to the leaver …
    leaving.cancel()  # … who is told of the cancel first
    await asyncio.wait({leaving})

    await asyncio.wait_for(waiting, 1)
    next_one.give_back()
    assert slots.queue_depth == 0


async def test_how_many_wait_may_be_asked_from_another_thread_while_they_come_and_go(
    request: pytest.FixtureRequest,
) -> None:
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-6)
    slots = Slots(1)
    await slots.ticket().take()
    over = threading.Event()

    def ask() -> set[int]:
        seen = set()
        while not over.is_set():
            seen.add(slots.queue_depth)
        return seen

    asking = asyncio.create_task(asyncio.to_thread(ask))
    request.addfinalizer(over.set)
    for _ in range(300):
        waiting = [asyncio.create_task(slots.ticket().take()) for _ in range(50)]
        await settle()
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)
    over.set()

    assert await asking <= set(range(51))


async def test_taking_and_giving_twice_counts_once() -> None:
    slots = Slots(1)
    ticket, other = slots.ticket(), slots.ticket()
    await ticket.take()
    await ticket.take()
    ticket.give_back()
    ticket.give_back()

    await other.take()
    third = asyncio.create_task(slots.ticket().take())
    await settle()
    assert not third.done()
    third.cancel()


async def test_no_limit_never_waits() -> None:
    slots = Slots(None)

    await asyncio.wait_for(asyncio.gather(*(slots.ticket().take() for _ in range(100))), 1)


async def test_runs_of_one_key_never_take_more_than_their_share() -> None:
    slots = Slots(4, keyed=[1])
    mine, mine_too, other = (slots.ticket(keys=[key]) for key in ("me", "me", "other"))
    await mine.take()
    waiting = asyncio.create_task(mine_too.take())
    await asyncio.wait_for(other.take(), 1)
    await settle()
    assert not waiting.done()

    other.give_back()
    await settle()
    assert not waiting.done()

    mine.give_back()
    await asyncio.wait_for(waiting, 1)


async def test_a_run_needs_room_under_each_of_its_keys() -> None:
    slots = Slots(9, keyed=[2, 1])
    first, same_session, same_owner, third_of_owner = (
        slots.ticket(keys=keys) for keys in (["me", "s1"], ["me", "s1"], ["me", "s2"], ["me", "s3"])
    )
    await first.take()
    await asyncio.wait_for(same_owner.take(), 1)
    waiting = [asyncio.create_task(ticket.take()) for ticket in (same_session, third_of_owner)]
    await settle()
    assert not any(task.done() for task in waiting)

    same_owner.give_back()
    await asyncio.wait_for(waiting[1], 1)
    assert not waiting[0].done()

    first.give_back()
    await asyncio.wait_for(waiting[0], 1)


async def test_a_long_session_does_not_hold_up_a_short_one() -> None:
    slots = Slots(2)
    order: list[str] = []

    async def work(name: str, ticket: Ticket) -> None:
        await ticket.take()
        order.append(name)
        await settle()
        ticket.give_back()

    long = [asyncio.create_task(work("long", slots.ticket(parent="long"))) for _ in range(20)]
    await settle()
    short = [asyncio.create_task(work("short", slots.ticket(parent="short"))) for _ in range(3)]
    await asyncio.gather(*long, *short)

    assert order[:2] == ["long", "long"]
    assert max(place for place, name in enumerate(order) if name == "short") < 10
