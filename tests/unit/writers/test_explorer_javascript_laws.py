"""Laws that hold for whatever is given, as tests of fast-check where a project has it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from explorer_samples import function, reporting, saw, task

import testwright.writers.explorer.javascript as explorer
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.javascript.packages import uses_fast_check

NODE = shutil.which("node")
LAWS = Path(explorer.__file__).parent / "probe" / "laws.js"
TEXT = "export function encodeTags(tags) {}\nexport function decodeTags(text) {}"
SYMBOLS = (function("encodeTags", "x", "tags", line=1), function("decodeTags", "x", "text", line=2))


def law(says, kind, other=None):
    return {**saw(None, args=["a"], branches=()), "law": {"says": says, "kind": kind, "other": other}}


async def drafted(*told):
    return (await JavaScriptExplorer().explore(task(TEXT, *SYMBOLS, probe=reporting(*told)), 2.0)).draft


async def test_what_undoes_a_function_is_a_test_for_all_inputs_with_the_same_examples_in_each_run():
    draft = await drafted(law("undone", "strings", other=1))

    assert "import fc from 'fast-check'" in draft.preamble
    assert [case.name for case in draft.cases] == ["is undone by decodeTags"]
    assert draft.cases[0].code == (
        "it('is undone by decodeTags', () => {\n"
        "  fc.assert(\n"
        "    fc.property(fc.array(fc.string()), (items) => {\n"
        "      expect(decodeTags(encodeTags(items))).toEqual(items)\n"
        "    }),\n"
        "    { seed: 1, numRuns: 60 },\n"
        "  )\n"
        "})"
    )


async def test_a_result_that_stays_as_it_is_is_compared_with_itself():
    (case,) = (await drafted(law("rests", "string"))).cases

    assert case.name == "leaves its own result alone"
    assert "expect(encodeTags(encodeTags(text))).toEqual(encodeTags(text))" in case.code


@pytest.mark.parametrize(
    ("manifests", "declared"),
    [
        ({"package.json": '{"devDependencies": {"fast-check": "^4"}}'}, True),
        ({"lib/package.json": '{"dependencies": {"fast-check": "4"}}'}, True),
        ({"package.json": '{"devDependencies": {"vitest": "4"}}'}, False),
    ],
)
def test_only_a_project_that_declares_the_package_gets_such_tests(manifests, declared):
    assert uses_fast_check(task(TEXT, *SYMBOLS, **manifests).view, "lib/tags.ts") is declared


TRIED = """
const plan = { laws: true }
const encode = (value) => value
const tryTo = (work) => { try { return work() } catch { return undefined } }
const unit = {
  escapeText: (text) => text.replaceAll('&', '&amp;'),
  unescapeText: (text) => text.replaceAll('&amp;', '&'),
  trimmed: (text) => text.trim(),
  flipped: (items) => [...items].reverse(),
  shouted: (text) => (text === 'odd' ? 'again' : text.toUpperCase()),
  same: (text) => text,
}
const callTarget = ({ name }, args) => unit[name](...args)
// Thinks of a text that none of the inputs is.
const fc = {
  string: () => ['x', ' y ', 'odd'],
  integer: () => [1, 2],
  array: (each) => [each, []],
  property: (values, holds) => ({ values, holds }),
  assert: ({ values, holds }) => { if (!values.every(holds)) throw new Error('no') },
}
const fastCheck = async () => ({ default: fc })
const inputs = (name) => (name === 'flipped' ? [[1, 2], [3], [4, 5]] : ['a', ' b ', 'c & d'])
const piles = new Map(Object.keys(unit).map((name, id) => {
  const seen = { outcome: { kind: 'value', isAsync: false }, asked: [] }
  const found = inputs(name).map((value) => ({ job: { args: [value], steps: [] }, seen }))
  return [{ id, name, kind: 'function', path: [name] }, { ways: new Map(), answers: new Map(found.entries()) }]
}))
const names = Object.keys(unit)
tellLaws(piles, () => false).then((told) => {
  const rows = told.map(({ target, law }) => [names[target], law.says, names[law.other] ?? '', law.kind])
  process.stdout.write(JSON.stringify(rows))
})
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_law_holds_on_all_that_was_seen_and_on_what_is_thought_of_and_changes_something(tmp_path):
    script = tmp_path / "laws.cjs"
    script.write_text(LAWS.read_text("utf-8") + TRIED, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [
        ["escapeText", "undone", "unescapeText", "string"],
        ["trimmed", "rests", "", "string"],
        ["flipped", "returns", "", "numbers"],
    ]
