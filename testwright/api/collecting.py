"""When Python looks for garbage in all that it holds: seldom, because nothing else goes on meanwhile.

With two thousand streams open a full look took half a second, and came at every quarter by which the heap grew.
Nearly everything here is freed without it; what only a full look finds can wait some minutes.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_SECONDS_BETWEEN_FULL_LOOKS = 300.0
_YOUNG = 10_000
_MIDDLE = 10
_NEVER_BY_ITSELF = 1_000_000


@asynccontextmanager
async def seldom_full_collections(seconds: float = _SECONDS_BETWEEN_FULL_LOOKS) -> AsyncIterator[None]:
    """What is there now, the program mostly, is not looked at any more. Young objects are, as ever."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER_BY_ITSELF)
    looking = asyncio.create_task(_look(seconds))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        gc.set_threshold(*before)
        gc.unfreeze()


async def _look(seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        gc.collect()
