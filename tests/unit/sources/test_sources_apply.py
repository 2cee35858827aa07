"""Writing a finished test into the user's own tree."""

from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.apply import write_new


def test_a_new_file_is_written_with_the_folders_it_needs(tmp_path: Path) -> None:
    write_new(tmp_path, "tests/unit/test_a.py", "assert 1 == 1\n")

    assert (tmp_path / "tests/unit/test_a.py").read_text() == "assert 1 == 1\n"


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("mine")
    with pytest.raises(InputError) as caught:
        write_new(tmp_path, "test_a.py", "yours")

    assert caught.value.code == "file_exists"
    assert (tmp_path / "test_a.py").read_text() == "mine"


def test_a_dangling_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "test_a.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(InputError):
        write_new(tmp_path / "root", "test_a.py", "x")

    assert not (tmp_path / "elsewhere.py").exists()


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root" / "tests").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be written"):
        write_new(tmp_path / "root", "tests/test_a.py", "x")

    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "path", ["conftest.py", "package.json", ".git/hooks/x", ".github/a.py", "node_modules/a.js", "../a.py", "/a.py", ""]
)
def test_places_that_tools_obey_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError):
        write_new(tmp_path, path, "x")

    assert list(tmp_path.iterdir()) == []
