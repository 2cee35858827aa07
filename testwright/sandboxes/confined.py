"""The confined tier: Landlock and a strict system-call filter, for where no namespaces can be made.

The project lies where it lies on the host, readable and no more; three private folders can be written. There is no
network, not even a loopback of its own, and no changing of files' rights and times: a test that needs one of these
needs the isolated tier. Other processes and their command lines can be seen, though neither touched nor read.
"""

import asyncio
import os
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed
from testwright.sandboxes import landlock
from testwright.sandboxes.cgroups import NONE, Cgroups
from testwright.sandboxes.command_line import MiB, clean_environment, collecting, problem_with
from testwright.sandboxes.host_paths import MOUNTS, HostPaths, link_mounts
from testwright.sandboxes.scratch import FOLDERS, may_pass, scratch
from testwright.sandboxes.seccomp import seccomp_program
from testwright.sandboxes.supervised import Slots, carry_out, give, order_for

_READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/proc", "/sys/devices/system/cpu"),
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"),
    *("/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group", "/etc/resolv.conf"),
)
_WRITABLE = ("/dev/null",)


class Confined:
    """Runs each command in private folders of its own, at most `at_once` together; the others wait.

    As root every slot has a user id of its own, else it is ours. What lies where only root may go is read with the one
    right of root's that this takes; elsewhere nothing is kept of them. Raises SandboxUnavailable where Landlock cannot
    do what that takes.
    """

    tier = "confined"

    def __init__(self, *, at_once: int = 2, first_uid: int | None = None, cgroups: Cgroups = NONE) -> None:
        self._is_root = os.geteuid() == 0
        _demand(landlock.OLDEST if self._is_root else landlock.OLDEST_FOR_ONE_USER)
        self._filter = seccomp_program(confined=True)
        self._slots = Slots(at_once, first_uid)
        self._cgroups = cgroups

    def __repr__(self) -> str:
        return "Confined()"

    @property
    def detail(self) -> str:
        return self._cgroups.detail

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        async with self._slots.one() as slot:
            uid = slot if self._is_root else None
            async with scratch(uid) as place:
                workspace = Path(command.workspace)
                await asyncio.to_thread(link_mounts, command, workspace=workspace, scratch=place)
                paths = HostPaths(command, workspace=workspace, scratch=place)
                if uid is not None:
                    await give(command, uid)
                order = self._order(command, paths, place, uid)
                return paths.inside(await carry_out(order, command))

    def _order(self, command: Command, paths: HostPaths, place: Path, uid: int | None) -> bytes:
        folders = [str(place / name) for name in FOLDERS]
        kept = [] if command.keeps is None else [os.path.realpath(command.keeps.host)]
        mounts = [os.path.realpath(mount.host) for mount in command.mounts]
        return order_for(
            command,
            argv=[*collecting(command), *paths.argv(command.argv)],
            uid=os.getuid() if uid is None else uid,
            drop_to=uid,
            cgroup=self._cgroups.parent,
            confine={
                "folder": command.workspace,
                "environment": paths.environment(clean_environment(command)) | {"USER": "sbx", "LOGNAME": "sbx"},
                "read_only": [*_READABLE, command.workspace, str(place / MOUNTS), *mounts],
                "writable": [*folders, *kept, *_WRITABLE],
                "writable_folders": folders,
                "scratch_bytes": command.limits.scratch_mib * MiB,
                "filter": self._filter,
                "reads_all": uid is not None and not _ways_are_open(command, uid),
            },
        )


def _ways_are_open(command: Command, uid: int) -> bool:
    mounts = [*command.mounts, *([command.keeps] if command.keeps is not None else [])]
    return all(may_pass(Path(place), uid) for place in (command.workspace, *(mount.host for mount in mounts)))


def _demand(wanted: int) -> None:
    found = landlock.version()
    if found < wanted:
        raise SandboxUnavailable(
            f"The kernel's Landlock is of version {found}, and the confined tier needs {wanted}"
            if found
            else "The kernel has no Landlock, which the confined tier needs",
            hint="Install bubblewrap and allow user namespaces, or run Testwright on a newer kernel.",
        )
