"""Which test framework a project means, by its own files: how it tests already, what it configures and declares."""

import re
from collections.abc import Iterator
from typing import Any

from testwright.domain.ports import ProjectView
from testwright.frameworks.javascript_packages import CONFIGS, manifest_of, scripted

_MOST_FILES_READ = 300
_PYTHON_TEST = re.compile(r"(?:^|/)(?:test_[^/]+|[^/]+_test|tests?)\.py\Z|(?:^|/)tests?/(?:.+/)?[^/]+\.py\Z")
_UNITTEST = re.compile(r"^\s*(?:import unittest|from unittest(?:\.\w+)* import)\b", re.MULTILINE)
_PYTEST = re.compile(r"^(?:\s*(?:import pytest|from pytest\b)|(?:async )?def test)", re.MULTILINE)
_TELLS_HOW = ("pyproject.toml", "setup.cfg", "tox.ini", "noxfile.py", "Makefile", "pytest.ini", "conftest.py")
_RUNS_UNITTEST = re.compile(r"(?:-m|=) ?unittest\b|unittest discover")

_NOT_SUPPORTED = ("tap", "tape", "ava", "uvu", "jasmine", "qunit", "bun-types", "@japa/runner")
_TYPED = (".ts", ".tsx", ".mts", ".cts")
_SUITE = re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?\Z|(?:^|/)(?:test|tests|spec|__tests__)/.+\.[cm]?[jt]sx?\Z")
_IMPORTS_NODE_TEST = re.compile(r"""(?:from|require\(|import)\s*['"]node:test['"]""")


Preferred = tuple[str, str]
"""A framework's name, and what says so."""
USUAL = "nothing says otherwise"


def preferred_python(view: ProjectView) -> Preferred:
    """As most test files are written; where there are none, pytest, unless only unittest is spoken of."""
    by_unittest = by_pytest = 0
    for text in _texts(view, _PYTHON_TEST):
        if _PYTEST.search(text):
            by_pytest += 1
        elif _UNITTEST.search(text):
            by_unittest += 1
    if by_unittest or by_pytest:
        name, many = ("unittest", by_unittest) if by_unittest > by_pytest else ("pytest", by_pytest)
        return name, f"{many} of {by_unittest + by_pytest} test files"
    spoken = {path: view.text(path) or "" for path in _TELLS_HOW if view.exists(path)}
    for path, text in spoken.items():
        if "pytest" in text or path in ("pytest.ini", "conftest.py"):
            return "pytest", path
    for path, text in spoken.items():
        if _RUNS_UNITTEST.search(text):
            return "unittest", path
    return "pytest", USUAL


def preferred_javascript(view: ProjectView, known: tuple[str, ...]) -> Preferred:
    """What it configures, else what `npm test` runs, else what it declares, else what its tests import; or vitest."""
    manifest = manifest_of(view)
    configured = {name for name, form in CONFIGS.items() if any(form.fullmatch(path) for path in view.paths())}
    configured |= {name for name in CONFIGS if name in manifest}
    told = scripted(manifest)
    for named, because in (
        (configured & told, "its configuration, and the test script in package.json"),
        (configured, "its configuration"),
        (told, "the test script in package.json"),
        (_declared(manifest), "dependencies in package.json"),
    ):
        for name in known:
            if name in named:
                return name, because
    if "node:test" in known and any(_IMPORTS_NODE_TEST.search(text) for text in _texts(view, _SUITE)):
        return "node:test", "what its test files import"
    other = next((name for name in _NOT_SUPPORTED if name in _declared(manifest)), None)
    if other is not None and "node:test" in known and not any(path.endswith(_TYPED) for path in view.paths()):
        # Nothing has to be installed for it, and a project that has chosen something small would not want vitest.
        return "node:test", f"{other} is not supported, and this comes with Node"
    return "vitest", USUAL if other is None else f"{other} is not supported"


def _texts(view: ProjectView, form: re.Pattern[str]) -> Iterator[str]:
    found = (path for path in view.paths() if form.search(path))
    for _, path in zip(range(_MOST_FILES_READ), found, strict=False):
        text = view.text(path)
        if text is not None:
            yield text


def _declared(manifest: dict[str, Any]) -> frozenset[str]:
    kinds = ("dependencies", "devDependencies", "peerDependencies")
    found = (manifest.get(kind) for kind in kinds)
    return frozenset(name for group in found if isinstance(group, dict) for name in group)
