"""How a suite imports the file it tests, worked out from paths alone."""

import json
import posixpath
import tomllib

from testwright.domain.ports import ProjectView
from testwright.domain.python_modules import module_name

_DROPPED_ENDINGS = (".tsx", ".ts", ".jsx", ".js")
_COMPLETED = ("mjs", "js", "cjs", "mts", "ts", "cts", "jsx", "tsx")
_NEEDS_ENDING = frozenset({"mocha", "node:test"})
"""Frameworks whose suites may be loaded by Node itself, which completes no file name."""


def unit_specifier(source_path: str, suite_path: str, framework: str, view: ProjectView) -> str:
    """A Python module's dotted name, or a JavaScript path relative to the suite (`../src/money`); of Rust the path of
    the module, of Java the class.
    """
    if source_path.endswith(".rs"):
        return _rust_path(source_path, view)
    if source_path.endswith(".java"):
        inner = source_path.removesuffix(".java").partition("src/main/java/")
        return (inner[2] or inner[0]).replace("/", ".")
    if source_path.endswith(".go"):
        return posixpath.basename(posixpath.dirname(source_path)) or "main"
    if source_path.endswith(".py"):
        return module_name(source_path, view)
    relative = posixpath.relpath(source_path, posixpath.dirname(suite_path) or ".")
    if framework not in _NEEDS_ENDING and not is_ambiguous(source_path, view):
        for ending in _DROPPED_ENDINGS:
            if relative.endswith(ending):
                relative = relative.removesuffix(ending)
                break
    return relative if relative.startswith("../") else f"./{relative}"


def package_name(home: str, view: ProjectView) -> str:
    """What the package in this folder is called by its package.json; empty where that says nothing."""
    try:
        found = json.loads(view.text(posixpath.join(home, "package.json")) or "{}")
    except (ValueError, RecursionError):
        return ""
    name = found.get("name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


def is_ambiguous(source_path: str, view: ProjectView) -> bool:
    """Whether a path without its ending, or with TypeScript's `.js` for it, may mean a neighbour (a.js beside a.ts)."""
    stem, _, ending = source_path.rpartition(".")
    return any(view.exists(f"{stem}.{other}") for other in _COMPLETED if other != ending)


def _rust_path(source_path: str, view: ProjectView) -> str:
    """From the name of the crate: `fares::money` for src/money.rs."""
    try:
        crate = str(tomllib.loads(view.text("Cargo.toml") or "")["package"]["name"]).replace("-", "_")
    except (ValueError, KeyError, TypeError):
        crate = "crate"
    parts = source_path.removesuffix(".rs").removeprefix("src/").split("/")
    return "::".join([crate, *(part for part in parts if part not in ("lib", "main", "mod"))])
