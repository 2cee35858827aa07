"""A folder of our own in which things are made once and then only used, by all processes of this machine."""

import asyncio
import fcntl
import math
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from testwright.domain.errors import PermanentError

Progress = Callable[[str], Awaitable[None]]
_POLL_SECONDS = 0.2


class Shelf:
    """Each thing stands under the name of what it was made from, so that nothing old is ever met under a new one."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds

    def has(self, name: str) -> Path | None:
        place = self._folder / name
        return place if place.is_dir() else None

    async def once(self, name: str, what: str, make: Callable[[Path], Awaitable[None]], progress: Progress) -> Path:
        """`make` fills a folder that it is given, or raises."""
        place = self._folder / name
        if await asyncio.to_thread(place.is_dir):
            return place
        await progress(f"Installing {what} (first use only)…")
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        async with self._only_one(name, what):
            if await asyncio.to_thread(place.is_dir):  # somebody else has made it while we waited
                return place
            target = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix=f".{name}-", dir=self._folder))
            try:
                await make(target)
                await asyncio.to_thread(_publish, target, place)
            finally:
                await asyncio.to_thread(shutil.rmtree, target, ignore_errors=True)
        await progress(f"Installed {what}.")
        return place

    @asynccontextmanager
    async def _only_one(self, name: str, what: str) -> AsyncIterator[None]:
        """Among all processes of this machine. The kernel lets go of the lock when its holder dies."""
        descriptor = os.open(self._folder / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            await self._wait_for(descriptor, what)
            yield
        finally:
            os.close(descriptor)

    async def _wait_for(self, descriptor: int, what: str) -> None:
        for _ in range(math.ceil(self._seconds / _POLL_SECONDS)):
            try:
                return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_POLL_SECONDS)
        raise PermanentError(
            f"Another process has been installing {what} for too long",
            code="runner_missing",
            hint="Stop it, then press Retry.",
            retryable=True,
        )


def _publish(target: Path, place: Path) -> None:
    """All or nothing: what stands under the final name is complete."""
    target.chmod(0o755)
    target.rename(place)
