"""What JavaScript compares while it runs: told by a copy that does the same, and made use of by the search."""

import asyncio
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from explorer_samples import function, task

import testwright.writers.explorer.javascript as explorer
from testwright.domain.ports import Explored
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.comparing import traced

NODE = shutil.which("node")
TRACING = Path(explorer.__file__).parent / "probe" / "tracing.js"
HOSTILE = """
const log = []
const say = (word, value) => (log.push(word), value)
const seen = { get count() { return say('getter', 3) }, none: null }
const call = async (name, work) => {
  try { log.push([name, await work()]) } catch (error) { log.push([name, error.name]) }
}
class Base { get size() { return say('size', 2) } has(key) { return key === 'own' } }
class Kind extends Base {
  #mark = 1
  static #knows(other) { return #mark in other && 'size' in other }
  is(other) { return Kind.#knows(other) && super.size < 3 && super.has('own') }
}
function* turns() { return (yield 'left') === (yield 'right') }
function sort(kind) {
  switch (kind) { case say('one', 1): return 'one'; case (say('two', 0), 2): return 'two'; default: return 'none' }
}
function statements(list) {
  let text = ''
  for (const name in seen) text += name
  for (let at = ('count' in seen) ? 0 : 9; at < list.length; at++) text += list[at]
  if (!list.length)return!list.length===false
  else'a'in list
  return text
}
async function main() {
  await call('order', () => say('left', 1) < say('right', 2) < say('third', 3))
  await call('short', () => say('no', 0) === 1 && say('never', 1) === 1)
  await call('typeof', () => typeof nowhere === 'undefined')
  await call('undeclared', () => nowhere === 1)
  await call('getter', () => seen.count >= 3 && seen.count !== 4)
  await call('private', () => new Kind().is(new Kind()) && !new Kind().is({}))
  await call('await', async () => (await say('later', Promise.resolve(5))) === await say('soon', 5))
  await call('chain', () => [seen.none?.deep.includes(say('never', 1)), [1, 2]?.includes(2), seen.absent?.has(1)])
  await call('missing', () => seen.none.includes(say('never', 1)))
  await call('spread', () => 'abc'.includes(...['b', 1]) && 'abc'.startsWith('c', 2) && new Set('ab').has('a'))
  await call('coerced', () => ['1' == 1, NaN != NaN, 'b' > 'a', ({ valueOf: () => say('value', 2) }) > 1])
  await call('switch', () => [1, 2, 3].map(sort))
  await call('statements', () => [statements(['é', '—']), statements([])])
  const turn = turns()
  await call('yield', () => [turn.next().value, turn.next(1).value, turn.next(1).value])
  await call('line', () => new Error().stack.split('\\n')[1].replace(/.*cjs:(\\d+):.*/, '$1'))
  process.stdout.write(JSON.stringify(log))
}
main()
"""
TELL = "globalThis.__testwright_compared__ = (side, value) => value;"


def said_by(text, path):
    path.write_text(text, "utf-8")
    return json.loads(subprocess.run([NODE, str(path)], capture_output=True, text=True, timeout=60, check=True).stdout)


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_the_copy_does_what_the_source_does_in_the_same_order_and_on_the_same_lines(tmp_path):
    copy = traced(HOSTILE, "hostile.cjs")

    assert copy is not None
    assert copy.count("__testwright_compared__(") > 40
    assert said_by(TELL + copy, tmp_path / "copy.cjs") == said_by(HOSTILE, tmp_path / "source.cjs")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x(a === b)", "x( T(1, a) ===  T(-1, b))"),
        ("x(b! === (a as string))", "x( T(1, b!) ===  T(-1, (a as string)))"),
        ("x(list.has(key))", "x( T(1, list).has( T(-1, key)))"),
        ("@a.has(b) class C {}\nx(a < b)", "@a.has(b) class C {}\nx( T(1, a) <  T(-1, b))"),
        ("switch (k) { case 'a': case b: }", "switch ( T(1, k)) { case  T(-1, 'a'): case  T(-1, b): }"),
    ],
)
def test_both_sides_of_a_comparison_are_told(text, expected):
    assert traced(text, "a.ts") == expected.replace("T(", "__testwright_compared__(")


@pytest.mark.parametrize(
    "text",
    [
        "x(typeof a === 'string')",
        "x(a == null)",
        "x(a?.b.has(c))",
        "x(a.has(...b))",
        "class A { has(key) { return super.has(key) } }",
        "enum Size { Small = A === B }",
        "switch (a) { case 1, 2: }",
        "x(a === )",
    ],
)
def test_what_says_nothing_or_may_not_be_moved_is_left_alone(text):
    assert traced(text, "a.ts") is None


CODE = """exports.doorFor = function doorFor(code, key) {
  const counts = (globalThis.__coverage__ ??= {})[__filename] ??= { s: { 1: 0, 2: 0, 3: 0 }, f: {}, b: {} }
  const TABLE = { alpha: 'x'.repeat(613) }
  counts.s[1]++
  if (code === TABLE[key].length * 7) {
    counts.s[2]++
    return 'open'
  }
  counts.s[3]++
  return 'shut'
}
"""


