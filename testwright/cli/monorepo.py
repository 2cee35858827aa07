"""A package that uses what lies beside or above it, or is locked there, is worked on from its monorepo's root."""

import json
import re
from pathlib import Path
from typing import Any

MANIFEST = "package.json"
_HOW_FILES_ARE_READ = {"type", "version", "sideEffects", "main", "module", "types"}
_EXTENDS_WHAT_LIES_ABOVE = re.compile(r'"extends"\s*:\s*(?:"\.\./|\[[^\]]*"\.\./)')
_MOST_BYTES = 1 << 20
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock")


def root_for(package: Path) -> Path:
    """The monorepo's root for a package that depends on a sibling, whose TypeScript settings build on those above, or
    whose packages are locked there; else the package itself.
    """
    manifest = _manifest(package)
    needed = {name for key in ("dependencies", "devDependencies") for name in _names(manifest.get(key))}
    looks_up = any(_EXTENDS_WHAT_LIES_ABOVE.search(_text(config)) for config in package.glob("tsconfig*.json"))
    is_locked = _has_lock(package)
    for above in package.parents:
        uses_it = looks_up or any(_is_sibling(above, package, name) for name in needed)
        if _has_members(above) and (uses_it or (_has_lock(above) and not is_locked)):
            return above
        if (above / ".git").exists():
            break
    return package


def says_only_how_files_are_read(folder: Path) -> bool:
    """Of a manifest in the midst of a package, such as `{"type": "module"}` beside its sources."""
    manifest = _manifest(folder)
    return bool(manifest) and manifest.keys() <= _HOW_FILES_ARE_READ


def _has_members(folder: Path) -> bool:
    return (folder / "pnpm-workspace.yaml").is_file() or "workspaces" in _manifest(folder)


def _has_lock(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _LOCKS)


def _is_sibling(root: Path, package: Path, name: str) -> bool:
    """Whether the package manager put a link to a folder of this very tree, not of node_modules, in its place."""
    places = [folder / "node_modules" / name for folder in (root, package)]
    found = next((place.resolve() for place in places if place.is_symlink()), None)
    return found is not None and found.is_relative_to(root.resolve()) and "node_modules" not in found.parts


def _names(dependencies: Any) -> list[str]:
    return list(dependencies) if isinstance(dependencies, dict) else []


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(folder / MANIFEST))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
