"""What a suite begins with under each runner, and in which module system it is written."""

import json
import posixpath
import re
from typing import Any

from testwright.domain.ports import ProjectView, WritingTask
from testwright.domain.specifiers import unit_specifier
from testwright.writers.explorer.javascript.words import Chai, Matchers, NodeAssert, Words
from testwright.writers.explorer.javascript.writing import Style

OF_NODE = ("mocha", "node:test")
"""Runners whose suites are loaded by Node itself."""
_HOOKS = "afterEach, beforeEach, describe"


def words_for(task: WritingTask) -> Words:
    """chai where the project has it; Node's own assert needs nothing."""
    if task.framework not in OF_NODE:
        return Matchers("jest" if task.framework == "jest" else "vi")
    return Chai() if task.framework == "mocha" and "chai" in _declared(task.view, task.suite_path) else NodeAssert()


def imports(task: WritingTask, style: Style) -> list[str]:
    if task.framework == "vitest":
        return [f"import {{ afterAll, {_HOOKS}, expect, it, vi }} from 'vitest'{style.end}"]
    if task.framework == "jest":
        wants_names = "@jest/globals" in (task.view.text("package.json") or "")
        return (
            [f"import {{ afterAll, {_HOOKS}, expect, it, jest }} from '@jest/globals'{style.end}"]
            if wants_names
            else []
        )
    lines = []
    if isinstance(style.words, Chai):
        lines.append(_import("{ expect }", "chai", style))
    elif style.is_typed:  # a default import of it hangs on the compiler's options
        lines.append(_import("{ strict as assert }", "node:assert", style))
    else:
        lines.append(_import("assert", "node:assert/strict", style))
    if task.framework == "node:test":
        lines.append(_import(f"{{ after, {_HOOKS}, it }}", "node:test", style))
    return lines


def of_files(style: Style) -> list[str]:
    return [
        _import("{ existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync }", "node:fs", style),
        _import("{ tmpdir }", "node:os", style),
        _import("{ join }", "node:path", style),
    ]


def of_servers(style: Style) -> list[str]:
    if style.is_typed:
        return [
            f"import {{ createServer, type Server }} from 'node:http'{style.end}",
            f"import type {{ AddressInfo }} from 'node:net'{style.end}",
        ]
    return [_import("{ createServer }", "node:http", style)]


def of_laws(style: Style) -> str:
    return _import("fc", "fast-check", style)


def of_events(style: Style) -> str:
    return _import("{ once }", "node:events", style)


def is_loaded_as_module(task: WritingTask) -> bool:
    """Whether Node takes the suite for an ES module by its name or its package."""
    ending = task.suite_path.rpartition(".")[2]
    if task.framework not in OF_NODE or ending in ("cjs", "cts"):
        return False
    return ending in ("mjs", "mts", "ts", "tsx") or _manifest(task.view, task.suite_path).get("type") == "module"


def specifier_of(task: WritingTask, place: str = "") -> str:
    """With its ending, which Node wants in modules; TypeScript's is left out unless the project writes it."""
    path = unit_specifier(place or task.source.path, task.suite_path, task.framework, task.view)
    stem, _, ending = path.rpartition(".")
    if ending in ("ts", "tsx"):
        spelled = re.search(r"from\s+['\"]\.{1,2}/[^'\"]+\.(js|ts|tsx)['\"]", task.source.text)
        is_module = _manifest(task.view, task.suite_path).get("type") == "module"
        return f"{stem}.{'js' if spelled[1] == 'js' else ending}" if spelled else f"{stem}.js" if is_module else stem
    is_required = ending == "js" and not is_loaded_as_module(task)
    is_required = is_required and not re.search(r"^\s*(import|export)\b", task.source.text, re.M)
    return stem if is_required else path


def _import(names: str, module: str, style: Style) -> str:
    if style.is_module:
        return f"import {names} from '{module}'{style.end}"
    return f"const {names} = require('{module}'){style.end}"


def _declared(view: ProjectView, path: str) -> frozenset[str]:
    manifests = (_manifest(view, path), _manifest(view, "package.json"))
    groups = (manifest.get(kind) for manifest in manifests for kind in ("dependencies", "devDependencies"))
    return frozenset(name for group in groups if isinstance(group, dict) for name in group)


def _manifest(view: ProjectView, path: str) -> dict[str, Any]:
    """The nearest package.json above a file."""
    folder = posixpath.dirname(path)
    while True:
        text = view.text(posixpath.join(folder, "package.json"))
        if text is not None or not folder:
            break
        folder = posixpath.dirname(folder)
    try:
        manifest = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
