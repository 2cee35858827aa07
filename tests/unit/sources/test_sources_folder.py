"""Which files of a folder count, how they are read, and which folders may be registered."""

import os
from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.folder import FolderView, register_folder


def project(root: Path, *paths: str, **texts: str) -> FolderView:
    for path in paths:
        put(root, path, "x")
    return FolderView(root)


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def test_all_files_are_listed_in_order(tmp_path: Path) -> None:
    view = project(tmp_path, "src/b.py", "src/a.py", "README.md", ".github/workflows/ci.yml", ".babelrc")

    assert view.paths() == [".babelrc", ".github/workflows/ci.yml", "README.md", "src/a.py", "src/b.py"]


def test_packages_caches_and_hidden_folders_are_passed_over(tmp_path: Path) -> None:
    view = project(tmp_path, "a.py", "node_modules/x/i.js", "pkg/node_modules/y.js", ".git/config", ".venv/lib/z.py")
    project(tmp_path, "myenv/pyvenv.cfg", "myenv/lib/q.py", "__pycache__/a.pyc", ".idea/x.xml")

    assert view.paths() == ["a.py"]


def test_what_gitignore_names_is_passed_over(tmp_path: Path) -> None:
    view = project(tmp_path, "a.log", "keep.log", "dist/out.js", "src/dist.py", "src/deep/build/x.py")
    put(tmp_path, ".gitignore", "*.log\n!keep.log\n/dist/\nbuild/\n")

    assert view.paths() == [".gitignore", "keep.log", "src/dist.py"]


def test_a_nested_gitignore_wins_over_the_one_above(tmp_path: Path) -> None:
    view = project(tmp_path, "a.gen.ts", "sub/b.gen.ts", "sub/c.ts", "sub/local.ts")
    put(tmp_path, ".gitignore", "*.gen.ts\n")
    put(tmp_path, "sub/.gitignore", "!b.gen.ts\n/local.ts\n")

    assert view.paths() == [".gitignore", "sub/.gitignore", "sub/b.gen.ts", "sub/c.ts"]


def test_secrets_are_neither_listed_nor_read(tmp_path: Path) -> None:
    names = (".env", ".env.local", ".npmrc", ".pypirc", "server.pem", "id_rsa", "id_ed25519.pub", "tls.key")
    view = project(tmp_path, *names, "identity.py")

    assert view.paths() == ["identity.py"]
    assert [view.text(name) for name in names] == [None] * len(names)


def test_links_are_neither_listed_nor_followed(tmp_path: Path) -> None:
    put(tmp_path, "outside/secret.py", "secret")
    root = tmp_path / "project"
    view = project(root, "a.py")
    (root / "link.py").symlink_to(tmp_path / "outside" / "secret.py")
    (root / "folder").symlink_to(tmp_path / "outside")

    assert view.paths() == ["a.py"]
    assert view.text("link.py") is None
    assert view.text("folder/secret.py") is None
    assert not view.exists("link.py")


def test_odd_files_are_not_read(tmp_path: Path) -> None:
    view = project(tmp_path, "a.py")
    (tmp_path / "large.py").write_bytes(b"x" * ((1 << 20) + 1))
    (tmp_path / "latin.py").write_bytes(b"\xff\xfe")
    os.mkfifo(tmp_path / "pipe.py")

    assert [
        view.text(path) for path in ("large.py", "latin.py", "pipe.py", "missing.py", "../a.py", "/etc/passwd")
    ] == [None] * 6
    assert view.text("a.py") == "x"


def test_files_with_names_no_client_could_use_are_passed_over(tmp_path: Path) -> None:
    view = project(tmp_path, "a.py", "b\n.py", "c:d.py", "e\\f.py")

    assert view.paths() == ["a.py"]


def test_existence_is_told_for_files_and_folders_within(tmp_path: Path) -> None:
    view = project(tmp_path, "src/a.py")

    assert view.exists("src")
    assert view.exists("src/a.py")
    assert not view.exists("src/b.py")
    assert not view.exists("../" + tmp_path.name)


def test_a_folder_below_a_root_may_be_registered(tmp_path: Path) -> None:
    (tmp_path / "roots" / "mine").mkdir(parents=True)

    assert register_folder(str(tmp_path / "roots" / "mine"), [tmp_path / "roots"]) == tmp_path / "roots" / "mine"


def test_a_folder_elsewhere_may_not_even_be_asked_about(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "other").mkdir()
    for path in ("other", "missing", "roots/../other"):
        with pytest.raises(InputError, match="not below") as caught:
            register_folder(str(tmp_path / path), [tmp_path / "roots"])
        assert caught.value.code == "outside_roots"


def test_a_link_out_of_a_root_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "link").symlink_to("/etc")

    with pytest.raises(InputError, match="not below"):
        register_folder(str(tmp_path / "roots" / "link"), [tmp_path / "roots"])


@pytest.mark.parametrize(("path", "problem"), [("missing", "does not exist"), ("file", "is not a folder")])
def test_what_is_no_folder_is_refused_by_name(tmp_path: Path, path: str, problem: str) -> None:
    put(tmp_path, "file", "x")
    with pytest.raises(InputError, match=problem):
        register_folder(str(tmp_path / path), [tmp_path])


@pytest.mark.parametrize("path", ["", "a\0b", "x" * 5000])
def test_malformed_paths_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError):
        register_folder(path, [tmp_path])
