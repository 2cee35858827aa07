"""Which source files lie below the paths that were given, and to which project each belongs."""

import re
from collections.abc import Sequence
from pathlib import Path

from testwright.cli.monorepo import MANIFEST, root_for, says_only_how_files_are_read
from testwright.domain.errors import InputError
from testwright.domain.still import Still
from testwright.sources.folder import FolderView
from testwright.sources.keeping import imported_at
from testwright.sources.project_config import left_in, read_config
from testwright.wiring import language_of, worth_testing

_ROOT_MARKS = (
    *("testwright.toml", "pyproject.toml", "package.json", "setup.py", "setup.cfg"),
    *("Cargo.toml", "pom.xml", "go.mod", "Gemfile"),
)


def select(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """The source files below the given paths, by the project they belong to. Raises InputError."""
    projects: dict[Path, list[str]] = {}
    found: dict[Path, list[str]] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} does not exist.", hint="Give source files or folders.")
        here = path.resolve()
        if here.is_file():
            if language_of(here.name) is None:
                raise InputError(f"{path} is in no language that tests can be written for.", hint="Leave it out.")
            _add(projects, here)
        else:
            for relative in worth_testing(Still(FolderView(str(here)))):
                _add(found, here / relative)
    for root, below in found.items():
        for relative in left_in(read_config(FolderView(str(root))), below):
            _add(projects, root / relative)
    if not projects:
        for path in paths:
            if _is_bare_submodule(path.resolve()):
                raise InputError(
                    f"{path} is a submodule that is not checked out.",
                    hint="Run `git submodule update --init`, then try again.",
                )
        raise InputError(
            "There is no source file to write tests for.", hint="Give source files; docs/other-languages.md says which."
        )
    return projects


def _is_bare_submodule(folder: Path) -> bool:
    if not folder.is_dir() or any(folder.iterdir()):
        return False
    listing = next((found for parent in folder.parents if (found := parent / ".gitmodules").is_file()), None)
    if listing is None:
        return False
    lines = listing.read_text("utf-8", "replace").splitlines()
    place = folder.relative_to(listing.parent).as_posix()
    return any(re.fullmatch(rf"\s*path\s*=\s*{re.escape(place)}\s*", line) for line in lines)


def _add(projects: dict[Path, list[str]], file: Path) -> None:
    root = project_root(file.parent)
    relative = file.relative_to(root).as_posix()
    held = projects.setdefault(root, [])
    if relative not in held:
        held.append(relative)


def project_root(folder: Path) -> Path:
    """The nearest folder with a manifest or a repository; without any, the one that holds the file's Python package.

    What was imported from elsewhere is no part of anything that lies above it.
    """
    imported = next((one for one in (folder, *folder.parents) if imported_at(one) is not None), None)
    root = _nearest_root(folder)
    return root if imported is None or root.is_relative_to(imported) else imported


def _nearest_root(folder: Path) -> Path:
    while (folder / "__init__.py").exists():
        folder = folder.parent
    lone: Path | None = None
    for candidate in (folder, *folder.parents):
        marks = [mark for mark in _ROOT_MARKS if (candidate / mark).exists()]
        if marks == [MANIFEST] and says_only_how_files_are_read(candidate):
            lone = lone or candidate
        elif marks:
            return root_for(candidate)
        elif (candidate / ".git").exists():
            return candidate
    return lone or folder
