"""Pull requests and comments, on a server that speaks GitHub's protocol."""

import base64
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.fakes.github_server import FakeGitHub, github_server
from testwright.domain.errors import InputError, TransientError
from testwright.sources.export import ExportedFile
from testwright.sources.github import GitHub, Place, credentials_for, place_of

SHOP = Place(owner="ann", name="shop")
NEW = ExportedFile(path="tests/test_cart.py", text="def test_cart(): assert 1\n")
REQUEST = {"branch": "testwright/one", "base": None, "title": "Tests for cart.py", "body": "evidence"}


@pytest.fixture
def there() -> Iterator[FakeGitHub]:
    with github_server() as fake:
        yield fake


@pytest.fixture
async def github(there: FakeGitHub) -> AsyncIterator[GitHub]:
    async with GitHub(there.url, there.token) as client:
        yield client


async def test_suites_become_one_commit_and_a_pull_request(there, github):
    made = await github.open_pull_request(SHOP, [NEW], **REQUEST)

    assert (made.url, made.is_new) == ("https://github.example/ann/shop/pull/1", True)
    assert {key: there.pulls[0][key] for key in ("title", "body", "base")} == {
        "title": "Tests for cart.py",
        "body": "evidence",
        "base": "main",
    }
    commit = there.commits[there.refs["heads/testwright/one"]]
    assert (commit["message"], commit["of"]) == ("Tests for cart.py", ["c0"])
    assert there.trees[commit["tree"]] == {"cart.py": "cart\n", NEW.path: NEW.text}
    assert there.refs["heads/main"] == "c0"


async def test_a_project_below_the_top_keeps_its_place(there, github):
    await github.open_pull_request(SHOP, [NEW], **REQUEST, prefix="packages/a b/")

    commit = there.commits[there.refs["heads/testwright/one"]]
    assert "packages/a b/tests/test_cart.py" in there.trees[commit["tree"]]


async def test_asking_again_gives_the_request_that_is_open(there, github):
    first = await github.open_pull_request(SHOP, [NEW], **REQUEST)
    again = await github.open_pull_request(SHOP, [NEW], **REQUEST)

    assert (again.url, again.is_new) == (first.url, False)
    assert len(there.pulls) == 1


async def test_nothing_is_written_over_there_either(there, github):
    theirs = ExportedFile(path="cart.py", text="ours\n")

    made = await github.open_pull_request(SHOP, [theirs, NEW], **REQUEST)

    assert [path for path, _ in made.refused] == ["cart.py"]
    commit = there.commits[there.refs["heads/testwright/one"]]
    assert there.trees[commit["tree"]]["cart.py"] == "cart\n"


async def test_a_suite_that_tests_were_added_to_is_replaced_only_where_it_is_as_it_was(there, github):
    there.trees["t0"] |= {"tests/test_a.py": "one\n", "tests/test_b.py": "other\n"}
    added = [ExportedFile(path=f"tests/test_{name}.py", text="one\ntwo\n", before="one\n") for name in "ab"]

    made = await github.open_pull_request(SHOP, added, **REQUEST)

    commit = there.commits[there.refs["heads/testwright/one"]]
    assert there.trees[commit["tree"]]["tests/test_a.py"] == "one\ntwo\n"
    assert [path for path, _ in made.refused] == ["tests/test_b.py"]


async def test_with_nothing_to_send_no_branch_is_made(there, github):
    with pytest.raises(InputError) as caught:
        await github.open_pull_request(SHOP, [ExportedFile(path="cart.py", text="x")], **REQUEST)

    assert caught.value.code == "nothing_to_commit"
    assert list(there.refs) == ["heads/main"]


async def test_a_wrong_token_is_said(there):
    async with GitHub(there.url, "ghp_bad") as github:
        with pytest.raises(InputError) as caught:
            await github.open_pull_request(SHOP, [NEW], **REQUEST)

    assert caught.value.code == "github_token"
    assert "ghp_bad" not in f"{caught.value.message}{caught.value.hint}"


async def test_a_token_that_may_only_read_is_said_with_what_it_needs(there, github):
    there.may_write = False

    with pytest.raises(InputError) as caught:
        await github.open_pull_request(SHOP, [NEW], **REQUEST)

    assert caught.value.code == "github_token"
    assert "pull requests" in str(caught.value.hint)


async def test_a_limit_says_how_long_it_lasts(there, github):
    there.limited_for = 90

    with pytest.raises(TransientError) as caught:
        await github.open_pull_request(SHOP, [NEW], **REQUEST)

    assert caught.value.code == "github_busy"
    assert 80 <= (caught.value.retry_after_seconds or 0) <= 91


@pytest.mark.parametrize(
    ("place", "changes", "code"),
    [
        (Place(owner="ann", name="nope"), {}, "github_missing"),
        (SHOP, {"base": "nope"}, "github_missing"),
        (SHOP, {"branch": "main"}, "branch_exists"),
        (SHOP, {"branch": "a..b"}, "github_refused"),
    ],
)
async def test_what_is_missing_taken_or_refused_is_said_by_name(there, github, place, changes, code):
    with pytest.raises(InputError) as caught:
        await github.open_pull_request(place, [NEW], **{**REQUEST, **changes})

    assert caught.value.code == code
    assert there.pulls == []


