"""Suites of mocha and node:test against mutants of their source, for real: many in one process, hooks and all."""

import asyncio
from datetime import timedelta

import pytest

from tests.fakes.script_project import ScriptProject, sandbox_and_runner
from tests.journey.test_javascript_challenge import OPEN, PAUSE, Challenged
from testwright.domain.mutants import ChallengeOrder, Fate
from testwright.domain.projects import Limits
from testwright.domain.sessions import SourceFile
from testwright.frameworks import FRAMEWORKS
from testwright.languages.javascript import JavaScript

LIMITS = Limits(wall=timedelta(seconds=90), cpu=timedelta(seconds=90))
NAMES = "after, afterEach, before, beforeEach, describe, it"
HEADS = {
    ("mocha", "cjs"): "const assert = require('node:assert/strict')\nconst unit = require('./unit')\n",
    ("node:test", "cjs"): (
        f"const assert = require('node:assert/strict')\nconst {{ {NAMES} }} = require('node:test')\n"
        "const unit = require('./unit')\n"
    ),
    ("mocha", "mjs"): "import assert from 'node:assert/strict'\nimport * as unit from './unit.js'\n",
    ("node:test", "mjs"): (
        f"import assert from 'node:assert/strict'\nimport {{ {NAMES} }} from 'node:test'\n"
        "import * as unit from './unit.js'\n"
    ),
}


@pytest.fixture(params=["mocha", "node:test"])
def name(request):
    return request.param


def challenged(name, folder, source, suite, kind="cjs"):
    project = ScriptProject(folder)
    module = ', "type": "module"' if kind == "mjs" else ""
    project.write("package.json", f'{{"name": "unit", "private": true{module}}}')
    sandbox, runner = asyncio.run(sandbox_and_runner(name, project))
    file = SourceFile(path="unit.js", text=source, framework=name)
    mutants = JavaScript().mutants(file)
    project.write("unit.js", JavaScript().switched(file, mutants))
    project.write("unit.test.js", HEADS[name, kind] + suite)
    numbers = tuple(mutant.number for mutant in mutants)
    order = ChallengeOrder(source_path="unit.js", suite_path="unit.test.js", numbers=numbers, seconds=60, limits=LIMITS)
    tool = FRAMEWORKS[name]
    ended = asyncio.run(sandbox.run(tool.challenge(order, runner, project.root)))
    return Challenged(source, mutants, tool.read_challenge(ended, order))


SHELF = """
class Shelf {
  constructor(size) { if (size > 9) throw new Error('too much'); this.size = size; this.books = [] }
  put(book) { if (this.books.length < this.size) this.books.push(book); return this.books.length }
}
exports.Shelf = Shelf
"""


def test_what_is_done_before_and_after_each_is_done_for_each_repetition(name, tmp_path):
    suite = """
describe('a shelf', () => {
  let shelf
  let open = 0
  beforeEach(() => { open += 1; assert.equal(open, 1); shelf = new unit.Shelf(2) })
  afterEach(() => { open -= 1 })
  describe('that is empty', () => {
    beforeEach(() => { assert.equal(shelf.books.length, 0) })
    it('takes a book', () => { assert.equal(shelf.put('Emma'), 1) })
  })
  it('is full at last', async () => { shelf.put('a'); await null; shelf.put('b'); assert.equal(shelf.put('c'), 2) })
})
"""
    found = challenged(name, tmp_path / "ws", SHELF, suite)

    assert found.report.unfit == ()
    assert found.outcome("this.books.length <", "this.books.length <= this.size").killers == ("is full at last",)
    # A hook in which the mutant shows is the failure of its test, and keeps no other test from being asked.
    assert set(found.outcome("too much", "true").killers) == {"takes a book", "is full at last"}
    assert found.fate("too much", "size >= 9") is Fate.SURVIVED


def test_what_only_the_suite_notices_and_what_keeps_a_test_waiting_costs_no_other_test_its_say(name, tmp_path):
    suite = """
const till = unit.open(7)
it('has a rate', () => { assert.equal(till.rate, 8) })
it('pauses', async () => { assert.equal(await unit.pause(1), undefined) })
it('adds', () => { assert.equal(unit.add(1, 2), 3) })
"""
    found = challenged(name, tmp_path / "ws", OPEN + PAUSE, suite, "mjs")

    broken, noticed = found.outcome("rate > 90", "true"), found.outcome("rate + 1", "rate - 1")
    assert (broken.fate, broken.breaks_load) == (Fate.KILLED, True)
    assert (noticed.killers, noticed.breaks_load) == (("has a rate",), False)
    assert found.outcome("pause", "(removed)").killers == ("pauses",)
    assert found.outcome("add", "a - b").killers == ("adds",)


