"""Explores JavaScript and TypeScript: runs the exports on chosen inputs under the project's own runner."""

from __future__ import annotations

import itertools
import json
import posixpath
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import Explored, Gaps, WritingTask
from testwright.domain.projects import WORKSPACE
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.openings import OF_NODE, is_loaded_as_module
from testwright.writers.explorer.javascript.plan import MARKER, PATIENCE, REPORT, Target, plan_of, targets_of
from testwright.writers.explorer.javascript.printing import quoted
from testwright.writers.explorer.javascript.suites import specifier_of
from testwright.writers.explorer.javascript.telling import further_writing_of, writing_of

__all__ = ["JavaScriptExplorer"]

_PARTS = ("values", "regex", "inputs", "calls", "lives", "drawn", "hosts", "changes", "watch", "quiet", "piles", "main")
_FOLDER = Path(__file__).parent / "probe"
_MOST_RESTARTS = 3
_ENDLESS = b'"endless"\n'
"""As `probe/watch.js` says it."""
_UNCHECKED = "// @ts-nocheck\n"
"""For runners that check types while they load: the switches are declared nowhere."""
_SLOW_START = 60.0
"""Seconds that a page and its libraries may take to load on a busy machine, beside what any runner may take."""


class JavaScriptExplorer:
    """The LanguageExplorer for javascript and typescript."""

    async def explore(self, task: WritingTask, seconds: float) -> Writing:
        module = Module(task.source.path, task.source.text, task.view)
        targets = _targets(task, module)
        told = await _observe(task, plan_of(task, module, targets, seconds), seconds)
        return writing_of(told, targets, task, module)

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps, seconds: float) -> Writing | None:
        """Calls whose outcome tells the code from a changed one that no test of the draft noticed."""
        if not gaps.unnoticed:
            return None
        module = Module(task.source.path, task.source.text, task.view)
        targets = _targets(task, module)
        path = _changed_path(task)
        changes = {"changes": [mutant.number for mutant in gaps.unnoticed], "changed": f"{WORKSPACE}/{path}"}
        plan = plan_of(task, module, targets, seconds) | changes
        told = await _observe(
            replace(task, probe=partial(task.probe, files={path: f"{_UNCHECKED}{gaps.switched}"})), plan, seconds
        )
        return further_writing_of(told, targets, task, module, draft)


def _changed_path(task: WritingTask) -> str:
    """A name beside the source, where its relative imports hold, that nothing in the project has."""
    folder, name = posixpath.split(task.source.path)
    names = (f"testwright-changed{'' if n == 1 else n}-{name}" for n in itertools.count(1))
    return next(path for each in names if not task.view.exists(path := posixpath.join(folder, each)))


def _targets(task: WritingTask, module: Module) -> tuple[Target, ...]:
    targets = targets_of(task, module)
    if task.framework in OF_NODE:  # no page to draw on
        return tuple(target for target in targets if target.kind in ("function", "class"))
    return targets


async def _observe(task: WritingTask, plan: dict[str, Any], seconds: float) -> list[dict[str, Any]]:
    """Run the probe; a call that never returns costs one run and is left out of the next."""
    restarts = 0
    while True:
        explored = await task.probe(probe_text(task, plan), (REPORT, MARKER), seconds=PATIENCE * seconds + _SLOW_START)
        found = _report(explored)
        if found is not None:
            return found
        culprit = _culprit(explored)
        if explored.reports.get(MARKER) == _ENDLESS:
            raise _loops(base_name(task.source.path))
        restarts += 1
        if culprit is None or culprit[:3] in plan["skip"] or restarts > _MOST_RESTARTS:
            raise _no_observations(explored)
        if culprit[3]:  # a change that never comes to an end is no fault of the call
            plan["changes"] = [number for number in plan["changes"] if number != culprit[3]]
        else:
            plan["skip"] = [*plan["skip"], culprit[:3]]
        plan["seconds"] = max(1.0, plan["seconds"] / 2)


def _report(explored: Explored) -> list[dict[str, Any]] | None:
    """What the probe wrote is a stranger's word: only its outline is trusted here, its values are printed as text."""
    try:
        report = json.loads(explored.reports[REPORT])
        told, failure, broken = report["told"], report.get("failure"), report.get("broken")
    except (KeyError, ValueError, TypeError, RecursionError):
        return None
    if isinstance(failure, str):
        raise _not_loaded(failure)
    if isinstance(broken, str):
        raise _broke_off(broken)
    return [each for each in told if isinstance(each, dict) and "outcome" in each] if isinstance(told, list) else None


