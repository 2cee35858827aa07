"""Real attacks on every tier that runs here, judged by what happened. Loopback only.

`--attack-table docs/sandbox.md` writes down how many were tried and stopped, from this very run.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from escape_decoys import SECRET, Decoys, laid_out

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Completed, Limits, Mount
from testwright.sandboxes.bubblewrap import Bubblewrap, bubblewrap_programs
from testwright.sandboxes.cgroups import NONE, Cgroups, find
from testwright.sandboxes.confined import Confined
from testwright.sandboxes.container import Container

UID = 61000 + os.getpid() % 3000  # nobody else's: processes are counted per user
IS_ROOT = os.geteuid() == 0
CONTAINERS = ("docker", "podman", "gvisor by docker", "gvisor by podman")
LAYOUTS = ("late", "early", "confined", "confined in a closed home") if IS_ROOT else ("user", "confined")
# What gVisor gives of its own kernel, which is a program without rights on this one: nothing of the host is won by it.
IN_GVISORS_OWN_KERNEL = {"unshare user", "unshare mount", "unshare network", "no filter", "open /dev/fuse"}


def python_for(layout: str) -> tuple[str, tuple[Mount, ...]]:
    """Ours needs a mount and, as root, may not be reachable for others; the system's is there for all."""
    if os.path.exists("/usr/bin/python3"):
        return "/usr/bin/python3", ()
    if layout == "early" or "confined" in layout:
        pytest.skip("there is no /usr/bin/python3, and ours may be reachable for root only")
    prefix = os.path.realpath(sys.base_prefix)
    return os.path.realpath(sys.executable), (Mount(host=prefix, inside=prefix),)


class Cell:
    """One sandbox with decoys around it. `tried` counts the attacks that were really made."""

    def __init__(self, sandbox: Sandbox, decoys: Decoys, layout: str) -> None:
        self.sandbox = sandbox
        self.decoys = decoys
        self.layout = layout
        self.tried = 0
        self.is_gvisor = "gvisor" in layout
        self.python, self.mounts = python_for(layout)

    def command(self, attack: str, **limits: object) -> Command:
        return Command(
            argv=(self.python, "-B", "escape_attacks.py", attack, json.dumps(self.decoys.box)),
            workspace=str(self.decoys.workspace),
            reports=("report.json", "second.json"),
            mounts=self.mounts,
            limits=Limits(**{"wall": timedelta(seconds=20), **limits}),  # type: ignore[arg-type]
        )

    async def attack(self, attack: str, **limits: object) -> Completed:
        self.tried += 1
        return await self.sandbox.run(self.command(attack, **limits))

    async def answers(self, attack: str, **limits: object) -> dict[str, bool]:
        completed = await self.sandbox.run(self.command(attack, **limits))
        lines = [json.loads(line[2:]) for line in completed.log.splitlines() if line.startswith("@ ")]
        assert completed.reason == "exit", completed
        assert (completed.exit_status, bool(lines)) == (0, True), completed.log
        self.tried += len(lines)
        return {probe: worked for probe, worked, _ in lines}


def sandbox_of(layout: str, cgroups: Cgroups = NONE) -> Sandbox:
    if "confined" in layout:
        try:
            return Confined(first_uid=UID, cgroups=cgroups)
        except SandboxUnavailable as error:
            pytest.skip(f"the confined tier cannot be had here: {error.message}")
    if layout in CONTAINERS:
        image, program = os.environ.get("TESTWRIGHT_SANDBOX_IMAGE", ""), shutil.which(layout.split()[-1])
        if not image or program is None:
            pytest.skip(f"{layout}: there is none here, or no TESTWRIGHT_SANDBOX_IMAGE")
        runtime = "runsc" if "gvisor" in layout else os.environ.get("TESTWRIGHT_SANDBOX_RUNTIME", "")
        return Container(program=program, image=image, runtime=runtime)
    programs = bubblewrap_programs()
    if not programs:
        pytest.skip("bubblewrap is not installed")
    return Bubblewrap(programs[0], first_uid=UID, drop_root=layout, cgroups=cgroups)


