"""One looks, many wait."""

import asyncio

import pytest

from testwright.store.shared import Shared


class Looks:
    def __init__(self) -> None:
        self.begun = 0
        self.ended = 0
        self.found = asyncio.Event()

    async def __call__(self, key: str) -> None:
        self.begun += 1
        try:
            await self.found.wait()
        finally:
            self.ended += 1


async def test_one_looks_however_many_wait_and_all_hear_of_it():
    looks = Looks()
    shared = Shared(looks)
    waiting = [asyncio.create_task(shared.wait("a")) for _ in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    looks.found.set()
    await asyncio.gather(*waiting)

    assert looks.begun == 1


async def test_nobody_looks_once_nobody_waits_and_somebody_does_for_those_who_come_later():
    looks = Looks()
    shared = Shared(looks)
    first = asyncio.create_task(shared.wait("a"))
    second = asyncio.create_task(shared.wait("a"))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    ended_with_one_left = looks.ended
    second.cancel()
    await asyncio.sleep(0.01)
    ended_with_none = looks.ended
    later = asyncio.create_task(shared.wait("a"))
    await asyncio.sleep(0.01)
    looks.found.set()
    await later

    assert (ended_with_one_left, ended_with_none, looks.begun) == (0, 1, 2)


async def test_who_comes_back_soon_finds_the_look_under_way_and_it_ends_when_nobody_does():
    looks = Looks()
    shared = Shared(looks, linger_seconds=0.2)
    for _ in range(3):
        step = asyncio.create_task(shared.wait("a"))
        await asyncio.sleep(0.01)
        step.cancel()
        await asyncio.sleep(0.01)
    so_far = looks.begun, looks.ended
    await asyncio.sleep(0.5)

    assert (so_far, looks.ended) == ((1, 0), 1)


async def test_what_was_found_while_nobody_waited_is_looked_for_again():
    looks = Looks()
    shared = Shared(looks, linger_seconds=60)
    first = asyncio.create_task(shared.wait("a"))
    await asyncio.sleep(0.01)
    first.cancel()
    looks.found.set()
    await asyncio.sleep(0.01)

    await asyncio.wait_for(shared.wait("a"), 5)
    assert looks.begun == 2


async def test_nothing_lingers_once_it_is_closed():
    looks = Looks()
    shared = Shared(looks, linger_seconds=60)
    first = asyncio.create_task(shared.wait("a"))
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0.01)
    shared.close()
    await asyncio.sleep(0.01)

    assert looks.ended == 1


async def test_what_goes_wrong_with_looking_is_heard_by_who_waits():
    async def broken(key: str) -> None:
        raise LookupError(key)

    with pytest.raises(LookupError):
        await Shared(broken).wait("a")
