"""Which files of a folder count, how they are read, and which folders may be registered."""

import os
from pathlib import Path

from testwright.sources.folder import FolderView


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


def test_settings_that_others_build_on_are_seen_in_their_hidden_folders(tmp_path):
    for path in (".configs/tsconfig.base.json", ".config/vitest.ts", ".cache/x.json"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text("{}")

    assert FolderView(tmp_path).paths() == [".config/vitest.ts", ".configs/tsconfig.base.json"]
