"""An event loop in a thread of its own, for a library that wants to own the loop it runs in."""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS_TO_JOIN = 2.0
logger = logging.getLogger("testwright.jobs")


class OwnLoop:
    """Runs from `start` to `stop`. Coroutines are handed to it from any other loop.

    `in_one_thread`: what its coroutines give to threads is done by the loop's own. For a library that does so with each
    statement to a file: the way to another thread and back costs more than the statement.
    """

    def __init__(self, name: str, *, in_one_thread: bool = False) -> None:
        self._loop = _InOneThread() if in_one_thread else asyncio.new_event_loop()
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


async def at_most(seconds: float, work: Callable[[], object]) -> bool:
    """Do it in a thread and say whether it ended in time. What did not goes on, and keeps no process from its end."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def do() -> None:
        try:
            work()
        except Exception:
            logger.exception("something could not be put away")
        with suppress(RuntimeError):  # nobody is there any more
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=do, daemon=True).start()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await ended.wait()
    return ended.is_set()


class _InOneThread(asyncio.SelectorEventLoop):
    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        done: asyncio.Future[T] = self.create_future()
        asyncio._set_running_loop(None)  # as in a thread, where a function may ask whether it is in one
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        finally:
            asyncio._set_running_loop(self)
        return done
