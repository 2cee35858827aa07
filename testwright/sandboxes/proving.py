"""Attacks that a sandbox has to withstand before it is trusted, on decoys that anybody outside of it can reach."""

import asyncio
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.ports import Sandbox
from testwright.domain.projects import WORKSPACE, Command, Completed, Limits, Mount
from testwright.sandboxes import probe

_LIMITS = Limits(wall=timedelta(seconds=20), cpu=timedelta(seconds=20))
_FEWEST_PROBES = 10
_NOT_PROMISED = {"confined": {"other_process", "reads_all"}, "gvisor": {"unfiltered_system_calls"}}
"""What a tier does not keep from anybody, by the probe's names: without namespaces the list of processes is seen. And
as root what lies in root's home may have to be read, as far as Landlock lets it. gVisor answers system calls itself.
"""


async def problem_of(candidate: Sandbox) -> str | None:
    """Why this sandbox is not to be trusted here, or None."""
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
    box: socket.socket
    victim: subprocess.Popen[bytes]
    secret: str


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
    secret = secrets.token_hex(16)
    sleeper = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as box,
        subprocess.Popen(sleeper, env={"TESTWRIGHT_DECOY": secret}, stdin=subprocess.DEVNULL) as victim,
    ):
        try:
            listener.setblocking(False)
            box.bind(f"{file}.socket")
            os.chmod(f"{file}.socket", 0o777)
            box.setblocking(False)
            yield _Decoys(workspace=workspace, file=file, listener=listener, box=box, victim=victim, secret=secret)
        finally:
            victim.kill()


async def _attack(candidate: Sandbox, decoys: _Decoys) -> str | None:
    port = decoys.listener.getsockname()[1]
    told = (str(decoys.file), str(port), str(decoys.victim.pid), decoys.secret)
    if not _is_hit(decoys.listener, port) or not decoys.file.read_text():
        return "The decoys cannot be reached even from outside, so the probe would prove nothing"
    completed = await _probed(candidate, decoys.workspace, told)
    if completed.reason != "exit" or completed.exit_status != 0:
        return completed.log.strip()[-500:] or f"The probe ended by {completed.reason}"
    try:
        reached = json.loads(completed.reports["probe.json"])
    except (KeyError, ValueError):
        return "The probe left no report"
    allowed = _NOT_PROMISED.get(candidate.tier, set())
    holes = sorted(name for name, is_reached in reached.items() if is_reached and name not in allowed)
    if holes or len(reached) < _FEWEST_PROBES:
        return f"It does not hold: {', '.join(holes)}"
    if _has_visitor(decoys.listener) or _has_mail(decoys.box) or decoys.victim.poll() is not None:
        return "It does not hold: a decoy was touched"
    return None


async def _probed(candidate: Sandbox, workspace: Path, told: tuple[str, ...]) -> Completed:
    """By our own interpreter, because a real run will need one from wherever this one lies."""
    python, mounts = _own_python()
    command = Command(
        argv=(python, "-I", "-S", f"{WORKSPACE}/probe.py", *told),
        workspace=str(workspace),
        reports=("probe.json",),
        mounts=mounts,
        limits=_LIMITS,
    )
    return await candidate.run(command)


def _own_python() -> tuple[str, tuple[Mount, ...]]:
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


def _has_mail(box: socket.socket) -> bool:
    try:
        return bool(box.recv(64))
    except BlockingIOError:
        return False
