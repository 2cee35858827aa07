"""By which dotted name a Python file is imported, and from which folder.

Text logic over a project's paths, shared by the rooms that need the same answer; nothing is imported or run.
"""

import re
import sys
from collections.abc import Iterator
from itertools import islice
from keyword import iskeyword

from testwright.domain.ports import ProjectView

_MOST_FILES_READ = 300


def module_name(path: str, view: ProjectView) -> str:
    """The dotted name by which tests import the file; not importable when a part is no identifier."""
    root = import_root(path, view)
    inner = path[len(root) + 1 :] if root else path
    parts = inner.removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def import_root(path: str, view: ProjectView) -> str:
    """The folder that must be on sys.path, "" for the project itself.

    Packages with an `__init__.py` say it themselves. A folder without one may still be a namespace package: then the
    way the project itself imports the file decides, and after that the `src` convention.
    """
    folders = path.split("/")[:-1]
    if folders and view.exists("/".join([*folders, "__init__.py"])):
        while folders and view.exists("/".join([*folders, "__init__.py"])):
            folders.pop()
        return "/".join(folders)
    stem = path.rsplit("/", 1)[-1].removesuffix(".py")
    imported = _root_by_use(folders, stem, view)
    if imported is not None:
        return imported
    return "src" if folders[:1] == ["src"] and len(folders) > 1 else "/".join(folders)


def is_importable(name: str) -> bool:
    return all(part.isidentifier() and not iskeyword(part) for part in name.split("."))


def hides_standard_module(path: str) -> str | None:
    """The module of Python's own that this file takes the place of, for everybody who runs here; None if it does not.

    The project's own folder and `src` come first where modules are looked for.
    """
    name = path.removeprefix("src/").removesuffix("/__init__.py").removesuffix(".py")
    return name if path.endswith(".py") and name in sys.stdlib_module_names else None


def top_level_names(view: ProjectView) -> frozenset[str]:
    """What the project's own files may be imported as: the first part of every dotted name."""
    packages = {path.rsplit("/", 1)[0] for path in view.paths() if path.endswith("/__init__.py")}
    names: set[str] = set()
    for path in view.paths():
        if not path.endswith(".py"):
            continue
        folders = path.split("/")[:-1]
        names.add(path.rsplit("/", 1)[-1].removesuffix(".py"))
        depth = len(folders)
        while depth and "/".join(folders[:depth]) in packages:
            depth -= 1
        names.update(folders[depth : depth + 1])
        names.update(folders[:1])  # a namespace package in the project's own folder
        if folders[:1] == ["src"]:
            names.update(folders[1:2])
    return frozenset(name for name in names if name.isidentifier() and name != "__init__")


def _root_by_use(folders: list[str], stem: str, view: ProjectView) -> str | None:
    """The root under which other files of the project import this one most often, None when none does."""
    votes: dict[str, int] = {}
    texts = list(_texts(view))
    for depth in range(len(folders) + 1):
        dotted = ".".join([*folders[depth:], stem])
        package = ".".join(folders[depth:])
        pattern = rf"^\s*(?:from\s+{re.escape(dotted)}\s+import|import\s+{re.escape(dotted)}\b)"
        if package:
            pattern += rf"|^\s*from\s+{re.escape(package)}\s+import\s+[^\n]*\b{re.escape(stem)}\b"
        uses = re.compile(pattern, re.MULTILINE)
        count = sum(1 for text in texts if uses.search(text))
        if count:
            votes["/".join(folders[:depth])] = count
    return max(votes, key=lambda root: votes[root]) if votes else None


def _texts(view: ProjectView) -> Iterator[str]:
    python = (path for path in view.paths() if path.endswith(".py"))
    for path in islice(python, _MOST_FILES_READ):
        text = view.text(path)
        if text is not None:
            yield text
