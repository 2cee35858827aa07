"""Repositories that come from elsewhere: a zip as a form, and a git address."""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.git_server import GitServer, git_server
from testwright.api.importing import one_file
from testwright.domain.errors import InputError


def zipped(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return buffer.getvalue()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[GitServer]:
    folder = tmp_path / "served" / "shop.git"
    folder.mkdir(parents=True)
    (folder / "cart.py").write_text("def cart(): return 1\n")
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "-A"], [*name, "commit", "-qm", "first"]):
        subprocess.run(["git", *words], cwd=folder, check=True, timeout=20)
    with git_server(folder.parent) as server:
        yield server


@pytest.fixture
def git_hosts(served: GitServer) -> frozenset[str]:
    return frozenset({served.host})


async def test_an_uploaded_zip_is_a_repository_that_can_be_browsed(door, tmp_path):
    answer = await door.client.post("/api/repositories", files={"file": ("shop.zip", zipped(cart="one = 1\n"))})

    repository = answer.json()["data"]
    assert (answer.status_code, repository["name"]) == (200, "shop")
    tree = (await door.get(f"/api/repositories/{repository['repositoryId']}/tree")).json()["data"]
    assert [file["path"] for file in tree["files"]] == ["cart.py"]
    assert str(tmp_path) not in answer.text


async def test_the_same_zip_again_is_the_same_repository(door):
    ids = {
        (await door.client.post("/api/repositories", files={"file": ("a.zip", zipped(a=""))})).json()["data"][
            "repositoryId"
        ]
        for _ in range(2)
    }

    assert len(ids) == 1


async def test_a_git_address_is_a_repository_at_its_newest_commit(door, served):
    answer = await door.post("/api/repositories", {"gitUrl": f"{served.url}/shop.git"})

    repository = answer.json()["data"]
    assert repository["name"] == "shop"
    path = f"/api/repositories/{repository['repositoryId']}/files/cart.py"
    assert "def cart" in (await door.get(path)).json()["data"]["content"]


async def test_what_was_imported_is_nobodys_tree_to_write_into(door):
    uploaded = await door.client.post("/api/repositories", files={"file": ("a.zip", zipped(cart="one = 1\n"))})
    trigger = {
        "repositoryId": uploaded.json()["data"]["repositoryId"],
        "framework": "pytest",
        "files": [{"path": "cart.py"}],
    }
    session_id = (await door.post("/api/inngest/trigger", trigger)).json()["data"]["sessionId"]

    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    applied = await door.post(f"/api/sessions/{session_id}/apply")

    assert session["hasFolder"] is False
    assert (applied.status_code, applied.json()["error"]["code"]) == (409, "no_folder")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"gitUrl": "file:///etc"}, "gitUrl"),
        ({"gitUrl": "https://127.0.0.1/a/b"}, "gitUrl"),
        ({"gitUrl": "https://example.org/a/b", "branch": "--upload-pack=x"}, "branch"),
        ({"gitUrl": "https://example.org/a/b", "path": "shop"}, "path"),
        ({"branch": "main"}, "path"),
        ({}, "path"),
    ],
)
async def test_what_cannot_be_imported_is_refused_by_name(door, body, field):
    answer = await door.post("/api/repositories", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][0]["path"] == field
    assert answer.json()["error"]["hint"]


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", zipped(a="")[:-25]])
async def test_what_is_no_zip_is_refused_and_not_registered(door, data):
    answer = await door.client.post("/api/repositories", files={"file": ("a.zip", data)})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_zip")
    assert (await door.get("/api/repositories")).json()["data"]["repositories"] == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data"),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b"),
        (b"--b--", "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx', "multipart/form-data; boundary=b"),
        (
            b'--b\r\nX: filename="a"\r\n\r\nx\r\n--b\r\nX: filename="b"\r\n\r\ny\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b'junk\r\n--b\r\nX: filename="a"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data; boundary=b"),
    ],
)
async def test_a_form_that_is_none_with_one_file_is_refused(door, body, kind):
    with pytest.raises(InputError):
        one_file(body, kind)

    answer = await door.client.post("/api/repositories", content=body, headers={"content-type": kind})
    assert answer.status_code == 400


def test_what_looks_like_a_boundary_inside_of_the_file_stays_in_it():
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nx--b\r\n\r\ny\r\n--b--\r\n'

    assert one_file(body, 'multipart/form-data; boundary="b"') == ("a.zip", b"x--b\r\n\r\ny")


async def test_a_form_from_a_page_of_somebody_else_is_refused(door):
    answer = await door.client.post(
        "/api/repositories", files={"file": ("a.zip", zipped(a=""))}, headers={"Origin": "https://evil.example"}
    )

    assert answer.status_code == 403


async def test_a_form_elsewhere_is_no_upload(door):
    answer = await door.client.post("/api/estimate", files={"file": ("a.zip", zipped(a=""))})

    assert answer.status_code == 415


async def test_an_imported_repository_that_is_forgotten_is_deleted_with_its_folder(door, tmp_path):
    sent = await door.client.post("/api/repositories", files={"file": ("shop.zip", zipped(cart="one = 1\n"))})
    imports = tmp_path / "imports"
    assert [*imports.rglob("cart.py")]

    answer = await door.client.delete(f"/api/repositories/{sent.json()['data']['repositoryId']}")

    assert "is deleted" in answer.json()["message"]
    assert [*imports.iterdir()] == []


async def test_what_somebody_else_imported_too_stays(door, store, tmp_path):
    sent = await door.client.post("/api/repositories", files={"file": ("shop.zip", zipped(cart="one = 1\n"))})
    folder = next((tmp_path / "imports").rglob("cart.py")).parent
    await store.add_repository("another", "shop", str(folder))

    answer = await door.client.delete(f"/api/repositories/{sent.json()['data']['repositoryId']}")

    assert "was not touched" in answer.json()["message"]
    assert folder.is_dir()
