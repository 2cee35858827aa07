import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript import JavaScript

SUITE = """import { beforeEach, describe, expect, it } from 'vitest'
import { Cart, total } from './cart'

describe('Cart', () => {
  let cart

  beforeEach(() => {
    cart = new Cart()
  })

  // An empty one is the start.
  it('is empty', () => {
    expect(cart.count).toBe(0)
  })

  describe('add', () => {
    it('counts', () => {
      expect(cart.add('a').count).toBe(1)
    })
  })
})

it.each([[1], [2]])('totals %i', (n) => {
  expect(total([n])).toBe(n)
})
"""


def split(text):
    return JavaScript().split(text)


@pytest.mark.parametrize("wanted", ["typeof import('./store')", 'import("./store").Store'])
def test_a_type_that_is_imported_where_it_is_wanted_is_read_and_need_not_be_known_to_run_the_test(wanted):
    mock = "vi.mock('./store', async (original) => ({ ...(await original<WANTED>()), all: () => [] }))"

    draft = split(f"{mock.replace('WANTED', wanted)}\nit('a', () => {{ expect(1).toBe(1) }})")

    assert draft.preamble == mock.replace("WANTED", "any")


def test_tests_are_taken_apart_and_hooks_stay_with_the_tests_of_their_group():
    draft = split(SUITE)

    assert [(case.name, case.group) for case in draft.cases] == [
        ("is empty", "Cart"),
        ("counts", "Cart add"),
        ("totals %i", None),
    ]
    hook = "let cart\n\nbeforeEach(() => {\n  cart = new Cart()\n})"
    assert [case.setting for case in draft.cases] == [hook, hook, ""]
    assert "beforeEach(" not in draft.preamble
    assert draft.cases[0].code.startswith("// An empty one is the start.\nit('is empty', () => {\n  expect(")


def test_a_groups_hooks_and_values_are_for_its_own_tests():
    text = """describe('slow', () => {
  const rate = 7

  beforeEach(() => vi.useFakeTimers())

  it('waits', () => { expect(f(rate)).toBe(1) })
})

describe('quick', () => {
  const rate = 19

  it('gives', () => { expect(f(rate)).toBe(2) })
})

it('is real', () => { expect(f()).toBe(3) })
"""

    assert JavaScript().render(split(text)) == text


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("for (const [n, sum] of [[1, 2]]) {\n  it(`adds ${n}`, () => { expect(f(n)).toBe(sum) })\n}", "adds ${n}"),
        ("[1, 2].forEach((n) => { it(`adds ${n}`, () => { expect(f(n)).toBe(n) }) })", "adds ${n}"),
        ("behaves(1)", "behaves ${n}"),
        ("for (const c of cases) it(c.name, () => { expect(f(c.n)).toBe(1) })", "${c.name}"),
        ("cases.forEach((c) => it('for ' + c.name, () => { expect(f(c.n)).toBe(1) }))", "for ${c.name}"),
        ("for (const c of cases) it(`${c.a} and ` + g({ b: c.b }), () => {})", "${c.a} and ${g({ b: c.b })}"),
        ("for (const c of cases) it(c.name as string, () => {})", "${c.name as string}"),
        ("for (const c of cases) describe(c, () => { it('a', () => {}); it('b', () => {}) })", "${c}"),
        ("[1].map((n) => describe(`with ${n}`, () => { it('a', () => {}); it('b', () => {}) }))", "with ${n}"),
    ],
)
def test_what_makes_tests_is_one_test_and_goes_by_its_title(statement, name):
    maker = "const behaves = (n) => { it(`behaves ${n}`, () => { expect(f(n)).toBe(n) }) };"

    draft = split(f"{maker}\n{statement}\nit('plain', () => {{ expect(f()).toBe(0) }})")

    assert [case.name for case in draft.cases] == [name, "plain"]
    assert draft.cases[0].code == statement
    assert draft.preamble == maker


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("when('*', function () {", "})"), ("for (const n of [1, 2]) {", "}"), ("all.forEach((n) => {", "});")],
)
def test_each_of_several_tests_that_one_statement_makes_is_a_test(opening, closing):
    tests = "    it('a', () => {\n      f(x)\n    })\n\n    it(`b ${x}`, g)"
    text = f"describe('g', () => {{\n  {opening}\n    const x = 1\n{tests}\n  {closing}\n}})"

    draft = split(text)

    first = f"{opening}\n  const x = 1\n  it('a', () => {{\n    f(x)\n  }})\n{closing}"
    second = f"{opening}\n  const x = 1\n\n  it(`b ${{x}}`, g)\n{closing}"
    assert [(case.name, case.group, case.code) for case in draft.cases] == [("a", "g", first), ("b ${x}", "g", second)]


def test_what_is_made_by_a_function_that_is_given_the_title_goes_by_that():
    draft = split(
        "function gives(n, title) { it(title, () => { expect(f(n)).toBe(1) }) }\ngives(1, 'one')\ngives(2, 'two')"
    )

    assert [case.name for case in draft.cases] == ["one", "two"]


@pytest.mark.parametrize(
    ("test", "code"),
    [
        ("(title, n: number) => expect(f(n)).toBe(1)", "  expect(f(2)).toBe(1)\n"),
        (
            "(title, n, by) => {\n  // once\n  n += 1\n  expect(f(n)).toBe(1)\n}",
            "  let n = 2;\n  // once\n  n += 1\n  expect(f(n)).toBe(1)\n",
        ),
    ],
)
def test_a_row_of_a_table_is_a_test_whatever_its_test_is_written_like(test, code):
    given = "2, 3" if "by" in test else "2"

    draft = split(f"it.each([['a', {given}]])('%s', {test})")

    assert [(case.name, case.code) for case in draft.cases] == [("a", f"it('a', () => {{\n{code}}})")]


