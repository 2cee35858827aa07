"""The text of the probe: a suite of one test, for each runner, around the parts in `probe/`."""

import json
from pathlib import Path
from typing import Any

from testwright.domain.ports import WritingTask
from testwright.domain.projects import OUT, WORKSPACE
from testwright.writers.explorer.javascript.neighbours import home_of
from testwright.writers.explorer.javascript.openings import OF_NODE, is_loaded_as_module
from testwright.writers.explorer.javascript.printing import quoted
from testwright.writers.explorer.javascript.suites import specifier_of

_PARTS = (
    *("files", "values", "regex", "inputs", "calls", "lives", "looks", "drawn", "again", "hosts", "changes"),
    *("waiting", "serving", "watch", "world", "quiet", "leaks", "piles", "skips", "sure", "twins", "strangers"),
    *("shared", "typed", "simplify", "laws", "trips", "races", "memory", "tracing", "main"),
)
_FOLDER = Path(__file__).parent / "probe"


def probe_text(task: WritingTask, plan: dict[str, Any]) -> str:
    """A suite of one test that explores. Plain JavaScript, so that it may stand in a .ts file too."""
    unit = quoted(specifier_of(task))
    parts = [(_FOLDER / f"{part}.js").read_text("utf-8") for part in _PARTS]
    heads = {"vitest": _vitest_head, "jest": _jest_head}
    head = heads[task.framework](unit, plan) if task.framework in heads else _node_head(unit, task)
    told = f"const plan = {json.dumps(plan, ensure_ascii=True)}\n{_PLACES}\nlet unit\n"
    return "\n".join([head, _neighbours(task, plan), _LOAD, told, *parts])


def _vitest_head(unit: str, plan: dict[str, Any]) -> str:
    lines = [
        "// @ts-nocheck",
        "import fs from 'node:fs'",
        "import { Worker } from 'node:worker_threads'",
        "import { createServer } from 'node:http'",
        "import { it, vi as mocker } from 'vitest'",
    ]
    if plan["react"]:
        lines.insert(0, "// @vitest-environment jsdom")
        lines += ["import * as react from 'react'", "import * as drawing from '@testing-library/react'"]
        lines.append("const reactAgain = () => import('react')")
    lines += ["const forget = () => mocker.resetModules()", f"const loadUnit = () => import({unit})"]
    lines.append(_FAST_CHECK_FROM if plan["laws"] else "")
    return "\n".join([*lines, _LOAD_FROM])


def _jest_head(unit: str, plan: dict[str, Any]) -> str:
    lines = [
        "// @ts-nocheck",
        "const fs = require('node:fs')",
        "const { Worker } = require('node:worker_threads')",
        "const { createServer } = require('node:http')",
        "const mocker = jest",
    ]
    if plan["react"]:
        lines.insert(0, "/** @jest-environment jsdom */")
        lines += ["const react = require('react')", "const drawing = require('@testing-library/react')"]
        lines.append("const reactAgain = () => require('react')")
    forget = "mocker.doMock('react', () => react)" if plan["react"] else ""
    lines += [
        f"function forget() {{\n  mocker.resetModules()\n  {forget}\n}}",
        f"const loadUnit = () => require({unit})",
        "const fastCheck = () => require('fast-check')",
    ]
    return "\n".join([*lines, _REQUIRE_FROM])


def _node_head(unit: str, task: WritingTask) -> str:
    """A module is loaded anew under another address, one of CommonJS once it is forgotten."""
    names = "{ it }"
    is_module = is_loaded_as_module(task)
    if is_module:
        lines = ["import fs from 'node:fs'", "import { Worker } from 'node:worker_threads'"]
        lines += ["import { createServer } from 'node:http'"]
        lines += [f"import {names} from 'node:test'"] if task.framework == "node:test" else []
        address = f"{unit} + (loads ? `?${{loads}}` : '')" if task.source.path.endswith("js") else unit
        load = f"let loads = 0\nconst forget = () => loads++\nconst loadUnit = () => import({address})"
    else:
        lines = ["const fs = require('node:fs')", "const { Worker } = require('node:worker_threads')"]
        lines += ["const { createServer } = require('node:http')"]
        lines += [f"const {names} = require('node:test')"] if task.framework == "node:test" else []
        forget = f"const forget = () => delete require.cache[require.resolve({unit})]"
        load = f"{forget}\nconst loadUnit = () => require({unit})"
    load += f"\n{_FAST_CHECK_FROM}" if is_module else "\nconst fastCheck = () => require('fast-check')"
    return "\n".join(["// @ts-nocheck", *lines, load, _LOAD_FROM if is_module else _REQUIRE_FROM])


def _neighbours(task: WritingTask, plan: dict[str, Any]) -> str:
    """Modules of the project that lend what calls are made with. One that does not load lends nothing."""
    is_required = task.framework == "jest" or (task.framework in OF_NODE and not is_loaded_as_module(task))
    way = "require" if is_required else "import"
    homes = [(quoted(home_of(path)), quoted(specifier_of(task, path))) for path in plan["neighbours"]]
    return "\n".join(["const NEIGHBOURS = [", *(f"  [{home}, () => {way}({path})]," for home, path in homes), "]"])


# Where nothing can be mounted the project lies elsewhere, and the sandbox says where.
_PLACES = f"""const PLACES = {{ {quoted(WORKSPACE)}: process.env.TESTWRIGHT_WORKSPACE, {quoted(OUT)}: process.env.OUT }}
for (const [inside, place] of Object.entries(PLACES))
  for (const name of ['source', 'changed', 'traced', 'report', 'marker'])
    if (place && plan[name]?.startsWith(`${{inside}}/`)) plan[name] = place + plan[name].slice(inside.length)"""

# A CommonJS module is its own default export; its properties count as named ones.
_LOAD = """async function load(isFresh) {
  if (isFresh) forget()
  return { ...withDefault(await loadUnit()), ...(await loadNeighbours()) }
}

async function loadNeighbours() {
  const found = {}
  for (const [home, loadOne] of NEIGHBOURS) {
    try {
      found[home] = withDefault(await loadOne())
    } catch {
      found[home] = undefined
    }
  }
  return found
}

function withDefault(loaded) {
  const whole = loaded?.__esModule || 'default' in Object(loaded) ? loaded.default : loaded
  const names = { ...(typeof whole === 'function' || typeof whole === 'object' ? whole : {}), ...loaded }
  return { ...names, default: whole }
}"""

_FAST_CHECK_FROM = "const fastCheck = () => import('fast-check')"
_LOAD_FROM = "const loadFrom = async (path) => withDefault(await import(/* @vite-ignore */ path))"
_REQUIRE_FROM = "const loadFrom = async (path) => withDefault(require(path))"
