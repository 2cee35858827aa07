"""A package that uses its siblings is worked on from its monorepo's root, where links to them lead somewhere."""

import json
from pathlib import Path
from typing import Any

_MANIFEST = "package.json"
_CONFIGURES_A_RUNNER = ("vitest.config.*", "vite.config.*", "jest.config.*", ".mocharc*")
_MOST_BYTES = 1 << 20


def root_for(package: Path) -> Path:
    """The monorepo's root for a package that depends on a sibling; else, or where the package sets up its own runner,
    the package itself: its configuration holds only in its folder.
    """
    manifest = _manifest(package)
    needed = {name for key in ("dependencies", "devDependencies") for name in _names(manifest.get(key))}
    if not needed or "jest" in manifest or any(next(package.glob(name), None) for name in _CONFIGURES_A_RUNNER):
        return package
    for above in package.parents:
        if _has_members(above) and any(_is_sibling(above, package, name) for name in needed):
            return above
        if (above / ".git").exists():
            break
    return package


def _has_members(folder: Path) -> bool:
    return (folder / "pnpm-workspace.yaml").is_file() or "workspaces" in _manifest(folder)


def _is_sibling(root: Path, package: Path, name: str) -> bool:
    """Whether the package manager put a link to a folder of this very tree, not of node_modules, in its place."""
    places = [folder / "node_modules" / name for folder in (root, package)]
    found = next((place.resolve() for place in places if place.is_symlink()), None)
    return found is not None and found.is_relative_to(root.resolve()) and "node_modules" not in found.parts


def _names(dependencies: Any) -> list[str]:
    return list(dependencies) if isinstance(dependencies, dict) else []


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        with (folder / _MANIFEST).open("rb") as file:
            found = json.loads(file.read(_MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
