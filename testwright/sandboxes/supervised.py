"""One order for a supervisor, and what comes back of it: the same for every tier that is started by one."""

import asyncio
import logging
import marshal
import math
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from testwright.domain.projects import Command, Completed, Limits
from testwright.sandboxes import supervisor
from testwright.sandboxes.command_line import MiB, read_reports

logger = logging.getLogger(__name__)

DEFAULT_UID = 64321
OPEN_FILES = 1024
INODES = 20_000
_GRACE_SECONDS = 10
_KILLED_BY_CPU_LIMIT = 128 + 24  # the shell's way to say SIGXCPU


class Slots:
    """So many sandboxes at once; the others wait. Where we are root, every slot has a user id of its own, because the
    kernel counts processes per user.
    """

    def __init__(self, at_once: int, first_uid: int | None = None) -> None:
        uid = first_uid or int(os.environ.get("TESTWRIGHT_SANDBOX_UID", DEFAULT_UID))
        self._free: asyncio.Queue[int] = asyncio.Queue()
        for number in range(at_once):
            self._free.put_nowait(uid + number)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[int]:
        uid = await self._free.get()
        try:
            yield uid
        finally:
            self._free.put_nowait(uid)


def order_for(command: Command, *, argv: list[str], uid: int, drop_to: int | None, **layers: Any) -> bytes:
    """What a supervisor has to know. `uid` is whose processes are counted, `layers` what the tier adds."""
    limits = command.limits
    order: dict[str, Any] = {
        "argv": argv,
        "inputs": [],
        "confine": None,
        "cgroup": None,
        "package": str(Path(supervisor.__file__).parents[2]),
        "drop_to": drop_to,
        "uid": uid,
        "wall_seconds": limits.wall.total_seconds(),
        "cpu_seconds": cpu_seconds(limits),
        "data_bytes": data_bytes(limits),
        "tree_bytes": limits.memory_mib * MiB,
        "processes": limits.processes,
        "open_files": OPEN_FILES,
        "file_bytes": limits.file_mib * MiB,
        "inodes": INODES,
        "kept": _kept(command),
        **layers,
    }
    return marshal.dumps(order)


def cpu_seconds(limits: Limits) -> int:
    return math.ceil(limits.cpu.total_seconds())


def data_bytes(limits: Limits) -> int:
    """What one process may have, below what all may have together: it hears of it as an error of its own."""
    return limits.memory_mib * MiB * 3 // 4


def _kept(command: Command) -> tuple[str, int, int] | None:
    limits = command.limits
    return None if command.keeps is None else (command.keeps.host, limits.kept_mib * MiB, limits.kept_files)


async def give(command: Command, uid: int) -> None:
    """What a command may fill belongs to whoever it runs as, where that is not us."""
    if command.keeps is not None and os.geteuid() == 0:
        await asyncio.to_thread(os.chown, command.keeps.host, uid, uid)


