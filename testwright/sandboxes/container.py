"""A container for each run, by docker or podman, with gVisor as its runtime where that is wanted. Optional, by setting.

What is inside is what bubblewrap would mount: the host's own `/usr` and the tools, over an image that need have nothing
but a shell. Not tried on a real docker or podman yet, only up to the command line that they would be given: it is used
where it proves itself, and nowhere else.
"""

import asyncio
import os
import shutil
import uuid
from contextlib import suppress

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import OUT, WORKSPACE, Command, Completed
from testwright.sandboxes.command_line import HOME, NOTHING_IS_KEPT, clean_environment, collecting, problem_with
from testwright.sandboxes.supervised import Slots, read_to_the_end

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_NOBODY = 64321
_GRACE_SECONDS = 10
_START_SECONDS = 20
GVISOR = "runsc"


class Container:
    """Each command in a container of its own, at most `at_once` together; the others wait."""

    def __init__(self, *, image: str, runtime: str = "", at_once: int = 2, program: str | None = None) -> None:
        found = program or shutil.which("docker") or shutil.which("podman")
        if found is None or not image:
            raise SandboxUnavailable(
                "A container was asked for, and there is no docker or podman"
                if image
                else "A container was asked for, and no image was named",
                hint="Set TESTWRIGHT_SANDBOX_IMAGE to an image that is on this machine, or TESTWRIGHT_SANDBOX=auto.",
            )
        self.tier = "gvisor" if runtime == GVISOR else "container"
        self._program, self._image, self._runtime = found, image, runtime
        self._slots = Slots(at_once, _NOBODY)

    def __repr__(self) -> str:
        return f"Container({self._program!r}, {self._image!r}, {self._runtime!r})"

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        if command.keeps is not None:
            return Completed(exit_status=None, reason="launch-failed", log=NOTHING_IS_KEPT)
        async with self._slots.one() as uid:
            name = f"testwright-{uuid.uuid4().hex}"
            try:
                process = await asyncio.create_subprocess_exec(
                    *self.argv(command, name=name, uid=uid),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    start_new_session=True,
                )
                return await read_to_the_end(process, command, wait_seconds=_START_SECONDS)
            finally:
                await self._remove(name)

    def argv(self, command: Command, *, name: str, uid: int) -> list[str]:
        """The whole argument list, as docker and podman both read it."""
        limits = command.limits
        argv = [self._program, "run", "--rm", "--name", name, "--pull=never", "--network=none", "--read-only"]
        argv += [f"--runtime={self._runtime}"] if self._runtime else []
        argv += [f"--user={uid}:{uid}", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--hostname=sbx"]
        argv += [f"--memory={limits.memory_mib}m", f"--memory-swap={limits.memory_mib}m"]
        argv += [f"--pids-limit={limits.processes}", "--ulimit=core=0", "--ulimit=nofile=1024", "--ipc=private"]
        argv += [f"--ulimit=cpu={round(limits.cpu.total_seconds())}", "--log-driver=none", f"--workdir={WORKSPACE}"]
        for path, mib in (("/tmp", limits.scratch_mib), (HOME, 32), (OUT, 64)):
            argv.append(f"--tmpfs={path}:rw,exec,nosuid,nodev,size={mib}m,mode=1777")
        mounts = [(path, path) for path in _SYSTEM if os.path.isdir(path)]
        mounts += [(command.workspace, WORKSPACE)]
        mounts += [(mount.host, mount.inside) for mount in sorted(command.mounts, key=lambda mount: mount.inside)]
        for host, inside in mounts:
            argv.append(f"--mount=type=bind,source={host},target={inside},readonly")
        for variable, value in clean_environment(command).items():
            argv.append(f"--env={variable}={value}")
        return [*argv, self._image, *collecting(command), *command.argv]

    async def _remove(self, name: str) -> None:
        """Also what a cancelled run left: the client's end is not the container's."""
        remover = await asyncio.create_subprocess_exec(
            *(self._program, "rm", "--force", name),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(remover.wait(), _GRACE_SECONDS)
