"""A project that lies in a folder: which of its files count, and how they are read."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

import pathspec

from testwright.domain.paths import BadPath, accept_path
from testwright.sources.descriptors import MOST_TEXT_BYTES, read_bytes

_SKIPPED_FOLDERS = {"node_modules", "__pycache__"}
_KEPT_HIDDEN_FOLDERS = {".github", ".config", ".configs"}
"""Where settings of tools lie that others build on."""
_SECRET_NAMES = {".npmrc", ".pypirc", ".netrc", ".yarnrc.yml"}
_MOST_IGNORE_BYTES = 1 << 18


def open_folder(root: Path | str) -> "FolderView":
    """Raises OSError when there is no such folder (any more)."""
    if not stat.S_ISDIR(os.lstat(root).st_mode):
        raise NotADirectoryError(str(root))
    return FolderView(root)


class FolderView:
    """Looks at a folder as it is now. With `obey_gitignore=False` everything but packages and secrets counts."""

    def __init__(self, root: Path | str, *, obey_gitignore: bool = True) -> None:
        self._root = Path(root)
        self._obey = obey_gitignore

    @property
    def root(self) -> str:
        return str(self._root)

    def paths(self) -> Sequence[str]:
        return sorted(self.walk())

    def walk(self) -> Iterator[str]:
        """The files in no particular order, as they are found."""
        yield from self._walk("", ())

    def text(self, path: str) -> str | None:
        try:
            data = read_bytes(self._root, path, MOST_TEXT_BYTES) if not is_secret(path) else None
            return data.decode() if data is not None else None
        except (BadPath, UnicodeDecodeError):
            return None

    def exists(self, path: str) -> bool:
        try:
            found = os.lstat(self._root / accept_path(path))
        except (BadPath, OSError):
            return False
        return stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)

    def _walk(self, folder: str, rules: "tuple[_Ignored, ...]") -> Iterator[str]:
        try:
            with os.scandir(self._root / folder) as listing:
                entries = list(listing)
        except OSError:
            return
        if self._obey and any(entry.name == ".gitignore" for entry in entries):
            rules = (_Ignored(folder, self._ignore_lines(folder)), *rules)
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not is_sound(entry.name) or entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if not is_skipped(entry) and not _is_ignored(path + "/", rules):
                    yield from self._walk(path, rules)
            elif entry.is_file(follow_symlinks=False) and not is_secret(path) and not _is_ignored(path, rules):
                yield path

    def _ignore_lines(self, folder: str) -> list[str]:
        path = f"{folder}/.gitignore" if folder else ".gitignore"
        return (read_bytes(self._root, path, _MOST_IGNORE_BYTES) or b"").decode(errors="replace").splitlines()


def is_secret(path: str) -> bool:
    """What must reach neither a sandbox nor a model."""
    name = path.rsplit("/", 1)[-1].lower()
    is_key = name.endswith((".pem", ".key", ".p12", ".pfx")) or name.startswith(
        ("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519")
    )
    return is_key or name.startswith(".env") or name in _SECRET_NAMES


def is_skipped(entry: os.DirEntry[str]) -> bool:
    """Installed packages, caches, hidden folders: nobody's own sources."""
    if entry.name in _SKIPPED_FOLDERS or (entry.name.startswith(".") and entry.name not in _KEPT_HIDDEN_FOLDERS):
        return True
    return os.path.lexists(os.path.join(entry.path, "pyvenv.cfg"))


def is_sound(name: str) -> bool:
    """Whether a client could write this name in a path."""
    try:
        return accept_path(name) == name
    except BadPath:
        return False


class _Ignored:
    """One .gitignore; its patterns are relative to the folder it stands in."""

    def __init__(self, folder: str, lines: list[str]) -> None:
        self._prefix = f"{folder}/" if folder else ""
        self._spec = pathspec.GitIgnoreSpec.from_lines(lines)

    def says(self, path: str) -> bool | None:
        return self._spec.check_file(path.removeprefix(self._prefix)).include


def _is_ignored(path: str, rules: tuple[_Ignored, ...]) -> bool:
    """The nearest file that says anything decides."""
    return next((said for rule in rules if (said := rule.says(path)) is not None), False)
