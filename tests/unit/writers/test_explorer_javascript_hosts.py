"""What two runs of a gesture agree on."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
PROBE = Path(explorer.__file__).parent / "probe"
TRIED = """
const object = (members) => ({ $: 'object', v: Object.entries(members) })
const swipe = (time) => object({ dir: 'Left', event: CUT, speed: [80 / time, 0], inner: object({ at: time, x: 1 }) })
process.stdout.write(JSON.stringify(agreed([[swipe(3)]], [[swipe(5)]])))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_members_that_differ_in_part_or_cannot_be_told_are_left_out_and_the_rest_is_told(tmp_path):
    script = tmp_path / "agreed.cjs"
    parts = [(PROBE / f"{part}.js").read_text("utf-8") for part in ("values", "hosts")]
    script.write_text("\n".join([*parts, TRIED]), "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [
        [
            {
                "$": "object",
                "v": [["dir", "Left"], ["inner", {"$": "object", "v": [["x", 1]], "partial": True}]],
                "partial": True,
            }
        ]
    ]


NUMBERS = """
const served = { url: '' }
process.stdout.write(JSON.stringify([true, false].map((knowsNaN) => {
  plan.knowsNaN = knowsNaN
  return [encode({ re: NaN }), encode(NaN)]
})))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_member_that_is_no_number_is_told_where_the_code_speaks_of_such_and_a_bare_one_is_always_looked_into(
    tmp_path,
):
    script = tmp_path / "numbers.cjs"
    parts = [(PROBE / f"{part}.js").read_text("utf-8") for part in ("files", "values")]
    script.write_text("\n".join(["const plan = {}; const fs = require('node:fs')", *parts, NUMBERS]), "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    bare = {"$": "number", "v": "NaN"}
    told, doubted = ({"$": "object", "v": [["re", member]]} for member in ({"$": "code", "v": "NaN"}, bare))
    assert json.loads(ran.stdout) == [[told, bare], [doubted, bare]]
