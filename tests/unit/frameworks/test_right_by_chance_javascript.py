"""What JavaScript runners count of chance, and how runs with other random numbers are told, in Node itself."""

import json
import subprocess
from pathlib import Path

from testwright.domain.verdicts import BY_CHANCE

CHANCE = Path(__file__).parents[3] / "testwright/frameworks/assets/javascript/chance.cjs"
DRAWING = """
takeChance(globalThis, 7)
const chance = globalThis.__testwright_chance__
const told = {}
const after = (name, act) => { chance.begin(); act(); told[name] = chance.drew() }
const drawn = []
after('nothing', () => JSON.stringify({}))
after('random', () => drawn.push(Math.random(), Math.random()))
after('again', () => drawn.push(Math.random(), Math.random()))
after('uuid', () => crypto.randomUUID())
after('values', () => crypto.getRandomValues(new Uint8Array(2)))
after('randomInt', () => require('node:crypto').randomInt(5))
takeChance(globalThis, 8)
globalThis.__testwright_chance__.begin()
drawn.push(Math.random())
const same = drawn[0] === drawn[2] && drawn[1] === drawn[3]
console.log(JSON.stringify({ told, same, other: drawn[4] !== drawn[0] }))
"""


def node(script: str):
    head = f"const {{ folded, isDoubtful, takeChance }} = require({json.dumps(str(CHANCE))})\n"
    done = subprocess.run(["node", "-e", head + script], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_what_a_test_draws_is_counted_and_begins_anew_with_each_test():
    found = node(DRAWING)

    drew = {name: name != "nothing" for name in ("nothing", "random", "again", "uuid", "values", "randomInt")}
    assert found == {"told": drew, "same": True, "other": True}


def told(state: str, message: str = "", **more: bool) -> dict[str, object]:
    return {"titles": ["chance", "luck"], "file": "a.test.js", "state": state, "message": message, **more}


def test_a_failure_with_other_random_numbers_is_the_tests_own():
    tests = [told("passed"), told("passed", again=True), told("failed", "oll", again=True)]

    [test] = node(f"console.log(JSON.stringify(folded({json.dumps(tests)})))")

    assert test["state"] == "failed"
    assert test["message"].startswith(BY_CHANCE)
    assert test["message"].endswith("oll")


def test_only_a_case_that_passed_and_drew_is_asked_again():
    cases = [[told("passed", drew=True)], [told("passed")], [told("passed", drew=True), told("failed")], []]

    assert node(f"console.log(JSON.stringify({json.dumps(cases)}.map(isDoubtful)))") == [True, False, False, False]
