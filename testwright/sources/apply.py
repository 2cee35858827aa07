"""Putting finished tests into the user's own working tree: as new files, in places that tools do not obey, or into a
suite that is there, of which every byte stays.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testwright.domain.errors import InputError
from testwright.domain.insertions import holds_all_of
from testwright.domain.paths import BadPath, may_hold_a_test
from testwright.domain.records import Application
from testwright.sources.descriptors import (
    create_file,
    missing_folders,
    read_bytes,
    remove_empty_folder,
    remove_file,
    replace_file,
)
from testwright.sources.export import ExportedFile


def write(root: Path, file: ExportedFile, *, ours: str | None = None) -> Application | None:
    """Write a new file, or a suite that tests were added to in the place of what it was; None when it is there already.

    `ours` is what was written to this path before and not taken back: that alone may be written over. Raises
    InputError, and has written nothing, when something else stands there.
    """
    with _in_words(file.path):
        there = read_bytes(root, file.path)
        made = missing_folders(root, file.path)
    if there == file.text.encode():
        return None
    before = file.before
    if ours is not None and there == ours.encode():
        before = ours
        with _in_words(file.path):
            replace_file(root, file.path, file.text.encode())
    elif before is None:
        write_new(root, file.path, file.text)
    else:
        write_added(root, file.path, file.text, before=before)
    return Application(test_id=file.test_id, path=file.path, before=before, after=file.text, folders=made)


def take_back(root: Path, application: Application) -> None:
    """Undo what `write` did, folders and all. Raises InputError, and has changed nothing, when the file has changed."""
    path = application.path
    with _in_words(path):
        there = read_bytes(root, path)
        if there is not None and there != application.after.encode():
            raise InputError(
                f"{path} has changed since it was written",
                code="file_changed",
                hint="Take your changes out, or keep it.",
            )
        if application.before is None:
            remove_file(root, path)
            for folder in reversed(application.folders):
                remove_empty_folder(root, folder)
        elif there is None:
            raise InputError(f"{path} is gone", code="file_changed", hint="Get it back from your version control.")
        else:
            replace_file(root, path, application.before.encode())


def write_new(root: Path | str, path: str, text: str) -> None:
    """Raises InputError, and has written nothing, when the file exists or may not stand there."""
    with _in_words(path):
        create_file(Path(root), path, text.encode())


def write_added(root: Path | str, path: str, text: str, *, before: str) -> None:
    """Put the suite with its new tests in the place of the one they were added to.

    Raises InputError, and has written nothing, when that suite is not what it was, or the new text does not hold it.
    """
    with _in_words(path):
        old = read_bytes(Path(root), path)
        if old is None:
            raise InputError(f"{path} is gone", code="file_changed", hint="Generate its tests again.")
        if old != before.encode():
            raise InputError(
                f"{path} has changed since tests were added to it", code="file_changed", hint="Generate them again."
            )
        if not holds_all_of(text.encode(), old):
            raise InputError(f"{path} would lose something", code="file_changed", hint="Report this: it must not be.")
        replace_file(Path(root), path, text.encode())


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    try:
        if not may_hold_a_test(path):
            raise InputError(f"{path} is no place for a test", code="invalid_path")
        yield
    except BadPath as error:
        raise InputError(f"The path {error}", code="invalid_path") from error
    except FileExistsError as error:
        raise InputError(
            f"{path} exists and is never overwritten", code="file_exists", hint="Move it away and apply again."
        ) from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}", code="invalid_path", hint="Check the folder and its rights."
        ) from error
