"""What containers and Seatbelt are told, tried with a program that only stands in for them."""

import asyncio
import json
import os
import stat
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Command, Limits, Mount
from testwright.sandboxes.choose import Wish, choose
from testwright.sandboxes.container import Container
from testwright.sandboxes.seatbelt import Seatbelt, profile_of

STAND_IN = f"""#!{sys.executable}
import json, os, sys, time
time.sleep(0.6 if os.path.exists(__file__ + "-is-slow") else 0)
with open(os.path.join(os.path.dirname(__file__), "calls"), "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
if sys.argv[1] == "run":
    os.environ["OUT"] = os.path.dirname(__file__)
    at = sys.argv.index("the-image")
    os.execv(sys.argv[at + 1], sys.argv[at + 1:])
if sys.argv[1] == "inspect":
    print(os.path.exists(os.path.join(os.path.dirname(__file__), "was-killed-for-memory")) and "true" or "false")
"""


@pytest.fixture
def docker(tmp_path: Path) -> Path:
    """Runs the command without any sandbox: what comes back is ours to see, what holds is not."""
    program = tmp_path / "docker"
    program.write_text(STAND_IN)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def calls(docker: Path) -> list[list[str]]:
    return [json.loads(line) for line in docker.with_name("calls").read_text().splitlines()]


async def test_a_container_has_no_network_no_rights_and_nothing_to_write_but_its_own(docker: Path) -> None:
    mount = Mount(host=str(docker), inside="/ws/tool")
    (docker.parent / "tool").touch()
    command = Command(argv=("true",), workspace=str(docker.parent), mounts=(mount,))
    argv = Container(image="the-image", runtime="runsc", program=str(docker)).argv(command, name="x", uid=7)

    assert {"--network=none", "--read-only", "--cap-drop=ALL", "--pull=never", "--runtime=runsc"} <= set(argv)
    assert {"--security-opt=no-new-privileges", "--user=7:7", "--pids-limit=256", "--memory=2048m"} <= set(argv)
    assert all(word.endswith(",readonly") for word in argv if word.startswith("--mount"))
    assert argv.index("the-image") > argv.index("--env=CI=1")
    assert not [word for word in argv if "sock" in word or "privileged" in word.replace("no-new-privileges", "")]


async def test_reports_and_output_come_out_of_a_container_and_it_is_removed(docker: Path) -> None:
    argv = ("sh", "-c", 'echo said; printf ok >"$OUT/r"; exit 3')
    sandbox = Container(image="the-image", program=str(docker))
    completed = await sandbox.run(Command(argv=argv, workspace=str(docker.parent), reports=("r",)))

    assert (completed.exit_status, completed.log, completed.reports) == (3, "said\n", {"r": b"ok"})
    run, inspect, remove = calls(docker)
    name = run[run.index("--name") + 1]
    assert (inspect[0], inspect[-1]) == ("inspect", name)
    assert remove == ["rm", "--force", "--volumes", name]


async def test_a_cancelled_run_removes_its_container(docker: Path) -> None:
    sandbox = Container(image="the-image", program=str(docker))
    running = asyncio.create_task(sandbox.run(Command(argv=("sleep", "60"), workspace=str(docker.parent))))
    assert await seen(docker, "run")
    started = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert time.monotonic() - started < 5
    assert [call[0] for call in calls(docker)] == ["run", "rm"]


async def test_output_without_an_end_is_cut_in_a_container_too(docker: Path) -> None:
    limits = Limits(log_bytes=1000, wall=timedelta(seconds=20))
    sandbox = Container(image="the-image", program=str(docker))
    completed = await sandbox.run(Command(argv=("yes",), workspace=str(docker.parent), limits=limits))

    assert (completed.reason, len(completed.log)) == ("output-limit", 1000)


async def test_a_container_that_the_kernel_ended_for_its_memory_has_reached_that_limit(docker: Path) -> None:
    docker.with_name("was-killed-for-memory").touch()
    completed = await Container(image="the-image", program=str(docker)).run(
        Command(argv=("true",), workspace=str(docker.parent))
    )

    assert (completed.reason, completed.exit_status) == ("memory-limit", None)


async def test_a_killed_service_leaves_no_container(docker: Path) -> None:
    service = (
        "import asyncio, sys\n"
        "from testwright.domain.projects import Command\n"
        "from testwright.sandboxes.container import Container\n"
        "sandbox = Container(image='the-image', program=sys.argv[1])\n"
        "asyncio.run(sandbox.run(Command(argv=('sleep', '20'), workspace=sys.argv[2])))\n"
    )
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", service, str(docker), str(docker.parent))
    assert await seen(docker, "run")
    running.kill()
    await running.wait()

    assert await seen(docker, "rm")


async def test_what_making_a_container_takes_is_not_taken_from_its_own_time(docker: Path) -> None:
    docker.with_name("docker-is-slow").touch()
    sandbox = Container(image="the-image", program=str(docker))
    limits = Limits(wall=timedelta(seconds=0.5))
    quick = await sandbox.run(Command(argv=("true",), workspace=str(docker.parent), limits=limits))
    started = time.monotonic()
    slow = await sandbox.run(Command(argv=("sleep", "30"), workspace=str(docker.parent), limits=limits))

    assert (quick.reason, slow.reason) == ("exit", "timeout")
    assert time.monotonic() - started < 8


def test_podman_is_told_in_its_own_words(docker: Path) -> None:
    podman = Container(image="x", program="/usr/bin/podman", runtime="/usr/bin/runsc")
    argv = podman.argv(Command(argv=("true",), workspace="/"), name="x", uid=7)

    assert "--runtime-flag=network=none" in argv
    assert not [word for word in argv if "nr_inodes" in word]


async def seen(docker: Path, call: str) -> bool:
    for _ in range(500):
        if docker.with_name("calls").exists() and call in [each[0] for each in calls(docker)]:
            return True
        await asyncio.sleep(0.02)
    return False


def test_with_gvisor_the_tier_has_its_name() -> None:
    assert Container(image="x", program="docker", runtime="runsc").tier == "gvisor"
    assert Container(image="x", program="docker").tier == "container"


async def test_a_container_that_only_says_so_is_not_trusted(docker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    chosen = await choose(at_once=1, wish=Wish(tier="container", image="the-image"))

    assert chosen.tier == "unavailable"


async def test_a_container_without_an_image_is_refused_with_the_fix() -> None:
    chosen = await choose(at_once=1, wish=Wish(tier="container"))

    assert chosen.tier == "unavailable"
    assert "TESTWRIGHT_SANDBOX_IMAGE" in getattr(chosen, "hint", "")


def test_the_profile_of_seatbelt_denies_by_default_and_quotes_paths(tmp_path: Path) -> None:
    odd = tmp_path / 'a"b'
    odd.mkdir()
    profile = profile_of(
        Command(argv=("x",), workspace=str(odd)), ["/private/tmp/cell/tmp"], "/private/tmp/cell/mounts"
    )

    assert profile.splitlines()[1:3] == ["(deny default)", "(deny network*)"]
    assert 'a\\"b' in profile
    writes = next(line for line in profile.splitlines() if "file-write*" in line)
    assert str(tmp_path) not in writes


@pytest.mark.skipif(sys.platform == "darwin", reason="there Seatbelt may be there")
def test_elsewhere_than_on_a_mac_there_is_no_seatbelt() -> None:
    with pytest.raises(SandboxUnavailable):
        Seatbelt()
