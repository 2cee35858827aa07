"""A session's suites on a branch, or in a pull request, as the commands are typed."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.github_server import github_server
from tests.unit.cli.test_cli_sessions import _fill


def run(home: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in ("GITHUB_TOKEN", "GH_TOKEN")}
    command = [sys.executable, "-m", "testwright", "sessions", *arguments]
    return subprocess.run(
        command,
        env={**environment, "TESTWRIGHT_HOME": str(home), **more},
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )


def git(folder: Path, *words: str) -> str:
    ended = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "Ann")
    git(folder, "config", "user.email", "ann@example.org")
    (folder / "a.py").write_text("a = 1\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder


def test_suites_are_committed_to_a_branch_that_says_who_wrote_them(tmp_path, checkout):
    session_id = asyncio.run(_fill(tmp_path / "home", root=checkout))

    done = run(tmp_path / "home", session_id, "--branch", "more-tests")

    assert (done.returncode, done.stdout) == (0, "committed  tests/test_a.py\n")
    assert "git switch more-tests" in done.stderr
    assert git(checkout, "log", "-1", "--format=%s|%b", "more-tests") == (
        f"Tests for a.py|Written by explorer, with Testwright; not all of it could be run (session {session_id})."
    )
    assert git(checkout, "status", "--porcelain") == ""


def test_a_branch_that_is_there_is_refused_as_a_mistake_in_use(tmp_path, checkout):
    session_id = asyncio.run(_fill(tmp_path / "home", root=checkout))

    done = run(tmp_path / "home", session_id, "--branch", "main")

    assert (done.returncode, done.stdout) == (2, "")
    assert "is there already" in done.stderr


def test_a_pull_request_is_opened_with_the_sessions_report(tmp_path, checkout):
    session_id = asyncio.run(_fill(tmp_path / "home", root=checkout))
    with github_server() as there:
        git(checkout, "remote", "add", "origin", f"{there.url}/ann/shop.git")
        told = {"GITHUB_TOKEN": there.token, "TESTWRIGHT_GITHUB_URL": there.url}

        done = run(tmp_path / "home", session_id, "--pull-request", **told)

    assert (done.returncode, done.stdout) == (0, "https://github.example/ann/shop/pull/1\n")
    assert there.pulls[0]["head"] == {"ref": f"testwright/{session_id}"}
    assert "tests/test_a.py" in there.pulls[0]["body"]
    assert there.token not in done.stdout + done.stderr


def test_without_a_token_or_a_place_a_pull_request_says_what_it_needs(tmp_path, checkout):
    session_id = asyncio.run(_fill(tmp_path / "home", root=checkout))

    without = run(tmp_path / "home", session_id, "--pull-request")
    nowhere = run(tmp_path / "home", session_id, "--pull-request", GITHUB_TOKEN="ghp_good")

    assert (without.returncode, nowhere.returncode) == (2, 2)
    assert "Set GITHUB_TOKEN" in without.stderr
    assert "has no remote `origin` on GitHub" in nowhere.stderr


@pytest.mark.parametrize("words", [["--branch", "x", "--apply"], ["--pull-request", "--patch"], ["--base", "main"]])
def test_different_things_at_once_are_refused(tmp_path, words):
    done = run(tmp_path / "home", "sess_123", *words)

    assert done.returncode == 2
