"""What rows of tables and groups of tables are called in reports, in Node itself."""

import json
import subprocess
from pathlib import Path

import pytest

TITLES = Path(__file__).parents[3] / "testwright/frameworks/assets/javascript/titles.cjs"
SUITE = """
describe.each([[7], [19]])('rate %i', (rate) => {
  it('adds 7', () => {})
})
"""


def tables_of(suite: str, *all_titles: list[str], by="tableOf"):
    script = f"""
const {{ {by}: of }} = require({json.dumps(str(TITLES))})
console.log(JSON.stringify({json.dumps(all_titles)}.map((titles) => of({json.dumps(suite)}, titles) ?? null)))
"""
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_tests_in_a_table_of_groups_go_by_its_title_and_others_do_not():
    found = tables_of(SUITE, ["rate 7", "adds 7"], ["prices", "rate 19", "adds 7"], ["prices", "adds 7"], ["rate 7"])

    assert found == ["rate %i", "rate %i", None, None]


def test_what_a_loop_makes_goes_by_the_title_that_it_is_made_of():
    suite = "for (const n of [1, 2]) { describe(`with ${n}`, () => { it('adds', () => {}) }) }"

    assert tables_of(suite, ["with 1", "adds"], ["with", "adds"]) == ["with ${n}", None]


MADE = """
const cases = [{ name: 'low', net: 50 }, { name: 'high', net: 90 }]
for (const c of cases) test(c.name, () => { equal(gross('plain', c.net), 60) })
cases.forEach(({ name }) => it('for ' + name + " it's", async () => {}))
for (const c of cases) it.skip(c.net + 1 > 2 ? 'more' : 'less ' + c.net, () => {})
for (const t of texts) test(t.toString() + ` with ${t}, ` + JSON.stringify({ t }), function () {})
test('plain', () => {})
test('it\\'s plain', () => {})
"""


@pytest.mark.parametrize(
    ("title", "template"),
    [
        ("high", "${c.name}"),
        ("for low it's", "for ${name} it's"),
        ("a with b, {}", "${t.toString()} with ${t}, ${JSON.stringify({ t })}"),
        ("plain", None),
        ("it's plain", None),
    ],
)
def test_a_title_that_is_an_expression_is_a_template_with_holes(title, template):
    assert tables_of(MADE, [title], by="templateIn") == [template]


def test_what_could_be_of_two_templates_is_of_the_one_in_its_group_or_behind_its_row():
    suite = """
describe('one', () => { for (const c of [{ name: 'low' }]) test(c.name, () => {}) })
describe('two', () => { for (const d of [{ name: 'low' }]) test(d.name, () => {}) })
it.each(['a', 'b'])('%s', (name) => {})
it.each([{ name: 'c' }])('$name', ({ name }) => {})
"""

    found = tables_of(suite, ["one", "low"], ["two", "low"], ["b"], ["c"], by="templateIn")

    assert found == ["${c.name}", "${d.name}", "%s", "$name"]


def test_a_row_that_is_written_out_with_its_title_is_a_test_of_its_own():
    loop = "for (const [title, n] of [\n  ['low', 1],\n]) {\n  test(title, () => {})\n}"
    table = "it.each([['low', 1]])('%s', (_title, n) => {})"

    assert tables_of(loop, ["low"], ["x"], by="templateIn") == [None, "${title}"]
    assert tables_of(table, ["low"], ["x"], by="templateIn") == [None, "%s"]


@pytest.mark.parametrize(
    "suite",
    [
        "describe(price.name, () => { it('adds', () => {}) })",
        "function when(n, tests) { describe('when ' + n, tests) }\nwhen('price', () => { it('adds', () => {}) })",
        "const when = (n, tests) => {\n  const of = n\n\n  describe(of, tests)\n}",
    ],
)
def test_a_group_that_no_loop_makes_has_tests_of_their_own_titles(suite):
    assert tables_of(suite, ["price", "adds"]) == [None]


def test_all_tests_of_a_group_that_a_loop_makes_go_by_its_title():
    suite = (
        "for (const kind of ['node']) {\n  const its = of(kind)\n\n  describe(kind, () => { it('adds', () => {}) })\n}"
    )

    assert tables_of(suite, ["node", "adds"]) == ["${kind}"]
