"""What a project's files say of how it is built: package manager, modules, types, workspaces, with evidence."""

import json
import posixpath
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from testwright.domain.ports import ProjectView

_JAVASCRIPT_LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_PYTHON_LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv"}
_TEXT_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found out, and what says so."""

    what: str
    value: str
    because: str


def findings(view: ProjectView, language_of: Callable[[str], str | None]) -> list[Finding]:
    """In the order in which a person would ask."""
    paths = view.paths()
    languages = Counter(language for path in paths if (language := language_of(path)) is not None)
    found = [
        Finding(what="language", value=language, because=f"{count:,} {'file' if count == 1 else 'files'}")
        for language, count in languages.most_common()
    ]
    if languages.keys() & {"javascript", "typescript"}:
        found += _of_javascript(view, paths)
    if "python" in languages:
        found += _of_python(view, paths)
    return found


def _of_javascript(view: ProjectView, paths: Sequence[str]) -> Iterator[Finding]:
    manifest = _json(view, "package.json")
    manager = manifest.get("packageManager")
    if isinstance(manager, str):
        yield Finding(what="package manager", value=manager.partition("+")[0], because="packageManager in package.json")
    else:
        yield from _locked(view, _JAVASCRIPT_LOCKS, "package manager")
    if "pnpm-workspace.yaml" in paths:
        yield Finding(what="workspace", value=_packages(paths), because="pnpm-workspace.yaml")
    elif "workspaces" in manifest:
        yield Finding(what="workspace", value=_packages(paths), because="workspaces in package.json")
    if "package.json" in paths:
        is_module = manifest.get("type") == "module"
        because = "type in package.json" if "type" in manifest else "no type in package.json"
        yield Finding(what="modules", value="ES modules" if is_module else "CommonJS", because=because)
    if "tsconfig.json" in paths:
        options = _json(view, "tsconfig.json").get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        words = ["strict"] if options.get("strict") is True else []
        words += [f"module {options['module']}"] if "module" in options else []
        words += ["path aliases"] if options.get("paths") else []
        yield Finding(what="TypeScript", value=", ".join(words) or "as usual", because="tsconfig.json")


def _packages(paths: Sequence[str]) -> str:
    folders = [posixpath.dirname(path) for path in paths if path.endswith("/package.json")]
    return _counted(folders, "package")


def _of_python(view: ProjectView, paths: Sequence[str]) -> Iterator[Finding]:
    project = _toml(view, "pyproject.toml")
    tools = project.get("tool")
    tools = tools if isinstance(tools, dict) else {}
    locked = list(_locked(view, _PYTHON_LOCKS, "package manager"))
    named = next((name for name in ("uv", "poetry", "pdm", "hatch") if name in tools), None)
    if locked:
        yield from locked
    elif named is not None:
        yield Finding(what="package manager", value=named, because=f"[tool.{named}] in pyproject.toml")
    members = tools.get("uv")
    if isinstance(members, dict) and "workspace" in members:
        folders = [posixpath.dirname(path) for path in paths if path.endswith("/pyproject.toml")]
        yield Finding(what="workspace", value=_counted(folders, "package"), because="[tool.uv.workspace]")
    packages = sorted({path.split("/src/")[0] for path in paths if path.endswith("__init__.py") and "src/" in path})
    is_src = any(re.fullmatch(r"src/[^/]+/__init__\.py|src/[^/]+\.py", path) for path in paths)
    flat = [path.split("/")[0] for path in paths if re.fullmatch(r"[^/]+/__init__\.py", path)]
    flat = [name for name in flat if name not in ("tests", "test", "docs", "examples", "scripts")]
    if is_src:
        yield Finding(what="layout", value="src", because="packages below src/")
    elif flat:
        yield Finding(what="layout", value="flat", because=f"{', '.join(flat[:_MOST_NAMED])} at the root")
    elif packages:
        yield Finding(what="layout", value="several roots", because=", ".join(packages[:_MOST_NAMED]))


def _locked(view: ProjectView, locks: dict[str, str], what: str) -> Iterator[Finding]:
    for path, name in locks.items():
        if view.exists(path):
            yield Finding(what=what, value=name, because=path)
            return


def _counted(folders: Sequence[str], noun: str) -> str:
    shown = ", ".join(sorted(folders)[:_MOST_NAMED]) + (", …" if len(folders) > _MOST_NAMED else "")
    return f"{len(folders)} {noun if len(folders) == 1 else noun + 's'}" + (f": {shown}" if shown else "")


def _json(view: ProjectView, path: str) -> dict[str, Any]:
    text = view.text(path) or "{}"
    plain = _TEXT_OR_COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else "", text)
    for attempt in (text, re.sub(r",(\s*[}\]])", r"\1", plain)):
        try:
            found = json.loads(attempt)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else {}
    return {}


def _toml(view: ProjectView, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(view.text(path) or "")
    except (ValueError, RecursionError):
        return {}
