"""Putting a finished test into the user's own working tree: new files only, in places that tools do not obey."""

from pathlib import Path

from testwright.domain.errors import InputError
from testwright.domain.paths import BadPath, may_hold_a_test
from testwright.sources.descriptors import create_file


def write_new(root: Path | str, path: str, text: str) -> None:
    """Raises InputError, and has written nothing, when the file exists or may not stand there."""
    try:
        if not may_hold_a_test(path):
            raise InputError(f"{path} is no place for a test", code="invalid_path")
        create_file(Path(root), path, text.encode())
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
