"""What is told is made plainer, as long as it says the same."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
SIMPLIFY = Path(explorer.__file__).parent / "probe" / "simplify.js"
SAYS = """
const isDrawn = () => false
const target = {}
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
    script = tmp_path / "simplify.cjs"
    script.write_text(SIMPLIFY.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    (args, steps), (given, documented) = json.loads(ran.stdout)
    assert steps == ["push", "top"]
    assert args == [{"$": "object", "v": [["loud", True]]}]
    assert len(given[0]["v"]) == 2
    assert documented == ["size", "top"]
