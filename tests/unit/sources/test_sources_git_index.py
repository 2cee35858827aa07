"""What git last had is read from its index; git itself is never run on somebody's repository."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from testwright.sources.git_index import changed_files

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def _git(folder: Path, *words: str) -> None:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, timeout=20)


@pytest.fixture(params=["2", "4"])
def checkout(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    _git(tmp_path, "init", "-q")
    for path in ("src/cart.py", "src/price.py", "src/ünï.py", "setup.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"# {path}\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "update-index", "--index-version", request.param)
    _git(tmp_path, "commit", "-qm", "first")
    return tmp_path


PATHS = ["setup.py", "src/cart.py", "src/price.py", "src/ünï.py"]


def test_nothing_has_changed_after_a_commit(checkout):
    assert changed_files(checkout, PATHS) == frozenset()


def test_an_edited_file_and_a_new_one_have_changed(checkout):
    (checkout / "src/price.py").write_text("# other\n")
    (checkout / "src/new.py").write_text("")

    assert changed_files(checkout, [*PATHS, "src/new.py"]) == {"src/price.py", "src/new.py"}


def test_a_file_that_was_only_touched_has_not_changed(checkout):
    os.utime(checkout / "src/cart.py", (1, 1))

    assert changed_files(checkout, PATHS) == frozenset()


def test_other_ends_of_lines_are_no_change(checkout):
    (checkout / "src/cart.py").write_bytes(b"# src/cart.py\r\n")

    assert changed_files(checkout, PATHS) == frozenset()


def test_a_folder_without_git_says_nothing(tmp_path):
    assert changed_files(tmp_path, PATHS) is None


@pytest.mark.parametrize("junk", [b"", b"DIRC", b"DIRC" + b"\xff" * 400, b"\0" * 4096])
def test_a_broken_index_says_nothing(checkout, junk):
    (checkout / ".git/index").write_bytes(junk)

    assert changed_files(checkout, PATHS) is None


def test_an_index_that_is_a_link_is_not_read(checkout, tmp_path):
    (checkout / ".git/index").rename(tmp_path / "elsewhere")
    (checkout / ".git/index").symlink_to(tmp_path / "elsewhere")

    assert changed_files(checkout, PATHS) is None
