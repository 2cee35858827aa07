"""What is told is made plainer, as long as it says the same."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
PROBE = Path(explorer.__file__).parent / "probe"
CODE = "\n".join((PROBE / f"{part}.js").read_text("utf-8") for part in ("typed", "simplify"))
ROUND = """
const plan = { isTyped: true }
const isDrawn = () => false
const isWritable = () => true
const isSkipped = ({ args }) => args[0] === 'x'
const kindOf = (tree) => typeof tree
const WORDS = ['alpha', 'beta']
const invented = new Set()
const isAwaiting = () => false
const isOnHost = () => false
const invent = (value) => invented.add(value)
"""


def said_by(program, folder):
    script = folder / "simplify.cjs"
    script.write_text(ROUND + CODE + program, "utf-8")
    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(ran.stdout)


SAYS = """
const target = { params: [] }
// A stack that is asked for its top: what is pushed last counts, and the option `loud`.
async function observe({ args, steps }) {
  const pushed = steps.filter(({ name }) => name === 'push')
  const isLoud = args[0].v.some(([key]) => key === 'loud')
  const own = isLoud ? ['made', 'loud', 'top'] : ['made', 'top']
  const outcome = { kind: 'value', tree: pushed.at(-1)?.args[0] ?? null }
  return { outcome, spies: [], own, branches: [...own, 'pushed'] }
}
const step = (name, ...args) => ({ name, args })
const options = { $: 'object', v: [['size', 3], ['loud', true]] }
async function plainer(steps, isExample) {
  const job = { target, args: [options], steps, isExample }
  const found = await simplified({ job, seen: await observe(job) }, () => false)
  return [found.job.args, found.job.steps.map(({ name }) => name)]
}
const long = [step('push', 1), step('size'), step('push', 2), step('top')]
const both = Promise.all([plainer(long), plainer([step('size'), step('top')], true)])
both.then((all) => process.stdout.write(JSON.stringify(all)))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_steps_and_members_that_the_answer_does_without_are_left_out_and_examples_stay_as_they_are(tmp_path):
    said = said_by(SAYS, tmp_path)

    (args, steps), (given, documented) = said
    assert steps == ["push", "top"]
    assert args == [{"$": "object", "v": [["loud", True]]}]
    assert len(given[0]["v"]) == 2
    assert documented == ["size", "top"]


FLAGS = """
// Says how long the text is; a dash at its beginning is a way of its own, and so is an option.
async function observe({ args: [text, options] }) {
  const branches = [text.startsWith('-') ? 'dash' : 'none', ...(options ? ['options'] : [])]
  return { outcome: { kind: 'value', tree: text.length }, spies: [], asked: [], branches }
}
const target = { kind: 'function', params: [{ optional: false }, { optional: true }] }
invent('-x.b--c')
async function plainer(text, fresh) {
  const job = { target, args: [text, { $: 'object', v: [] }], steps: [] }
  const found = await simplified({ job, seen: await observe(job), fresh }, () => false)
  return found.job.args
}
const all = Promise.all([plainer('-x.b--c', ['dash']), plainer('-x.b--c', undefined), plainer('-literal', ['dash'])])
all.then((told) => process.stdout.write(JSON.stringify(told)))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_text_that_chance_made_up_is_cut_to_what_its_call_is_told_for_and_what_somebody_wrote_stays_whole(tmp_path):
    said = said_by(FLAGS, tmp_path)

    for_a_way, for_its_answer, written = said
    assert for_a_way == ["-"]
    assert for_its_answer == ["-x.b--c", {"$": "object", "v": []}]
    assert written == ["-literal"]


REDUCED = """
// A reducer: only the kind of the action decides.
async function observe({ args: [, action] }) {
  const kind = new Map(action.v).get('type')
  return { outcome: { kind: 'value', tree: 'state' }, spies: [], asked: [], branches: [kind ?? 'none'] }
}
const text = { k: 'string' }
const kinds = ['remove', 'clear'].map((kind) => ['type', { k: 'literal', v: kind }, false])
const removing = { k: 'object', props: [kinds[0], ['sku', text, false], ['note', text, true]] }
const action = { k: 'union', of: [removing, { k: 'object', props: [kinds[1]] }] }
const state = { k: 'object', props: [['lines', { k: 'array', of: text }, false]] }
const target = { kind: 'function', params: [{ shape: state }, { shape: action }] }
const object = (members) => ({ $: 'object', v: Object.entries(members) })
const args = [object({ lines: ['a', 'b'] }), object({ type: 'remove', sku: 'a', note: 'b' })]
const job = { target, args, steps: [] }
async function main() {
  const { job: found } = await simplified({ job, seen: await observe(job), fresh: ['remove'] }, () => false)
  process.stdout.write(JSON.stringify(found.args.map(({ v }) => Object.fromEntries(v))))
}
main()
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_what_the_types_ask_for_stays_in_a_call(tmp_path):
    said = said_by(REDUCED, tmp_path)

    assert said == [{"lines": ["b"]}, {"type": "remove", "sku": "a"}]
