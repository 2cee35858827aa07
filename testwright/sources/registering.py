"""Which folders of this machine may become repositories, and which ones to propose."""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import FolderSuggestion
from testwright.sources.folder import is_skipped, is_sound

_PROJECT_FILES = frozenset({"package.json", "pyproject.toml", "setup.py", "requirements.txt"})
_BESIDE = frozenset({"docs", "doc", "website", "tests", "test", "fixtures", "benchmarks", "bench"})
"""Below a project these come with it: they have packages of their own, and nothing that anybody would test."""
_DEEPEST = 2
_MOST_SUGGESTIONS = 20
_MOST_FOLDERS = 2000
"""How many folders below one root are looked into: a root may be a home folder."""


def register_folder(path: str, roots: Sequence[Path]) -> Path:
    """The real place of a folder, links resolved. A relative path is tried below each root. Raises InputError.

    A forbidden folder is told apart from a missing one only below a root, so that nobody can feel their way through
    the machine.
    """
    try:
        allowed = _real(roots)
        wanted = Path(path).expanduser() if path.startswith("~/") else Path(path)
        places = [wanted] if wanted.is_absolute() else [root / wanted for root in allowed]
        below = [place for place in places if _is_below(place.resolve(), allowed)]
        real = (_real_folder(place) for place in below)
        found = next((folder for folder in real if folder is not None and _is_below(folder, allowed)), None)
    except (OSError, ValueError, RuntimeError) as error:  # NUL, too long, a circle of links
        raise _bad_folder("is not a folder") from error
    if found is None:
        raise _bad_folder("is not a folder" if below else "is not below a folder that may be registered")
    return found


def _is_below(place: Path, roots: Sequence[Path]) -> bool:
    return any(place.is_relative_to(root) for root in roots)


def _real_folder(place: Path) -> Path | None:
    """Strictly: `nope/..` is no folder where there is no `nope`."""
    try:
        found = place.resolve(strict=True)
    except FileNotFoundError:
        return None
    return found if found.is_dir() else None


def suggest_folders(roots: Sequence[Path], registered: Collection[str]) -> list[FolderSuggestion]:
    """Folders that look like projects, the nearest first. `registered` are real places to leave out."""
    known = set(registered)
    suggestions: dict[str, FolderSuggestion] = {}
    for root in _real(roots):
        for folder in _projects(root):
            path = folder.relative_to(root).as_posix()
            # The same path below a later root could not be told apart: registering it would open this one.
            if str(folder) not in known and path not in suggestions:
                suggestions[path] = FolderSuggestion(name=folder.name or "root", path=path)
    nearest = sorted(suggestions.values(), key=lambda one: (one.path != ".", one.path.count("/"), one.path))
    return nearest[:_MOST_SUGGESTIONS]


def _projects(root: Path) -> Iterator[Path]:
    waiting = [(root, 0, False)]
    for looked_into, (folder, depth, is_within) in enumerate(waiting):
        if looked_into == _MOST_FOLDERS:
            return
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError:
            continue
        is_project = any(entry.name in _PROJECT_FILES and entry.is_file() for entry in entries)
        if is_project:
            yield folder
        is_within |= is_project
        if depth < _DEEPEST:
            waiting.extend(
                (folder / entry.name, depth + 1, is_within) for entry in entries if _leads_on(entry, is_within)
            )


def _leads_on(entry: os.DirEntry[str], is_within: bool) -> bool:
    if entry.name.startswith(".") or not is_sound(entry.name) or not entry.is_dir(follow_symlinks=False):
        return False
    if is_within and entry.name.lower() in _BESIDE:
        return False
    return not is_skipped(entry)


def _real(roots: Sequence[Path]) -> list[Path]:
    return [root.expanduser().resolve() for root in roots]


def _bad_folder(problem: str) -> InputError:
    return InputError(
        f"path {problem}.",
        code="bad_folder",
        fields=(FieldProblem("path", problem),),
        hint="Give a folder below one of TESTWRIGHT_ROOTS, which is where Testwright was started unless it is set.",
    )
