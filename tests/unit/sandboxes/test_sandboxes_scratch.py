"""What runs without mounts of their own write on the host: found, kept apart, and gone afterwards."""

import os
import tempfile
from pathlib import Path

import pytest

from testwright.domain.projects import Command, Completed, Mount
from testwright.sandboxes.host_paths import HostPaths, link_mounts
from testwright.sandboxes.scratch import may_pass, remove, scratch, sweep


@pytest.fixture
def scratch_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_the_folders_are_there_for_a_run_and_gone_after_it(scratch_folders: Path) -> None:
    async with scratch() as place:
        assert sorted(os.listdir(place)) == ["home", "out", "tmp"]
        (place / "tmp" / "left").write_text("x")

    assert os.listdir(scratch_folders) == []


async def test_what_a_killed_service_left_is_swept_and_what_is_in_use_is_not(scratch_folders: Path) -> None:
    (scratch_folders / "testwright-cell-left" / "tmp").mkdir(parents=True)
    (scratch_folders / "somebody-elses").mkdir()
    async with scratch() as place:
        assert sweep() == 1
        assert place.is_dir()

    assert os.listdir(scratch_folders) == ["somebody-elses"]


def test_a_link_with_the_name_of_such_a_folder_is_not_followed(scratch_folders: Path) -> None:
    (scratch_folders / "precious" / "in").mkdir(parents=True)
    (scratch_folders / "testwright-cell-link").symlink_to(scratch_folders / "precious")

    assert sweep() == 0
    assert (scratch_folders / "precious" / "in").is_dir()


def test_a_deep_and_locked_tree_is_removed_and_links_lead_nowhere(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    top = tmp_path / "top"
    (top / "locked" / "in").mkdir(parents=True)
    (top / "link").symlink_to(kept)
    (top / "locked" / "in").chmod(0)
    (top / "locked").chmod(0)
    here = os.getcwd()
    os.chdir(top)
    try:
        for _ in range(2000):  # deeper than a path may be long, and than Python recurses
            os.mkdir("d" * 50)
            os.chdir("d" * 50)
    finally:
        os.chdir(here)
    remove(top)

    assert not top.exists()
    assert (kept / "file").read_text() == "x"


def test_a_way_is_open_where_every_folder_lets_another_user_through(tmp_path: Path) -> None:
    other = os.getuid() + 4711
    (tmp_path / "closed" / "ws").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)

    assert not may_pass(tmp_path / "closed" / "ws", other)
    assert may_pass(Path("/usr/bin/env"), other)


def test_inside_paths_become_the_hosts_and_come_back(tmp_path: Path) -> None:
    mount = Mount(host="/home/me/tmp/tool", inside="/opt/tool")
    command = Command(argv=("x",), workspace=str(tmp_path / "ws"), mounts=(mount,))
    paths = HostPaths(command, workspace=tmp_path / "ws", scratch=tmp_path / "s")

    words = paths.argv(["/opt/tool/bin", "--cache=/tmp/x", '{"root":"/ws"}', "/wsx", "a/ws", "/out", "/home/sbx/.x"])
    back = paths.inside(
        Completed(
            exit_status=0,
            reason="exit",
            log=f"{tmp_path}/ws/a.py",
            reports={"r": f'"{tmp_path}/s/tmp/x {tmp_path}/ws"'.encode()},
        )
    )

    assert words[:2] == ["/home/me/tmp/tool/bin", f"--cache={tmp_path}/s/tmp/x"]
    assert words[2:5] == [f'{{"root":"{tmp_path}/ws"}}', "/wsx", "a/ws"]
    assert words[5:] == [f"{tmp_path}/s/out", f"{tmp_path}/s/home/.x"]
    assert (back.log, back.reports) == ("/ws/a.py", {"r": b'"/tmp/x /ws"'})


def test_a_program_that_lies_below_the_hosts_own_tmp_is_found_there(tmp_path: Path) -> None:
    program = Path(tempfile.gettempdir(), f"testwright-{os.getpid()}-program")
    paths = HostPaths(Command(argv=("x",), workspace="/ws"), workspace=tmp_path / "ws", scratch=tmp_path / "s")
    program.touch()
    try:
        words = paths.argv([str(program), str(program)])
    finally:
        program.unlink()

    assert words[0] == str(program)


def test_packages_are_linked_where_node_looks(tmp_path: Path) -> None:
    workspace = tmp_path / "ws"
    (workspace / "node_modules").mkdir(parents=True)
    mounts = (Mount(host="/srv/a", inside="/ws/node_modules"), Mount(host="/srv/b", inside="/node_modules"))
    link_mounts(Command(argv=("x",), workspace=str(workspace), mounts=mounts), workspace=workspace, scratch=tmp_path)

    assert os.readlink(workspace / "node_modules") == "/srv/a"
    assert os.readlink(tmp_path / "node_modules") == "/srv/b"


def test_a_folder_that_things_are_mounted_in_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "word").write_text("x")
    mounts = (Mount(host=str(tmp_path / "kept"), inside="/opt/testwright/python/coverage"),)
    command = Command(argv=("x",), workspace=str(tmp_path / "ws"), mounts=mounts)
    link_mounts(command, workspace=tmp_path / "ws", scratch=tmp_path)
    paths = HostPaths(command, workspace=tmp_path / "ws", scratch=tmp_path)

    folder = paths.on_host("/opt/testwright/python")
    assert Path(folder, "coverage", "word").read_text() == "x"
    assert paths.on_host("/opt/other") == "/opt/other"
