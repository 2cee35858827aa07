"""One name in two places of a call."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
SHARED = Path(explorer.__file__).parent / "probe" / "shared.js"
SAYS = """
let state = 7
const random = () => (state = (state * 16807) % 2147483647) / 2147483647
const table = { $: 'object', v: [['rate', 1]] }
const made = [['--alpha', table], [3, table], [table, { $: 'object', v: [['price', 2]] }]]
  .map((args) => Array.from({ length: 40 }, () => JSON.stringify(withSharedName(args, random))))
process.stdout.write(JSON.stringify(made.map((all) => [...new Set(all)].sort())))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_text_or_a_key_takes_the_name_of_another_and_signs_about_a_word_stay(tmp_path):
    script = tmp_path / "shared.cjs"
    script.write_text(SHARED.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    texts, alone, tables = json.loads(ran.stdout)
    assert '["--rate",{"$":"object","v":[["rate",1]]}]' in texts
    assert '["--alpha",{"$":"object","v":[["alpha",1]]}]' in texts
    assert alone == ["null"]
    assert '[{"$":"object","v":[["rate",1]]},{"$":"object","v":[["rate",2]]}]' in tables
