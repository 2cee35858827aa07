"""Code that prints while it is tried out is not heard, whichever way it prints."""

import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
QUIET = Path(explorer.__file__).parent / "probe" / "quiet.js"
SAYS = """
import fs, { writeSync } from 'node:fs'
const speakAgain = fallSilent()
process.stdout.write('a')
process.stderr.write(Buffer.from('b'))
await new Promise((resolve) => process.stdout.write('c', 'utf8', resolve))
const count = fs.writeSync(1, 'é')
const named = writeSync(2, Buffer.from('dd'))
fs.writeSync(fs.openSync('note', 'w'), 'kept')
speakAgain()
process.stdout.write(`${count} ${named} ${fs.readFileSync('note', 'utf8')}`)
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_code_that_is_tried_out_is_not_heard_and_the_runner_is_afterwards(tmp_path):
    script = tmp_path / "says.mjs"
    script.write_text(QUIET.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)

    assert ran.stdout == "2 2 kept"
    assert ran.stderr == ""
