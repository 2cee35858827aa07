"""Values that the declared types refuse, given to code that refuses something itself."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from explorer_samples import explored, saw

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
STRANGERS = Path(explorer.__file__).parent / "probe" / "strangers.js"
AROUND = """
const plan = { refuses: true }, UNDEFINED = { $: 'undefined' }
const kindOf = (tree) => (Array.isArray(tree) ? 'list' : tree === null ? 'null' : (tree.$ ?? typeof tree))
const memberShape = (shape, key) => shape.props.find(([name]) => name === key)[1]
const candidates = ({ v }) => [v ?? 3]
"""
SAYS = """
const point = { k: 'object', props: [['type', { k: 'literal', v: 'Point' }, false]] }
const usual = { $: 'object', v: [['type', 'Point']] }
const target = { params: [{ shape: { k: 'number' } }, { shape: point }] }
const calls = misfits(target, [[3], [usual]])
plan.refuses = false
process.stdout.write(JSON.stringify({ calls, none: misfits(target, [[3], [usual]]) }))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_strangers_take_the_place_of_one_argument_or_member_at_a_time_where_the_code_refuses_something(tmp_path):
    script = tmp_path / "strangers.cjs"
    script.write_text(AROUND + STRANGERS.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    said = json.loads(ran.stdout)
    usual = {"$": "object", "v": [["type", "Point"]]}
    assert said["none"] == []
    assert ["alpha", usual] in said["calls"]
    assert [3, None] in said["calls"]
    assert [3, {"$": "object", "v": []}] in said["calls"]
    assert [3, {"$": "object", "v": [["type", "alpha"]]}] in said["calls"]
    assert all(call[0] == 3 or call[1] == usual for call in said["calls"])


async def test_a_refusal_of_what_the_types_forbid_says_that_it_is_meant():
    thrown = {"kind": "throws", "name": "TypeError", "message": "no text", "own": True, "isAsync": False}

    draft = await explored(saw(args=[42], kind="throws", thrown=thrown))

    (case,) = draft.cases
    assert "expect(() => price(42 as never)).toThrow('no text')" in case.code
    assert case.name == "throws 'no text' for 42"


async def test_what_the_types_forbid_and_the_code_takes_is_not_told():
    assert (await explored(saw(7, args=[42]))).cases == ()
