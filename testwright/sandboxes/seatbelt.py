"""macOS: a Seatbelt profile that denies by default. Not tried on a Mac yet: it is used where it proves itself there.

Built like the confined tier, with what macOS has: no network, only private folders to write into, and to read only the
system, the project and its tools.
"""

import asyncio
import os
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed
from testwright.sandboxes.command_line import NOTHING_IS_KEPT, clean_environment, collecting, problem_with
from testwright.sandboxes.host_paths import MOUNTS, HostPaths, link_mounts
from testwright.sandboxes.scratch import FOLDERS, scratch
from testwright.sandboxes.supervised import Slots, read_to_the_end

_PROGRAM = "/usr/bin/sandbox-exec"
_SYSTEM = ("/usr", "/bin", "/sbin", "/System", "/Library", "/opt/homebrew", "/private/etc", "/private/var/db/timezone")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


class Seatbelt:
    """Each command under a profile of its own, at most `at_once` together; the others wait."""

    tier = "confined"

    def __init__(self, *, at_once: int = 2) -> None:
        if not os.access(_PROGRAM, os.X_OK):
            raise SandboxUnavailable("There is no sandbox-exec here", hint="It comes with macOS.")
        self._slots = Slots(at_once)

    def __repr__(self) -> str:
        return "Seatbelt()"

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        if command.keeps is not None:
            return Completed(exit_status=None, reason="launch-failed", log=NOTHING_IS_KEPT)
        async with self._slots.one(), scratch() as place:
            await asyncio.to_thread(link_mounts, command, workspace=Path(command.workspace), scratch=place)
            paths = HostPaths(command, workspace=Path(command.workspace), scratch=place)
            profile = profile_of(command, [str(place / name) for name in FOLDERS], str(place / MOUNTS))
            process = await asyncio.create_subprocess_exec(
                *(_PROGRAM, "-p", profile, *collecting(command), *paths.argv(command.argv)),
                cwd=command.workspace,
                env=paths.environment(clean_environment(command)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            return paths.inside(await read_to_the_end(process, command))


def profile_of(command: Command, writable: list[str], links: str) -> str:
    """Paths are resolved: `/tmp` and `/var` are links on a Mac, and a profile that names a link allows nothing."""
    readable = [*_SYSTEM, *_DEVICES, command.workspace, links, *(mount.host for mount in command.mounts)]
    return "\n".join(
        [
            "(version 1)",
            "(deny default)",
            "(deny network*)",
            "(allow process-fork)",
            "(allow signal (target same-sandbox))",
            "(allow sysctl-read)",
            "(allow file-read-metadata)",
            f"(allow file-read* process-exec {_places([*readable, *writable])})",
            f"(allow file-write* {_places([*writable, '/dev/null'])})",
        ]
    )


def _places(paths: list[str]) -> str:
    real = (os.path.realpath(path).replace("\\", "\\\\").replace('"', '\\"') for path in paths)
    return " ".join(f'(subpath "{path}")' for path in real)
