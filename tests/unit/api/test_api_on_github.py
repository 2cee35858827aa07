"""GitHub through the API: what a token may see, and suites sent there or to a branch."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.github_server import FakeGitHub, github_server
from tests.unit.store.store_samples import deliver_all, new_session
from testwright.sources.github import GitHub


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True
    ).stdout.strip()


@pytest.fixture
def there() -> Iterator[FakeGitHub]:
    with github_server() as fake:
        yield fake


@pytest.fixture
def ask_github(there) -> Callable[[str], GitHub]:
    return lambda owner: GitHub(there.url, "ghp_good")


@pytest.fixture
def checkout(tmp_path, there) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "Ann")
    git(folder, "config", "user.email", "ann@example.org")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    git(folder, "remote", "add", "origin", f"{there.url}/ann/shop.git")
    return folder


async def _delivered(door, root) -> tuple[str, str]:
    session_id = (await door.store.accept(new_session(repository_root=str(root)))).session_id
    await deliver_all(door.store, session_id)
    (test,) = await door.store.tests(session_id)
    return session_id, test.test_file_path


async def test_a_users_repositories_come_page_by_page_with_what_to_import_them_by(door, there):
    there.repositories = 101

    first = (await door.get("/api/github/repositories")).json()["data"]
    second = (await door.get("/api/github/repositories?page=2")).json()["data"]

    assert (len(first["repositories"]), first["nextPage"]) == (100, 2)
    assert (len(second["repositories"]), second["nextPage"]) == (1, None)
    assert first["repositories"][0] == {
        "repository": "ann/shop",
        "gitUrl": f"{there.url}/ann/shop.git",
        "private": True,
        "defaultBranch": "main",
        "pushedAt": "2026-11-01T00:00:00Z",
    }


async def test_a_tree_is_browsed_without_fetching_it(door, there):
    there.is_cut = True

    told = (await door.get("/api/github/repositories/ann/shop/tree?ref=main")).json()["data"]

    assert (told["commit"], told["truncated"]) == ("c0", True)
    assert told["files"] == [{"path": "cart.py", "size": 5, "language": "python"}]


async def test_a_token_that_does_not_hold_is_told_so_and_is_not_repeated(door, there):
    there.token = "another"

    answer = await door.get("/api/github/repositories")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "github_token")
    assert "ghp_good" not in answer.text


async def test_a_limit_comes_with_when_to_ask_again(door, there):
    there.limited_for = 90

    answer = await door.get("/api/github/repositories")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "github_busy")
    assert 60 < int(answer.headers["retry-after"]) < 92


async def test_suites_are_committed_to_a_branch_after_a_preview_that_changes_nothing(door, checkout):
    session_id, path = await _delivered(door, checkout)
    address = f"/api/sessions/{session_id}/branch"

    seen = (await door.post(address, {"branch": "more-tests", "preview": True})).json()["data"]
    before = git(checkout, "branch", "--format=%(refname:short)")
    made = (await door.post(address, {"branch": "more-tests"})).json()["data"]
    again = await door.post(address, {"branch": "more-tests"})

    assert (seen["paths"], seen["commit"], before) == ([path], None, "main")
    assert (made["paths"], made["commit"]) == ([path], git(checkout, "rev-parse", "more-tests"))
    assert git(checkout, "log", "-1", "--format=%s", "more-tests") == seen["title"]
    assert (again.status_code, again.json()["error"]["code"]) == (409, "branch_exists")
    assert git(checkout, "status", "--porcelain") == ""


async def test_what_is_committed_in_a_suites_place_is_not_written_over(door, checkout):
    session_id, path = await _delivered(door, checkout)
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("mine\n")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "mine")

    answer = await door.post(f"/api/sessions/{session_id}/branch", {"branch": "more-tests"})

    assert answer.status_code == 409
    assert "is not ours to write over" in answer.json()["message"]


async def test_a_pull_request_is_opened_after_a_preview_of_its_text(door, there, checkout):
    session_id, path = await _delivered(door, checkout)
    address = f"/api/sessions/{session_id}/pull-request"

    seen = (await door.post(address, {"preview": True})).json()["data"]
    pulls = len(there.pulls)
    made = (await door.post(address, {})).json()["data"]
    again = (await door.post(address, {})).json()["data"]

    assert (seen["base"], seen["paths"], seen["url"], pulls) == ("main", [path], None, 0)
    assert made["url"] == "https://github.example/ann/shop/pull/1"
    assert (there.pulls[0]["title"], there.pulls[0]["body"]) == (seen["title"], seen["body"])
    assert (again["url"], again["isNew"]) == (made["url"], False)


async def test_a_token_that_may_only_read_is_told_what_it_lacks(door, there, checkout):
    there.may_write = False
    session_id, _ = await _delivered(door, checkout)

    answer = await door.post(f"/api/sessions/{session_id}/pull-request", {})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "github_token")
    assert "write contents and pull requests" in answer.json()["error"]["hint"]


async def test_a_session_says_what_it_is_about_and_what_has_changed_since(door, checkout):
    session_id, _ = await _delivered(door, checkout)
    path = (await door.store.files(session_id))[0].path
    text = await door.store.file_text(session_id, path)
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text(text)
    as_it_was = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    (checkout / path).write_text(f"{text}\n")
    later = (await door.get(f"/api/sessions/{session_id}")).json()["data"]

    assert path not in as_it_was["changedSince"]
    assert path in later["changedSince"]


async def test_a_session_of_texts_that_came_with_the_request_is_pinned_by_their_hash(door):
    session_id = await door.start()

    told = (await door.get(f"/api/sessions/{session_id}")).json()["data"]

    assert told["pin"].startswith("sha256:")
    assert told["changedSince"] == []


async def test_a_commit_of_proved_suites_says_that_they_are(door, checkout):
    session_id, _ = await _delivered(door, checkout)

    seen = (await door.post(f"/api/sessions/{session_id}/branch", {"branch": "b", "preview": True})).json()["data"]

    assert "run and proved by Testwright" in seen["body"]
