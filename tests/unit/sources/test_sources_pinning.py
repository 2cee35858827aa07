"""What a session is about, and whether the folder still has it."""

import subprocess
from pathlib import Path

import pytest

from testwright.sources.keeping import keep
from testwright.sources.pinning import changed_since, pin_of


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    ended = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout.strip()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a b.py").write_text("a = 1\n")
    (folder / "c.py").write_text("c = 1\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


def test_files_that_are_as_committed_are_pinned_to_the_commit(shop):
    commit = git(shop, "rev-parse", "HEAD")

    assert pin_of(str(shop), {"src/a b.py": "a = 1\n", "c.py": "c = 1\n"}) == commit
    assert pin_of(str(shop / "src"), {"a b.py": "a = 1\n"}) == commit


@pytest.mark.parametrize("staged", [False, True])
def test_a_text_that_no_commit_has_is_pinned_by_its_hash(shop, staged):
    (shop / "c.py").write_text("c = 2\n")
    if staged:
        git(shop, "add", "-A")

    pin = pin_of(str(shop), {"c.py": "c = 2\n"})

    assert pin.startswith("sha256:")
    assert pin == pin_of(None, {"c.py": "c = 2\n"})
    assert pin != pin_of(None, {"c.py": "c = 3\n"})


def test_without_git_or_folder_the_texts_are_pinned(tmp_path):
    assert pin_of(str(tmp_path), {"a.py": ""}) == pin_of(None, {"a.py": ""})
    assert pin_of(None, {"ab": "c"}) != pin_of(None, {"a": "bc"})


def test_what_was_imported_has_the_pin_that_it_was_imported_with(tmp_path):
    (tmp_path / "making").mkdir()
    kept = keep(tmp_path / "making", tmp_path, name="shop", kind="zip", pin="abc123", address=None)

    assert pin_of(str(kept.folder), {"a.py": ""}) == "abc123"


def test_sources_with_another_text_or_none_by_now_are_named(shop):
    (shop / "c.py").write_text("c = 2\n")

    assert changed_since(shop, {"c.py": "c = 1\n", "src/a b.py": "a = 1\n", "gone.py": "x"}) == ["c.py", "gone.py"]
