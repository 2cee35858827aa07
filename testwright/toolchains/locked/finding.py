"""Which lock file stands for a project, where its packages are not installed: the nearest, from a source upwards."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from testwright.toolchains.locked.locks import MOST_LOCK_BYTES, Lock, NoLock
from testwright.toolchains.locked.package_lock import read_package_lock
from testwright.toolchains.locked.pnpm_lock import read_pnpm_lock
from testwright.toolchains.locked.python_locks import READERS, read_requirements
from testwright.toolchains.locked.yarn_lock import read_yarn_lock

_REQUIREMENTS = (
    *("requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt", "requirements/dev.txt"),
    *("requirements-test.txt", "requirements-tests.txt", "requirements/test.txt", "requirements/tests.txt"),
    *("requirements.lock", "requirements.txt", "requirements/base.txt", "requirements/main.txt"),
)
_NONE = "the project has no lock file"
_Read = Callable[[str, str], Lock]


def nearest_lock(registry: str, root: Path, near: str) -> Lock:
    """The lock of the project that a file of the repository belongs to: in its folder, or the next above it.

    Raises NoLock, with what is wrong with those that there are.
    """
    problems = []
    for folder in folders_from(near):
        try:
            return replace(find_lock(registry, root / folder), at=folder)
        except NoLock as problem:
            problems += [str(problem)] if str(problem) != _NONE else []
    raise NoLock("; ".join(problems) or _NONE)


def folders_from(near: str) -> list[str]:
    """A file's folder and those above it, up to the repository's own, which is the empty one."""
    return ["" if str(folder) == "." else str(folder) for folder in PurePosixPath(near).parents] or [""]


def find_lock(registry: str, root: Path) -> Lock:
    """The best of the project's own locks, in its own folder. Raises NoLock, with what is wrong with those it has."""
    problems = []
    for file, read in _candidates(registry, root):
        try:
            text = _text(root, file)
            lock = read(file, text) if text is not None else None
        except NoLock as problem:
            problems.append(str(problem))
            continue
        if lock is not None and lock.archives:
            return lock
    raise NoLock("; ".join(problems) or _NONE)


def _candidates(registry: str, root: Path) -> Iterator[tuple[str, _Read]]:
    if registry == "pypi":
        yield from READERS.items()
        yield from ((file, read_requirements) for file in _REQUIREMENTS)
        return
    yield "npm-shrinkwrap.json", read_package_lock
    yield "package-lock.json", read_package_lock
    yield "pnpm-lock.yaml", read_pnpm_lock
    yield "yarn.lock", partial(read_yarn_lock, manifest=_text(root, "package.json"))


def _text(root: Path, file: str) -> str | None:
    """Locks may be larger than the sources that are read elsewhere. A link in the place of one is passed over."""
    try:
        descriptor = os.open(root / file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        data = opened.read(MOST_LOCK_BYTES + 1)
    if len(data) > MOST_LOCK_BYTES:
        raise NoLock(f"{file} is too large")
    return data.decode(errors="replace")
