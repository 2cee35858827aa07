"""Many who wait for the same thing, and one who looks for it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")


class Shared(Generic[K]):
    """`look(key)` goes on for as long as anybody waits for it, and for `linger_seconds` more: who comes back soon, step
    after step, finds it under way. What it raises is everybody's to hear."""

    def __init__(self, look: Callable[[K], Awaitable[None]], *, linger_seconds: float = 0.0) -> None:
        self._look = look
        self._linger_seconds = linger_seconds
        self._looking: dict[K, asyncio.Future[None]] = {}
        self._waiting: dict[K, int] = {}
        self._leaving: dict[K, asyncio.TimerHandle] = {}

    async def wait(self, key: K) -> None:
        looking = self._looking.get(key)
        if looking is None or looking.done():
            looking = self._looking[key] = asyncio.ensure_future(self._look(key))
        if key in self._leaving:
            self._leaving.pop(key).cancel()
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            await asyncio.shield(looking)
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                self._leave_soon(key)

    def close(self) -> None:
        """Nobody comes back."""
        for leaving in self._leaving.values():
            leaving.cancel()
        for key in list(self._leaving):
            self._leave(key)

    def _leave_soon(self, key: K) -> None:
        if self._linger_seconds and not self._looking[key].done():
            loop = asyncio.get_running_loop()
            self._leaving[key] = loop.call_later(self._linger_seconds, self._leave, key)
        else:
            self._leave(key)

    def _leave(self, key: K) -> None:
        self._leaving.pop(key, None)
        looking = self._looking.pop(key)
        if looking.done() and not looking.cancelled():
            looking.exception()  # nobody was there to hear it
        looking.cancel()
