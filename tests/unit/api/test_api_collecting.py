"""Garbage that only a full look finds is found in the end, and the looks in between stay small."""

import asyncio
import gc
import weakref

from testwright.api.collecting import rest_after, seldom_full_collections


class Knot:
    def __init__(self):
        self.itself = self


async def test_what_holds_itself_is_freed_by_the_next_full_look():
    async with seldom_full_collections(lambda took: 0.05):
        knot = Knot()
        watched = weakref.ref(knot)
        gc.collect(1)  # it is old by now
        gc.collect(1)
        del knot
        assert watched() is not None
        await asyncio.sleep(0.2)

        assert watched() is None


def test_the_longer_a_look_takes_the_longer_it_rests_within_bounds():
    assert [rest_after(seconds) for seconds in (0.0, 0.02, 0.1, 0.5, 60)] == [15, 15, 50, 250, 300]


async def test_what_was_there_before_is_looked_at_no_more_until_the_end():
    before = gc.get_threshold()
    async with seldom_full_collections():
        assert gc.get_freeze_count() > 0

    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, before)