async def test_trouble_of_githubs_own_is_worth_another_try(there, github):
    there.broken = 502

    with pytest.raises(TransientError):
        await github.open_pull_request(SHOP, [NEW], **REQUEST)


async def test_nobody_answering_is_worth_another_try():
    async with GitHub("http://127.0.0.1:9", "ghp_good") as github:
        with pytest.raises(TransientError):
            await github.open_pull_request(SHOP, [NEW], **REQUEST)


async def test_one_comment_is_made_and_then_brought_up_to_date(there, github):
    there.comments += [{"id": n + 1, "issue": 7, "body": "chat", "html_url": ""} for n in range(150)]

    first = await github.comment_once(SHOP, 7, "<!-- mark -->\none", "<!-- mark -->")
    again = await github.comment_once(SHOP, 7, "<!-- mark -->\ntwo", "<!-- mark -->")

    assert (first, again) == ("new", "changed")
    assert [one["body"] for one in there.comments if "mark" in one["body"]] == ["<!-- mark -->\ntwo"]


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ann/shop.git",
        "https://github.com/ann/shop",
        "https://x-access-token:ghp_x@github.com/ann/shop.git",
        "git@github.com:ann/shop.git",
        "ssh://git@github.com/ann/shop.git",
    ],
)
def test_the_repository_is_known_by_its_remote(tmp_path, remote):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, timeout=20)
    subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True, timeout=20)

    assert place_of(tmp_path, "https://api.github.com") == SHOP


@pytest.mark.parametrize("remote", [None, "https://gitlab.com/ann/shop", "/srv/shop.git", "https://github.com/ann"])
def test_a_remote_elsewhere_is_refused_with_another_way(tmp_path, remote):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, timeout=20)
    if remote is not None:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=tmp_path, check=True, timeout=20)

    with pytest.raises(InputError) as caught:
        place_of(tmp_path, "https://api.github.com")
    assert "--branch" in str(caught.value.hint)


def test_a_token_is_for_its_own_github_alone():
    header = credentials_for("https://github.com/ann/shop", "https://api.github.com", "ghp_good")

    assert header is not None
    assert base64.b64decode(header.rsplit(" ", 1)[1]) == b"x-access-token:ghp_good"
    for url in (
        "https://github.com.evil.org/a/b",
        "https://evil.org/github.com",
        "http://github.com/ann/shop",
        "https://gist.github.com/a",
        "https://github.com:444/a/b",
    ):
        assert credentials_for(url, "https://api.github.com", "ghp_good") is None
    assert credentials_for("https://github.com/ann/shop", "https://api.github.com", None) is None


def test_a_folder_that_is_no_repository_has_no_place(tmp_path: Path):
    with pytest.raises(InputError):
        place_of(tmp_path, "https://api.github.com")


async def test_all_repositories_are_listed_page_after_page_private_ones_included(there, github):
    there.repositories = 130

    first, is_more = await github.repositories(1)
    last, is_over = await github.repositories(2)

    assert (len(first), is_more, len(last), is_over) == (100, True, 30, False)
    assert (str(first[0].place), first[0].is_private, first[1].is_private) == ("ann/shop", True, False)
    assert first[0].git_url == f"{there.url}/ann/shop.git"


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_tree_has_the_files_of_the_newest_commit_and_says_when_some_are_missing(there, github, is_cut):
    there.is_cut = is_cut

    tree = await github.tree(SHOP, None)

    assert (tree.ref, tree.commit, tree.is_cut) == ("main", "c0", is_cut)
    assert [(one.path, one.size) for one in tree.entries] == [("cart.py", 5)]


@pytest.mark.parametrize(("place", "ref"), [(SHOP, "gone"), (Place(owner="ann", name="gone"), None)])
async def test_what_the_token_does_not_see_is_as_unknown_as_what_is_not_there(github, place, ref):
    with pytest.raises(InputError, match="is not there on GitHub, or not for this token") as problem:
        await github.tree(place, ref)

    assert (problem.value.status, problem.value.code) == (404, "github_missing")


@pytest.mark.parametrize("status", [403, 429])
async def test_a_limit_on_listing_says_when_to_come_again(there, github, status):
    there.limited_for, there.limit_status = 90, status

    with pytest.raises(TransientError) as problem:
        await github.repositories(1)

    assert 60 < (problem.value.retry_after_seconds or 0) < 92


async def test_a_preview_changes_nothing(there, github):
    would = await github.plan_pull_request(SHOP, [NEW], branch="testwright/one", base=None)

    assert would.plan is not None
    assert (would.base, would.plan.taken) == ("main", (NEW,))
    assert not [asked for asked in there.asked if not asked.startswith("GET")]
