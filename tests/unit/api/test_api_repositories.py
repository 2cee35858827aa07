"""Registered folders: only below the configured roots, and no server path ever leaves."""

import hashlib
from pathlib import Path

import pytest

from tests.unit.store.store_samples import deliver_all, new_session


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "code" / "shop"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "src").mkdir()
    (folder / "tests").mkdir()
    (folder / "src" / "price.py").write_text("def price(): return 1\n")
    (folder / "src" / "cart.py").write_text("")
    (folder / "tests" / "test_price.py").write_text("")
    (folder / "logo.bin").write_bytes(b"\xff\xfe")
    return folder


async def _register(door, folder):
    return (await door.post("/api/repositories", {"path": str(folder)})).json()["data"]["repositoryId"]


async def test_a_folder_is_registered_once_and_listed(door, shop):
    first = await door.post("/api/repositories", {"path": str(shop)})
    again = await door.post("/api/repositories", {"path": f"{shop}/src/.."})

    data = first.json()["data"]
    assert data.keys() == {"repositoryId", "name", "createdAt"}
    assert data["name"] == "shop"
    assert again.json()["data"] == data
    listed = (await door.get("/api/repositories")).json()
    assert (listed["message"], listed["data"]["repositories"]) == ("1 repository", [data])
    assert (await door.get(f"/api/repositories/{data['repositoryId']}")).json()["data"] == data
    assert str(shop.parent) not in first.text


async def test_what_is_suggested_can_be_registered_as_it_stands(door, shop):
    (shop / "pyproject.toml").write_text("")
    suggested = (await door.get("/api/repositories")).json()["data"]["suggestions"]

    registered = (await door.post("/api/repositories", {"path": suggested[0]["path"]})).json()["data"]

    assert suggested == [{"name": "shop", "path": "shop"}]
    assert registered["name"] == "shop"
    assert (await door.get("/api/repositories")).json()["data"] == {"repositories": [registered], "suggestions": []}


async def test_a_root_itself_may_be_registered(door, shop):
    assert (await door.post("/api/repositories", {"path": str(shop.parent)})).status_code == 200


async def test_a_folder_elsewhere_is_refused_whether_it_exists_or_not(door, shop, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (shop / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "code2").mkdir()
    places = ["/", "/etc", "/nowhere", tmp_path, tmp_path / "code2", shop / ".." / ".." / "elsewhere", shop / "link"]

    answers = [await door.post("/api/repositories", {"path": str(place)}) for place in places]

    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["error"]["code"] == "bad_folder"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("gone", "is not a folder"),
        ("../elsewhere", "is not below a folder that may be registered"),
        ("a\x00b", "is not a folder"),
        ("/" + "x" * 4000, "is not below a folder that may be registered"),
        ("", "is empty"),
        (None, "is missing"),
        (7, "must be text"),
    ],
)
async def test_a_bad_folder_is_refused_by_name(door, path, problem):
    answer = await door.post("/api/repositories", {"path": path})

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == [{"path": "path", "problem": problem}]


async def test_a_file_or_a_missing_folder_below_a_root_is_no_folder(door, shop):
    for place in (shop / "logo.bin", shop / "gone"):
        answer = await door.post("/api/repositories", {"path": str(place)})
        assert answer.json()["error"]["fields"][0]["problem"] == "is not a folder"
        assert str(shop) not in answer.text


async def test_the_tree_tells_language_size_and_tests(door, shop):
    repository_id = await _register(door, shop)

    tree = (await door.get(f"/api/repositories/{repository_id}/tree")).json()["data"]

    assert tree["branch"] == "main"
    assert tree["frameworks"] == {"python": "unittest"}
    assert {file["path"]: file for file in tree["files"]}["src/price.py"] == {
        "path": "src/price.py",
        "language": "python",
        "size": 22,
        "hasTests": True,
        "coverage": None,
        "changed": None,
    }
    assert {file["path"]: file["hasTests"] for file in tree["files"]} == {
        "logo.bin": None,
        "src/cart.py": False,
        "src/price.py": True,
        "tests/test_price.py": False,
    }


async def test_the_tree_tells_what_the_project_configures_and_leaves_out_what_it_excludes(door, shop):
    (shop / "testwright.toml").write_text('coverage = "basic"\nexclude = ["src/"]\n')
    repository_id = await _register(door, shop)

    tree = (await door.get(f"/api/repositories/{repository_id}/tree")).json()["data"]

    assert tree["options"]["coverage"] == "basic"
    assert tree["options"]["testTypes"] == ["unit"]
    assert tree["configProblem"] is None
    assert not any(file["path"].startswith("src/") for file in tree["files"])


async def test_a_project_that_is_configured_wrongly_can_be_looked_at_and_not_worked_on(door, shop):
    (shop / "testwright.toml").write_text("coverag = 1\n")
    repository_id = await _register(door, shop)

    tree = (await door.get(f"/api/repositories/{repository_id}/tree")).json()["data"]
    files = [{"path": "src/price.py"}]
    body = {"repositoryId": repository_id, "framework": "pytest", "files": files}
    refused = await door.post("/api/inngest/trigger", body)

    assert "coverag is not known" in tree["configProblem"]
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_config")


