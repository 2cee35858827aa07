"""An event loop in a thread of its own, and what its coroutines give to threads."""

import asyncio
import threading
import time

import pytest

from testwright.jobs.own_loop import OwnLoop, at_most


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


async def test_what_takes_too_long_is_left_behind_in_a_thread_that_keeps_no_process():
    stuck, threads = threading.Event(), list[threading.Thread]()

    def wait() -> None:
        threads.append(threading.current_thread())
        stuck.wait(10)

    began = time.monotonic()
    ended = await at_most(0.1, wait)
    took = time.monotonic() - began
    stuck.set()

    assert (ended, threads[0].daemon) == (False, True)
    assert took < 5


async def test_what_ends_in_time_is_known_to_have_ended_and_a_fault_is_an_end_too(caplog):
    def broken() -> None:
        raise OSError("gone")

    assert await at_most(10, lambda: None)
    assert await at_most(10, broken)
    assert "could not be put away" in caplog.text
