"""Writing a finished test into the user's own tree."""

from pathlib import Path

import pytest

from testwright.domain.errors import InputError
from testwright.sources.apply import take_back, write, write_added, write_new
from testwright.sources.export import ExportedFile


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


OLD = "import a\n\n\ndef test_a():\n    pass\n"


def test_what_was_added_to_a_suite_is_written_and_the_file_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "test_a.py"
    path.write_text(OLD)
    path.chmod(0o640)

    write_added(tmp_path, "test_a.py", f"{OLD}\n\ndef test_b():\n    pass\n", before=OLD)

    assert path.read_text() == f"{OLD}\n\ndef test_b():\n    pass\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["test_a.py"]


@pytest.mark.parametrize(
    ("now", "new", "said"),
    [
        ("import b\n", OLD, "has changed"),
        (None, OLD, "is gone"),
        (OLD, OLD.replace("import a", "import b"), "would lose something"),
        (OLD.replace("\n", "\r\n"), OLD, "has changed"),
    ],
)
def test_a_suite_that_is_not_what_it_was_stays_as_it_is(tmp_path: Path, now: str, new: str, said: str) -> None:
    path = tmp_path / "test_a.py"
    if now is not None:
        path.write_bytes(now.encode())
    with pytest.raises(InputError, match=said) as caught:
        write_added(tmp_path, "test_a.py", new, before=OLD)

    assert caught.value.code == "file_changed"
    assert (path.read_bytes().decode() if path.exists() else None) == now


def test_a_link_in_the_place_of_a_suite_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "elsewhere.py").write_text(OLD)
    (tmp_path / "root" / "test_a.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(InputError):
        write_added(tmp_path / "root", "test_a.py", f"{OLD}more", before=OLD)

    assert (tmp_path / "elsewhere.py").read_text() == OLD


def _file(text: str, before: str | None = None, path: str = "tests/unit/test_a.py") -> ExportedFile:
    return ExportedFile(path=path, text=text, before=before, test_id="test-1")


def test_taking_back_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    made = write(tmp_path, _file("assert 1 == 1\n"))
    assert made is not None
    take_back(tmp_path, made)

    assert [path.name for path in tmp_path.rglob("*")] == ["tests"]


def test_a_folder_that_somebody_uses_by_now_stays(tmp_path: Path) -> None:
    made = write(tmp_path, _file("assert 1 == 1\n"))
    assert made is not None
    (tmp_path / "tests" / "mine.py").write_text("mine")
    take_back(tmp_path, made)

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.py", "tests"]


def test_a_suite_that_tests_were_added_to_becomes_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(OLD)
    made = write(tmp_path, _file(f"{OLD}\n\ndef test_b():\n    pass\n", before=OLD, path="test_a.py"))
    assert made is not None
    take_back(tmp_path, made)

    assert (tmp_path / "test_a.py").read_text() == OLD


def test_a_newer_suite_takes_the_place_of_the_one_that_was_ours(tmp_path: Path) -> None:
    first = write(tmp_path, _file("first\n"))
    second = write(tmp_path, _file("second\n"), ours="first\n")
    assert first is not None
    assert second is not None
    written = (tmp_path / "tests/unit/test_a.py").read_text()
    take_back(tmp_path, second)
    take_back(tmp_path, first)

    assert written == "second\n"
    assert list(tmp_path.iterdir()) == []


def test_what_was_ours_and_was_edited_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path, _file("first\n"))
    (tmp_path / "tests/unit/test_a.py").write_text("edited\n")
    with pytest.raises(InputError) as caught:
        write(tmp_path, _file("second\n"), ours="first\n")

    assert caught.value.code == "file_exists"
    assert (tmp_path / "tests/unit/test_a.py").read_text() == "edited\n"


def test_taking_back_does_not_follow_a_link(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "elsewhere").mkdir()
    made = write(tmp_path / "root", _file("text\n", path="tests/test_a.py"))
    assert made is not None
    (tmp_path / "root/tests/test_a.py").rename(tmp_path / "elsewhere/test_a.py")
    (tmp_path / "root/tests").rmdir()
    (tmp_path / "root/tests").symlink_to(tmp_path / "elsewhere")
    take_back(tmp_path / "root", made)

    assert (tmp_path / "elsewhere/test_a.py").read_text() == "text\n"