@pytest.fixture(params=[*LAYOUTS, *CONTAINERS])
async def cell(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cell]:
    sandbox = sandbox_of(request.param)
    for parent in tmp_path.parents[:3]:
        if parent.name.startswith("pytest-") and IS_ROOT:
            parent.chmod(0o755)  # the layouts without a mount by root have to reach the workspace
    with laid_out(tmp_path, UID if IS_ROOT else None) as decoys:
        if "closed" in request.param:  # what only root may enter, as root's own home is
            os.chmod(tmp_path, 0o700)
            decoys.box["may_read_all"] = True
        trial = await sandbox.run(Command(argv=("true",), workspace=str(decoys.workspace)))
        if trial.reason != "exit":
            pytest.skip(f"{sandbox!r} cannot make a sandbox here: {trial.log[-200:]}")
        yield Cell(sandbox, decoys, request.param)


@pytest.fixture(scope="session")
def found_cgroups() -> Cgroups:
    return find()


@pytest.fixture
def in_a_cgroup(cell: Cell, found_cgroups: Cgroups) -> Cell:
    """The same cell with the kernel's own limits for a run, where they can be had."""
    if cell.layout in CONTAINERS:
        pytest.skip("a container's runtime has groups of its own")
    if found_cgroups.parent is None:
        pytest.skip(f"cgroups: {found_cgroups.why_not}")
    cell.sandbox = sandbox_of(cell.layout, found_cgroups)
    return cell


@pytest.fixture
def scratch_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the confined tier puts what a run writes."""
    place = tmp_path / "scratch"
    place.mkdir(mode=0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture(autouse=True)
def secret_in_our_own_environment() -> Iterator[None]:
    os.environ["TESTWRIGHT_DECOY_KEY"] = SECRET
    yield
    del os.environ["TESTWRIGHT_DECOY_KEY"]


def survivors(cell: Cell) -> list[str]:
    """Processes of this very cell: each attack has the cell's decoys in its arguments."""
    marker = str(cell.decoys.box["own_key"])
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if marker.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


def left_containers(cell: Cell) -> list[str]:
    if cell.layout not in CONTAINERS:
        return []
    listing = [cell.layout.split()[-1], "ps", "--all", "--quiet", "--filter=name=testwright-"]
    return subprocess.run(listing, capture_output=True, text=True, timeout=20).stdout.split()


async def until(happened: Callable[[], bool], *, seconds: float) -> bool:
    for _ in range(int(seconds / 0.05)):
        if happened():
            return True
        await asyncio.sleep(0.05)
    return happened()


def reached(answers: dict[str, bool]) -> list[str]:
    return [probe for probe, worked in answers.items() if worked]


def test_the_decoys_are_hit_without_a_sandbox(tmp_path: Path) -> None:
    """A probe that cannot succeed proves nothing."""
    with laid_out(tmp_path, None) as decoys:
        for host in ("127.0.0.1", "127.0.0.2"):
            socket.create_connection((host, decoys.box["port"]), 2).close()

        assert decoys.visitors() == 2
        assert Path(decoys.box["own_key"]).read_text() == "KEY"
        assert SECRET.encode() in Path(f"/proc/{decoys.victim.pid}/environ").read_bytes()


async def test_keys_files_and_environment_of_the_host_are_out_of_reach(cell: Cell) -> None:
    assert reached(await cell.answers("secrets")) == []


async def test_other_processes_cannot_be_seen_or_killed(cell: Cell) -> None:
    assert reached(await cell.answers("processes")) == []
    assert cell.decoys.victim.poll() is None


async def test_nothing_on_the_hosts_network_answers(cell: Cell) -> None:
    assert reached(await cell.answers("network")) == []
    assert cell.decoys.visitors() == 0


async def test_a_server_on_the_sandboxs_own_loopback_works_where_it_has_one(cell: Cell) -> None:
    if "confined" in cell.layout:
        pytest.skip("the confined tier has no loopback of its own")

    assert reached(await cell.answers("own_server")) == ["call my own server"]
    cell.tried = 0  # no attack


async def test_in_the_confined_tier_a_server_hears_in_its_own_words_that_there_is_no_network(cell: Cell) -> None:
    if "confined" not in cell.layout:
        pytest.skip("the isolated tier has a loopback of its own")
    completed = await cell.attack("own_server")

    assert "[Errno 64]" in completed.log


