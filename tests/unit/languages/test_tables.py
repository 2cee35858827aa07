"""Tests of JavaScript that differ only in values stand in a table, and come out of it as they went in."""

from dataclasses import replace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript import JavaScript

VITEST = "import { expect, it } from 'vitest'\nimport { price } from './price'"
MOCHA = "const assert = require('node:assert/strict');\nconst price = require('./price');"


def alike(number, code="expect(price('{n}', true)).toBe({n})", end=""):
    return tuple(
        Case(
            name=f"returns {n} for '{n}'",
            code=f"it(\"returns {n} for '{n}'\", () => {{\n  {code.format(n=n)}\n}}){end}",
            group="price",
            tabled=True,
        )
        for n in range(number)
    )


def test_five_that_differ_only_in_values_are_rows():
    suite = JavaScript().render(Draft(preamble=VITEST, cases=alike(5)))

    assert "  it.each([\n    [\"returns 0 for '0'\", '0', 0],\n" in suite
    assert "  ])('%s', (_title, input, expected) => {\n    expect(price(input, true)).toBe(expected)\n  })" in suite


def test_where_runners_have_no_tables_a_loop_stands_in():
    cases = alike(5, "assert.equal(price('{n}'), {n});", end=";")

    suite = JavaScript().render(Draft(preamble=MOCHA, cases=cases))

    assert "  for (const [title, input, expected] of [\n    [\"returns 0 for '0'\", '0', 0],\n" in suite
    assert "    it(title, () => {\n      assert.equal(price(input), expected);\n    });\n  }" in suite


@pytest.mark.parametrize(
    ("preamble", "code", "end"),
    [
        (VITEST, "expect(price('{n}', true)).toBe({n})", ""),
        (VITEST, "expect(price('{n}')).toEqual([{n}]);", ";"),
        (MOCHA, "assert.equal(price('{n}'), {n});", ";"),
    ],
)
def test_what_was_folded_is_taken_apart_into_the_same_tests(preamble, code, end):
    cases = alike(6, code, end)

    found = JavaScript().split(JavaScript().render(Draft(preamble=preamble, cases=cases)))

    assert found.cases == cases


@pytest.mark.parametrize(
    "cases",
    [
        alike(4),
        tuple(replace(case, tabled=False) for case in alike(5)),
        alike(5, "expect(price('{n}')).toBe({n})\n  expect(price.calls).toBe(1)"),
        alike(5, "expect(price(new Box({n}))).toBe(made)".replace("made", "made{n}")),
    ],
    ids=["too few", "not meant for it", "more than one thing", "not by values"],
)
def test_others_stay_tests_by_themselves(cases):
    suite = JavaScript().render(Draft(preamble=VITEST, cases=cases))

    assert suite.count("  it(") == len(cases)


def test_a_title_that_is_not_written_as_it_is_said_stays_out_of_the_table():
    odd = Case(
        name="says \"a\" and 'b'",
        code="it('says \"a\" and \\'b\\'', () => {\n  expect(price('x', true)).toBe(9)\n})",
        group="price",
        tabled=True,
    )

    suite = JavaScript().render(Draft(preamble=VITEST, cases=(*alike(5), odd)))

    assert suite.count("it.each") == 1
    assert "it('says \"a\" and \\'b\\''" in suite
