"""Runs pieces of work in forked children, a few at a time, each within its own time.

Standard library only, and syntax that Python 3.8 reads. A child speaks JSON lines through a pipe; its last word is
`{"done": true}`. Whatever it prints is lost, and it never comes back: it ends in `os._exit`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import resource
import select
import signal
import time
from collections.abc import Iterable, Iterator
from typing import Any

MOST_BYTES = 16 << 20
CPU_GRACE_SECONDS = 2
CLOSING_SECONDS = 5.0
MOST_EXCUSES = 2

DONE, CRASHED, LATE, CUT = "done", "crashed", "late", "cut"


class Job:
    """`key` says what it is about; `seconds` is what each of its parts may take: one begins with `anew=True`."""

    def __init__(self, key: Any, seconds: float, prints: bool = False, parts: int = 1) -> None:
        self.key = key
        self.seconds = seconds
        self.parts = parts
        self.prints = prints


class InChild(BaseException):
    """Raised in the child, out of the loop of its parent: whoever catches it does the job and calls `end`."""

    def __init__(self, job: Job, pipe: int) -> None:
        super().__init__(job.key)
        self.key = job.key
        self._pipe = pipe
        self._process = os.getpid()
        self._noted: list[dict[str, Any]] = []

    def note(self, **event: Any) -> None:
        """To be told with the next thing that is told: each telling wakes the parent."""
        self._noted.append(event)

    def tell(self, **event: Any) -> None:
        if os.getpid() != self._process:  # the code under test forked, and its child came this far
            os._exit(0)
        data = b"".join(json.dumps(each).encode() + b"\n" for each in (*self._noted, event))
        self._noted.clear()
        while data:
            data = data[os.write(self._pipe, data) :]

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.tell(done=True)
        os._exit(0)


class Ended:
    """`how` is done, crashed, late (its own time was over) or cut (everybody's time was over).

    `status` is what a child that ended by itself left with; a signal is a negative number.
    """

    def __init__(self, key: Any, how: str, events: list[dict[str, Any]], status: int | None = None) -> None:
        self.key = key
        self.how = how
        self.events = events
        self.status = status


class _Child:
    def __init__(self, job: Job, process: int, pipe: int) -> None:
        self.job = job
        self.process = process
        self.pipe = pipe
        self.late_at = time.monotonic() + job.seconds
        self.excuses = MOST_EXCUSES
        self.heard = b""
        self.bytes = 0
        self.events: list[dict[str, Any]] = []
        self.how = ""

    def hear(self) -> None:
        data = os.read(self.pipe, 1 << 16)
        self.bytes += len(data)
        if not data or self.bytes > MOST_BYTES:
            self.how = CRASHED
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(event, dict):
                if event.get("done") is True:
                    self.how = DONE
                if event.get("anew") is True:
                    self.late_at = time.monotonic() + self.job.seconds
                if event.get("closing") is True:  # it has told all, and only has to end
                    self.late_at = time.monotonic() + CLOSING_SECONDS
                self.events.append(event)

    def is_excused(self) -> bool:
        """On a busy machine a child may have had little of its time; waiting for something is excused only so often."""
        if self.excuses == 0 or _cpu_seconds(self.process) > self.job.seconds / 2:
            return False
        self.excuses -= 1
        self.late_at += self.job.seconds
        return True

    def close(self) -> Ended:
        status = _status_of(self.process, os.WNOHANG) if self.how == LATE else None
        for kill, target in ((os.killpg, self.process), (os.kill, self.process)):
            with contextlib.suppress(OSError):
                kill(target, signal.SIGKILL)
        os.close(self.pipe)
        if status is None:
            status = _status_of(self.process, 0)
        return Ended(self.job.key, self.how, self.events, status)


def in_children(jobs: Iterable[Job], until: float, most: int = 2, memory_bytes: int = 0) -> Iterator[Ended]:
    """Do the jobs in order, `most` at once, and tell of each as it ends. No job is begun after `until` (monotonic)."""
    gc.collect()
    gc.freeze()  # what the collector touched in a child would be copied for it
    waiting = iter(jobs)
    running: list[_Child] = []
    try:
        while True:
            while len(running) < most and time.monotonic() < until:
                job = next(waiting, None)
                if job is None:
                    break
                running.append(_start(job, running, memory_bytes))
            if not running:
                return
            _listen(running, until)
            for child in [child for child in running if child.how]:
                running.remove(child)
                yield child.close()
    except InChild:
        running.clear()  # they are the parent's
        raise
    finally:
        for child in running:
            child.close()


def _listen(running: list[_Child], until: float) -> None:
    patience = min([until, *(child.late_at for child in running)]) - time.monotonic()
    ready, _, _ = select.select([child.pipe for child in running], [], [], max(patience, 0))
    now = time.monotonic()
    for child in running:
        if child.pipe in ready:
            child.hear()
        elif now >= until:
            child.how = CUT
        elif now >= child.late_at and not child.is_excused():
            child.how = LATE


def _start(job: Job, siblings: list[_Child], memory_bytes: int) -> _Child:
    ours, theirs = os.pipe()
    process = os.fork()
    if process:
        os.close(theirs)
        with contextlib.suppress(OSError):
            os.setpgid(process, process)
        return _Child(job, process, ours)
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    for pipe in [ours, *(child.pipe for child in siblings)]:
        os.close(pipe)
    if not job.prints:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.close(nowhere)
    _limit(job, memory_bytes)
    raise InChild(job, theirs)


def _limit(job: Job, memory_bytes: int) -> None:
    """An endless loop ends by itself should its parent be gone, and one that eats memory must not cost the others."""
    wishes = [(resource.RLIMIT_CPU, math.ceil(job.seconds * job.parts) + CPU_GRACE_SECONDS)]
    if memory_bytes:
        wishes.append((resource.RLIMIT_DATA, memory_bytes))
    for kind, most in wishes:
        with contextlib.suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            if hard == resource.RLIM_INFINITY or most < hard:
                resource.setrlimit(kind, (most, most))


def _status_of(process: int, options: int) -> int | None:
    """None while it goes on, and where nobody knows."""
    with contextlib.suppress(OSError):
        ended, status = os.waitpid(process, options)
        if ended:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    return None


def _cpu_seconds(process: int) -> float:
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return math.inf
