"""Only folders below a root become repositories, and projects among them are proposed."""

from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.registering import register_folder, suggest_folders


def folders(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).mkdir(parents=True, exist_ok=True)


def projects(root: Path, *paths: str, file: str = "package.json") -> None:
    folders(root, *paths)
    for path in paths:
        (root / path / file).write_text("{}")


def suggested(*roots: Path, registered: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(one.name, one.path) for one in suggest_folders(roots, registered)]


def test_a_folder_below_a_root_may_be_registered(tmp_path: Path) -> None:
    folders(tmp_path, "roots/mine")

    assert register_folder(str(tmp_path / "roots/mine"), [tmp_path / "roots"]) == tmp_path / "roots/mine"


def test_a_relative_path_is_tried_below_each_root(tmp_path: Path) -> None:
    folders(tmp_path, "one", "two/shop", "three/shop")
    roots = [tmp_path / "one", tmp_path / "two", tmp_path / "three"]

    assert register_folder("shop", roots) == tmp_path / "two/shop"
    assert register_folder(".", roots) == tmp_path / "one"


def test_a_folder_elsewhere_may_not_even_be_asked_about(tmp_path: Path) -> None:
    folders(tmp_path, "roots", "other")
    places = [str(tmp_path / path) for path in ("other", "missing", "roots/../other")]
    messages = set()
    for path in (*places, "../other", "../missing", "/", "/nowhere"):
        with pytest.raises(InputError, match="not below") as caught:
            register_folder(path, [tmp_path / "roots"])
        messages.add((caught.value.code, caught.value.message))

    assert len(messages) == 1


def test_a_link_out_of_a_root_is_seen_through(tmp_path: Path) -> None:
    folders(tmp_path, "roots")
    (tmp_path / "roots/link").symlink_to("/etc")

    for path in (str(tmp_path / "roots/link"), "link"):
        with pytest.raises(InputError, match="not below"):
            register_folder(path, [tmp_path / "roots"])


@pytest.mark.parametrize("path", ["missing", "missing/..", "file", "a\0b", "x" * 5000])
def test_what_is_no_folder_is_refused_by_name(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(InputError, match="is not a folder") as caught:
        register_folder(path, [tmp_path])
    assert str(tmp_path) not in caught.value.message


def test_projects_below_the_roots_are_suggested_nearest_first(tmp_path: Path) -> None:
    projects(tmp_path, "one/examples/shop", "one/web")
    projects(tmp_path, "two", file="requirements.txt")
    projects(tmp_path, "two/tax", file="setup.py")
    folders(tmp_path, "one/docs")

    assert suggested(tmp_path / "one", tmp_path / "two") == [
        ("two", "."),
        ("tax", "tax"),
        ("web", "web"),
        ("shop", "examples/shop"),
    ]


def test_what_nobody_would_open_is_not_suggested(tmp_path: Path) -> None:
    projects(tmp_path, "node_modules/react", ".cache/thing", "venv/lib", "a/b/too-deep", "odd\nname", "opened")
    (tmp_path / "venv/pyvenv.cfg").write_text("")
    projects(tmp_path.parent, f"{tmp_path.name}-elsewhere")
    (tmp_path / "link").symlink_to(tmp_path.parent / f"{tmp_path.name}-elsewhere")

    assert suggested(tmp_path, registered=(str(tmp_path / "opened"),)) == []


def test_what_only_comes_with_a_project_is_not_suggested_but_stands_for_itself_elsewhere(tmp_path: Path) -> None:
    projects(tmp_path, "shop/cart", "shop/docs", "shop/Tests", "docs")
    projects(tmp_path, "shop", file="pyproject.toml")

    assert [path for _, path in suggested(tmp_path)] == ["docs", "shop", "shop/cart"]


def test_a_path_that_two_roots_share_is_suggested_once(tmp_path: Path) -> None:
    projects(tmp_path, "one/shop", "two/shop")

    assert suggested(tmp_path / "one", tmp_path / "two") == [("shop", "shop")]


def test_at_most_twenty_are_suggested_and_a_missing_root_suggests_none(tmp_path: Path) -> None:
    projects(tmp_path, *(f"p{number:02}" for number in range(30)))

    assert len(suggested(tmp_path, tmp_path / "gone")) == 20
