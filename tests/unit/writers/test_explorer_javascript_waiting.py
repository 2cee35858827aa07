"""Tests that wait for a callback or an event that comes after the call."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from explorer_samples import TEXT, function, reporting, saw, task

import testwright.writers.explorer.javascript as explorer
from testwright.domain.analysis import Symbol, SymbolKind
from testwright.writers.explorer.javascript import JavaScriptExplorer

AWAITED = {"$": "awaited", "v": "done"}
NODE = shutil.which("node")
WAITING = Path(explorer.__file__).parent / "probe" / "waiting.js"


async def drafted(*told, framework="vitest"):
    work = task(TEXT, function("price", TEXT, "text", "done"), probe=reporting(*told), framework=framework)
    return (await JavaScriptExplorer().explore(work, 2.0)).draft


def later(*heard, **more):
    told = saw([*heard], args=["a", AWAITED], **more)
    return {**told, "outcome": {**told["outcome"], "isAsync": True}}


async def test_what_a_callback_hears_after_the_call_is_waited_for():
    (case,) = (await drafted(later(None, 3))).cases

    assert case.name == "calls back with null, 3 for 'a'"
    assert "const heard = await new Promise((resolve) => price('a', (...args) => resolve(args)))" in case.code
    assert "expect(heard).toEqual([null, 3])" in case.code


async def test_a_callback_that_hears_nothing_is_told_by_what_the_call_did_to_a_file():
    silent, writing = later(), later(files=[["notes.txt", "a"]], branches=("s2",))

    (case,) = (await drafted(silent, writing)).cases

    assert case.name == "changes the file, then calls back for 'a'"
    assert "await new Promise((resolve) => price('a', () => resolve(undefined)))" in case.code


def living(*steps, heard, **more):
    return {
        **saw([*heard], branches=(f"s{len(steps)}",), **more),
        "steps": list(steps),
        "lived": [{"kind": "value", "tree": heard, "isAsync": True} for _ in steps],
        "seen": [],
        "outcome": {"kind": "value", "tree": heard, "isAsync": True},
    }


async def test_an_event_is_waited_for_with_what_it_brings():
    text = "export class Store extends EventEmitter {\n}"
    symbol = Symbol(name="Store", kind=SymbolKind.CLASS, line=1, end_line=2, parameters=())
    loaded = living({"act": "emits", "event": "load", "args": []}, heard=[2])
    work = task(text, symbol, probe=reporting(loaded))

    draft = (await JavaScriptExplorer().explore(work, 2.0)).draft

    assert "import { once } from 'node:events'" in draft.preamble
    assert [case.name for case in draft.cases] == ["emits 'load' with 2"]
    assert "expect(await once(store, 'load')).toEqual([2])" in draft.cases[0].code


async def test_few_tests_wait_where_they_reach_nothing_new():
    told = [later(None, number) for number in range(9)]

    assert len((await drafted(*told)).cases) == 4


LIVES = """
const realSetTimeout = setTimeout
const isDrawn = () => false
const isChanged = false
const isMakingSure = false
const { EventEmitter } = require('node:events')
class Store extends EventEmitter {
  constructor() {
    super()
    process.nextTick(() => this.emit('load', 2))
  }
  add() {
    this.emit('added', 1)
  }
}
async function main() {
  const store = new Store()
  const events = eventsOn(store)
  store.add()
  const job = { target: {}, steps: [{ name: 'add', args: [] }] }
  await learnLaterEvents(job, events)
  const next = listeningFor(job, { events }).map(({ steps }) => steps.map((step) => step.event ?? step.name))
  process.stdout.write(JSON.stringify([next, await nextEvent(new Store(), 'load')]))
}
main()
"""


@pytest.mark.skipif(NODE is None, reason="needs node")
def test_events_are_listened_to_from_the_beginning_or_waited_for_as_they_came(tmp_path):
    script = tmp_path / "waiting.cjs"
    script.write_text(WAITING.read_text("utf-8") + LIVES, "utf-8")

    ran = subprocess.run([str(NODE), str(script)], capture_output=True, text=True, timeout=60, check=True)

    (later, at_once), heard = json.loads(ran.stdout)
    assert later == ["add", "load"]
    assert at_once == ["on", "add"]
    assert heard == [2]
