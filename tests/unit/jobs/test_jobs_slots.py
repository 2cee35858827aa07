import asyncio

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
