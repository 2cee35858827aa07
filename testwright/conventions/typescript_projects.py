"""Which `tsconfig.json` is in charge of a test file, and what else of the project it brings into sight."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath
from typing import Any

from testwright.conventions.jsonc import json_object
from testwright.conventions.looking import folders_above, is_named_by, texts_in
from testwright.domain.paths import base_name
from testwright.domain.ports import ProjectView

_MOST_HOPS = 8
_JAVASCRIPT = re.compile(r"\.[cm]?jsx?$")
_OWN_NAME = re.compile(r"(?:ts|js)config(?:\.[\w-]+)*\.json")
# The more a name has to do with tests, the better the chance that tests are its business.
_OF_TESTS = re.compile(r"test|spec|vitest|jest")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeScriptProject:
    """`path` is the configuration's; `include` and `exclude` are its own patterns, empty where it gives none."""

    path: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]


def project_of(suite_path: str, view: ProjectView) -> TypeScriptProject | None:
    """The nearest configuration that takes the suite in, else the nearest one at all.

    A configuration that only refers to others (`references`) stands for those.
    """
    fallback: TypeScriptProject | None = None
    for folder in folders_above(suite_path):
        found = [_read(path, view) for path in _configurations(folder, view)]
        for config in found:
            if _takes_in(config, folder, suite_path):
                return config
        fallback = fallback or next(iter(found), None)
    return fallback


def checks_javascript(project: TypeScriptProject, view: ProjectView) -> bool:
    """Whether `checkJs` holds, said by the configuration itself or by one of the project that it builds on."""
    path: str | None = project.path
    for _ in range(_MOST_HOPS):
        if path is None:
            return False
        config = json_object(view.text(path))
        options = config.get("compilerOptions")
        if isinstance(options, dict) and isinstance(options.get("checkJs"), bool):
            return bool(options["checkJs"])
        path = _base(path, config.get("extends"), view)
    return False


def _configurations(folder: str, view: ProjectView) -> list[str]:
    """Those of one folder: the usual name first, unless it has no files of its own, then those that tests may have."""
    start = f"{folder}/" if folder else ""
    usual = next((path for name in ("tsconfig.json", "jsconfig.json") if view.exists(path := f"{start}{name}")), None)
    if usual is None:
        return []
    referred = list(_references(usual, view))
    beside = [path for path in view.paths() if path.rpartition("/")[0] == folder and _is_of_tests(path)]
    own = [] if referred and json_object(view.text(usual)).get("files") == [] else [usual]
    return list(dict.fromkeys([*own, *sorted(referred, key=lambda path: not _is_of_tests(path)), *beside]))


def _is_of_tests(path: str) -> bool:
    name = base_name(path)
    return _OWN_NAME.fullmatch(name) is not None and _OF_TESTS.search(name) is not None


def _references(path: str, view: ProjectView) -> Iterator[str]:
    listed = json_object(view.text(path)).get("references")
    folder = path.rpartition("/")[0]
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("path"), str):
            place = normpath(f"{folder}/{each['path']}" if folder else each["path"])
            place = place if place.endswith(".json") else f"{place}/tsconfig.json"
            if view.exists(place) and place.rpartition("/")[0] == folder:
                yield place


def _read(path: str, view: ProjectView) -> TypeScriptProject:
    config = json_object(view.text(path))
    return TypeScriptProject(
        path=path, include=texts_in(config.get("include")), exclude=texts_in(config.get("exclude"))
    )


def _takes_in(config: TypeScriptProject, folder: str, suite_path: str) -> bool:
    inner = suite_path[len(folder) + 1 :] if folder else suite_path
    is_in = any(is_named_by(pattern, inner) for pattern in config.include or ("**/*",))
    return is_in and not any(is_named_by(pattern, inner) for pattern in config.exclude)


def _base(path: str, extends: Any, view: ProjectView) -> str | None:
    """The configuration of the project that this one builds on; one that came with a package is not looked into."""
    named = extends if isinstance(extends, str) else extends[-1] if isinstance(extends, list) and extends else None
    if not isinstance(named, str) or not named.startswith("."):
        return None
    folder = path.rpartition("/")[0]
    place = normpath(f"{folder}/{named}" if folder else named)
    return next((found for found in (place, f"{place}.json") if view.exists(found)), None)


def declarations(project: TypeScriptProject) -> list[str]:
    """Patterns of the declaration files that the configuration takes in: they count without being imported."""
    patterns = [_of_declarations(pattern) for pattern in project.include or ("**/*",)]
    return list(dict.fromkeys(pattern for pattern in patterns if pattern is not None))


def _of_declarations(pattern: str) -> str | None:
    if pattern.endswith(".d.ts"):
        return pattern
    folder, _, last = pattern.rpartition("/")
    if "*" in last or "?" in last:
        if last == "**":
            return f"{pattern}/*.d.ts"
        return f"{folder}/*.d.ts" if folder else "*.d.ts"
    return None if "." in last.lstrip(".") else f"{normpath(pattern)}/**/*.d.ts"


def is_javascript(path: str) -> bool:
    return _JAVASCRIPT.search(path) is not None