def test_callbacks_what_goes_wrong_beside_a_test_and_what_never_comes_are_noticed(name, tmp_path):
    source = """
exports.later = (n, done) => setTimeout(() => done(null, n + 1), 1)
const fuse = (n, resolve) => { if (n === 3) throw new Error('beside'); resolve(n) }
exports.beside = (n) => new Promise((resolve) => setTimeout(fuse, 1, n, resolve))
exports.wait = async (n) => { if (n === 7) await new Promise(() => {}); return n * 2 }
exports.leave = (n) => { if (n < 0) process.exit(0); return -n }
"""
    first = "(context, done)" if name == "node:test" else "(done)"
    suite = f"""
it('calls back', {first} => {{
  unit.later(1, (error, n) => {{
    try {{ assert.equal(n, 2); done(error) }} catch (failure) {{ done(failure) }}
  }})
}})
it('resolves', async () => {{ assert.equal(await unit.beside(2), 2) }})
it('waits', async () => {{ assert.equal(await unit.wait(2), 4) }})
it('stays', () => {{ assert.equal(unit.leave(5), -5) }})
"""
    found = challenged(name, tmp_path / "ws", source, suite)

    assert found.report.unfit == ()
    assert found.outcome("later", "n - 1").killers == ("calls back",)
    assert found.outcome("beside", "true").killers == ("resolves",)
    assert found.fate("wait", "true") is Fate.TIMED_OUT
    assert found.outcome("leave", "true").killers == ("stays",)
    assert found.fate("leave", "n <= 0") is Fate.SURVIVED


def test_a_wait_in_vain_ends_at_once_where_nothing_is_under_way_and_costs_no_other_test_its_turn(tmp_path):
    waits = "".join(
        f"exports.wait{n} = async (n) => {{ if (n === {n}) await new Promise(() => {{}}); return n }}\n"
        for n in range(10, 34)
    )
    source = f"""{waits}
exports.slow = (n) => new Promise((resolve) => setTimeout(resolve, 500, n + 1))
const {{ scrypt }} = require('node:crypto')
const key = (cost) => new Promise((done) => scrypt('a', 'b', 8, {{ N: cost, maxmem: 1 << 28 }}, () => done(cost)))
exports.twice = async (n) => {{ if (n > 1) await key(2 ** 16); return n }}
"""
    calls = "; ".join(f"assert.equal(await unit.wait{n}(2), 2)" for n in range(10, 34))
    suite = f"""
it('waits', async () => {{ {calls} }})
it('takes its time', async () => {{ assert.equal(await unit.slow(1), 2) }})
it('works elsewhere', async () => {{ assert.equal(await unit.twice(1), 1) }})
"""
    found = challenged("mocha", tmp_path / "ws", source, suite)

    assert all(found.fate(f"wait{n} ", "true") is Fate.TIMED_OUT for n in range(10, 34))
    assert found.outcome("slow", "n - 1").killers == ("takes its time",)
    assert found.fate("twice", "n >= 1") is Fate.SURVIVED


@pytest.mark.parametrize("kind", ["cjs", "mjs"])
def test_what_runs_while_the_module_loads_is_tried_as_well(name, tmp_path, kind):
    source = "const RATE = 19\nconst gross = (net) => net + RATE\nconst table = [1, 2].map((n) => n * 2)\n"
    source += "module.exports = { gross }\n" if kind == "cjs" else "export { gross }\n"
    suite = """
it('adds tax', () => { assert.equal(unit.gross(1), 20) })
it('rests', () => { assert.ok(unit) })
"""
    found = challenged(name, tmp_path / "ws", source, suite, kind)

    assert found.outcome("RATE = 19", "20").killers == ("adds tax",)
    assert found.fate("table", "n / 2") is Fate.SURVIVED
    assert found.outcome("net + RATE", "net - RATE").killers == ("adds tax",)


def test_what_a_test_of_nodes_own_runner_is_given_is_new_for_each_repetition(tmp_path):
    source = """
exports.sizes = { of: (list) => list.length }
exports.total = (list) => exports.sizes.of(list) + 1
"""
    suite = """
it('counts', (t) => {
  let open = true
  t.after(() => { open = false })
  const of = t.mock.method(unit.sizes, 'of', () => 4)
  assert.equal(unit.total([]), 5)
  assert.equal(of.mock.callCount(), 1)
  assert.ok(open)
})
it('counts for real', () => { assert.equal(unit.total(['a']), 2) })
it('counts within', async (t) => {
  t.plan?.(1)
  await t.test('nothing', () => { assert.equal(unit.total([]), 1) })
})
"""
    found = challenged("node:test", tmp_path / "ws", source, suite)

    assert found.report.unfit == ()
    assert set(found.outcome("+ 1", "exports.sizes.of(list) - 1").killers) == {
        "counts",
        "counts for real",
        "counts within",
    }


def test_a_test_that_passes_only_once_is_unfit_and_costs_no_other(name, tmp_path):
    source = "let taken = 0\nexports.next = () => (taken += 1)\nexports.half = (n) => n / 2\n"
    suite = """
it('is the first', () => { assert.equal(unit.next(), 1) })
it('halves', () => { assert.equal(unit.half(4), 2) })
"""
    found = challenged(name, tmp_path / "ws", source, suite)

    assert found.report.unfit == ("is the first",)
    assert found.outcome("half", "n * 2").killers == ("halves",)
