"""Why a file has no text: its owner can act on each reason, and a link tells nothing of what lies behind it."""

import os
from pathlib import Path

import pytest

from testwright.sources.folder import open_folder
from testwright.sources.unreadable import why_unreadable


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "src").mkdir(parents=True)
    (tmp_path / "secret.py").write_text("a = 1")
    (folder / "out").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.py")
    (folder / "latin.py").write_bytes(b"# \xe9")
    (folder / "long.py").write_text("#" * 101)
    return folder


@pytest.mark.parametrize(
    ("path", "code", "message"),
    [
        ("latin.py", "not_utf8", "latin.py is not UTF-8 text."),
        ("long.py", "too_large", "long.py has 101 bytes; the limit is 100."),
        ("src", "not_a_file", "src is a folder."),
        ("pipe.py", "not_a_file", "pipe.py is not a regular file."),
        ("out", "not_a_file", "out is a link."),
        ("out/secret.py", "not_a_file", "secret.py lies behind a linked folder."),
        ("out/nothing.py", "not_a_file", "nothing.py lies behind a linked folder."),
    ],
)
def test_each_reason_has_its_code_and_says_what_to_do(shop, path, code, message):
    error = why_unreadable(str(shop), path, 100)

    assert (error.code, error.message, error.retryable) == (code, message, True)
    assert error.hint


@pytest.mark.parametrize("path", ["gone.py", "gone/a.py", "latin.py/a.py"])
def test_what_is_not_there_is_not_unreadable(shop, path):
    assert why_unreadable(str(shop), path, 100) is None


def test_a_folder_that_is_gone_or_no_folder_cannot_be_opened(shop):
    with pytest.raises(FileNotFoundError):
        open_folder(shop / "gone")
    with pytest.raises(NotADirectoryError):
        open_folder(shop / "latin.py")
