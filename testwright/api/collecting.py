"""When Python looks for garbage in all that it holds: seldom, because nothing else goes on meanwhile.

With two thousand streams open a full look took half a second, and came at every quarter by which the heap grew. Nearly
everything here is freed without it. What only a full look finds waits, the longer, the longer a look takes: what lies
between living things meanwhile keeps its pages from being given back.
"""

import asyncio
import ctypes
import gc
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

_SHORTEST_SECONDS, _LONGEST_SECONDS = 15.0, 300.0
_LOOKS_TAKE_AT_MOST = 1 / 500
"""Of the time."""
_YOUNG = 10_000
_MIDDLE = 10
_NEVER_BY_ITSELF = 1_000_000
_M_ARENA_MAX = -8
_HEAPS = 2


def keep_few_heaps() -> None:
    """Threads share the C library's heaps: with one for each of them, what one has freed nobody else can use.

    To be said before there are threads. Where the C library is another one it does nothing.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


@asynccontextmanager
async def seldom_full_collections(rest: Callable[[float], float] | None = None) -> AsyncIterator[None]:
    """What is there now, the program mostly, is not looked at any more. Young objects are, as ever.

    `rest` says how long to wait after a look that took so many seconds.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER_BY_ITSELF)
    looking = asyncio.create_task(_look(rest or rest_after))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        gc.set_threshold(*before)
        gc.unfreeze()


def rest_after(seconds: float) -> float:
    return min(_LONGEST_SECONDS, max(_SHORTEST_SECONDS, seconds / _LOOKS_TAKE_AT_MOST))


async def _look(rest: Callable[[float], float]) -> None:
    took = 0.0
    while True:
        await asyncio.sleep(rest(took))
        began = time.thread_time()  # on the wall a busy machine would make it seldom when there is most to find
        gc.collect()
        took = time.thread_time() - began
        await asyncio.to_thread(_give_back)


def _give_back() -> None:
    """The C library keeps what was freed, unless it lies at the end of a heap."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
