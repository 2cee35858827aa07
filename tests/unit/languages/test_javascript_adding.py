"""Tests that join a JavaScript suite: every byte of it stays, and they stand where they belong."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.domain.drafts import Case, Draft
from testwright.domain.insertions import CannotAdd, holds_all_of
from testwright.domain.styles import Style
from testwright.languages.javascript import JavaScript
from testwright.languages.javascript.grammar import error_line, parse

SCRIPT = JavaScript()
IMPORT = "import { parse } from '../src/price'"
DRAFT = Draft(
    preamble="import { describe, expect, it } from 'vitest'\nimport price, { parse } from '../src/price'",
    cases=(
        Case(name="reads", code="it('reads', () => {\n  expect(parse('1')).toBe(1)\n})", group="parse"),
        Case(name="sums", code="it('sums', () => {\n  expect(price({ parse })).toBe(0)\n})", group="price"),
    ),
)


def text(code):
    return textwrap.dedent(code).lstrip("\n")


def added(draft, suite):
    new = SCRIPT.added(SCRIPT.styled(draft, SCRIPT.style_of(suite)), suite)
    assert holds_all_of(new.encode(), suite.encode())
    assert error_line(parse(new)) is None
    return new


def test_tests_go_into_the_group_of_their_name_and_the_others_behind_it():
    suite = text("""
        import { describe, expect, it } from 'vitest'
        import price, { parse } from '../src/price.js' // both

        describe('parse()', () => {
          it('is there', () => {
            expect(parse).toBeDefined()
          })
          // no more
        })
    """)

    assert added(DRAFT, suite) == suite.removesuffix("})\n") + (
        "\n  it('reads', () => {\n    expect(parse('1')).toBe(1)\n  })\n})\n"
        "\ndescribe('price', () => {\n  it('sums', () => {\n    expect(price({ parse })).toBe(0)\n  })\n})\n"
    )


def test_what_the_suite_takes_from_its_own_package_is_not_imported_twice():
    suite = "import { parse } from '@shop/core'\n\nit('is', () => {\n  expect(parse('2')).toBe(2)\n})\n"
    draft = Draft(preamble="import { other, parse } from '../src/price'", cases=DRAFT.cases[:1])

    own, foreign = (SCRIPT.added(draft, suite, package=package) for package in ("@shop/core", "@shop/other"))

    assert "../src/price" not in own
    assert own.count("parse('1')") == 1
    assert "parse2('1')" in foreign


def test_a_group_around_all_tests_takes_new_groups():
    suite = "describe('the price module', () => {\n\tit('is', () => {\n\t\texpect(1).toBe(1);\n\t});\n});\n"

    new = added(DRAFT, suite)

    assert "\n\n\tdescribe('parse', () => {\n\t\tit('reads', () => {\n\t\t\texpect(parse('1')).toBe(1);\n" in new
    assert new.endswith("\t});\n});\n")


def test_globals_stay_globals_and_a_runner_that_is_imported_is_asked_for_more():
    assert "vitest" not in added(DRAFT, "import { parse } from '../src/price'\ntest('a', () => {})\n")
    grouped = "import { test } from 'vitest'\n\ndescribe('x', () => {\n  test('a', () => {})\n})\n"
    assert added(DRAFT, grouped).startswith("import { test, expect, describe } from 'vitest'\n")


def test_flat_suites_stay_flat_and_titles_say_what_they_are_about():
    new = added(DRAFT, 'import { expect, test } from "vitest";\n\ntest("a", () => {});\n')

    assert 'test("parse reads", () => {\n  expect(parse("1")).toBe(1);\n});' in new
    assert "describe" not in new


def test_names_are_what_the_suite_calls_them():
    suite = "import cost, { parse as read } from '../src/price/index.ts'\nit('a', () => {})\n"

    new = added(DRAFT, suite)

    assert "expect(read('1'))" in new
    assert "expect(cost({ parse: read }))" in new
    assert new.count("import") == 1


def test_a_name_that_means_something_else_gets_another():
    new = added(DRAFT, "import { parse } from './other'\nit('a', () => {})\n")

    assert "import price, { parse as parse2 } from '../src/price'" in new
    assert "expect(parse2('1'))" in new


def test_names_in_braces_get_lines_of_their_own_and_comments_stay():
    suite = "import {\n  first, // one\n  second // two\n} from '../src/price'\nit('a', () => {})\n"

    assert "  second, // two\n  parse\n} from '../src/price'" in added(DRAFT, suite)


def test_suites_that_require_go_on_requiring():
    suite = "'use strict';\n\nvar price = require('../src/price');\n\nit('a', function () {});\n"

    new = added(DRAFT, suite)

    assert "var price = require('../src/price');\nconst { parse } = require('../src/price');\n" in new
    assert "import" not in new


def test_a_name_that_a_group_hides_keeps_the_tests_out_of_it():
    suite = "describe('parse', () => {\n  const parse = () => 2\n  it('a', () => {})\n})\n"

    assert added(DRAFT, suite).startswith("import price, { parse } from '../src/price'\n\n" + suite)


def test_a_group_has_the_quotes_of_its_tests_where_their_titles_hold_some_themselves():
    code = 'it("returns \'\' for \'-\'", () => {\n  expect(parse("-")).toBe("");\n});'
    draft = Draft(preamble="", cases=(Case(name="returns '' for '-'", code=code, group="parse"),))

    assert SCRIPT.render(draft).startswith('describe("parse", () => {')


def test_a_group_about_one_function_is_no_place_for_another():
    suite = (
        "import { total } from '../src/price'\n\ndescribe('total', () => {\n"
        "  it('adds', () => {\n    expect(total([1])).toBe(1)\n  })\n})\n"
    )

    assert "\n})\n\ndescribe('parse', () => {\n  it('reads', () => {\n" in added(DRAFT, suite)


def test_hooks_of_a_group_are_not_for_strangers():
    suite = "describe('parse', () => {\n  beforeEach(() => {})\n  it('a', () => {})\n})\n"

    assert suite in added(DRAFT, suite)


def test_hooks_that_come_along_hold_for_the_new_tests_alone():
    draft = Draft(preamble=f"{DRAFT.preamble}\n\nafterEach(cleanup)", cases=DRAFT.cases[:1])
    suite = "import { parse } from '../src/price'\ndescribe('parse', () => {\n  it('a', () => {})\n})\n"

    new = added(draft, suite)

    assert (
        new == f"{suite}\ndescribe('parse', () => {{\n  afterEach(cleanup)\n\n{_indented(DRAFT.cases[0].code)}\n}})\n"
    )


def _indented(code):
    return textwrap.indent(code, "  ")


def test_nodes_own_loose_assert_is_asked_strictly():
    case = Case(name="a", code="it('a', () => {\n  assert.equal(parse('1'), 1)\n})")
    draft = Draft(
        preamble="const assert = require('node:assert/strict')\nconst { parse } = require('../p')", cases=(case,)
    )
    suite = "const assert = require('assert')\nconst { parse } = require('../p')\nit('b', () => {})\n"

    assert added(draft, suite) == f"{suite}\nit('a', () => {{\n  assert.strictEqual(parse('1'), 1)\n}})\n"


def test_marks_ends_and_a_missing_last_end_are_kept():
    suite = "\ufeffimport { parse } from '../src/price'\r\nit('a', () => {\r\n    parse(`1\r\n  2`)\r\n})"

    new = added(DRAFT, suite)

    assert new.startswith(suite.replace("{ parse }", "{ parse }", 1)[:10])
    assert "\n" not in new.replace("\r\n", "")
    assert not new.endswith("\n")


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        ("it('a', () => {", "it does not parse (line 1)"),
        ("// Code generated by x. DO NOT EDIT.\nit('a', () => {})", "a program generates it"),
        ("export const a = 1", "it has no tests that can be read"),
        ("it.only('a', () => {})", "it runs but some of its tests (`.only`)"),
        ("import { it } from 'node:test'\nit('a', () => {})", "it is written for node:test"),
    ],
)
def test_a_suite_that_nothing_can_be_added_to_says_why(suite, reason):
    with pytest.raises(CannotAdd) as problem:
        SCRIPT.added(DRAFT, suite)

    assert str(problem.value) == reason


@pytest.mark.parametrize(
    "preamble",
    ["vi.mock('../src/other')", "jest.useFakeTimers()", "import './polyfill'", "// @vitest-environment jsdom\n"],
)
def test_what_would_change_the_tests_that_are_there_is_refused(preamble):
    with pytest.raises(CannotAdd):
        SCRIPT.added(Draft(preamble=preamble, cases=DRAFT.cases), "it('a', () => {})")


BLOCKS = st.sampled_from(
    [
        "'use strict'\n",
        "import { parse } from '../src/price'\n",
        "import {\n  parse, // é\n} from '../src/price'\n",
        "const { parse: read } = require('../src/price'), os = require('os');\n",
        "import type { Price } from '../src/price'\n",
        "describe('parse', () => {\n  it('x', () => {})\n  /* end */ })\n",
        'describe("price", function () {\n\tdescribe("#parse()", function () {\n\t\tit("y", () => {})\n\t})\n})\n',
        "it.each`a | b\n${1} | ${2}\n`('each $a', () => {})\n",
        "// π\n",
        "const x = `\n  it('no', () => {})\n`\n",
        "describe('price', () => { it('z', () => {}) })",
        ";[1].forEach((n) => it(`is ${n}`, () => {}))\n",
    ]
)


@given(st.lists(BLOCKS, max_size=7), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_every_old_byte_is_kept_in_order(blocks, newline, mark):
    suite = mark + "\n".join([*blocks, "it('last', () => {})"]).replace("\n", newline)
    try:
        new = SCRIPT.added(DRAFT, suite)
    except CannotAdd:
        return
    assert holds_all_of(new.encode(), suite.encode())
    assert error_line(parse(new)) is None
    assert SCRIPT.names_in(new) >= SCRIPT.names_in(suite) | {"reads", "sums"}


@given(st.text(max_size=80))
def test_hostile_texts_are_refused_or_kept(noise):
    suite = noise.encode("utf-8", "replace").decode() + "\nit('a', () => {})"
    try:
        new = SCRIPT.added(DRAFT, suite)
    except CannotAdd:
        return
    assert holds_all_of(new.encode(), suite.encode())


def test_the_style_of_a_project_is_followed():
    code = "it('a', () => {\n  const b = `\n  'c'`\n  ;[b].map(String)\n  expect(\"it's\").toBe('x')\n})"
    style = Style(indent="\t", quote='"', semicolons=True, word="test", in_groups=True)

    draft = SCRIPT.styled(Draft(preamble="import { it } from 'vitest'", cases=(Case(name="a", code=code),)), style)

    assert draft.preamble == 'import { test } from "vitest";'
    assert draft.cases[0].code == (
        'test("a", () => {\n\tconst b = `\n  \'c\'`\n\t;[b].map(String);\n\texpect("it\'s").toBe("x");\n});'
    )
    assert SCRIPT.styled(draft, style) == draft


def test_a_semicolon_that_is_needed_stays():
    code = "it('a', () => {\n  const b = 1;\n  (b).toString();\n  f();\n});"

    draft = SCRIPT.styled(Draft(preamble="", cases=(Case(name="a", code=code),)), Style(semicolons=False))

    assert draft.cases[0].code == "it('a', () => {\n  const b = 1;\n  (b).toString()\n  f()\n})"


def test_a_title_with_an_apostrophe_says_nothing_about_the_quotes():
    code = "it(\"returns 'a'\", () => {\n  expect(parse('1')).toBe('a')\n})"
    draft = Draft(preamble="", cases=(Case(name="returns 'a'", code=code, group="parse"),))

    assert "describe('parse', () => {" in added(draft, "describe('x', () => {\n  it('a', () => {})\n})\n")


WITH_FUNCTIONS = """describe('slug', function () {
  it('joins', function () {
    expect(slug('a b')).to.equal('a-b');
  });
});
"""


def test_where_tests_are_written_as_functions_new_ones_are_too():
    language, style = JavaScript(), JavaScript().style_of(WITH_FUNCTIONS)
    codes = {
        "cuts": "it('cuts', () => {\n  expect(slug('ab')).to.equal('ab')\n})",
        "waits": "it('waits', async () => {\n  expect(await slug('ab')).to.equal('ab')\n})",
        "each": "it.each([1])('each', (n) => {\n  expect(slug(n)).to.equal('1')\n})",
        "short": "it('short', () => expect(slug('')).to.equal(''))",
    }
    draft = Draft(preamble="", cases=tuple(Case(name=name, code=code, group="more") for name, code in codes.items()))

    text = language.added(language.styled(draft, style), WITH_FUNCTIONS)

    assert "describe('more', function () {\n" in text
    assert "it('cuts', function () {\n" in text
    assert "it('waits', async function () {\n" in text
    assert "it.each([1])('each', function (n) {\n" in text
    assert "it('short', () => expect(" in text


def test_a_group_of_functions_begins_with_one():
    case = Case(name="a", code="it('a', function () {\n  expect(a()).to.equal(1)\n})", group="a")

    assert "describe('a', function () {\n" in JavaScript().render(Draft(preamble="", cases=(case,)))


def test_what_more_is_needed_of_a_module_comes_by_the_name_that_the_suite_has_for_it():
    suite = "import { total, type Line } from '@/cart'\n\nit('is zero', () => {\n  expect(total([])).toBe(0)\n})\n"
    draft = Draft(
        preamble="import { Cart, total } from '../src/cart'",
        cases=(Case(name="adds", code="it('adds', () => {\n  expect(total(new Cart().lines)).toBe(0)\n})"),),
    )

    text = JavaScript().added(draft, suite)

    assert text.startswith("import { total, type Line, Cart } from '@/cart'\n\nit(")
    assert "../src/cart" not in text


def test_a_group_with_hooks_of_its_own_brings_them_and_stays_apart_from_the_one_of_its_name():
    hook = "beforeEach(() => {\n  vi.useFakeTimers()\n})"
    case = Case(name="waits", code="it('waits', () => {\n  expect(parse('2')).toBe(2)\n})", group="parse", setting=hook)
    draft = Draft(preamble="import { beforeEach, expect, it, vi } from 'vitest'\n" + IMPORT, cases=(case,))
    suite = text("""
        import { describe, expect, it } from 'vitest'
        import { parse } from '../src/price'

        describe('parse', () => {
          it('reads', () => {
            expect(parse('1')).toBe(1)
          })
        })
    """)

    new = added(draft, suite)

    assert new.startswith("import { describe, expect, it, beforeEach, vi } from 'vitest'\n")
    assert new.endswith(
        "\n\ndescribe('parse', () => {\n  "
        + hook.replace("\n", "\n  ")
        + "\n\n  "
        + ("it('waits', () => {\n    expect(parse('2')).toBe(2)\n  })\n})\n")
    )
