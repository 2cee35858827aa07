"""Packages of a monorepo that set up a runner of their own: it is started in their folder, as their `npm test` does."""

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any

from testwright.domain.ports import ProjectView
from testwright.domain.within import Within, below

CONFIGS = {
    "vitest": re.compile(r"vitest\.config\.\w+|vitest\.workspace\.\w+"),
    "jest": re.compile(r"jest\.config\.\w+"),
    "mocha": re.compile(r"\.mocharc\.\w+"),
}
SCRIPTS = {
    "vitest": re.compile(r"\bvitest\b"),
    "jest": re.compile(r"\bjest\b"),
    "mocha": re.compile(r"\b_?mocha\b"),
    "node:test": re.compile(r"\bnode\b[^&|;]*\s--test\b"),
}
_FLAGS = re.compile(r"(?:--import|--require|-r|--loader)[ =][\w@./-]+")
_ENDINGS = ("ts", "mts", "cts", "js", "mjs", "cjs", "json", "yml", "yaml")
_FILES = [
    *(f"{name}.config.{ending}" for name in ("vitest", "jest") for ending in _ENDINGS[:7]),
    *(f".mocharc.{ending}" for ending in _ENDINGS[3:]),
]


def home_of(path: str, view: ProjectView) -> str:
    """The folder of the nearest package above a file that sets up a runner; "" for the project's own."""
    folder = posixpath.dirname(path)
    while folder:
        if view.exists(f"{folder}/package.json") and _sets_up_a_runner(Within(view, folder)):
            return folder
        folder = posixpath.dirname(folder)
    return ""


def seen_from_home(path: str, view: ProjectView) -> ProjectView:
    home = home_of(path, view)
    return Within(view, home) if home else view


def place_in_home(place: Callable[[str, ProjectView], str], source_path: str, view: ProjectView) -> str:
    """What `place` says of the source within its package."""
    home = home_of(source_path, view)
    if not home:
        return place(source_path, view)
    return f"{home}/{place(below(home, source_path), Within(view, home))}"


def find_in_home(
    find: Callable[[str, ProjectView], tuple[str, ...]], source_path: str, view: ProjectView
) -> tuple[str, ...]:
    """What `find` finds for the source within its package."""
    home = home_of(source_path, view)
    if not home:
        return find(source_path, view)
    return tuple(f"{home}/{each}" for each in find(below(home, source_path), Within(view, home)))


def manifest_of(view: ProjectView) -> dict[str, Any]:
    try:
        manifest = json.loads(view.text("package.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def scripted(manifest: dict[str, Any]) -> set[str]:
    """The runners that `npm test` speaks of."""
    scripts = manifest.get("scripts")
    script = str(scripts.get("test", "")) if isinstance(scripts, dict) else ""
    return {name for name, form in SCRIPTS.items() if form.search(script)}


def node_flags(view: ProjectView) -> list[str]:
    """What a package's `npm test` gives Node to load first, such as what lets it load TypeScript."""
    scripts = manifest_of(view).get("scripts")
    script = str(scripts.get("test", "")) if isinstance(scripts, dict) else ""
    return _FLAGS.findall(script) if SCRIPTS["node:test"].search(script) else []


def _sets_up_a_runner(package: ProjectView) -> bool:
    manifest = manifest_of(package)
    is_configured = any(name in manifest for name in CONFIGS) or any(package.exists(name) for name in _FILES)
    return is_configured or bool(scripted(manifest))
