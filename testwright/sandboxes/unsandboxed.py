"""No sandbox at all, by explicit wish: hostile code would have everything its user has.

Time and output are still limited and the environment is still clean, but that is tidiness and not protection.
"""

import asyncio
import logging
import os
import shutil
import signal
import stat
import tempfile
import time
from pathlib import Path

from testwright.domain.projects import Command, Completed
from testwright.sandboxes.command_line import clean_environment, problem_with
from testwright.sandboxes.host_paths import HostPaths, link_mounts

logger = logging.getLogger(__name__)

WARNING = "Running tests WITHOUT a sandbox (TESTWRIGHT_ALLOW_UNSANDBOXED): they can read and change all that you can"


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
    await asyncio.to_thread(link_mounts, command, workspace=Path(command.workspace), scratch=scratch)
    paths = HostPaths(command, workspace=Path(command.workspace), scratch=scratch)
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *paths.argv(command.argv),
        cwd=command.workspace,
        env=paths.environment(clean_environment(command)),
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
    completed = Completed(
        exit_status=process.returncode if reason == "exit" else None,
        reason=reason,
        log=bytes(log[: command.limits.log_bytes]).decode(errors="replace"),
        reports=await asyncio.to_thread(_reports, command, scratch / "out"),
        seconds=time.monotonic() - started,
    )
    return paths.inside(completed)


def _not_launched(problem: str) -> Completed:
    return Completed(exit_status=None, reason="launch-failed", log=f"could not be started: {problem}")


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
