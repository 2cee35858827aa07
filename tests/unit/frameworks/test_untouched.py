"""Whether what a JavaScript test touched is seen, in a process of its own."""

import json
import subprocess
from pathlib import Path

ASSETS = Path(__file__).parents[3] / "testwright/frameworks/assets/javascript"
TOUCHED = {
    "nothing": "",
    "process": "process.marked = 1",
    "what process holds": "process.versions.marked = 1",
    "the environment": "process.env.MARKED = '1'",
    "where it prints": "process.stdout.write = () => true",
    "Buffer": "Buffer.prototype.marked = 1",
    "a class of Intl": "Intl.NumberFormat.prototype.marked = 1",
    "performance": "performance.now = () => 1",
    "a function of a module": "require('node:url').parse.marked = 1",
    "a module that nobody has loaded": "require('node:zlib').inflateSync = () => 1",
    "fs.promises": "require('node:fs').promises.readFile = () => 1",
    "how things are shown": "require('node:util').inspect.defaultOptions.depth = 9",
    "the agent of all requests": "require('node:http').globalAgent.maxSockets = 1",
    "how many may listen": "require('node:events').defaultMaxListeners = 99",
}
LOOK = """
const { Untouched, builtins } = require('./untouched.cjs')
const touched = JSON.parse(process.argv[1])
const found = {}
for (const [what, statement] of Object.entries(touched)) {
  const untouched = new Untouched(globalThis)
  new Function('require', statement)(require)
  found[what] = untouched.holds
}
const untouched = new Untouched(globalThis)
const putBack = builtins()
new Function('require', touched['a function of a module'].replace('marked', 'later'))(require)
new Function('require', touched['fs.promises'])(require)
putBack()
require('fs').writeSync(1, JSON.stringify({ found, back: untouched.holds }))
"""


def test_whatever_a_test_touches_that_others_can_reach_is_seen_and_what_is_of_node_is_put_back():
    done = subprocess.run(
        ["node", "-e", LOOK, json.dumps(TOUCHED)], cwd=ASSETS, capture_output=True, text=True, timeout=60, check=True
    )

    told = json.loads(done.stdout)
    assert told == {"found": {what: what == "nothing" for what in TOUCHED}, "back": True}
