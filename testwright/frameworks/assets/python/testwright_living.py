"""Whether a test leaves a process behind: it would go on beside whatever comes next, and after the run.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import os
import sys
import time

MOST_NAMED = 2
MOST_SHOWN = 80
GRACE_SECONDS = 0.5
OF_PYTHON = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Live as long as the process that needs them, and end with it."""


PR_SET_CHILD_SUBREAPER = 36


class Living:
    """Children of this process that have not ended. Where there is no /proc, nothing is said."""

    def __init__(self) -> None:
        self._before: frozenset[int] = frozenset()
        self._adopts: int | None = None

    def begin(self) -> None:
        """What fixtures of several tests have started until now is theirs to end."""
        if self._adopts != os.getpid():  # a fork does not inherit it
            self._adopts = os.getpid()
            adopt_orphans()
        self._before = frozenset(children())

    def complaint(self) -> str:
        """What to say of the test that has just ended; empty when all that it started has ended, or is about to."""
        until = time.monotonic() + GRACE_SECONDS
        while True:
            left = [process for process in children() if process not in self._before and not is_pythons(process)]
            if not left:
                return ""
            if time.monotonic() > until:
                break
            time.sleep(0.01)
        own = command_of(os.getpid())
        commands = [command_of(process) for process in left[:MOST_NAMED]]
        names = ", ".join("a fork of the test itself" if each == own else each for each in commands)
        return f"It leaves a process behind ({names}); end what it starts, and wait for its end."


def adopt_orphans() -> None:
    """What a child has started becomes ours when that child ends, as with daemons and `sh -c "… &"`. On Linux."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def children() -> list[int]:
    """One question to the kernel where there is none; those that have ended and wait for nobody do not count."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return []
    except (OSError, AttributeError):
        pass
    own, found = str(os.getpid()), []
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in filter(str.isdigit, names):
        fields = stat_of(name)
        if fields[1:2] == [own] and fields[0] not in "ZX":
            found.append(int(name))
    return found


def stat_of(process: str) -> list[str]:
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def is_pythons(process: int) -> bool:
    """Its helpers, and the workers of its pools, which Python itself ends."""
    if any(name in command_of(process, MOST_SHOWN * 10) for name in OF_PYTHON):
        return True
    loaded = sys.modules.get("multiprocessing")
    return loaded is not None and any(worker.pid == process and worker.daemon for worker in loaded.active_children())


def command_of(process: int, most: int = MOST_SHOWN) -> str:
    try:
        with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as file:
            return " ".join(file.read().split("\0")).strip()[:most] or "it has no name"
    except OSError:
        return "it has just ended"