async def test_what_a_request_does_not_say_the_registered_project_says(door, shop):
    (shop / "testwright.toml").write_text('coverage = "basic"\nmockExternal = false\n')
    repository_id = await _register(door, shop)
    files = [{"path": "src/price.py"}]
    body = {"repositoryId": repository_id, "framework": "pytest", "files": files, "options": {"mockExternal": True}}

    session_id = (await door.post("/api/inngest/trigger", body)).json()["data"]["sessionId"]

    options = (await door.get(f"/api/sessions/{session_id}")).json()["data"]["options"]
    assert (options["coverage"], options["mockExternal"]) == ("basic", True)


async def test_the_tree_tells_what_git_does_not_know_yet(door, shop):
    index = b"DIRC" + (2).to_bytes(4, "big") + (0).to_bytes(4, "big")
    (shop / ".git" / "index").write_bytes(index + hashlib.sha1(index).digest())
    repository_id = await _register(door, shop)

    tree = (await door.get(f"/api/repositories/{repository_id}/tree")).json()["data"]

    assert {file["path"]: file["changed"] for file in tree["files"]}["src/price.py"] is True


async def test_coverage_is_told_as_long_as_the_file_is_what_was_measured(door, shop):
    repository_id = await _register(door, shop)
    text = (shop / "src/price.py").read_text()
    accepted = await door.store.accept(new_session("src/price.py", text=text, repository_id=repository_id))
    await deliver_all(door.store, accepted.session_id)

    async def coverage():
        tree = (await door.get(f"/api/repositories/{repository_id}/tree")).json()["data"]
        return {file["path"]: file["coverage"] for file in tree["files"]}["src/price.py"]

    assert await coverage() == 10.0
    (shop / "src" / "price.py").write_text("def price(): return 2\n")
    assert await coverage() is None


async def test_a_repositorys_sessions_are_summed_up(door, shop):
    repository_id = await _register(door, shop)
    accepted = await door.store.accept(new_session(repository_id=repository_id))
    await deliver_all(door.store, accepted.session_id)

    history = (await door.get(f"/api/repositories/{repository_id}/history")).json()["data"]

    (session,) = history["sessions"]
    assert (session["sessionId"], session["linesBefore"], session["linesAfter"]) == (accepted.session_id, 10.0, 80.0)
    assert (session["noticed"], session["tried"], session["tests"]) == (1, 1, 4)
    assert (await door.get("/api/repositories/nobody/history")).status_code == 404


async def test_only_the_branch_that_is_checked_out_can_be_browsed(door, shop):
    repository_id = await _register(door, shop)

    assert (await door.get(f"/api/repositories/{repository_id}/tree?ref=main")).status_code == 200
    other = await door.get(f"/api/repositories/{repository_id}/tree?ref=next")
    assert (other.status_code, other.json()["error"]["fields"][0]["path"]) == (400, "ref")


async def test_the_text_of_a_file_is_shown(door, shop):
    repository_id = await _register(door, shop)

    file = (await door.get(f"/api/repositories/{repository_id}/files/src/price.py")).json()["data"]

    assert file == {"path": "src/price.py", "language": "python", "content": "def price(): return 1\n"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("gone.py", 404),
        ("logo.bin", 404),
        ("src", 404),
        ("%2e%2e/%2e%2e/secret", 400),
        ("/etc/passwd", 400),
        (".git/HEAD", 400),
        ("a%00b", 400),
        ("a%5cb", 400),
    ],
)
async def test_no_other_file_is_shown(door, shop, path, status):
    repository_id = await _register(door, shop)

    answer = await door.get(f"/api/repositories/{repository_id}/files/{path}")

    assert answer.status_code == status
    assert answer.json()["success"] is False


async def test_forgetting_a_repository_leaves_the_folder_alone(door, shop):
    repository_id = await _register(door, shop)

    assert (await door.client.delete(f"/api/repositories/{repository_id}")).status_code == 200

    assert shop.is_dir()
    for path in ("", "/tree", "/files/src/price.py"):
        answer = await door.get(f"/api/repositories/{repository_id}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "repository_not_found")


async def test_a_folder_that_is_gone_is_told_as_such(door, shop):
    repository_id = await _register(door, shop)
    shop.rename(shop.parent / "moved")

    answer = await door.get(f"/api/repositories/{repository_id}/tree")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "repository_gone")
    assert str(shop) not in answer.text


async def test_the_riskiest_files_are_chosen_with_what_speaks_for_them(door, shop):
    (shop / "src" / "twice.py").write_text("def twice(a): return a * 2\n")
    repository_id = await _register(door, shop)

    picks = (await door.get(f"/api/repositories/{repository_id}/picks?riskiest=1")).json()["data"]

    (only,) = picks["files"]
    assert only["because"] == ["no tests", "0 decisions", "changed in 0 commits"]


async def test_a_base_that_is_not_known_is_refused_by_name(door, shop):
    repository_id = await _register(door, shop)

    refused = await door.get(f"/api/repositories/{repository_id}/picks?since=--help")

    assert refused.status_code == 400
    assert refused.json()["error"]["fields"][0]["path"] == "since"
