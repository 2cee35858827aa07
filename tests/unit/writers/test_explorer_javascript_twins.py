"""The same value given twice, where two of one kind are wanted."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
TWINS = Path(explorer.__file__).parent / "probe" / "twins.js"
SAYS = """
const candidates = () => [null, [1, 2]]
const lists = ({ params }) => params.map(({ of }) => of)
const any = { shape: { k: 'any' } }, text = { shape: { k: 'string' } }, count = { shape: { k: 'number' } }
const said = [
  { params: [{ ...any, of: ['a'] }, { ...any, of: [3] }] },
  { params: [{ ...text, of: ['a', 'b'] }, { ...text, of: ['c'] }, { ...count, of: [7] }] },
  { params: [{ ...text, of: ['a'] }, { ...count, of: [7] }] },
]
process.stdout.write(JSON.stringify(said.map(twins)))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_one_value_of_each_kind_is_given_twice_where_two_parameters_are_alike_or_unknown(tmp_path):
    script = tmp_path / "twins.cjs"
    script.write_text(TWINS.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    unknown, texts, unlike = json.loads(ran.stdout)
    assert unknown == [[3, 3], ["a", "a"], [None, None], [[1, 2], [1, 2]]]
    assert texts == [["b", "b", 7]]
    assert unlike == []
