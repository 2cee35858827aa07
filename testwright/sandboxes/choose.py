"""Which sandbox to trust: one that was seen to hold, on this machine, now. What is installed proves nothing."""

import asyncio
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.ports import Sandbox
from testwright.domain.projects import WORKSPACE, Command, Limits, Mount
from testwright.sandboxes import probe
from testwright.sandboxes.bubblewrap import Bubblewrap, bubblewrap_programs
from testwright.sandboxes.refusing import Refusing
from testwright.sandboxes.unsandboxed import Unsandboxed

logger = logging.getLogger(__name__)

_LIMITS = Limits(wall=timedelta(seconds=20), cpu=timedelta(seconds=20))


async def choose(*, at_once: int, allow_unsandboxed: bool = False) -> Sandbox:
    """The first sandbox that proves itself; one that refuses to run anything when none does."""
    candidates: list[Sandbox] = []
    try:
        candidates = [Bubblewrap(program, at_once=at_once) for program in bubblewrap_programs()]
    except SandboxUnavailable as error:
        logger.warning("%s", error.message)
    sandbox = await prove(candidates)
    if sandbox.tier == "unavailable" and allow_unsandboxed:
        logger.warning("No sandbox could be proved here, and running without one was allowed")
        return Unsandboxed(at_once=at_once)
    return sandbox


async def prove(candidates: Sequence[Sandbox]) -> Sandbox:
    """Try each in turn against real decoys."""
    failures = []
    for candidate in candidates:
        problem = await _problem_of(candidate)
        if problem is None:
            return candidate
        logger.info("%r was not proved: %s", candidate, problem)
        failures.append(problem)
    reason, hint = _explain(failures)
    return Refusing(reason, hint)


async def _problem_of(candidate: Sandbox) -> str | None:
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="testwright-proof-"))
    try:
        with _decoys(folder) as decoys:
            return await _attack(candidate, decoys)
    except (OSError, SandboxUnavailable) as error:
        return str(error)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decoys:
    """Things on the host that anybody may reach who is not in a sandbox."""

    workspace: Path
    file: Path
    listener: socket.socket


@contextmanager
def _decoys(folder: Path) -> Iterator[_Decoys]:
    workspace, file = folder / "workspace", folder / "marker"
    folder.chmod(0o755)
    workspace.mkdir()
    workspace.chmod(0o777)  # file modes must not be what saves us
    shutil.copyfile(probe.__file__, workspace / "probe.py")
    file.write_text("reached")
    for path in (file, workspace / "probe.py"):
        path.chmod(0o644)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield _Decoys(workspace=workspace, file=file, listener=listener)


async def _attack(candidate: Sandbox, decoys: _Decoys) -> str | None:
    port = decoys.listener.getsockname()[1]
    python, mounts = _own_python()
    command = Command(
        argv=(python, "-I", "-S", f"{WORKSPACE}/probe.py", str(decoys.file), str(port)),
        workspace=str(decoys.workspace),
        reports=("probe.json",),
        mounts=mounts,
        limits=_LIMITS,
    )
    if not _is_hit(decoys.listener, port) or not decoys.file.read_text():
        return "The decoys cannot be reached even from outside, so the probe would prove nothing"
    completed = await candidate.run(command)
    if completed.reason != "exit" or completed.exit_status != 0:
        return completed.log.strip()[-500:] or f"The probe ended by {completed.reason}"
    try:
        reached = json.loads(completed.reports["probe.json"])
    except (KeyError, ValueError):
        return "The probe left no report"
    holes = sorted(name for name, is_reached in reached.items() if is_reached)
    if holes or len(reached) < 10:
        return f"It does not hold: {', '.join(holes)}"
    if _has_visitor(decoys.listener):
        return "It does not hold: a decoy was touched"
    return None


def _own_python() -> tuple[str, tuple[Mount, ...]]:
    """Our interpreter, because a real run will need one from wherever this one lies."""
    python = os.path.realpath(sys.executable)
    prefix = os.path.realpath(sys.base_prefix)
    return python, () if prefix == "/usr" else (Mount(host=prefix, inside=prefix),)


def _is_hit(listener: socket.socket, port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 2):
        return _has_visitor(listener)


def _has_visitor(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _explain(failures: Sequence[str]) -> tuple[str, str]:
    """Why there is no sandbox, and the command that most likely changes it."""
    text = " ".join(failures)
    if not sys.platform.startswith("linux"):
        return (
            "The sandbox needs Linux, so tests cannot be run here",
            "Run Testwright on Linux, in WSL2, or in a Linux virtual machine.",
        )
    if not failures:
        return "bubblewrap is not installed, so tests cannot be run", "sudo apt-get install bubblewrap"
    if "uid map" in text or "RTM_NEWADDR" in text:
        return (
            "This system's AppArmor keeps bubblewrap from making a sandbox",
            "sudo apt-get install bubblewrap apparmor-profiles, or: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        )
    if "No permissions to create new namespace" in text or "Creating new namespace failed" in text:
        return (
            "Unprivileged user namespaces are switched off here, so no sandbox can be made",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000; "
            "in a container, start it with a seccomp profile that allows user namespaces.",
        )
    if "mount proc" in text:
        return (
            "This container hides parts of /proc, so no sandbox can be made",
            "Start the container with --security-opt systempaths=unconfined, or run Testwright outside it.",
        )
    if "It does not hold" in text:
        return "The sandbox did not hold against our own probes", "sudo apt-get install --reinstall bubblewrap"
    if "setpriv" in text:
        return failures[0], "sudo apt-get install util-linux, or run Testwright as an ordinary user."
    said = failures[0].splitlines()[-1][:200].rstrip(".")
    return f"No sandbox could be made here: {said}", "Mend what it says, or run Testwright on another Linux machine."
