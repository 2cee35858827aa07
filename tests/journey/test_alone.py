"""Suites of JavaScript whose cases are run one by one: no case is passed by what another one left behind."""

from datetime import timedelta

import pytest

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.verdicts import Outcome, RunReport
from testwright.frameworks import FRAMEWORKS

UNIT = """
const seen = []

export function visit(name) {
  seen.push(name)
  return seen.length
}
"""
HEADS = {
    "vitest": "import { describe, it } from 'vitest'\nimport assert from 'node:assert'\n",
    "jest": "import assert from 'node:assert'\n",
    "mocha": "import assert from 'node:assert'\n",
    "node:test": "import { describe, it } from 'node:test'\nimport assert from 'node:assert'\n",
}
SUITE = """import { visit } from '%s/unit.js'

it('is the first', () => {
  assert.equal(visit('ann'), 1)
})

describe('later', () => {
  it('leans on the first', async () => {
    assert.equal(visit('bob'), 2)
  })
})

it('comes last', () => {
  assert.ok(visit('eve') >= 1)
})

it('leaves', () => {
  process.kill(process.pid, 'SIGKILL')
})
"""


@pytest.mark.parametrize("name", ["vitest", "jest", "mocha", "node:test"])
async def test_alone_no_case_sees_what_another_left_behind(tmp_path, name):
    folder = ScriptProject(tmp_path / "ws")
    folder.write("package.json", '{"name": "unit", "private": true, "type": "module"}')
    folder.write("unit.js", UNIT)
    sandbox, runner = await sandbox_and_runner(name, folder)
    tool = FRAMEWORKS[name]
    suite = tool.suite_path("unit.js", folder)
    folder.write(suite, HEADS[name] + SUITE % ("." if "/" not in suite else ".."))
    asked = ("is the first", "leans on the first", "comes last")
    order = RunOrder(
        source_path="unit.js",
        suite_paths=(suite,),
        coverage=False,
        only=asked,
        alone=True,
        limits=Limits(wall=timedelta(seconds=60)),
    )

    completed = await sandbox.run(tool.command(order, runner, folder.root))
    report = tool.read(completed, order)

    assert isinstance(report, RunReport), report
    print(f"{name}: {completed.seconds:.2f} s")
    found = {outcome.name: outcome.outcome for outcome in report.outcomes}
    assert found == {
        "is the first": Outcome.PASSED,
        "leans on the first": Outcome.FAILED,
        "comes last": Outcome.PASSED,
    }


LEFT_BEHIND = {
    "a global": ("globalThis.kept = 1", "globalThis.kept === 1"),
    "an environment variable": ("process.env.KEPT = '1'", "process.env.KEPT === '1'"),
    "a patched builtin": ("String.prototype.kept = () => 1", "'x'.kept?.() === 1"),
    "a patched module": ("fs.existsSync = () => 'kept'", "fs.existsSync('/') === 'kept'"),
    "what a package remembers": ("remember(1)", "recall() === 1"),
    "a listener": ("process.on('kept', () => {})", "process.listenerCount('kept') === 1"),
    "a server": (
        "await new Promise(done => createServer().listen(8123, '127.0.0.1', done))",
        "await new Promise(done => connect(8123, '127.0.0.1', () => done(true)).on('error', () => done(false)))",
    ),
}


IMPORTS = """import fs from 'node:fs'
import { connect, createServer } from 'node:net'
import { visit } from './unit.js'
"""
REQUIRES = """const assert = require('node:assert')
const fs = require('node:fs')
const { connect, createServer } = require('node:net')
const { visit } = require('./unit.js')
"""


@pytest.mark.parametrize("name", ["vitest", "jest", "mocha", "mocha commonjs", "node:test", "node:test commonjs"])
@pytest.mark.parametrize("what", LEFT_BEHIND)
async def test_alone_no_case_is_helped_by_what_outlives_a_module(tmp_path, what, name):
    folder = ScriptProject(tmp_path / "ws")
    name, _, kind = name.partition(" ")
    is_common = bool(kind)
    folder.write(
        "package.json", f'{{"name": "unit", "private": true, "type": "{"commonjs" if is_common else "module"}"}}'
    )
    folder.write("unit.js", UNIT.replace("export function visit", "exports.visit = function") if is_common else UNIT)
    folder.write("node_modules/kept/package.json", '{"name": "kept", "main": "index.js"}')
    folder.write(
        "node_modules/kept/index.js", "let kept; exports.remember = it => { kept = it }; exports.recall = () => kept"
    )
    sandbox, runner = await sandbox_and_runner(name, folder)
    leaves, is_there = LEFT_BEHIND[what]
    uses = "import { recall, remember } from 'kept'\n" if "package" in what else ""
    if is_common and uses:
        uses = "const { recall, remember } = require('kept')\n"
    heads = HEADS[name] + IMPORTS
    if is_common:
        heads = REQUIRES if name == "mocha" else "const { it } = require('node:test')\n" + REQUIRES
    folder.write(
        "unit.test.js",
        f"""{heads}{uses}
it('counts', () => assert.equal(visit('ann'), 1))
it('leaves something', async () => {{ {leaves} }})
it('leans on it', async () => assert.ok({is_there}))
it('counts again', () => assert.equal(visit('bob'), 1))
""",
    )
    order = RunOrder(
        source_path="unit.js",
        suite_paths=("unit.test.js",),
        coverage=False,
        only=("leaves something", "leans on it", "counts", "counts again"),  # those that stand together share a process
        alone=True,
        limits=Limits(wall=timedelta(seconds=60)),
    )

    tool = FRAMEWORKS[name]
    report = tool.read(await sandbox.run(tool.command(order, runner, folder.root)), order)

    assert isinstance(report, RunReport), report
    failed = {outcome.name for outcome in report.outcomes if outcome.outcome is Outcome.FAILED}
    if name == "jest" and what == "a server":  # it stays in jest's only process, in which nothing more is run then
        assert (failed, len(report.outcomes)) == (set(), 1)
    else:
        assert (failed, len(report.outcomes)) == ({"leans on it"}, 4)