async def test_neither_the_project_nor_the_system_can_be_written(cell: Cell) -> None:
    assert reached(await cell.answers("writes")) == []
    assert (cell.decoys.workspace / "src/a.py").read_text() == "KEY"


async def test_no_right_can_be_won(cell: Cell) -> None:
    won = set(reached(await cell.answers("privileges")))
    if cell.is_gvisor:
        cell.tried -= len(won & IN_GVISORS_OWN_KERNEL)
        won -= IN_GVISORS_OWN_KERNEL

    assert won == set()


async def test_a_fork_bomb_stops_at_the_limit(cell: Cell) -> None:
    if cell.is_gvisor:  # its kernel is a process itself, and ends where it gets no more of them
        assert (await cell.attack("fork_bomb", processes=64)).exit_status != 0
    else:
        assert reached(await cell.answers("fork_bomb", processes=64)) == []
    assert survivors(cell) == []


async def test_one_process_cannot_take_all_memory(cell: Cell) -> None:
    if cell.is_gvisor:
        assert "true" not in (await cell.attack("memory_of_one", memory_mib=512)).log
    else:
        assert reached(await cell.answers("memory_of_one", memory_mib=512)) == []


async def test_many_processes_cannot_take_all_memory_together(cell: Cell) -> None:
    completed = await cell.attack("memory_of_many", memory_mib=512)

    # The kernel kills some or all of a container's processes, and its runtime may not hear why.
    is_killed = cell.layout in CONTAINERS and (completed.exit_status == 137 or '", false' in completed.log)

    assert completed.reason == "memory-limit" or is_killed
    assert survivors(cell) == []


async def test_in_a_cgroup_memory_that_no_process_shows_is_counted_too(in_a_cgroup: Cell) -> None:
    if "confined" in in_a_cgroup.layout:
        pytest.skip("the confined tier has no folders that lie in memory")
    completed = await in_a_cgroup.attack("memory_of_none", memory_mib=128)

    assert (completed.reason, completed.exit_status) == ("memory-limit", None)


async def test_in_a_cgroup_neither_forks_nor_memory_nor_daemons_get_past_the_kernel(in_a_cgroup: Cell) -> None:
    assert reached(await in_a_cgroup.answers("fork_bomb", processes=64)) == []
    assert (await in_a_cgroup.attack("memory_of_many", memory_mib=512)).reason == "memory-limit"
    assert (await in_a_cgroup.attack("daemon")).reason == "exit"
    assert survivors(in_a_cgroup) == []
    assert await asyncio.to_thread(lambda: list(Path(str(find().parent)).glob("testwright-run-*"))) == []


async def test_no_disk_can_be_filled(cell: Cell) -> None:
    if "confined" in cell.layout:  # on the host's own disk: counted from outside, and ended
        completed = await cell.attack("disk", scratch_mib=64)

        assert completed.reason == "disk-limit"
        assert [line for line in completed.log.splitlines() if "true" in line] == []
        return

    assert reached(await cell.answers("disk", scratch_mib=64)) == []


async def test_what_is_hard_to_delete_is_gone_at_the_end(cell: Cell, scratch_folders: Path) -> None:
    completed = await cell.attack("deep_and_locked")

    assert completed.reason in ("exit", "disk-limit")
    assert os.listdir(scratch_folders) == []


async def test_a_flood_of_files_is_ended(cell: Cell) -> None:
    """In a container by their number or by the memory that they take; in gVisor at the latest by time."""
    completed = await cell.attack("many_files", memory_mib=256, wall=timedelta(seconds=10))
    is_full = completed.exit_status == 1 and "No space left" in completed.log
    is_ended = completed.reason in ("memory-limit", "timeout") or completed.exit_status == 137

    assert completed.reason == "disk-limit" or (cell.layout in CONTAINERS and (is_full or is_ended))


async def test_endless_output_is_ended_and_cut(cell: Cell) -> None:
    completed = await cell.attack("endless_output", log_bytes=100_000)

    assert completed.reason == "output-limit"
    assert len(completed.log) == 100_000


