"""Repositories behind a git address, taken from a real git server on loopback, and addresses that mean harm."""

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.git_server import GitServer, git_server
from testwright.domain.errors import InputError, TransientError
from testwright.sources.git_import import GitLimits, import_git, is_address
from testwright.sources.keeping import imported_at

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")


def run(folder: Path, *words: str) -> str:
    name = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    ended = subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, timeout=20, text=True)
    return ended.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "served" / "shop.git"
    folder.mkdir(parents=True)
    run(folder, "init", "-q")
    (folder / "cart.py").write_text("one = 1\n")
    (folder / "link.py").symlink_to("/etc/hostname")
    run(folder, "add", "-A")
    run(folder, "commit", "-qm", "first")
    run(folder, "checkout", "-qb", "topic")
    (folder / "cart.py").write_text("two = 2\n")
    run(folder, "commit", "-qam", "second")
    run(folder, "checkout", "-q", "main")
    return folder


@pytest.fixture
def server(repository: Path) -> Iterator[GitServer]:
    with git_server(repository.parent) as running:
        yield running


def limits(server: GitServer, **changes: float) -> GitLimits:
    return GitLimits(private_hosts=frozenset({server.host}), **changes)  # type: ignore[arg-type]


def test_the_usual_branch_is_fetched_and_pinned_to_its_commit(repository, server, tmp_path):
    found = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert (found.name, found.pin) == ("shop", run(repository, "rev-parse", "main"))
    assert (found.folder / "cart.py").read_text() == "one = 1\n"
    assert imported_at(found.folder) == found


def test_a_branch_is_fetched_by_name(repository, server, tmp_path):
    found = import_git(f"{server.url}/shop.git", "topic", tmp_path / "in", limits(server))

    assert found.pin == run(repository, "rev-parse", "topic")
    assert (found.folder / "cart.py").read_text() == "two = 2\n"


def test_a_further_commit_gets_a_folder_of_its_own_and_the_first_stays(repository, server, tmp_path):
    first = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))
    again = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))
    (repository / "cart.py").write_text("three = 3\n")
    run(repository, "commit", "-qam", "third")
    later = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert again.folder == first.folder != later.folder
    assert (first.folder / "cart.py").read_text() == "one = 1\n"


def test_a_link_in_the_repository_becomes_a_plain_file(server, tmp_path):
    found = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert not (found.folder / "link.py").is_symlink()
    assert (found.folder / "link.py").read_text() == "/etc/hostname"


def test_submodules_stay_where_they_are(repository, server, tmp_path):
    run(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "inner")
    run(repository, "commit", "-qam", "with a submodule")

    found = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert list((found.folder / "inner").iterdir()) == []


def test_a_token_opens_a_private_repository_and_stands_in_no_file(server, tmp_path):
    server.token = "ghp_secret"
    header = f"Authorization: Basic {base64.b64encode(b'x-access-token:ghp_secret').decode()}"

    found = import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server), header=header)

    told = b"".join(path.read_bytes() for path in (tmp_path / "in").rglob("*") if path.is_file())
    assert (found.folder / "cart.py").exists()
    assert b"ghp_secret" not in told
    assert base64.b64encode(b"x-access-token:ghp_secret") not in told


@pytest.mark.parametrize(
    ("path", "branch", "token", "said"),
    [
        ("/nope.git", None, None, "is not there"),
        ("/shop.git", None, "other", "not for everybody"),
        ("/shop.git", "nope", None, "'nope' is not there"),
    ],
)
def test_what_cannot_be_fetched_is_said_with_the_reason_and_leaves_nothing(server, tmp_path, path, branch, token, said):
    server.token = token

    with pytest.raises(InputError, match=said):
        import_git(f"{server.url}{path}", branch, tmp_path / "in", limits(server))
    assert list((tmp_path / "in").iterdir()) == []


def test_a_redirect_is_not_followed(server, tmp_path):
    with git_server(server.root) as other:
        server.leads_to = other.url

        with pytest.raises(InputError):
            import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))
        assert other.asked == []


def test_more_than_there_is_room_for_is_refused_before_it_is_written_out(repository, server, tmp_path):
    for number in range(8):
        (repository / f"{number}.bin").write_bytes(b"\0" * (1 << 20))
    run(repository, "add", "-A")
    run(repository, "commit", "-qm", "packs very small")

    with pytest.raises(InputError) as caught:
        import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server, most_bytes=4 << 20))

    assert (caught.value.code, caught.value.status) == ("project_too_large", 413)
    assert list((tmp_path / "in").iterdir()) == []


