import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from testwright.sources.export import ExportedFile, as_patch, as_zip

SUITE = "def test_one() -> None:\n    assert 1 + 1 == 2\n"


def _apply(folder: Path, patch: str) -> None:
    (folder / "p.patch").write_bytes(patch.encode())
    subprocess.run(["git", "apply", "--whitespace=nowarn", "p.patch"], cwd=folder, check=True, timeout=30)


@pytest.mark.parametrize(
    "path",
    ["tests/test_a.py", "tests/with blanks/test b.py", 'tests/test_"quoted".py', "tests/test_größe.py", "a b.test.ts"],
)
@pytest.mark.parametrize(
    "text",
    [SUITE, SUITE.rstrip("\n"), SUITE.replace("\n", "\r\n"), "x = 'a\u2028b\x0cc'\n", "\n\n", "last"],
    ids=["ordinary", "no final newline", "CRLF", "odd separators", "blank lines", "one line"],
)
def test_git_makes_a_new_file_of_a_patch_byte_for_byte(tmp_path: Path, path: str, text: str) -> None:
    _apply(tmp_path, as_patch([ExportedFile(path=path, text=text)]))
    assert (tmp_path / path).read_bytes() == text.encode()


@pytest.mark.parametrize("before", [SUITE, SUITE.rstrip("\n"), SUITE.replace("\n", "\r\n"), SUITE * 40])
def test_git_adds_to_a_file_that_is_there(tmp_path: Path, before: str) -> None:
    (tmp_path / "test_a.py").write_bytes(before.encode())
    after = f"import os\n{before}\n\ndef test_two() -> None:\n    assert os.sep\n"
    _apply(tmp_path, as_patch([ExportedFile(path="test_a.py", text=after, before=before)]))
    assert (tmp_path / "test_a.py").read_bytes() == after.encode()


def test_git_applies_several_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("a = 1\n")
    files = [
        ExportedFile(path="new/test_b.py", text=SUITE),
        ExportedFile(path="old.py", text="a = 1\nb = 2\n", before="a = 1\n"),
    ]
    _apply(tmp_path, as_patch(files))
    assert (tmp_path / "new/test_b.py").read_text() == SUITE
    assert (tmp_path / "old.py").read_text() == "a = 1\nb = 2\n"


def test_a_file_that_does_not_change_is_no_part_of_the_patch() -> None:
    assert as_patch([ExportedFile(path="a.py", text=SUITE, before=SUITE)]) == ""


def test_a_zip_holds_each_file_under_its_own_path() -> None:
    files = [ExportedFile(path="tests/test_a.py", text=SUITE), ExportedFile(path="web/größe.test.ts", text="x\r\n")]
    with zipfile.ZipFile(io.BytesIO(as_zip(files))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "tests/test_a.py": SUITE,
            "web/größe.test.ts": "x\r\n",
        }


def test_the_same_suites_make_the_same_zip() -> None:
    files = [ExportedFile(path="tests/test_a.py", text=SUITE)]
    assert as_zip(files) == as_zip(files)
