"""Private copies of projects."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.sources.workspaces import CopiedWorkspaces


def assignment(
    root: Path | None, overlay: Mapping[str, str] | None = None, *, index: int = 1, session: str = "session-1"
) -> Assignment:
    return Assignment(
        session_id=session,
        round=1,
        file_index=index,
        total_files=2,
        source=SourceFile(path="a.py", text="", framework="pytest"),
        options=Options(),
        repository_root=str(root) if root else None,
        overlay=overlay or {},
        writer="explorer",
        model=None,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in {"src/a.py": "A = 1\n", "src/b.py": "B = 1\n", "run.sh": "#!/bin/sh\n", ".env": "KEY=1"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "run.sh").chmod(0o700)
    return root


@pytest.fixture
def workspaces(tmp_path: Path) -> CopiedWorkspaces:
    return CopiedWorkspaces(tmp_path / "home")


async def test_a_copy_holds_the_projects_files_without_its_secrets(workspaces: CopiedWorkspaces, project: Path) -> None:
    copy = await workspaces.open(assignment(project))

    assert copy.paths() == ["run.sh", "src/a.py", "src/b.py"]
    assert not (Path(copy.root) / ".env").exists()
    assert copy.origin == str(project)


async def test_the_sessions_texts_win_over_the_folders(workspaces: CopiedWorkspaces, project: Path) -> None:
    copy = await workspaces.open(assignment(project, {"src/a.py": "A = 2\n", "new/c.py": "C = 1\n"}))

    assert copy.text("src/a.py") == "A = 2\n"
    assert copy.text("new/c.py") == "C = 1\n"
    assert (project / "src/a.py").read_text() == "A = 1\n"


async def test_copies_of_two_files_do_not_see_each_others_writes(workspaces: CopiedWorkspaces, project: Path) -> None:
    one, two = await asyncio.gather(*(workspaces.open(assignment(project, index=index)) for index in (1, 2)))
    one.write("src/b.py", "changed")
    one.write("tests/test_b.py", "x")

    assert two.text("src/b.py") == "B = 1\n"
    assert not two.exists("tests/test_b.py")
    assert "tests/test_b.py" in one.paths()


async def test_what_the_user_edits_meanwhile_does_not_reach_the_round(
    workspaces: CopiedWorkspaces, project: Path
) -> None:
    await workspaces.open(assignment(project))
    (project / "src/b.py").write_text("B = 99\n")
    later = await workspaces.open(assignment(project, index=2))

    assert later.text("src/b.py") == "B = 1\n"


async def test_a_restart_finds_the_copy_as_it_was_left(
    workspaces: CopiedWorkspaces, project: Path, tmp_path: Path
) -> None:
    (await workspaces.open(assignment(project))).write("test_a.py", "written before the crash")

    again = await CopiedWorkspaces(tmp_path / "home").open(assignment(project))

    assert again.text("test_a.py") == "written before the crash"


async def test_removing_a_file_leaves_the_others_copies_alone(workspaces: CopiedWorkspaces, project: Path) -> None:
    one, two = [await workspaces.open(assignment(project, index=index)) for index in (1, 2)]
    one.remove("src/b.py")
    one.remove("never/was.py")

    assert not one.exists("src/b.py")
    assert two.exists("src/b.py")


async def test_everything_is_readable_for_another_user_whatever_the_umask(
    workspaces: CopiedWorkspaces, project: Path
) -> None:
    before = os.umask(0o077)
    try:
        copy = await workspaces.open(assignment(project, {"deep/er/c.py": ""}))
        copy.write("tests/test_a.py", "")
    finally:
        os.umask(before)
    for folder, _, names in os.walk(copy.root):
        assert os.stat(folder).st_mode & 0o005 == 0o005
        assert all(os.stat(os.path.join(folder, name)).st_mode & 0o004 for name in names)
    assert os.stat(os.path.join(copy.root, "run.sh")).st_mode & 0o111


async def test_without_a_repository_the_copy_is_the_sessions_files(workspaces: CopiedWorkspaces) -> None:
    copy = await workspaces.open(assignment(None, {"a.py": "A = 1\n"}))

    assert copy.paths() == ["a.py"]
    assert copy.origin is None


async def test_installed_packages_get_mount_points_and_are_not_copied(
    workspaces: CopiedWorkspaces, project: Path
) -> None:
    for folder in ("", "packages/one/"):
        (project / folder / "node_modules" / "dep").mkdir(parents=True)
        (project / folder / "package.json").write_text("{}")
    copy = await workspaces.open(assignment(project))

    for folder in ("", "packages/one/"):
        assert list((Path(copy.root) / folder / "node_modules").iterdir()) == []


async def test_a_project_that_is_too_large_is_refused_and_leaves_nothing(tmp_path: Path, project: Path) -> None:
    (project / "data.bin").write_bytes(b"x" * (2 << 20))
    with pytest.raises(PermanentError) as caught:
        await CopiedWorkspaces(tmp_path / "home", most_bytes=1 << 20).open(assignment(project))

    assert caught.value.code == "project_too_large"
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


async def test_a_folder_that_is_gone_is_told_apart(workspaces: CopiedWorkspaces, tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as caught:
        await workspaces.open(assignment(tmp_path / "never"))

    assert caught.value.code == "repository_missing"


async def test_closing_deletes_one_copy_and_closing_the_round_all(
    workspaces: CopiedWorkspaces, project: Path, tmp_path: Path
) -> None:
    one, two = [await workspaces.open(assignment(project, index=index)) for index in (1, 2)]
    await workspaces.close(assignment(project))

    assert not one.exists("src/a.py")
    assert two.exists("src/a.py")

    await workspaces.close_round("session-1", 1)

    assert list((tmp_path / "home/work").iterdir()) == []


async def test_sweeping_keeps_only_the_running_sessions(
    workspaces: CopiedWorkspaces, project: Path, tmp_path: Path
) -> None:
    for session in ("over-over-1", "running-1"):
        await workspaces.open(assignment(project, session=session))

    async def running() -> set[str]:
        return {"running-1"}

    await workspaces.sweep(running)

    assert [folder.name for folder in (tmp_path / "home/work").iterdir()] == ["running-1"]


async def test_a_session_id_cannot_lead_elsewhere(workspaces: CopiedWorkspaces, project: Path) -> None:
    with pytest.raises(ValueError, match="folder's name"):
        await workspaces.open(assignment(project, session="../../etc"))


async def test_thousands_of_files_are_copied_within_seconds(workspaces: CopiedWorkspaces, tmp_path: Path) -> None:
    root = tmp_path / "large"
    for folder in range(50):
        (root / f"f{folder}").mkdir(parents=True)
        for file in range(40):
            (root / f"f{folder}" / f"m{file}.py").write_text("x = 1\n" * 50)
    started = time.monotonic()
    copy = await workspaces.open(assignment(root))

    assert len(copy.paths()) == 2000
    assert time.monotonic() - started < 10


async def test_javascript_without_a_project_gets_the_manifest_that_jest_insists_on(
    workspaces: CopiedWorkspaces,
) -> None:
    source = SourceFile(path="a.js", text="", framework="jest")
    opened = await workspaces.open(replace(assignment(None), source=source))

    assert opened.text("package.json") == '{ "private": true }\n'


async def test_what_the_copy_does_not_show_may_still_be_in_a_new_files_way(
    workspaces: CopiedWorkspaces, project: Path
) -> None:
    (project / "test_a.py").mkdir()
    (project / "tests").write_text("a file")
    (project / "linked").symlink_to(project / "src")
    copy = await workspaces.open(assignment(project))

    found = [
        copy.in_the_way(path) for path in ("test_a.py", "tests/unit/test_a.py", "linked/test_a.py", "src/test_a.py")
    ]

    assert found == ["test_a.py", "tests", "linked", None]
    assert (await workspaces.open(assignment(None, session="session-2"))).in_the_way("test_a.py") is None


@pytest.mark.parametrize("aside", ["src/b.py", "../project/src/b.py"])
async def test_what_is_set_aside_is_left_out_of_the_copy_alone(tmp_path, project, aside):
    workspaces = CopiedWorkspaces(tmp_path / "home")

    workspace = await workspaces.open(replace(assignment(project), aside=aside))
    other = await workspaces.open(assignment(project, index=2))

    assert workspace.exists("src/b.py") is (aside != "src/b.py")
    assert other.exists("src/b.py")
    assert (project / "src/b.py").exists()
