"""What was typed in the place of a path: a repository elsewhere, or a zip, becomes a folder of our own first."""

import sys
from collections.abc import Sequence
from pathlib import Path

from testwright.domain.errors import InputError
from testwright.settings import Settings
from testwright.sources.git_import import is_address
from testwright.wiring import import_git, import_zip

_OWNER = "local"


def folders_for(words: Sequence[str], branch: str | None, settings: Settings) -> list[Path]:
    """Paths as they stand; addresses and zips as the folders they were put into. Raises InputError."""
    if branch is not None and not any(is_address(word) for word in words):
        raise InputError("--branch is for a git address.", hint="Check the branch out in the folder instead.")
    return [_folder_for(word, branch, settings) for word in words]


def _folder_for(word: str, branch: str | None, settings: Settings) -> Path:
    path = Path(word)
    if is_address(word):
        imported = import_git(settings, word, branch, _OWNER)
        print(f"{imported.name} at commit {imported.pin[:12]}", file=sys.stderr)
    elif path.suffix.lower() == ".zip" and path.is_file():
        if path.stat().st_size > settings.import_bytes:
            raise InputError(
                f"{word} is larger than {settings.import_bytes >> 20} MiB.", hint="Give its folder instead."
            )
        imported = import_zip(settings, path.read_bytes(), path.name)
    else:
        return path
    return imported.folder