def test_more_files_than_can_be_copied_are_refused(server, tmp_path):
    with pytest.raises(InputError, match="2 files"):
        import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server, most_files=1))


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% /tmp/x",
        "file:///etc",
        "/etc",
        "./here",
        "ssh://git@example.org/a/b",
        "git@example.org:a/b",
        "git://example.org/a",
        "http://example.org/a/b",
        "--upload-pack=touch /tmp/x",
        "-u https://example.org/a",
        "https://",
        "https:///a",
        "https://example.org",
        "https://example.org/",
        "https://user:secret@example.org/a/b",
        "https://token@example.org/a/b",
        "https://example.org:99999/a",
        "https://example.org/a?upload-pack",
        "https://example.org/a b",
        "https://example.org/a\n",
        "https://-oProxyCommand/a",
        "https://exa%6dple.org/a",
        "https://[::1/a",
    ],
)
def test_an_address_that_is_none_of_a_repository_on_the_web_is_refused_unasked(tmp_path, url):
    with pytest.raises(InputError) as caught:
        import_git(url, None, tmp_path, GitLimits(), look_up=_nobody)

    assert caught.value.code == "bad_git_url"
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_refused(tmp_path, address):
    with pytest.raises(InputError, match="private network"):
        import_git(
            "https://example.org/a/b", None, tmp_path, GitLimits(), look_up=lambda *_: {"93.184.216.34", address}
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "0x7f000001", "2130706433", "localhost"])
def test_loopback_by_any_name_is_refused(tmp_path, host):
    with pytest.raises((InputError, TransientError)):
        import_git(f"https://{host}/a/b", None, tmp_path, GitLimits())


@pytest.mark.parametrize("branch", ["--upload-pack=x", "a..b", "a b", "main\n", "", "a" * 300])
def test_a_branch_that_is_none_is_refused(tmp_path, branch):
    with pytest.raises(InputError) as caught:
        import_git("https://example.org/a/b", branch, tmp_path, GitLimits(), look_up=_nobody)

    assert caught.value.fields[0].path == "branch"


def test_only_the_address_that_was_checked_is_asked(repository, server, tmp_path):
    """A name may lead elsewhere when it is looked up again: here it leads nowhere at all."""
    allowed = GitLimits(private_hosts=frozenset({f"shop.invalid:{server.port}"}))

    found = import_git(
        f"http://shop.invalid:{server.port}/shop.git", None, tmp_path / "in", allowed, look_up=lambda *_: {"127.0.0.1"}
    )

    assert found.pin == run(repository, "rev-parse", "main")


def test_a_host_that_nobody_knows_may_be_asked_again_later(tmp_path):
    def fails(host: str, port: int) -> set[str]:
        raise OSError("no such name")

    with pytest.raises(TransientError):
        import_git("https://example.org/a/b", None, tmp_path, GitLimits(), look_up=fails)


def test_nobody_elses_settings_or_hooks_have_a_say(repository, server, tmp_path, monkeypatch):
    sprung = tmp_path / "sprung"
    trap = tmp_path / "trap"
    (trap / "hooks").mkdir(parents=True)
    (trap / "hooks" / "post-checkout").write_text(f"#!/bin/sh\ntouch {sprung}\n")
    (trap / "hooks" / "post-checkout").chmod(0o755)
    (trap / ".gitconfig").write_text(
        f"[core]\n\tfsmonitor = touch {sprung}\n\thooksPath = {trap}/hooks\n"
        f'[filter "evil"]\n\tsmudge = touch {sprung}\n'
    )
    (repository / ".gitattributes").write_text("*.py filter=evil\n")
    run(repository, "add", "-A")
    run(repository, "commit", "-qm", "trap")
    monkeypatch.setenv("HOME", str(trap))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(trap))
    monkeypatch.setenv("GIT_SSH_COMMAND", f"touch {sprung}")

    import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert not sprung.exists()


def test_nobody_outside_can_read_what_was_imported(server, tmp_path):
    import_git(f"{server.url}/shop.git", None, tmp_path / "in", limits(server))

    assert os.stat(tmp_path / "in").st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("word", "is_one"),
    [("https://x.org/a", True), ("git@x.org:a/b", True), ("src/a.py", False), ("a@b.py", False), ("C:\\a", False)],
)
def test_an_address_is_told_from_a_path(word, is_one):
    assert is_address(word) is is_one


def _nobody(host: str, port: int) -> set[str]:
    raise AssertionError(f"{host} was looked up")
