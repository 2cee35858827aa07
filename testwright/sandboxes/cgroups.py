"""The kernel's own limits for all processes of a run together, where a part of its tree of cgroups is ours to use.

A layer under the isolated and the confined tier. Where it cannot be had, or does not prove itself, the supervisor's
counting and the limits of each process are what holds, and `testwright doctor` says why.
"""

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from testwright.sandboxes import born_in_group

logger = logging.getLogger(__name__)

_CONTROLLERS = frozenset({"memory", "pids"})
_SERVICE, _RUN, _PROOF = "testwright-service-", "testwright-run-", "testwright-proof-"
_PACKAGE = Path(born_in_group.__file__).parents[2]
_PROOF_BYTES, _PROOF_PIDS = 64 << 20, 8
_SECONDS = 5.0
_PROOF_SECONDS = 20.0
# Born in the group as a run is; makes as many processes as it may, and then takes more memory than it may.
_PROBE = """
import os, sys, time
sys.path.append(sys.argv[2])
from testwright.sandboxes.born_in_group import fork_into
child = fork_into(sys.argv[1])
if child:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)
made = 0
try:
    while made < 64:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        made += 1
except OSError:
    pass
print(made, flush=True)
held = bytearray(b"x") * (256 << 20)
print("held", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Cgroups:
    """`parent` is the group in which each run gets one of its own; None where there is none, and `why_not`."""

    parent: str | None = None
    why_not: str = ""

    @property
    def detail(self) -> str:
        if self.parent:
            return "memory and processes of a run are limited by cgroups"
        return f"memory and processes are counted ten times a second, not by cgroups: {self.why_not}"


NONE = Cgroups(why_not="nobody looked for them")


class _NotHere(Exception):
    """Why the layer is off."""


def find() -> Cgroups:
    """Takes what there is, and tries it. May move this process: into a scope that systemd makes for it, and there into
    a group beside those of its runs, because a group that has limits for others may hold no process itself.
    """
    try:
        parent = delegated(own_group(), ask=_ask_systemd_for_a_scope)
        take(parent)
        prove(parent)
    except (_NotHere, OSError) as error:
        logger.info("cgroups are not used: %s", error)
        return Cgroups(why_not=str(error))
    return Cgroups(parent=str(parent))


def own_group(process: Path = Path("/proc/self")) -> Path:
    """Where this process is in the tree."""
    path = next((line[3:] for line in _lines(process / "cgroup") if line.startswith("0::")), None)
    for line in _lines(process / "mountinfo"):
        mounted, _, kind = line.partition(" - ")
        if path and kind.startswith("cgroup2 "):
            root, place = mounted.split()[3:5]
            group = Path(place, os.path.relpath(path, root))
            if group.is_dir() and ".." not in group.parts:
                return group
    raise _NotHere("there is no cgroup of version 2 here")


def delegated(group: Path, *, ask: Callable[[], None], systemd: Path = Path("/run/systemd/system")) -> Path:
    """The part of the tree that is ours to use; what belongs to systemd is left alone, and asked for."""
    if group.name.startswith(_SERVICE):
        return group.parent
    if _is_marked_as_delegated(group) or not systemd.is_dir():
        return group
    if group.name.endswith(".scope"):
        ask()
        return own_group()
    raise _NotHere("systemd started this service without Delegate=yes in its unit")


def take(parent: Path) -> None:
    """Give the limits to groups below, and get out of the way for that. What killed services left is removed."""
    if not all(os.access(parent / name, os.W_OK) for name in (".", "cgroup.procs", "cgroup.subtree_control")):
        raise _NotHere("this process's cgroup is not its user's to divide")
    if not _CONTROLLERS.issubset(" ".join(_lines(parent / "cgroup.controllers")).split()):
        raise _NotHere("cgroups of version 2 have no memory and pids controllers here")
    _sweep(parent)
    service = parent / f"{_SERVICE}{os.getpid()}"
    if (parent / "cgroup.type").exists():  # else it is the root of all, which alone may hold processes too
        service.mkdir(exist_ok=True)
        _write(service / "cgroup.procs", os.getpid())
    try:
        _write(parent / "cgroup.subtree_control", "+memory +pids")
    except OSError as error:
        with suppress(OSError):
            _write(parent / "cgroup.procs", os.getpid())
            service.rmdir()
        raise _NotHere(f"other processes share this process's cgroup ({error.strerror})") from error


def prove(parent: Path) -> None:
    """Too many processes are refused and too much memory is deadly; what is to be ended is."""
    group = parent / f"{_PROOF}{os.getpid()}"
    group.mkdir()
    try:
        limit(group, memory=_PROOF_BYTES, processes=_PROOF_PIDS)
        argv = [sys.executable, "-I", "-S", "-c", _PROBE, str(group), str(_PACKAGE)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}) as probe:
            try:
                said = probe.communicate(timeout=_PROOF_SECONDS)[0].split()
            except subprocess.TimeoutExpired:
                said = []
            finally:
                probe.kill()
        if not said:
            raise _NotHere("no process can be started in a group here")
        is_killed = said[-1] == b"-9" and "oom_kill 0" not in _lines(group / "memory.events")
        if len(said) != 2 or int(said[0]) >= _PROOF_PIDS or not is_killed or not _is_empty(group):
            raise _NotHere("limits that were set were not kept to")
        _prove_the_end(group)
    finally:
        with suppress(OSError):
            _write(group / "cgroup.kill", 1)
        _is_empty(group)
        with suppress(OSError):
            group.rmdir()


def limit(group: Path, *, memory: int, processes: int) -> None:
    _write(group / "memory.max", memory)
    _write(group / "memory.oom.group", 1)
    _write(group / "pids.max", processes)
    with suppress(FileNotFoundError):  # a kernel without swap
        _write(group / "memory.swap.max", 0)


def _prove_the_end(group: Path) -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 60 & sleep 60"], stdin=subprocess.DEVNULL, env={}) as sleeper:
        try:
            _write(group / "cgroup.procs", sleeper.pid)
            _write(group / "cgroup.kill", 1)
            sleeper.wait(_PROOF_SECONDS)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _NotHere("what is in a group cannot be ended at once") from error
        finally:
            sleeper.kill()


def _is_empty(group: Path) -> bool:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if "populated 1" not in _lines(group / "cgroup.events"):
            return True
        time.sleep(0.005)
    return False


def _is_marked_as_delegated(group: Path) -> bool:
    for name in ("user.delegate", "trusted.delegate"):
        with suppress(OSError, AttributeError):
            if os.getxattr(group, name) == b"1":
                return True
    return False


def _ask_systemd_for_a_scope() -> None:
    """As `systemd-run --scope` does, but once and for this very process."""
    program, pid, before = shutil.which("busctl"), os.getpid(), own_group()
    if program is None:
        raise _NotHere("busctl, by which systemd is asked for a group of our own, is not installed")
    bus = "--system" if os.geteuid() == 0 else "--user"
    argv = [program, bus, f"--timeout={_SECONDS:.0f}", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1"]
    argv += ["org.freedesktop.systemd1.Manager", "StartTransientUnit", "ssa(sv)a(sa(sv))"]
    argv += [f"testwright-{pid}.scope", "fail", "3", "PIDs", "au", "1", str(pid), "Delegate", "b", "true"]
    argv += ["CollectMode", "s", "inactive-or-failed", "0"]
    runtime = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    try:
        asked = subprocess.run(
            argv,
            env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": runtime},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=2 * _SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _NotHere("systemd did not answer") from error
    if asked.returncode != 0:
        raise _NotHere(f"systemd gave no group of our own: {asked.stderr.strip()[:200]}")
    deadline = time.monotonic() + _SECONDS
    while own_group() == before:  # systemd answers before it has done it
        if time.monotonic() > deadline:
            raise _NotHere("systemd did not move this process into a group of its own")
        time.sleep(0.01)


def _sweep(parent: Path) -> None:
    """A group can be removed once it is empty; one whose maker lives may be about to be filled."""
    for name in (_SERVICE, _RUN, _PROOF):
        for group in parent.glob(f"{name}*"):
            if not Path("/proc", group.name.removeprefix(name)).exists():
                with suppress(OSError):
                    group.rmdir()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def _write(path: Path, value: object) -> None:
    with open(path, "w") as file:
        file.write(str(value))
