"""The built page: files, deep links, caching, and nothing outside its folder."""

from pathlib import Path

import pytest


@pytest.fixture
def web_build(tmp_path: Path) -> Path:
    folder = tmp_path / "web_build"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>The page</title>")
    (folder / "assets" / "index-BxK_3a.js").write_text("export {}")
    (folder / "theme.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/sessions", "/sessions/sess_1234", "/sessions/sess_1234/review", "/repositories/a/b"]
)
async def test_deep_links_get_the_page_and_never_an_old_one(door, path):
    answer = await door.get(path)

    assert answer.status_code == 200
    assert "The page" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


async def test_an_address_the_page_does_not_know_is_404_and_may_be_said_by_the_page(door):
    read = await door.get("/nowhere/at/all", accept="text/html,*/*")
    fetched = await door.get("/nowhere/at/all")

    assert (read.status_code, fetched.status_code) == (404, 404)
    assert "The page" in read.text
    assert fetched.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("path", ["//api/sessions", "/API/sessions", "/healthz/", "/readyz/", "/Docs/x"])
async def test_a_services_address_is_never_the_page(door, path):
    answer = await door.get(f"http://localhost:5000{path}", accept="text/html")

    assert answer.status_code == 404
    assert answer.json()["success"] is False


async def test_hashed_files_may_be_kept_for_ever_and_others_not(door):
    hashed = await door.get("/assets/index-BxK_3a.js")
    plain = await door.get("/theme.js")

    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in hashed.headers["content-type"]
    assert plain.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/gone.js",
        "/assets/",
        "/assets",
        "/gone.png",
        "/link.txt",
        "/%2e%2e/secret.txt",
        "/assets/%2e%2e/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%5c..%5csecret.txt",
        "/a%00.txt",
        "/.env",
    ],
)
async def test_what_is_not_in_the_build_is_404(door, path):
    answer = await door.get(path)

    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_head_is_answered_without_a_body(door):
    answer = await door.client.head("/")

    assert answer.status_code == 200
    assert answer.content == b""


async def test_an_api_address_is_never_the_page(door):
    answer = await door.get("/api/typo", accept="text/html")

    assert answer.status_code == 404
    assert answer.json()["success"] is False
