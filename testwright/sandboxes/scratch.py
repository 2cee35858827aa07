"""A private folder on the host for one run without mounts of its own, and getting rid of whatever was left in it."""

import asyncio
import fcntl
import os
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_PREFIX = "testwright-cell-"
FOLDERS = ("out", "tmp", "home")


@asynccontextmanager
async def scratch(owner: int | None = None) -> AsyncIterator[Path]:
    """Gone at the end, with all that is in it. `owner` is the user who will write into its folders; None for our own.

    Whoever is inside cannot list the folder above its own three, nor lock it: the lock says that somebody uses it.
    """
    place, lock = await asyncio.to_thread(_make, owner)
    try:
        yield place
    finally:
        try:
            await asyncio.to_thread(remove, place)
        finally:
            os.close(lock)


def _make(owner: int | None) -> tuple[Path, int]:
    place = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(lock, fcntl.LOCK_EX)
    place.chmod(0o711)
    for name in FOLDERS:
        (place / name).mkdir(mode=0o700)
        if owner is not None:
            os.chown(place / name, owner, owner)
    return place, lock


def sweep() -> int:
    """Remove what killed services left behind. Returns how many there were."""
    swept = 0
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            found = place.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                continue
            lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(place)
                swept += 1
            finally:
                os.close(lock)
    return swept


def remove(top: Path) -> None:
    """However deep, locked or full it is. Nobody may be at work in it any more.

    Folders are moved up before they are emptied, so that no path grows too long and nothing recurses.
    """
    waiting, number = [top], 0
    emptied: list[Path] = []
    while waiting:
        folder = waiting.pop()
        with suppress(OSError):
            folder.chmod(0o700)
        emptied.append(folder)
        for entry in _entries(folder):
            with suppress(OSError):
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                os.chmod(entry.path, 0o700)  # a folder can be moved only by those who may write into it
                number += 1
                moved = top / f".{number}.{os.getpid()}"
                os.rename(entry.path, moved)
                waiting.append(moved)
    for folder in reversed(emptied):
        with suppress(OSError):
            folder.rmdir()


def may_pass(place: Path, uid: int) -> bool:
    """Whether every folder on the way to a place lets that user through."""
    real = place.resolve()
    ways = (folder.stat() for folder in (real, *real.parents) if folder.is_dir())
    return all(way.st_mode & (stat.S_IXUSR if way.st_uid == uid else stat.S_IXOTH) for way in ways)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as listing:
            return list(listing)
    except OSError:
        return []