async def test_a_sleeper_is_ended_when_its_time_is_over(cell: Cell) -> None:
    started = time.monotonic()
    completed = await cell.attack("sleeper", wall=timedelta(seconds=1))

    assert completed.reason == "timeout"
    assert time.monotonic() - started < (9 if cell.layout in CONTAINERS else 3)


async def test_a_busy_loop_is_ended_when_its_processor_time_is_over(cell: Cell) -> None:
    wall = timedelta(seconds=4 if cell.is_gvisor else 20)  # gVisor counts no processor time: there the clock does it
    completed = await cell.attack("spin", cpu=timedelta(seconds=1), wall=wall)

    assert completed.reason == "timeout"
    assert completed.seconds < 8


async def test_no_daemon_survives_the_end(cell: Cell) -> None:
    assert (await cell.attack("daemon")).reason == "exit"
    assert survivors(cell) == []


async def test_no_daemon_survives_a_cancelled_run(cell: Cell) -> None:
    running = asyncio.create_task(cell.attack("daemon_and_sleep"))
    await until(lambda: len(survivors(cell)) >= 6, seconds=3 if cell.is_gvisor else 15)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert survivors(cell) == []


async def test_linked_reports_stay_unread(cell: Cell) -> None:
    assert (await cell.attack("linked_report")).reports == {}


async def test_a_fifo_for_a_report_holds_nobody_up(cell: Cell) -> None:
    completed = await cell.attack("fifo_report")

    assert completed.reports == {}
    assert completed.seconds < 5


async def test_a_huge_report_is_cut(cell: Cell) -> None:
    completed = await cell.attack("huge_report", report_bytes=1 << 20)

    assert len(completed.reports["report.json"]) == 1 << 20


async def test_a_sudden_exit_leaves_no_report(cell: Cell) -> None:
    completed = await cell.attack("sudden_exit")

    assert completed.exit_status == 0
    assert completed.reports == {}


async def test_everything_dies_with_a_killed_service(cell: Cell) -> None:
    service = (
        "import asyncio, sys\n"
        "from testwright.domain.projects import Command\n"
        "from testwright.sandboxes.bubblewrap import Bubblewrap\n"
        "from testwright.sandboxes.confined import Confined\n"
        "from testwright.sandboxes.container import Container\n"
        "sandbox, python, workspace, box = sys.argv[1:]\n"
        "argv = (python, '-B', 'escape_attacks.py', 'daemon_and_sleep', box)\n"
        "asyncio.run(eval(sandbox).run(Command(argv=argv, workspace=workspace)))\n"
    )
    if cell.mounts:
        pytest.skip("there is no /usr/bin/python3")
    cell.tried += 1
    arguments = [repr(cell.sandbox), cell.python, str(cell.decoys.workspace), json.dumps(cell.decoys.box)]
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", service, *arguments)
    # Of what runs on gVisor's kernel only the client that started it is seen from here.
    is_up = await until(lambda: len(survivors(cell)) >= (2 if cell.is_gvisor else 7), seconds=15)
    await asyncio.sleep(2 if cell.is_gvisor else 0)
    running.send_signal(signal.SIGKILL)
    await running.wait()

    limit = 15 if cell.layout in CONTAINERS else 4  # a container's removal is the work of programs of its own
    assert is_up
    assert await until(lambda: survivors(cell) == [] and left_containers(cell) == [], seconds=limit)


@pytest.mark.skipif(not IS_ROOT or not shutil.which("setpriv"), reason="needs root, to become an ordinary user")
def test_an_ordinary_user_gets_a_sandbox_too(tmp_path: Path) -> None:
    if not os.path.exists("/usr/bin/python3"):
        pytest.skip("there is no /usr/bin/python3")
    package = Path(__file__).parents[2]
    script = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1])\n"
        "from testwright.sandboxes.choose import choose\n"
        "print((asyncio.run(choose(at_once=1))).tier)\n"
    )
    argv = ["setpriv", "--reuid=64999", "--regid=64999", "--clear-groups", "/usr/bin/python3", "-B", "-c", script]
    done = subprocess.run(
        [*argv, str(package)], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60
    )
    if "version" in done.stderr or "No module named" in done.stderr:
        pytest.skip(f"the system's Python cannot import the package: {done.stderr[-120:]}")

    assert done.stdout.strip() == "isolated", done.stderr
