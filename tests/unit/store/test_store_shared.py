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


async def test_what_goes_wrong_with_looking_is_heard_by_who_waits():
    async def broken(key: str) -> None:
        raise LookupError(key)

    with pytest.raises(LookupError):
        await Shared(broken).wait("a")