def test_what_was_rendered_splits_into_the_same_tests():
    draft = split(SUITE)

    again = split(JavaScript().render(draft))

    assert again.cases == draft.cases


def test_a_title_that_comes_again_gets_a_number():
    draft = split("it('works', () => { expect(a()).toBe(1) })\ndescribe('b', () => { it('works', () => {}) })")

    assert [case.name for case in draft.cases] == ["works", "works (2)"]
    assert draft.cases[1].code.startswith("it('works (2)'")


def test_a_title_with_values_in_it_keeps_them_when_it_gets_a_number():
    loop = "for (const n of [1]) { it(`adds ${n}`, () => { expect(f(n)).toBe(1) }) }"

    draft = split(f"{loop}\n{loop}")

    assert [case.name for case in draft.cases] == ["adds ${n}", "adds ${n} (2)"]
    assert draft.cases[1].code == loop.replace("`adds ${n}`", "`adds ${n} (2)`")


def test_a_title_that_is_an_expression_becomes_a_template_when_it_gets_a_number():
    loop = "for (const c of cases) { it('adds ' + c.n, () => { expect(f(c.n)).toBe(1) }) }"

    draft = split(f"{loop}\n{loop}")

    assert [case.name for case in draft.cases] == ["adds ${c.n}", "adds ${c.n} (2)"]
    assert draft.cases[1].code == loop.replace("'adds ' + c.n", "`adds ${c.n} (2)`")


def test_groups_by_another_word_have_their_import_beside_a_default_one():
    suite = "import test, { suite } from 'node:test'\nsuite('kit', () => {\n  test('plain', () => { f() })\n})\n"

    assert JavaScript().render(split(suite)).startswith("import test, { describe } from 'node:test'\n\ndescribe('kit'")


def test_lines_of_a_template_literal_are_never_moved():
    text = "describe('a', () => {\n  it('b', () => {\n    expect(f()).toBe(`\n  kept\n`)\n  })\n})\n"

    draft = split(text)

    assert "(`\n  kept\n`)" in draft.cases[0].code
    assert "(`\n  kept\n`)" in JavaScript().render(draft)


def test_imports_that_nobody_uses_any_more_are_left_out():
    text = JavaScript().render(split(SUITE).only(frozenset({"totals %i"})))

    assert "import { total } from './cart'" in text
    assert "import { expect, it } from 'vitest'" in text


def test_required_names_that_nobody_uses_are_left_out():
    case = Case(name="a", code="it('a', () => {\n  expect(a()).toBe(1)\n})")
    draft = Draft(preamble="const { a, b } = require('./x')\nconst c = require('./c')", cases=(case,))

    assert JavaScript().render(draft).startswith("const { a } = require('./x')\n\nit('a'")


def test_groups_bring_their_import():
    case = Case(name="a", code="it('a', () => {\n  expect(f()).toBe(1);\n});", group="it's")
    draft = Draft(preamble="import { expect, it } from 'vitest';\nimport { f } from './f';", cases=(case,))

    text = JavaScript().render(draft)

    assert text.startswith("import { describe, expect, it } from 'vitest';\n")
    assert "describe(\"it's\", () => {\n  it('a', () => {\n    expect(f()).toBe(1);\n  });\n});\n" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("it('a', () => {", "does not parse: line 1"),
        ("describe('a', () => {\n  it('b', () => {})\n", "does not parse: line"),
    ],
)
def test_a_suite_that_cannot_be_taken_apart_is_refused_with_a_sentence(text, said):
    with pytest.raises(ValueError, match=said):
        split(text)


def test_a_word_of_a_title_keeps_no_import():
    head = "import { after, it } from 'node:test'\nimport { ok } from 'node:assert'\nimport { f } from './f'\n"
    draft = split(f"{head}\nit('works after f', () => {{ ok(f({{ after: 1 }})) }})\n")

    assert "import { it } from 'node:test'" in JavaScript().render(draft)


STUB = """import { afterEach, expect, it } from 'vitest'
import { load, total } from './shop'

const realFetch = globalThis.fetch
let requests = []

function serverAnswers(status, body) {
  requests = []
  globalThis.fetch = async () => ({ status, json: async () => body })
}

afterEach(() => {
  globalThis.fetch = realFetch
})

function twice(n) {
  return 2 * n
}

it('totals', () => {
  expect(total(twice(1))).toBe(2)
})

it('loads', async () => {
  serverAnswers(200, 3)
  expect(await load()).toBe(3)
})
"""


def test_helpers_that_no_test_uses_any_more_go_with_what_they_needed():
    whole = split(STUB)

    rendered = JavaScript().render(whole.only(frozenset({"totals"})))

    assert rendered.startswith(
        "import { expect, it } from 'vitest'\nimport { total } from './shop'\n\nfunction twice(n) {"
    )
    assert "etch" not in rendered
    assert "requests" not in rendered
    assert JavaScript().render(whole) == STUB


def test_shared_code_that_does_something_stays():
    head = "import { it, vi } from 'vitest'\nconst clock = vi.fn()\nvi.setSystemTime(clock)\nconst started = start()\n"
    draft = split(f"{head}\nafterEach(() => {{\n  vi.restoreAllMocks()\n}})\n\nit('runs', () => {{\n  run()\n}})\n")

    assert all(part in JavaScript().render(draft) for part in ("setSystemTime", "const started", "restoreAllMocks"))
