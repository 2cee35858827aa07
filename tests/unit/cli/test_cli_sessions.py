"""`testwright sessions` as the command is typed, on a home that holds one session."""

import asyncio
import os
import subprocess
import sys

import pytest

from testwright.domain.drafts import Draft
from testwright.domain.evidence import DeliveredSuite, NotVerified
from testwright.domain.records import NewSession
from testwright.domain.sessions import Decision, Options, SourceFile
from testwright.store import Store


async def _fill(home, decision=Decision.UNDECIDED, root=None):
    async with Store.open(home) as store:
        new = NewSession(
            owner="local",
            repository_id="shop",
            repository_root=root and str(root),
            branch=None,
            framework="pytest",
            files=(SourceFile(path="a.py", text="a = 1\n", framework="pytest"),),
            options=Options(),
            writer="explorer",
            model=None,
            estimate_seconds=30,
            request_hash="hash",
        )
        session_id = (await store.accept(new)).session_id
        await store.claim_round(session_id, 1, "run")
        evidence = NotVerified(
            writer="explorer",
            model=None,
            reason="No runner here.",
            hint=None,
            test_count=1,
            attempts=1,
            tokens=0,
            cost_usd=0.0,
        )
        suite = DeliveredSuite(
            file_path="a.py",
            test_file_path="tests/test_a.py",
            test_code="def test_größe():\r\n    assert True\r\n",
            draft=Draft(preamble="", cases=()),
            evidence=evidence,
        )
        test_id = await store.desk(session_id, 1, 1).deliver(suite)
        await store.decide(session_id, test_id, decision)
        return session_id


def _run(home, *arguments):
    environment = {**os.environ, "TESTWRIGHT_HOME": str(home)}
    command = [sys.executable, "-m", "testwright", "sessions", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)


def test_git_applies_the_patch_of_a_session_byte_for_byte(tmp_path):
    session_id = asyncio.run(_fill(tmp_path / "home"))

    printed = _run(tmp_path / "home", session_id, "--patch")
    subprocess.run(["git", "apply", "--whitespace=nowarn"], input=printed.stdout, cwd=tmp_path, check=True, timeout=30)

    assert printed.returncode == 0
    assert (tmp_path / "tests/test_a.py").read_bytes() == "def test_größe():\r\n    assert True\r\n".encode()


def test_what_was_rejected_is_in_no_patch(tmp_path):
    session_id = asyncio.run(_fill(tmp_path / "home", Decision.REJECTED))

    assert _run(tmp_path / "home", session_id, "--patch").stdout == b""


@pytest.mark.parametrize("wish", ["--patch", "--apply", "--undo", "--suspects"])
def test_a_wish_without_a_session_says_how_to_give_one(tmp_path, wish):
    answer = _run(tmp_path / "home", wish)

    assert answer.returncode == 2
    assert f"testwright sessions SESSION_ID {wish}" in answer.stderr.decode()


def test_what_was_written_is_taken_back_exactly(tmp_path):
    (tmp_path / "project").mkdir()
    session_id = asyncio.run(_fill(tmp_path / "home", root=tmp_path / "project"))

    written = _run(tmp_path / "home", session_id, "--apply")
    there = (tmp_path / "project/tests/test_a.py").exists()
    undone = _run(tmp_path / "home", session_id, "--undo")

    assert written.stdout.decode() == "written  tests/test_a.py\n"
    assert there
    assert undone.stdout.decode() == "taken back  tests/test_a.py\n"
    assert list((tmp_path / "project").iterdir()) == []


def test_two_things_at_once_are_refused(tmp_path):
    answer = _run(tmp_path / "home", "session-1", "--apply", "--undo")

    assert (answer.returncode, answer.stderr.decode()) == (
        2,
        "testwright: --apply --undo are different things: give one of them.\n",
    )


def test_a_source_that_has_changed_since_is_named_with_the_results_and_when_they_are_applied(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project/a.py").write_text("a = 2\n")
    session_id = asyncio.run(_fill(tmp_path / "home", root=tmp_path / "project"))

    shown = _run(tmp_path / "home", session_id)
    written = _run(tmp_path / "home", session_id, "--apply")
    (tmp_path / "project/a.py").write_text("a = 1\n")
    as_before = _run(tmp_path / "home", session_id)

    said = "a.py has changed since its tests were proved: run them before you rely on them, or generate again.\n"
    assert (shown.stderr.decode(), written.stderr.decode()) == (said, said)
    assert written.stdout.decode() == "written  tests/test_a.py\n"
    assert as_before.stderr == b""
