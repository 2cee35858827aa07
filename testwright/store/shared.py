"""Many who wait for the same thing, and one who looks for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")


class Shared(Generic[K]):
    """`look(key)` goes on for as long as anybody waits for it. What it raises is everybody's to hear."""

    def __init__(self, look: Callable[[K], Awaitable[None]]) -> None:
        self._look = look
        self._looking: dict[K, asyncio.Future[None]] = {}
        self._waiting: dict[K, int] = {}

    async def wait(self, key: K) -> None:
        looking = self._looking.get(key)
        if looking is None or looking.done():
            looking = self._looking[key] = asyncio.ensure_future(self._look(key))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            await asyncio.shield(looking)
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                self._looking.pop(key).cancel()