def _culprit(explored: Explored) -> list[Any] | None:
    try:
        found = json.loads(explored.reports[MARKER].split(b"\n", 1)[0])
    except (KeyError, ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and len(found) == 4 else None


def _loops(name: str) -> PermanentError:
    return PermanentError(
        f"{name}, or a file that it loads, does not come to an end while it is loaded.",
        code="timeout",
        hint="Move what loops, or takes long, out of the top level of the file, into a function.",
    )


def _no_observations(explored: Explored) -> PermanentError:
    problem = explored.problem
    if problem is None:
        return PermanentError(
            "The run in which the code is tried ended before it could say what it saw.",
            code="no_report",
            hint="See whether the code ends the process or uses up the memory when it is called, "
            "or use a model to write tests for this file.",
            retryable=True,
        )
    return PermanentError(problem.message, code=problem.code, hint=problem.hint, retryable=True)


def _broke_off(said: str) -> PermanentError:
    return PermanentError(
        f"Testwright's own search for tests broke off: {_one_line(said)}",
        code="search_failed",
        hint="Use a model to write tests for this file, and report these words with the file: it should not happen.",
        retryable=True,
    )


_MISSING = re.compile(r"(?:Cannot find (?:module|package)|Failed to resolve import) ['\"]([^'\"./][^'\"]*)['\"]")


def _not_loaded(said: str) -> PermanentError:
    missing = _MISSING.search(said)
    if missing is not None:
        parts = missing[1].split("/")
        package = "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
        return PermanentError(
            f"The package '{package}' is not installed.",
            code="missing_package",
            hint=f"Run `npm i {package}` in the project, or add it to package.json and install.",
            retryable=True,
        )
    return PermanentError(
        f"The file cannot be loaded: {_one_line(said)}",
        code="load_error",
        hint="Make it load on its own (environment variables, missing build output), then try again.",
        retryable=True,
    )


def _one_line(said: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", said).replace(f"{WORKSPACE}/", "").strip()[:300]


def probe_text(task: WritingTask, plan: dict[str, Any]) -> str:
    """A suite of one test that explores. Plain JavaScript, so that it may stand in a .ts file too."""
    unit = quoted(specifier_of(task))
    parts = [(_FOLDER / f"{part}.js").read_text("utf-8") for part in _PARTS]
    heads = {"vitest": _vitest_head, "jest": _jest_head}
    head = heads[task.framework](unit, plan) if task.framework in heads else _node_head(unit, task)
    told = f"const plan = {json.dumps(plan, ensure_ascii=True)}\nlet unit\n"
    return "\n".join([head, told, *parts])


def _vitest_head(unit: str, plan: dict[str, Any]) -> str:
    lines = [
        "// @ts-nocheck",
        "import fs from 'node:fs'",
        "import { Worker } from 'node:worker_threads'",
        "import { it, vi as mocker } from 'vitest'",
    ]
    if plan["react"]:
        lines.insert(0, "// @vitest-environment jsdom")
        lines += ["import * as react from 'react'", "import * as drawing from '@testing-library/react'"]
    lines.append(
        f"async function load(isFresh) {{\n  if (isFresh) mocker.resetModules()\n"
        f"  return withDefault(await import({unit}))\n}}"
    )
    return "\n".join([*lines, _LOAD_FROM, _WITH_DEFAULT])


def _jest_head(unit: str, plan: dict[str, Any]) -> str:
    lines = [
        "// @ts-nocheck",
        "const fs = require('node:fs')",
        "const { Worker } = require('node:worker_threads')",
        "const mocker = jest",
    ]
    if plan["react"]:
        lines.insert(0, "/** @jest-environment jsdom */")
        lines += ["const react = require('react')", "const drawing = require('@testing-library/react')"]
    lines.append(
        f"async function load(isFresh) {{\n  if (isFresh) mocker.resetModules()\n"
        f"  return withDefault(require({unit}))\n}}"
    )
    return "\n".join([*lines, _REQUIRE_FROM, _WITH_DEFAULT])


def _node_head(unit: str, task: WritingTask) -> str:
    """A module is loaded anew under another address, one of CommonJS once it is forgotten."""
    names = "{ it }"
    is_module = is_loaded_as_module(task)
    if is_module:
        lines = ["import fs from 'node:fs'", "import { Worker } from 'node:worker_threads'"]
        lines += [f"import {names} from 'node:test'"] if task.framework == "node:test" else []
        address = f"{unit} + (isFresh ? `?${{++loads}}` : '')" if task.source.path.endswith("js") else unit
        load = f"let loads = 0\nasync function load(isFresh) {{\n  return withDefault(await import({address}))\n}}"
    else:
        lines = ["const fs = require('node:fs')", "const { Worker } = require('node:worker_threads')"]
        lines += [f"const {names} = require('node:test')"] if task.framework == "node:test" else []
        load = (
            f"async function load(isFresh) {{\n  if (isFresh) delete require.cache[require.resolve({unit})]\n"
            f"  return withDefault(require({unit}))\n}}"
        )
    return "\n".join(["// @ts-nocheck", *lines, load, _LOAD_FROM if is_module else _REQUIRE_FROM, _WITH_DEFAULT])


_LOAD_FROM = "const loadFrom = async (path) => withDefault(await import(/* @vite-ignore */ path))"
_REQUIRE_FROM = "const loadFrom = async (path) => withDefault(require(path))"

# A CommonJS module is its own default export; its properties count as named ones.
_WITH_DEFAULT = """function withDefault(loaded) {
  const whole = loaded?.__esModule || 'default' in Object(loaded) ? loaded.default : loaded
  const names = { ...(typeof whole === 'function' || typeof whole === 'object' ? whole : {}), ...loaded }
  return { ...names, default: whole }
}"""
