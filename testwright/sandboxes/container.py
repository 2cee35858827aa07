"""A container for each run, by docker or podman, with gVisor as its runtime where that is wanted. Optional, by setting.

What is inside is what bubblewrap would mount: the host's own `/usr` and the tools, over an image that may be empty.
Seen to hold with docker 20.10 and podman 4.3, each with runc and with gVisor's runsc.
"""

import asyncio
import json
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import OUT, WORKSPACE, Command, Completed
from testwright.sandboxes.command_line import (
    HOME,
    NOTHING_IS_KEPT,
    MiB,
    clean_environment,
    collecting,
    problem_with,
)
from testwright.sandboxes.seccomp import seccomp_profile
from testwright.sandboxes.supervised import INODES, OPEN_FILES, Slots, cpu_seconds, data_bytes, read_to_the_end

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_NOBODY = 64321
_GRACE_SECONDS = 10
_START_SECONDS = 20
GVISOR = "runsc"
# Waits outside, where nothing of a test can reach it, until the service closes its end or is gone, however it went: the
# client that started a container may die without the container noticing. Again where it is refused: podman does so
# while a container is just ending.
_KEEPER = 'cat >/dev/null; for wait in 0.3 0.6 1.2 0; do "$@" && exit; sleep $wait; done'


class Container:
    """Each command in a container of its own, at most `at_once` together; the others wait."""

    def __init__(self, *, program: str, image: str, runtime: str = "", at_once: int = 2) -> None:
        self.tier = "gvisor" if os.path.basename(runtime) == GVISOR else "container"
        self._program, self._image, self._runtime = program, image, runtime
        self._is_podman = os.path.basename(program) == "podman"
        self._slots = Slots(at_once, _NOBODY)
        self._filter = tempfile.NamedTemporaryFile("w", prefix="testwright-filter-", suffix=".json")  # noqa: SIM115
        json.dump(seccomp_profile(), self._filter)
        self._filter.flush()

    def __repr__(self) -> str:
        return f"Container(program={self._program!r}, image={self._image!r}, runtime={self._runtime!r})"

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        if command.keeps is not None:
            return Completed(exit_status=None, reason="launch-failed", log=NOTHING_IS_KEPT)
        async with self._slots.one() as uid, self._removed_at_the_end() as name:
            process = await asyncio.create_subprocess_exec(
                *self.argv(command, name=name, uid=uid),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            completed = await read_to_the_end(process, command, wait_seconds=_START_SECONDS)
            if completed.reason == "exit" and await self._ran_out_of_memory(name):
                return replace(completed, exit_status=None, reason="memory-limit")
            return completed

    def argv(self, command: Command, *, name: str, uid: int) -> list[str]:
        """The whole argument list, as docker and podman both read it."""
        limits = command.limits
        argv = [self._program, "run", "--name", name, "--pull=never", "--network=none", "--read-only"]
        argv += [f"--runtime={self._runtime}"] if self._runtime else []
        if self.tier == "gvisor" and self._is_podman:
            argv.append("--runtime-flag=network=none")  # docker has this in its daemon's configuration
        argv += [f"--user={uid}:{uid}", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--hostname=sbx"]
        argv += [f"--security-opt=seccomp={self._filter.name}"]
        argv += [f"--memory={limits.memory_mib}m", f"--memory-swap={limits.memory_mib}m"]
        argv += [f"--pids-limit={limits.processes}", "--ipc=private", "--log-driver=none", f"--workdir={WORKSPACE}"]
        cpu = cpu_seconds(limits)
        for what, most in (
            ("core", 0),
            ("nofile", OPEN_FILES),
            ("nproc", limits.processes),
            ("fsize", limits.file_mib * MiB),
            ("data", data_bytes(limits)),
            ("cpu", f"{cpu}:{cpu + 2}"),
        ):
            argv.append(f"--ulimit={what}={most}")
        entries = "" if self._is_podman else f"nr_inodes={INODES},"  # podman cannot say it: there memory is the limit
        for path, mib in (("/tmp", limits.scratch_mib), (HOME, 32), (OUT, 64)):
            argv.append(f"--tmpfs={path}:rw,exec,nosuid,nodev,size={mib}m,{entries}mode=1777")
        mounts = [(path, path) for path in _SYSTEM if os.path.isdir(path)]
        mounts += [(command.workspace, WORKSPACE)]
        mounts += [(mount.host, mount.inside) for mount in sorted(command.mounts, key=lambda mount: mount.inside)]
        for host, inside in mounts:
            argv.append(f"--mount=type=bind,source={host},target={inside},readonly")
        for variable, value in clean_environment(command).items():
            argv.append(f"--env={variable}={value}")
        return [*argv, self._image, *collecting(command), *command.argv]

    @asynccontextmanager
    async def _removed_at_the_end(self) -> AsyncIterator[str]:
        """A name for a container, which is gone afterwards, also after a cancelled run and a killed service."""
        name = f"testwright-{uuid.uuid4().hex}"
        remove = [self._program, "rm", "--force", "--volumes", *(["--time=0"] if self._is_podman else []), name]
        keeper = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _KEEPER, "sh", *remove),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield name
        finally:
            assert keeper.stdin is not None
            keeper.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(keeper.wait(), _GRACE_SECONDS)

    async def _ran_out_of_memory(self, name: str) -> bool:
        asked = await asyncio.create_subprocess_exec(
            *(self._program, "inspect", "--format={{.State.OOMKilled}}", name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            answer, _ = await asyncio.wait_for(asked.communicate(), _GRACE_SECONDS)
        except TimeoutError:
            asked.kill()
            await asked.wait()
            return False
        return answer.strip() == b"true"


def container_programs() -> list[str]:
    """Those that are installed; whether anything answers them is for the proof to see."""
    return [path for name in ("docker", "podman") if (path := shutil.which(name))]


def demand(image: str, programs: list[str]) -> None:
    """Raises SandboxUnavailable where a container cannot even be tried."""
    if not image or not programs:
        raise SandboxUnavailable(
            "A container was asked for, and there is no docker or podman"
            if image
            else "A container was asked for, and no image was named",
            hint="Set TESTWRIGHT_SANDBOX_IMAGE to an image that is on this machine, or TESTWRIGHT_SANDBOX=auto.",
        )
