"""What comes first of two things that are under way at once is luck, and no promise for a test."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import testwright.writers.explorer.javascript as explorer

NODE = shutil.which("node")
RACES = Path(explorer.__file__).parent / "probe" / "races.js"
SAYS = """
const fs = require('node:fs')
const realSetTimeout = setTimeout
const signature = JSON.stringify
const path = process.argv[2]
const reading = (done) => fs.createReadStream(path).on('data', () => {}).on('end', () => done('read'))
const writing = (done) => fs.writeFile(`${path}-2`, 'b', () => done('written'))

// As a listener hears it when the call that is awaited has come to its end.
const race = () =>
  new Promise((resolve) => {
    const heard = []
    reading((what) => heard.push(what))
    writing((what) => resolve([...heard, what]))
  })
const inTurn = () => new Promise((resolve) => reading((first) => writing((second) => resolve([first, second]))))
const own = fs.read
const observe = (job) => job.run()
const file = [{ $: 'file', v: 'notes.txt', text: '' }]
const isSure = async (run, args) => winsNoRace({ run, args, steps: [] }, ['read', 'written'])
const main = async () =>
  [await isSure(race, file), await isSure(inTurn, file), await isSure(race, [1]), fs.read === own]
main().then((said) => process.stdout.write(JSON.stringify(said)))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_a_result_that_hangs_on_which_file_answers_first_is_not_told_and_one_that_waits_for_each_is(tmp_path):
    script, notes = tmp_path / "says.cjs", tmp_path / "notes.txt"
    script.write_text(RACES.read_text("utf-8") + SAYS, "utf-8")
    notes.write_text("a")

    ran = subprocess.run([str(NODE), str(script), str(notes)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [False, True, True, True]
