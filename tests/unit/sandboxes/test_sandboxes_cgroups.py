"""Which part of the tree of cgroups is taken, tried on a folder that stands in for it."""

import os
from pathlib import Path

import pytest

from testwright.sandboxes import cgroups, supervisor
from testwright.sandboxes.bubblewrap import Bubblewrap
from testwright.sandboxes.cgroups import Cgroups, delegated, limit, own_group, take

NotHere = cgroups._NotHere


def tree(tmp_path: Path, path: str = "/user.slice/some.scope", kind: str = "cgroup2", root: str = "/") -> Path:
    """A process's own folder of /proc, and the group that it is in."""
    place = tmp_path / "fs"
    group = place / os.path.relpath(path, root)
    group.mkdir(parents=True)
    for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.type"):
        (group / name).touch()
    (group / "cgroup.controllers").write_text("cpu memory pids\n")
    process = tmp_path / "process"
    process.mkdir()
    (process / "cgroup").write_text(f"4:memory:/elsewhere\n0::{path}\n")
    (process / "mountinfo").write_text(f"30 23 0:26 {root} {place} rw,nosuid - {kind} cgroup2 rw\n")
    return process


def never() -> None:
    raise AssertionError("systemd was asked")


def test_a_process_finds_its_group_wherever_the_tree_is_mounted(tmp_path: Path) -> None:
    assert own_group(tree(tmp_path)) == tmp_path / "fs/user.slice/some.scope"


def test_of_a_tree_that_is_mounted_in_part_the_part_is_seen(tmp_path: Path) -> None:
    assert own_group(tree(tmp_path, "/docker/abc/in", root="/docker/abc")) == tmp_path / "fs/in"


def test_cgroups_of_version_1_are_none(tmp_path: Path) -> None:
    with pytest.raises(NotHere, match="version 2"):
        own_group(tree(tmp_path, kind="cgroup"))


def test_without_systemd_the_own_group_is_taken(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))

    assert delegated(group, ask=never, systemd=tmp_path / "none") == group


def test_systemd_is_asked_for_a_group_of_our_own_out_of_a_session(tmp_path: Path) -> None:
    asked = []
    group = own_group(tree(tmp_path))
    with pytest.raises(IndexError):
        delegated(group, ask=lambda: asked.pop(), systemd=tmp_path)

    with pytest.raises(NotHere, match="Delegate=yes"):
        delegated(group.parent / "testwright.service", ask=never, systemd=tmp_path)


def test_a_second_look_finds_the_group_above_its_own(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))

    assert delegated(group / f"testwright-service-{os.getpid()}", ask=never, systemd=tmp_path) == group


def test_the_service_gets_out_of_the_way_and_gives_the_limits_to_groups_below(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))
    take(group)

    assert (group / f"testwright-service-{os.getpid()}/cgroup.procs").read_text() == str(os.getpid())
    assert (group / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_the_root_of_all_may_hold_processes_itself(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))
    (group / "cgroup.type").unlink()
    take(group)

    assert list(group.glob("testwright-service-*")) == []


def test_groups_without_the_limits_are_not_taken(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))
    (group / "cgroup.controllers").write_text("hugetlb\n")

    with pytest.raises(NotHere, match="no memory and pids"):
        take(group)


def test_where_others_are_in_the_same_group_the_service_goes_back_to_it(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))
    (group / "cgroup.subtree_control").unlink()
    (group / "cgroup.subtree_control").symlink_to("/dev/full")  # a write that fails, as the kernel's does
    with pytest.raises(NotHere, match="other processes"):
        take(group)

    assert (group / "cgroup.procs").read_text() == str(os.getpid())


def test_what_killed_services_left_is_removed_and_what_lives_is_not(tmp_path: Path) -> None:
    group = own_group(tree(tmp_path))
    left, alive = group / "testwright-run-999999999", group / f"testwright-run-{os.getppid()}"
    left.mkdir()
    alive.mkdir()
    take(group)

    assert (left.exists(), alive.exists()) == (False, True)


def test_what_is_no_group_of_the_kernels_is_not_believed(tmp_path: Path) -> None:
    """No folder but the kernel's own can have a process born in it."""
    with pytest.raises(NotHere, match="no process can be started"):
        cgroups.prove(tmp_path)


def test_swap_is_no_way_round_the_limit_of_memory(tmp_path: Path) -> None:
    limit(tmp_path, memory=1000, processes=7)

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "memory.max": "1000",
        "memory.oom.group": "1",
        "pids.max": "7",
        "memory.swap.max": "0",
    }


def test_each_run_gets_a_group_of_its_own(tmp_path: Path) -> None:
    order = {"cgroup": str(tmp_path), "tree_bytes": 512, "processes": 64}
    group = supervisor._make_group(order)

    assert group == f"{tmp_path}/testwright-run-{os.getpid()}"
    assert Path(group, "memory.max").read_text() == "512"
    assert Path(group, "pids.max").read_text() == "64"
    assert supervisor._make_group({"cgroup": None}) is None


def test_that_the_kernel_killed_for_memory_is_read_from_its_own_count(tmp_path: Path) -> None:
    events = tmp_path / "memory.events"
    events.write_text("low 0\noom 3\noom_kill 0\noom_group_kill 0\n")
    before = supervisor._was_killed_for_memory(str(tmp_path))
    events.write_text("low 0\noom 3\noom_kill 2\noom_group_kill 1\n")

    assert (before, supervisor._was_killed_for_memory(str(tmp_path))) == (False, True)


def test_the_doctor_says_what_limits_a_run_and_why_not_more() -> None:
    assert "by cgroups" in Bubblewrap("bwrap", cgroups=Cgroups(parent="/x")).detail
    assert "not by cgroups: no reason" in Bubblewrap("bwrap", cgroups=Cgroups(why_not="no reason")).detail
