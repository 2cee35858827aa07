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
from typing import Any

_SILENT_SECONDS = 5.0
_SECONDS_TO_BEGIN = 10.0
_MOST_MEMORY = 3 << 30


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


def in_child(work: Callable[[Pulse], Any], seconds: float) -> tuple[Any, str]:
    """The work's JSON result, and an empty text; or None and what the child was doing when it was ended or died."""
    pulse = Pulse()
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        _live(work, pulse, reading, writing)
    os.close(writing)
    try:
        answer = _listen(reading, pulse, seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return (answer, "") if answer is not None else (None, pulse.doing())


def _live(work: Callable[[Pulse], Any], pulse: Pulse, reading: int, writing: int) -> None:
    try:
        os.close(reading)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        data = json.dumps(work(pulse)).encode()
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def _listen(reading: int, pulse: Pulse, seconds: float) -> Any:
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    last, heard = pulse.count(), time.monotonic()
    while time.monotonic() < until:
        if select.select([reading], [], [], 0.1)[0]:
            part = os.read(reading, 1 << 16)
            if not part:
                break
            parts.append(part)
            heard = time.monotonic()
        if pulse.count() != last:
            last, heard = pulse.count(), time.monotonic()
        if time.monotonic() - heard > (_SILENT_SECONDS if pulse.count() else _SECONDS_TO_BEGIN):
            return None
    try:
        return json.loads(b"".join(parts))
    except ValueError:
        return None