async def carry_out(order: bytes, command: Command) -> Completed:
    """Run it to its end or to a limit. Cancelling ends everything inside."""
    ours, theirs = socket.socketpair()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-S", "-B", supervisor.__file__),
            stdin=theirs.fileno(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except BaseException:  # a cancelled start too: the closed socket is what ends the supervisor
        ours.close()
        raise
    finally:
        theirs.close()
    assert process.stdout is not None
    assert process.stderr is not None
    replies, control = await asyncio.open_connection(sock=ours)
    limits = command.limits
    reports = asyncio.create_task(_read_capped(process.stdout, limits.report_bytes + 64 * 1024))
    log = asyncio.create_task(_read_capped(process.stderr, limits.log_bytes, on_full=partial(_hang_up, control)))
    try:
        control.write(len(order).to_bytes(4, "big") + order)
        async with asyncio.timeout(limits.wall.total_seconds() + _GRACE_SECONDS):
            answer = _answer(await replies.read())
            await asyncio.wait((reports, log))
    except TimeoutError:
        answer = _Answer(exit_status=None, reason="timeout", seconds=limits.wall.total_seconds())
    finally:
        control.close()
        await _see_it_gone(process, reports, log)
    text, overflowed = log.result()
    return _completed(answer, command, reports=reports.result()[0], log=text, overflowed=overflowed)


async def read_to_the_end(
    process: asyncio.subprocess.Process, command: Command, *, wait_seconds: float = 0.0
) -> Completed:
    """The same of a sandbox that has a program of its own instead of a supervisor, in a session of its own.

    `wait_seconds` is what it may take to be made; its own time begins with the header of the reports. Cancelling ends
    the program and its process group.
    """
    assert process.stdout is not None
    assert process.stderr is not None
    limits, begun = command.limits, time.monotonic()
    full, is_made = asyncio.Event(), asyncio.Event()
    reports = asyncio.create_task(_read_capped(process.stdout, limits.report_bytes + 64 * 1024, on_first=is_made.set))
    log = asyncio.create_task(_read_capped(process.stderr, limits.log_bytes, on_full=full.set))
    ends = [asyncio.create_task(process.wait()), asyncio.create_task(full.wait())]
    making = asyncio.create_task(is_made.wait())
    reason = "exit"
    try:
        await asyncio.wait([*ends, making], timeout=wait_seconds, return_when=asyncio.FIRST_COMPLETED)
        done, _ = await asyncio.wait(ends, timeout=limits.wall.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
        reason = "exit" if done else "timeout"
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        for waiting in (*ends, making):
            waiting.cancel()
        await asyncio.wait((reports, log), timeout=_GRACE_SECONDS)
    answer = _Answer(exit_status=process.returncode, reason=reason, seconds=time.monotonic() - begun)
    text, overflowed = log.result()
    return _completed(answer, command, reports=reports.result()[0], log=text, overflowed=overflowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    exit_status: int | None
    reason: str
    seconds: float


def _hang_up(control: asyncio.StreamWriter) -> None:
    """Tell the supervisor to end everything, and still hear its answer."""
    if not control.is_closing():
        control.write_eof()


async def _read_capped(
    stream: asyncio.StreamReader,
    most: int,
    *,
    on_full: Callable[[], None] | None = None,
    on_first: Callable[[], None] | None = None,
) -> tuple[bytes, bool]:
    """Read to the end, keep the first bytes; whether there were more. Never stops reading: a full pipe would block."""
    kept, overflowed = bytearray(), False
    while chunk := await stream.read(1 << 16):
        if not kept and on_first:
            on_first()
        kept += chunk[: most - len(kept)]
        if len(kept) >= most and not overflowed:
            overflowed = True
            if on_full:
                on_full()
    return bytes(kept), overflowed


def _answer(data: bytes) -> _Answer:
    if not data:
        return _Answer(exit_status=None, reason="launch-failed", seconds=0.0)
    exit_status, reason, seconds, peak = marshal.loads(data)
    logger.debug("A sandbox ended: %s, status %s, %.2f s, peak %d MiB", reason, exit_status, seconds, peak // MiB)
    return _Answer(exit_status=exit_status, reason=reason, seconds=seconds)


def _completed(answer: _Answer, command: Command, *, reports: bytes, log: bytes, overflowed: bool) -> Completed:
    found = read_reports(reports, command.reports)
    reason = answer.reason
    if overflowed:
        reason = "output-limit"
    elif reason == "exit" and found is None:
        reason = "launch-failed"
    elif reason == "exit" and answer.exit_status == _KILLED_BY_CPU_LIMIT:
        reason = "timeout"
    return Completed(
        exit_status=answer.exit_status if reason == "exit" else None,
        reason=reason,
        log=log.decode(errors="replace"),
        reports=found or {},
        seconds=answer.seconds,
    )


async def _see_it_gone(process: asyncio.subprocess.Process, *readers: asyncio.Task[tuple[bytes, bool]]) -> None:
    """The closed socket has told the supervisor to end everything; should it be stuck, its sandbox dies with it."""
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        logger.warning("A sandbox's supervisor did not end by itself")
        process.kill()
        await process.wait()
    await asyncio.wait(readers, timeout=_GRACE_SECONDS)
