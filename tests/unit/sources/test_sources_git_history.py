"""What git's history says of files, read without anything in the repository having a say in what runs."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.git_history import changed_since, commit_of, times_changed
from testwright.sources.git_runs import git

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def run(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    ended = subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text)


def commit(folder: Path, message: str = "more") -> None:
    run(folder, "add", "-A")
    run(folder, "commit", "-qm", message)


@pytest.fixture(params=["sha1", "sha256"])
def checkout(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    run(tmp_path, "init", "-q", f"--object-format={request.param}")
    write(tmp_path, cart="# cart\n", price="# price\n", tax="# tax\n")
    commit(tmp_path)
    run(tmp_path, "checkout", "-qb", "topic")
    return tmp_path


PATHS = ["cart.py", "new.py", "price.py", "tax.py"]


def test_committed_staged_edited_and_untracked_files_have_all_changed_since_the_base(checkout):
    write(checkout, cart="# committed\n")
    commit(checkout)
    write(checkout, price="# staged\n")
    run(checkout, "add", "-A")
    write(checkout, new="# untracked\n")

    assert changed_since(checkout, "main", PATHS) == {"cart.py", "price.py", "new.py"}


def test_what_the_base_got_since_the_branch_began_is_nobodys_change_here(checkout):
    run(checkout, "checkout", "-q", "main")
    write(checkout, cart="# by somebody else\n")
    commit(checkout)
    run(checkout, "checkout", "-q", "topic")

    assert changed_since(checkout, "main", PATHS[:1] + PATHS[2:]) == frozenset()


def test_other_ends_of_lines_are_no_change(checkout):
    (checkout / "cart.py").write_bytes(b"# cart\r\n")

    assert changed_since(checkout, "main", ["cart.py"]) == frozenset()


def test_a_project_below_the_top_of_its_repository_is_compared_by_its_own_paths(tmp_path):
    run(tmp_path, "init", "-q")
    package = tmp_path / "packages" / "shop"
    package.mkdir(parents=True)
    write(package, cart="# cart\n", price="# price\n")
    write(tmp_path, cart="# another\n")
    commit(tmp_path)
    write(package, price="# other\n")

    assert changed_since(package, "HEAD", ["cart.py", "price.py"]) == {"price.py"}
    assert times_changed(package) == {"cart.py": 1, "price.py": 1}


def test_a_branch_that_only_the_remote_has_is_found_as_in_a_checkout_of_ci(checkout, tmp_path_factory):
    clone = tmp_path_factory.mktemp("clone")
    run(clone, "clone", "-q", str(checkout), "here")
    write(clone / "here", tax="# other\n")

    assert changed_since(clone / "here", "main", ["cart.py", "tax.py"]) == {"tax.py"}


def test_files_of_several_commits_are_counted(checkout):
    for text in ("a", "b"):
        write(checkout, tax=f"# {text}\n")
        commit(checkout)

    assert times_changed(checkout) == {"cart.py": 1, "price.py": 1, "tax.py": 3}


@pytest.mark.parametrize("base", ["nope", "--upload-pack=touch x", "a..b", "main\n", "HEAD:cart.py", ""])
def test_a_base_that_git_does_not_know_is_refused_by_name(checkout, base):
    with pytest.raises(InputError) as caught:
        changed_since(checkout, base, PATHS)

    assert caught.value.code == "unknown_base"


def test_a_folder_without_git_is_told_so(tmp_path):
    with pytest.raises(InputError) as caught:
        changed_since(tmp_path, "main", ["a.py"])

    assert caught.value.code == "no_repository"
    assert times_changed(tmp_path) == {}
    assert commit_of(tmp_path) is None


def test_a_repository_without_a_commit_has_no_base(tmp_path):
    run(tmp_path, "init", "-q")

    with pytest.raises(InputError):
        changed_since(tmp_path, "main", ["a.py"])
    assert times_changed(tmp_path) == {}


def test_the_commit_is_what_git_calls_it(checkout):
    assert commit_of(checkout) == run(checkout, "rev-parse", "HEAD").strip()


def test_nothing_that_a_repository_configures_runs(checkout, tmp_path_factory):
    trap = tmp_path_factory.mktemp("trap")
    sprung = trap / "sprung"
    script = trap / "trap.sh"
    script.write_text(f'#!/bin/sh\necho "$0 $@" >> {sprung}\ncat\n')
    script.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "diff.external",
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "gpg.program",
        "credential.helper",
        "uploadpack.packObjectsHook",
    ):
        run(checkout, "config", key, str(script))
    run(checkout, "config", "log.showSignature", "true")
    run(checkout, "config", "core.hooksPath", str(trap))
    run(checkout, "config", "alias.rev-parse", f"!{script}")
    run(checkout, "config", "remote.origin.url", f"ext::{script}")
    run(checkout, "config", "remote.origin.promisor", "true")
    (checkout / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    for hook in ("post-index-change", "reference-transaction"):
        (trap / hook).symlink_to(script)
    write(checkout, cart="# edited\n")
    sprung.unlink(missing_ok=True)

    assert changed_since(checkout, "main", ["cart.py", "tax.py"]) == {"cart.py"}
    assert times_changed(checkout)
    assert commit_of(checkout)
    assert not sprung.exists()


def test_git_that_takes_too_long_is_ended(checkout):
    questions = b"HEAD\n" * 3_000_000

    with pytest.raises(InputError, match=r"longer than 0\.1 s"):
        git(checkout, ["cat-file", "--batch-check"], seconds=0.1, given=questions, most_bytes=1 << 30)


def test_git_that_says_too_much_is_ended(checkout):
    with pytest.raises(InputError) as caught:
        git(checkout, ["ls-tree", "-r", "HEAD"], most_bytes=10)

    assert caught.value.code == "git_slow"


def test_names_of_contents_are_gits_own(checkout):
    text = b"# cart\n"
    told = run(checkout, "rev-parse", "HEAD:cart.py").strip()

    assert told in (
        hashlib.sha1(b"blob 7\0" + text, usedforsecurity=False).hexdigest(),
        hashlib.sha256(b"blob 7\0" + text).hexdigest(),
    )
