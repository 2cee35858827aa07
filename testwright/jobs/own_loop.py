"""An event loop in a thread of its own, for a library that wants to own the loop it runs in."""

import asyncio
import threading
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS_TO_JOIN = 2.0


class OwnLoop:
    """Runs from `start` to `stop`. Coroutines are handed to it from any other loop."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    async def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run it there, wait for it here. Cancelling the wait cancels the work.

        It begins in a context of its own: a step of a run that sends an event is no part of what the event starts.
        """
        begun = Context().run(asyncio.run_coroutine_threadsafe, coroutine, self._loop)
        return await asyncio.wrap_future(begun)

    async def cancel_all(self, seconds: float) -> None:
        """Cancel everything that runs there, and wait so long for it to end."""
        await self.run(self._cancel_all(seconds))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS_TO_JOIN)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def _cancel_all(self, seconds: float) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=seconds)
