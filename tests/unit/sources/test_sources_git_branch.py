"""Suites as a commit on a branch of their own: nothing else in the repository moves."""

import shutil
import subprocess
from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.export import ExportedFile
from testwright.sources.git_branch import commit_to_branch

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")

NEW = ExportedFile(path="tests/test_cart.py", text="def test_cart(): assert 1\n")
ADDED = ExportedFile(path="tests/test_price.py", text="one\ntwo\n", before="one\n")


def run(folder: Path, *words: str) -> str:
    ended = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    run(tmp_path, "init", "-q", "-b", "main")
    run(tmp_path, "config", "user.name", "Ann")
    run(tmp_path, "config", "user.email", "ann@example.org")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_price.py").write_text("one\n")
    (tmp_path / "cart.py").write_text("cart\n")
    run(tmp_path, "add", "-A")
    run(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_new_and_added_suites_are_one_commit_on_top_of_what_is_checked_out(checkout):
    made = commit_to_branch(checkout, "testwright/one", [NEW, ADDED], "Tests for cart.py\n")

    assert run(checkout, "show", "--no-renames", "--format=%an %s", "--name-status", made.commit).split("\n") == [
        "Ann Tests for cart.py",
        "",
        "A\ttests/test_cart.py",
        "M\ttests/test_price.py",
    ]
    assert run(checkout, "rev-parse", f"{made.commit}^") == run(checkout, "rev-parse", "main")
    assert run(checkout, "show", "testwright/one:tests/test_price.py") == "one\ntwo"
    assert run(checkout, "ls-tree", made.commit, "tests/test_cart.py").startswith("100644")


def test_tree_index_and_branch_stay_as_they_are_however_dirty(checkout):
    (checkout / "cart.py").write_text("edited\n")
    (checkout / "staged.py").write_text("staged\n")
    run(checkout, "add", "staged.py")
    (checkout / "loose.py").write_text("loose\n")
    before = (
        run(checkout, "status", "--porcelain"),
        run(checkout, "rev-parse", "HEAD", "--symbolic-full-name", "HEAD"),
    )

    made = commit_to_branch(checkout, "topic", [NEW], "m")

    after = (run(checkout, "status", "--porcelain"), run(checkout, "rev-parse", "HEAD", "--symbolic-full-name", "HEAD"))
    assert after == before
    assert run(checkout, "show", f"{made.commit}:cart.py") == "cart"


def test_on_a_detached_head_too(checkout):
    run(checkout, "checkout", "-q", "--detach")

    assert commit_to_branch(checkout, "topic", [NEW], "m").paths == (NEW.path,)


def test_a_project_below_the_top_of_its_repository_keeps_its_place(checkout):
    inner = checkout / "packages" / "shop"
    inner.mkdir(parents=True)
    (inner / "a.py").write_text("")
    run(checkout, "add", "-A")
    run(checkout, "commit", "-qm", "inner")

    made = commit_to_branch(inner, "topic", [NEW], "m")

    changed = run(checkout, "diff", "--name-only", "main", made.commit)
    assert changed == "packages/shop/tests/test_cart.py"


def test_nothing_is_written_over(checkout):
    theirs = ExportedFile(path="cart.py", text="ours\n")
    stale = ExportedFile(path="tests/test_price.py", text="zero\none\n", before="zero\n")
    hidden = ExportedFile(path="conftest.py", text="x\n")

    made = commit_to_branch(checkout, "topic", [theirs, stale, hidden, NEW], "m")

    assert made.paths == (NEW.path,)
    assert [path for path, _ in made.refused] == ["cart.py", "tests/test_price.py", "conftest.py"]


def test_with_nothing_left_no_branch_is_made(checkout):
    with pytest.raises(InputError) as caught:
        commit_to_branch(checkout, "topic", [ExportedFile(path="cart.py", text="ours\n")], "m")

    assert caught.value.code == "nothing_to_commit"
    assert run(checkout, "branch", "--list", "topic") == ""


@pytest.mark.parametrize("name", ["main", "a..b", "-d", "", "a b", "HEAD~1", "x.lock", "@{-1}", "a\n"])
def test_a_name_that_is_taken_or_none_is_refused(checkout, name):
    before = run(checkout, "rev-parse", "main")

    with pytest.raises(InputError) as caught:
        commit_to_branch(checkout, name, [NEW], "m")

    assert caught.value.code in ("branch_exists", "bad_branch")
    assert run(checkout, "rev-parse", "main") == before


def test_a_branch_below_a_branch_is_refused_with_gits_reason(checkout):
    with pytest.raises(InputError) as caught:
        commit_to_branch(checkout, "main/tests", [NEW], "m")

    assert caught.value.code == "branch_exists"


def test_whoever_never_told_git_who_they_are_hears_how(checkout):
    run(checkout, "config", "--unset", "user.email")

    with pytest.raises(InputError) as caught:
        commit_to_branch(checkout, "topic", [NEW], "m")

    assert caught.value.code == "no_author"
    assert "git config user.email" in str(caught.value.hint)


def test_a_folder_without_a_commit_is_refused(tmp_path):
    run(tmp_path, "init", "-q")

    with pytest.raises(InputError) as caught:
        commit_to_branch(tmp_path, "topic", [NEW], "m")

    assert caught.value.code == "no_repository"


def test_no_hook_of_the_repository_runs(checkout):
    sprung = checkout / "sprung"
    for name in ("pre-commit", "post-commit", "commit-msg", "reference-transaction", "post-index-change"):
        hook = checkout / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {sprung}\n")
        hook.chmod(0o755)
    run(checkout, "config", "commit.gpgSign", "true")
    run(checkout, "config", "gpg.program", f"touch {sprung}")
    sprung.unlink(missing_ok=True)

    commit_to_branch(checkout, "topic", [NEW], "m")

    assert not sprung.exists()
