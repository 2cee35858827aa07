"""No sandbox at all, by explicit wish: hostile code would have everything its user has.

Time and output are still limited and the environment is still clean, but that is tidiness and not protection.
"""

import asyncio
import logging
import os
import re
import shutil
import signal
import stat
import tempfile
import time
from pathlib import Path, PurePosixPath

from testwright.domain.projects import OUT, WORKSPACE, Command, Completed
from testwright.sandboxes.command_line import clean_environment, problem_with

logger = logging.getLogger(__name__)

WARNING = "Running tests WITHOUT a sandbox (TESTWRIGHT_ALLOW_UNSANDBOXED): they can read and change all that you can"
_NODE_FALLBACK = "/node_modules"


class Unsandboxed:
    tier = "none"

    def __init__(self, *, at_once: int = 2) -> None:
        self._turns = asyncio.Semaphore(at_once)

    async def run(self, command: Command) -> Completed:
        logger.warning(WARNING)
        if problem := problem_with(command):
            return _not_launched(problem)
        async with self._turns:
            scratch = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="testwright-run-"))
            try:
                return await _run(command, scratch)
            except OSError as error:
                return _not_launched(f"{command.argv[0]}: {error.strerror}")
            finally:
                await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)


async def _run(command: Command, scratch: Path) -> Completed:
    for name in ("out", "tmp", "home"):
        (scratch / name).mkdir()
    await asyncio.to_thread(_link_packages, command)
    places = _host_places(command, scratch)
    environment = {name: _on_host(value, places) for name, value in clean_environment(command).items()}
    environment |= {"HOME": str(scratch / "home"), "TMPDIR": str(scratch / "tmp")}
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(_on_host(word, places) for word in command.argv),
        cwd=command.workspace,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    log, reason = bytearray(), "exit"
    try:
        async with asyncio.timeout(command.limits.wall.total_seconds()):
            while chunk := await process.stdout.read(1 << 16):
                log += chunk
                if len(log) >= command.limits.log_bytes:
                    reason = "output-limit"
                    break
            else:
                await process.wait()
    except TimeoutError:
        reason = "timeout"
    finally:
        _kill_group(process.pid)
        await process.wait()
    return Completed(
        exit_status=process.returncode if reason == "exit" else None,
        reason=reason,
        log=bytes(log[: command.limits.log_bytes]).decode(errors="replace"),
        reports=await asyncio.to_thread(_reports, command, scratch / "out"),
        seconds=time.monotonic() - started,
    )


def _not_launched(problem: str) -> Completed:
    return Completed(exit_status=None, reason="launch-failed", log=f"could not be started: {problem}")


def _link_packages(command: Command) -> None:
    """Mounts of packages become links: in the copy itself, and beside it, where Node looks next."""
    for mount in command.mounts:
        if mount.inside == _NODE_FALLBACK:
            link = Path(command.workspace).parent / "node_modules"
        elif mount.inside.startswith(WORKSPACE + "/"):
            link = Path(command.workspace) / PurePosixPath(mount.inside).relative_to(WORKSPACE)
        else:
            continue
        if link.is_dir() and not link.is_symlink() and not any(link.iterdir()):
            link.rmdir()
        if not link.exists():
            link.symlink_to(mount.host)


def _host_places(command: Command, scratch: Path) -> list[tuple[re.Pattern[str], str]]:
    """What each inside path is on the host; longer paths first, because a mount may lie below another."""
    places = {mount.inside: mount.host for mount in command.mounts if not mount.inside.startswith(WORKSPACE + "/")}
    places |= {WORKSPACE: command.workspace, OUT: str(scratch / "out")}
    return [
        (re.compile(rf"(?<![\w./-]){re.escape(inside)}(?![\w.-])"), places[inside])
        for inside in sorted(places, key=len, reverse=True)
    ]


def _on_host(text: str, places: list[tuple[re.Pattern[str], str]]) -> str:
    """One pass for each place, over what no earlier one has put in: a host path may look like an inside path."""
    pieces: list[tuple[str, bool]] = [(text, False)]
    for pattern, host in places:
        following: list[tuple[str, bool]] = []
        for piece, is_done in pieces:
            if is_done:
                following.append((piece, True))
                continue
            at = 0
            for match in pattern.finditer(piece):
                following += [(piece[at : match.start()], False), (host, True)]
                at = match.end()
            following.append((piece[at:], False))
        pieces = following
    return "".join(piece for piece, _ in pieces)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        logger.debug("Process group %d was gone already", pid)


def _reports(command: Command, out: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = command.limits.report_bytes
    for name in command.reports:
        try:
            descriptor = os.open(out / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            continue
        with os.fdopen(descriptor, "rb") as file:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                found[name] = file.read(left)
                left -= len(found[name])
    return found