def running(folder, changed):
    """A probe that Node itself runs, without a sandbox: the code is this file's own."""

    async def probe(text, reports, *, seconds, files):
        for path, content in {"src/lock.test.cjs": text, **changed(files)}.items():
            (folder / path).write_text(content, "utf-8")
        places = {**os.environ, "TESTWRIGHT_WORKSPACE": str(folder), "OUT": str(folder)}
        node = await asyncio.create_subprocess_exec(
            str(NODE), "--test", "src/lock.test.cjs", cwd=folder, env=places, stdout=asyncio.subprocess.DEVNULL
        )
        await asyncio.wait_for(node.wait(), 100)
        return Explored(reports={name: (folder / name).read_bytes() for name in reports})

    return probe


async def names_explored(folder, changed):
    (folder / "src").mkdir()
    (folder / "src/lock.cjs").write_text(CODE, "utf-8")
    symbol = function("doorFor", CODE.strip(), "code", "key")
    work = task(CODE, symbol, path="src/lock.cjs", framework="node:test", probe=running(folder, changed))
    work = replace(work, suite_path="src/lock.test.cjs")
    return [case.name for case in (await JavaScriptExplorer().explore(work, 1.5)).draft.cases]


@pytest.mark.skipif(NODE is None, reason="needs node")
async def test_a_branch_behind_a_constant_that_is_made_at_run_time_is_reached(tmp_path):
    assert "returns 'open' for 4291, 'alpha'" in await names_explored(tmp_path, lambda files: files)


@pytest.mark.skipif(NODE is None, reason="needs node")
async def test_without_the_copy_the_search_goes_on_and_such_a_branch_stays_unseen(tmp_path):
    assert await names_explored(tmp_path, lambda files: {}) == ["returns 'shut' for 'alpha', 'alpha'"]


@pytest.mark.skipif(NODE is None, reason="needs node")
async def test_what_the_copy_answers_is_never_told(tmp_path):
    def lying(files):
        return {path: text.replace("return '", "return 'a lie: ") for path, text in files.items()}

    names = await names_explored(tmp_path, lying)

    assert sorted(names) == ["returns 'open' for 4291, 'alpha'", "returns 'shut' for 'alpha', 'alpha'"]


HEARD = """
const numbers = [3, 0.5, 1e17, Math.random(), Date.now(), process.pid, NaN]
const texts = ['', 'a', `${process.cwd()}/a.js`, process.platform, 'a'.repeat(90)]
const holders = [new Set(['a']), new Map([['b', 1]]), { c: 1 }, ['d'], new (class { e = 1 })()]
const hostile = new Proxy([], { get: () => nothing })
process.stdout.write(JSON.stringify([numbers, texts, ...holders, hostile].map(constantsIn)))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_members_and_keys_are_heard_and_neither_time_nor_chance_nor_what_is_of_this_machine(tmp_path):
    heard = said_by(TRACING.read_text("utf-8") + HEARD, tmp_path / "heard.cjs")

    assert heard == [[3, 0.5], ["a"], ["a"], ["b"], ["c"], ["d"], [], []]


INSTEAD = """
const plan = { numbers: [], strings: ['beta'] }
const invent = (value) => value
const made = (args, one, other) => withInstead({ args, steps: [{ name: 'alpha', args: ['alpha'] }] }, one, other)
const said = [
  made([3, '1.3'], 3, 7),
  made([{ $: 'object', v: [['alpha', 1]] }], 'alpha', 'gamma'),
  made(['Content-Type: x'], 'content-type', 'accept'),
  made([3], 4, 5),
  made([{ $: 'object', v: [['delta', 1], ['beta', 2]] }], 'delta', 7),
  made([{ $: 'object', v: [['delta', 1], ['beta', 2]] }], 'delta', 'beta'),
].map((jobs) => jobs.map(({ args, steps }) => [...args, steps[0].name, steps[0].args[0]]))
process.stdout.write(JSON.stringify([...said, plan]))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_what_an_input_is_compared_with_takes_its_place_one_place_at_a_time_with_its_neighbours(tmp_path):
    numbers, names, inside, nothing, *keys, known = said_by(
        TRACING.read_text("utf-8") + INSTEAD, tmp_path / "instead.cjs"
    )

    assert [job[:2] for job in numbers] == [[7, "1.3"], [3, "1.7"], [8, "1.3"], [3, "1.8"], [6, "1.3"], [3, "1.6"]]
    assert names[0] == [{"$": "object", "v": [["gamma", 1]]}, "alpha", "alpha"]
    assert names[1] == [{"$": "object", "v": [["alpha", 1]]}, "alpha", "gamma"]
    assert [job[0] for job in inside] == ["accept: x", "accepta: x"]
    assert nothing == []
    assert [[job[0]["v"] for job in jobs] for jobs in keys] == [
        [[[key, 1], ["beta", 2]] for key in ("7", "8", "6")],
        [[["betaa", 1], ["beta", 2]]],
    ]
    assert known == {"numbers": [7], "strings": ["beta", "gamma", "accept"]}
