"""What the explorer of JavaScript has to leave alone, and what it says of that."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from explorer_samples import PRICE, TEXT, function, saw, task

import testwright.writers.explorer.javascript as explorer
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Explored
from testwright.domain.verdicts import NotRun
from testwright.writers.explorer.javascript import JavaScriptExplorer

NODE = shutil.which("node")
WORLD = Path(explorer.__file__).parent / "probe" / "world.js"
BOTH = f"{TEXT}\nexport function spin(n: number) {{}}"
SPIN = function("spin", "export function spin(n: number) {}", "n", line=4)
ENDED = NotRun(code="no_report", message="The process was ended")


def ending(*endings, then):
    """A probe that ends at one call after the other, and then reports."""
    left = list(endings)

    async def probe(text, reports, *, seconds):
        if left:
            call, said = left.pop(0)
            marker = f"{json.dumps([*call, [], 0, 0.5])}\n{said}".encode()
            return Explored(reports={"exploring.json": marker}, problem=ENDED)
        return Explored(reports={"explored.json": json.dumps(then).encode()})

    return probe


async def written(probe):
    return await JavaScriptExplorer().explore(task(BOTH, PRICE, SPIN, probe=probe), 2.0)


async def test_a_call_that_never_ends_is_told_as_skipped_and_the_others_go_on():
    writing = await written(ending(([1, [3]], '"late"'), then={"told": [saw(1, args=["a"])]}))

    assert [case.group for case in writing.draft.cases] == ["price"]
    assert [(each.symbol, each.because) for each in writing.skipped] == [("spin", "spin(3) does not come to an end")]


async def test_a_unit_whose_calls_go_on_ending_the_process_is_explored_no_further():
    texts = []
    ends = ending(([1, [3]], ""), ([1, [4]], ""), ([1, [5]], ""), ([1, [500]], ""), then={"told": [saw(1, args=["a"])]})

    async def probe(text, reports, *, seconds):
        texts.append(text)
        return await ends(text, reports, seconds=seconds)

    writing = await written(probe)

    assert [each.because for each in writing.skipped] == ["spin(500) ends the process; nothing more of it was explored"]
    assert ['"name": "spin"' in text for text in texts] == [True, True, True, True, False]
    skipped = '"skip": [[1, [3], [], 0], [1, [4], [], 1], [1, [5], [], 2]]'
    assert [skipped in text for text in texts] == [False, False, False, True, True]


async def test_a_run_that_goes_on_ending_without_its_unit_is_given_up():
    endings = [([1, [number]], "") for number in range(20)]

    with pytest.raises(PermanentError) as caught:
        await written(ending(*endings, then={"told": []}))

    assert caught.value.code == "no_report"


async def test_calls_that_must_not_be_made_again_are_told_in_words():
    told = {"told": [saw(1, args=["a"])], "skipped": [[1, [3], [], "ends the process (process.exit)"]]}

    writing = await written(ending(then=told))

    assert [each.because for each in writing.skipped] == ["spin(3) ends the process (process.exit)"]


async def test_why_there_is_no_test_of_a_unit_is_said_and_of_one_with_tests_nothing():
    silent = [[0, "it is tired"], [1, "none of 9 calls came to a result"]]

    writing = await written(ending(then={"told": [saw(1, args=["a"])], "silent": silent}))

    assert [(each.symbol, each.because) for each in writing.skipped] == [("spin", "none of 9 calls came to a result")]


async def test_a_report_that_makes_no_sense_is_none():
    with pytest.raises(PermanentError):
        await written(ending(then={"told": [], "skipped": [[99, None]]}))


SAYS = """
const plan = {}
const realSetTimeout = setTimeout
lookAround()
const calm = tidy()
Array.prototype.map = () => 'patched'
String.prototype.shout = () => 'loud'
const noticed = tidy()
keepTheProcess()
let caught
try { process.exit(3) } catch (error) { caught = error.message }
process.stdout.write(JSON.stringify([calm, noticed, [1].map((n) => n + 1), ''.shout === undefined, caught, leaving]))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_what_a_call_did_to_the_languages_own_objects_is_noticed_and_put_back(tmp_path):
    script = tmp_path / "says.cjs"
    script.write_text(WORLD.read_text("utf-8") + SAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [False, True, [2], True, "process.exit was called", "process.exit"]


STRAYS = """
const realSetTimeout = setTimeout
const heard = []
process.on('uncaughtException', (error) => heard.push(error.message))
const letGo = keepTheProcess()
require('node:fs').readFile('/nowhere/at/all', (error) => { throw error })
strayErrors().then(async (count) => {
  letGo()
  setTimeout(() => { throw new Error('the runner hears this') }, 0)
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.stdout.write(JSON.stringify([count, heard]))
})
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_errors_that_nobody_catches_are_waited_for_and_are_the_runners_again_afterwards(tmp_path):
    script = tmp_path / "strays.cjs"
    script.write_text(WORLD.read_text("utf-8") + STRAYS, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [1, ["the runner hears this"]]


MISSING = """
const unit = { NOTHING: Symbol.for('nothing'), price: () => 1, Card: { $$typeof: 'memo' } }
const reach = (path) => path.reduce((owner, name) => owner?.[name], unit)
const said = [['NOTHING', 'function'], ['price', 'function'], ['Card', 'component'], ['gone', 'function']]
process.stdout.write(JSON.stringify(said.map(([name, kind]) => missingIn({ kind, path: [name] }))))
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_an_exported_value_that_reads_like_a_function_is_said_to_be_a_value(tmp_path):
    script = tmp_path / "missing.cjs"
    script.write_text(WORLD.with_name("skips.js").read_text("utf-8") + MISSING, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    assert json.loads(ran.stdout) == [
        "it is a value, nothing to call",
        "",
        "",
        "it is not there once the file is loaded",
    ]
