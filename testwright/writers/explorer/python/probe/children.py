"""Work in a process of its own that can be ended: a loop in C, or a crash, costs only the call that caused it."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from testwright.writers.explorer.python.probe.clocks import PATIENCE

_SILENT_SECONDS = 5.0
_SECONDS_TO_BEGIN = 10.0
_SECONDS_TO_DIE = 0.5
_LONGEST_PROBLEM = 160
STILL_BUSY = "does not come to an end"
_MOST_ADDRESSES = 3 << 30
_MOST_MORE_MEMORY = 256 << 20
"""What a child may take beside what it begins with."""


@dataclass(frozen=True)
class Ended:
    """What a child was doing when it ended without an answer, and how it ended."""

    doing: str
    because: str


class Pulse:
    """What the child does just now, in memory that the parent sees."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 4096)

    def beat(self, doing: str) -> None:
        text = doing.encode("utf-8", "replace")[:4000]
        count = (self.count() + 1) % (1 << 32)
        self._shared[:] = count.to_bytes(8, "big") + len(text).to_bytes(4, "big") + text.ljust(4084, b"\0")

    def count(self) -> int:
        return int.from_bytes(self._shared[:8], "big")

    def doing(self) -> str:
        size = int.from_bytes(self._shared[8:12], "big")
        return self._shared[12 : 12 + size].decode("utf-8", "replace")


def in_child(work: Callable[[Pulse], Any], seconds: float) -> tuple[Any, Ended]:
    """The work's JSON result; or None, and what became of the child."""
    answer, problem = None, ""
    pulse = Pulse()
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _live(work, pulse, reading, writing)
    os.close(writing)
    try:
        answer, problem = _listen(reading, pulse, seconds, child)
    finally:
        os.close(reading)
        done, status = _gone(child, 0.0 if answer is not None or problem else _SECONDS_TO_DIE)
        if not done:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    because = f"cannot be explored ({problem})" if problem else _end(status) if done else STILL_BUSY
    return answer, Ended(pulse.doing(), because)


def _gone(child: int, seconds: float) -> tuple[int, int]:
    """Its id and status, if it has ended by itself; its pipe is closed a moment before it is gone."""
    until = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done or time.monotonic() >= until:
            return done, status
        time.sleep(0.01)


def _end(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"ends the process ({signal.Signals(os.WTERMSIG(status)).name})"
    return "ends the process"


def _live(work: Callable[[Pulse], Any], pulse: Pulse, reading: int, writing: int) -> None:
    try:
        os.close(reading)
        with contextlib.suppress(ValueError, OSError):
            _limit(resource.RLIMIT_AS, _MOST_ADDRESSES)
            _limit(resource.RLIMIT_DATA, _held() + _MOST_MORE_MEMORY)
        data = _told(work, pulse).encode()
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def _told(work: Callable[[Pulse], Any], pulse: Pulse) -> str:
    """The work's result and no problem, or none and what is wrong: code that is asked what it is may raise anything."""
    try:
        return json.dumps([work(pulse), ""])
    except Exception as error:
        return json.dumps([None, f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM]])


def _limit(what: int, most: int) -> None:
    resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def _held() -> int:
    """Bytes of data that this process has by now; raises OSError where the system does not say."""
    with open("/proc/self/statm", encoding="ascii") as told:
        return int(told.read().split()[5]) * resource.getpagesize()


def _listen(reading: int, pulse: Pulse, seconds: float, child: int) -> tuple[Any, str]:
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    silence = Silence(child)
    last = pulse.count()
    while time.monotonic() < until:
        if select.select([reading], [], [], 0.1)[0]:
            part = os.read(reading, 1 << 16)
            if not part:
                break
            parts.append(part)
            silence.broken()
        if pulse.count() != last:
            last = pulse.count()
            silence.broken()
        if silence.seconds() > (_SILENT_SECONDS if last else _SECONDS_TO_BEGIN):
            return None, ""
    try:
        answer, problem = json.loads(b"".join(parts))
    except ValueError:
        return None, ""
    return answer, problem


class Silence:
    """How long a process has worked without a word; on a busy machine it may just not have had its turn."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.broken()

    def broken(self) -> None:
        self._wall, self._work = time.monotonic(), _worked(self._process)

    def seconds(self) -> float:
        """Of work, and at a quarter of the wall clock's pace when that is more."""
        wall = time.monotonic() - self._wall
        now = _worked(self._process)
        return wall if now is None or self._work is None else max(now - self._work, wall / PATIENCE)


def _worked(process: int) -> float | None:
    """Seconds of work of a process so far; None where the system does not say."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as told:
            fields = told.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None
