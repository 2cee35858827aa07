"""What rows of tables and groups of tables are called in reports, in Node itself."""

import json
import subprocess
from pathlib import Path

TITLES = Path(__file__).parents[3] / "testwright/frameworks/assets/javascript/titles.cjs"
SUITE = """
describe.each([[7], [19]])('rate %i', (rate) => {
  it('adds 7', () => {})
})
"""


def tables_of(suite: str, *all_titles: list[str]):
    script = f"""
const {{ tableOf }} = require({json.dumps(str(TITLES))})
console.log(JSON.stringify({json.dumps(all_titles)}.map((titles) => tableOf({json.dumps(suite)}, titles) ?? null)))
"""
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_tests_in_a_table_of_groups_go_by_its_title_and_others_do_not():
    found = tables_of(SUITE, ["rate 7", "adds 7"], ["prices", "rate 19", "adds 7"], ["prices", "adds 7"], ["rate 7"])

    assert found == ["rate %i", "rate %i", None, None]


def test_what_a_loop_makes_goes_by_the_title_that_it_is_made_of():
    suite = "for (const n of [1, 2]) { describe(`with ${n}`, () => { it('adds', () => {}) }) }"

    assert tables_of(suite, ["with 1", "adds"], ["with", "adds"]) == ["with ${n}", None]
