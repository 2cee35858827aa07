"""What is done next while changes are tried on JavaScript, in Node itself: no test is left out because another hung."""

import json
import subprocess
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[3] / "testwright/frameworks/assets/javascript"
FIRST = [
    {"turn": "loop"},
    {"known": "a", "titles": ["a"]},
    *({"control": "a", "ok": True, "reached": [1], "calls": 1, "ms": 1, "again": again} for again in (False, True)),
    {"begin": 1, "case": "a"},
]


def in_node(script: str):
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("end", "turn"),
    [
        ([{"hung": True}], "loop"),
        ([{"ended": True}], "loop"),
        ([{"end": 1, "case": "a", "verdict": "timed_out", "hung": True}, {"known": "b"}], "loop"),
        ([{"end": 1, "case": "a", "verdict": "killed"}, {"finished": 0}, {"ended": True}], None),
    ],
)
def test_after_a_change_that_hangs_or_ends_the_process_the_tests_behind_it_get_their_turn(end, turn):
    script = f"""
const {{ nextTurn, stateOf }} = require({json.dumps(str(ASSETS / "journal.cjs"))})
const order = {{ numbers: [1], edges: [], until: Date.now() + 60000, hurriedFrom: Date.now() + 60000 }}
console.log(JSON.stringify(nextTurn(order, stateOf({json.dumps(FIRST + end)}))?.kind ?? null))
"""

    assert in_node(script) == turn


def test_a_test_whose_turn_never_came_is_known_and_said_to_be_unasked(tmp_path):
    (tmp_path / "order.json").write_text(
        json.dumps({"numbers": [1], "edges": [], "until": 9e15, "hurriedFrom": 9e15}), encoding="utf-8"
    )
    script = f"""
const {{ Challenge }} = require({json.dumps(str(ASSETS / "challenge.cjs"))})
const {{ entriesIn, orderIn, reportOf, stateOf }} = require({json.dumps(str(ASSETS / "journal.cjs"))})
const folder = {json.dumps(str(tmp_path))}
const challenge = new Challenge(folder)
challenge.install(globalThis)
challenge.start({{ id: 'a', titles: ['a'] }})
do globalThis.__testwright_mutant__(1)
while (challenge.next(true, globalThis.__testwright_mutant__(1)))
challenge.start({{ id: 'b', titles: ['b'] }})
const {{ tests, unfit, unasked }} = reportOf(orderIn(folder), stateOf(entriesIn(folder)))
console.log(JSON.stringify({{ titles: tests.map((test) => test.titles), unfit, unasked }}))
"""

    assert in_node(script) == {"titles": [["a"], ["b"]], "unfit": [], "unasked": [1]}
