"""From a module's name, as a file imports it, to the project's file that defines what is imported."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from testwright.domain.ports import Language, ProjectView

_SCRIPT_ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts")
_INDEXES = tuple(f"/index{ending}" for ending in _SCRIPT_ENDINGS[1:])
_MOST_HOPS = 4
_MOST_PACKAGES = 200
_CONFIGS = ("tsconfig.json", "jsconfig.json", "tsconfig.base.json", "tsconfig.app.json")


def place_of(module: str, importer: str, view: ProjectView) -> str | None:
    """The project's file that a module is; None for one that comes from elsewhere."""
    candidates = _python_candidates if importer.endswith(".py") else _script_candidates
    return next((path for path in candidates(module, importer, view) if _is_file(path, view)), None)


def defining(path: str, names: Sequence[str], language: Language, view: ProjectView) -> Iterator[tuple[str, str]]:
    """The files in which these names are defined, passed-on names followed, each with the outline of its names."""
    waiting = [(path, tuple(names), 0)]
    seen: set[str] = set()
    while waiting:
        here, wanted, hops = waiting.pop(0)
        text = view.text(here)
        if text is None or here in seen:
            continue
        seen.add(here)
        outline = language.outline(text, here, wanted)
        if outline:
            yield here, outline
        if hops < _MOST_HOPS:
            missing = tuple(name for name in wanted if not re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", outline))
            waiting += [(place, passed, hops + 1) for place, passed in _passed_on(here, text, missing, language, view)]


def aliases(importer: str, view: ProjectView) -> Mapping[str, str]:
    """How a file may abbreviate the paths in its imports: `@/*` → `src/*`. The nearest configuration wins."""
    found: dict[str, str] = {}
    folder = importer
    while folder:
        folder = posixpath.dirname(folder)
        for pattern, target in _aliases_in(folder, view):
            found.setdefault(pattern, posixpath.normpath(posixpath.join(folder, target)))
    return found


def _aliases_in(folder: str, view: ProjectView) -> Iterator[tuple[str, str]]:
    """Each alias with its target, as seen from this folder."""
    for config in _CONFIGS:
        options = _json(view.text(posixpath.join(folder, config))).get("compilerOptions")
        paths = options.get("paths") if isinstance(options, dict) else None
        base = str(options.get("baseUrl", ".")) if isinstance(options, dict) else "."
        for pattern, targets in paths.items() if isinstance(paths, dict) else ():
            if isinstance(targets, list) and targets and isinstance(targets[0], str):
                yield pattern, posixpath.join(base, targets[0])
    own = _json(view.text(posixpath.join(folder, "package.json"))).get("imports")
    for pattern, target in own.items() if isinstance(own, dict) else ():
        if isinstance(target, str):
            yield pattern, target


def _passed_on(
    here: str, text: str, names: tuple[str, ...], language: Language, view: ProjectView
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not names:
        return
    for taken in language.imports(text, here):
        passed = names if "*" in taken.names else tuple(name for name in names if name in taken.names)
        place = place_of(taken.module, here, view) if passed else None
        if place is not None:
            yield place, passed


def _is_file(path: str, view: ProjectView) -> bool:
    return not path.startswith("..") and posixpath.splitext(path)[1] != "" and view.exists(path)


def _python_candidates(module: str, importer: str, view: ProjectView) -> Iterator[str]:
    bare = module.lstrip(".")
    dots = len(module) - len(bare)
    inner = bare.replace(".", "/")
    folder = posixpath.dirname(importer)
    bases = [posixpath.join(folder or ".", *([".."] * (dots - 1)))] if dots else _roots_of(folder)
    for base in bases:
        stem = posixpath.normpath(posixpath.join(base, inner))
        yield from (f"{stem}{ending}" for ending in (".py", "/__init__.py", ".pyi"))


def _roots_of(folder: str) -> list[str]:
    """Where an absolute import may begin: the project, `src`, and every folder above the importer."""
    parts = folder.split("/") if folder else []
    return [".", "src", *("/".join(parts[:depth]) for depth in range(len(parts), 0, -1))]


def _script_candidates(module: str, importer: str, view: ProjectView) -> Iterator[str]:
    beside = posixpath.join(posixpath.dirname(importer), module)
    bases = [beside] if module.startswith(".") else _meant(module, importer, view)
    for base in map(posixpath.normpath, bases):
        yield from (base + ending for ending in (*_SCRIPT_ENDINGS, *_INDEXES))
        written = re.sub(r"\.([mc]?)js(x?)$", r".\1ts\2", base)  # TypeScript is imported by the name it will have
        if written != base:
            yield from (written, f"{written}x")


def _meant(module: str, importer: str, view: ProjectView) -> list[str]:
    found: list[str] = []
    for pattern, target in aliases(importer, view).items():
        before, star, after = pattern.partition("*")
        if not star and module == pattern:
            found.append(target)
        elif star and module.startswith(before) and module.endswith(after):
            found.append(target.replace("*", module[len(before) : len(module) - len(after)], 1))
    return found or ([] if module.startswith("node:") else [*_in_its_package(module, view)])


def _in_its_package(module: str, view: ProjectView) -> Iterator[str]:
    """Where a module lies that another package of a monorepo offers by that package's name."""
    parts = module.split("/")
    name = "/".join(parts[: 2 if module.startswith("@") else 1])
    inner = module.removeprefix(name)
    manifests = [path for path in view.paths() if path.endswith("/package.json")][:_MOST_PACKAGES]
    for path in manifests:
        if f'"{name}"' in (text := view.text(path) or "") and (manifest := _json(text)).get("name") == name:
            for entry in _entries(manifest, inner):
                yield posixpath.join(posixpath.dirname(path), entry)


def _entries(manifest: Mapping[str, Any], inner: str) -> Iterator[str]:
    """What a package gives for its name, or for what follows it; then where the source of it usually lies."""
    offered = manifest.get("exports")
    given = offered.get(f".{inner}") if isinstance(offered, dict) else offered if not inner else None
    yield from _files_in(given)
    if inner:
        yield from (f"src{inner}", inner.removeprefix("/"))
        return
    named = (manifest.get(key) for key in ("source", "types", "main"))
    yield from (each for each in named if isinstance(each, str))
    yield from ("src/index", "index")


def _files_in(given: Any) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    for each in given.values() if isinstance(given, dict) else ():
        yield from _files_in(each)


def name_from_afar(place: str, importer: str, view: ProjectView) -> str | None:
    """What a file is called by a file of another package: the name of the package that it is the entry of."""
    folder = posixpath.dirname(place)
    while folder and not view.exists(f"{folder}/package.json"):
        folder = posixpath.dirname(folder)
    if not folder or importer.startswith(f"{folder}/"):
        return None
    name = _json(view.text(f"{folder}/package.json")).get("name")
    return name if isinstance(name, str) and place_of(name, importer, view) == place else None


def _json(text: str | None) -> Mapping[str, Any]:
    """A configuration file may carry comments and trailing commas; one that still cannot be read says nothing."""
    plain = re.sub(r"(?m)^\s*//.*$|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/(?=\s*[\"}\]])", "", text or "")
    try:
        found = json.loads(re.sub(r",(\s*[}\]])", r"\1", plain))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
