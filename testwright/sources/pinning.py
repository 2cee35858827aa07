"""What a session is about: a commit where the files are as it has them, else the hash of their texts."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from testwright.domain.sessions import SourceFile, UnreadableFile
from testwright.sources.folder import FolderView
from testwright.sources.git_history import commit_of
from testwright.sources.git_runs import GitRefused, git
from testwright.sources.keeping import imported_at

_SHA1_LETTERS = 40


def pin_of(root: str | None, texts: Mapping[str, str]) -> str:
    """`texts` by path, as the session took them. What was imported never changes, so its own pin is the session's."""
    if root is not None and texts:
        imported = imported_at(Path(root))
        if imported is not None:
            return imported.pin
        commit = commit_of(Path(root))
        if commit is not None and _is_as_committed(Path(root), commit, texts):
            return commit
    hashed = hashlib.sha256()
    for path, text in sorted(texts.items()):
        data = text.encode("utf-8", "surrogatepass")
        hashed.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogatepass") + data)
    return f"sha256:{hashed.hexdigest()}"


def texts_of(files: Iterable[SourceFile | UnreadableFile]) -> dict[str, str]:
    """By path, of those that could be read."""
    return {file.path: file.text for file in files if isinstance(file, SourceFile)}


def changed_since(root: Path, texts: Mapping[str, str]) -> list[str]:
    """Paths of which the folder has another text by now, or none."""
    view = FolderView(root)
    return sorted(path for path, text in texts.items() if view.text(path) != text)


def _is_as_committed(root: Path, commit: str, texts: Mapping[str, str]) -> bool:
    try:
        listed = git(root, ["ls-tree", "-z", commit, "--", *texts])
    except GitRefused:
        return False
    blobs = {}
    for entry in listed.split(b"\0"):
        about, _, path = entry.partition(b"\t")
        if about.split()[1:2] == [b"blob"]:
            blobs[path] = about.split()[2].decode()
    algorithm = "sha1" if len(commit) == _SHA1_LETTERS else "sha256"
    return all(
        blobs.get(path.encode()) == _blob(text.encode("utf-8", "surrogatepass"), algorithm)
        for path, text in texts.items()
    )


def _blob(data: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
