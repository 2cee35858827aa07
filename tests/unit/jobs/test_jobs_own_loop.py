"""An event loop in a thread of its own, and what its coroutines give to threads."""

import asyncio
import threading

import pytest

from testwright.jobs.own_loop import OwnLoop


def whereabouts() -> tuple[str, bool]:
    """The thread, and whether an event loop runs there as far as a function can tell."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return threading.current_thread().name, False
    return threading.current_thread().name, True


@pytest.mark.parametrize(("in_one_thread", "is_own"), [(True, True), (False, False)])
async def test_what_is_given_to_a_thread_is_done_by_the_loops_own_where_that_is_wanted(in_one_thread, is_own):
    loop = OwnLoop("own", in_one_thread=in_one_thread)
    loop.start()
    thread, sees_a_loop = await loop.run(asyncio.to_thread(whereabouts))
    loop.stop()

    assert (thread == "own", sees_a_loop) == (is_own, False)


async def test_what_it_raises_there_is_raised_to_the_one_who_waits_and_the_loop_goes_on():
    loop = OwnLoop("own", in_one_thread=True)
    loop.start()
    with pytest.raises(ValueError, match="invalid literal"):
        await loop.run(asyncio.to_thread(int, "x"))

    assert await loop.run(asyncio.to_thread(int, "1")) == 1
    loop.stop()
