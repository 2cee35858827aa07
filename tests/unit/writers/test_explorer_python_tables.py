"""Calls that differ in their values alone are the rows of one test."""

from dataclasses import replace

import pytest

from testwright.domain.sessions import CoverageGoal, Options
from testwright.languages.python import suites
from testwright.writers.explorer.python.records import Check, Record
from testwright.writers.explorer.python.tables import calls_of_rows
from testwright.writers.explorer.python.writing import draft_of


def record(call, value="1", arguments=(), error=None, lines=(), how="equals"):
    return Record(
        symbol="roman",
        lines=tuple(lines),
        call=call,
        checks=() if error else (Check(of="", how=how, value=value),),
        error=error,
        patches=(),
        arguments=tuple(arguments),
        documented=False,
        foreign=False,
        subject="",
    )


def numbers(count, value=str):
    return [record(f"roman({at})", value(at * 2), [("number", str(at))]) for at in range(1, count + 1)]


def codes(records, framework="pytest", **options):
    return [case.code for case in draft_of(records, "numerals", replace(Options(), **options), framework).cases]


def test_five_calls_that_differ_in_values_are_one_table():
    (code,) = codes(numbers(5))

    assert (
        code
        == """\
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, 2),
        (2, 4),
        (3, 6),
        (4, 8),
        (5, 10),
    ],
)
def test_roman_by_number(number, expected):
    assert roman(number) == expected"""
    )


def test_four_calls_are_four_tests():
    assert len(codes(numbers(4))) == 4


def test_what_is_true_of_all_rows_is_said_once():
    (code,) = codes(numbers(5, value=lambda at: "True"))

    assert "test_roman_returns_true(number)" in code
    assert "assert roman(number) is True" in code
    assert "expected" not in code


def test_what_no_row_changes_stays_in_the_call():
    rows = [record(f"roman({at}, strict=True)", str(at), [("number", str(at)), ("strict", "True")]) for at in range(5)]

    (code,) = codes(rows)

    assert "assert roman(number, strict=True) == expected" in code


def test_what_stands_around_a_call_stays_around_it():
    rows = [record(f"asyncio.run(roman({at}))", str(at), [("number", str(at))]) for at in range(5)]

    (code,) = codes(rows)

    assert "assert asyncio.run(roman(number)) == expected" in code


def test_refusals_for_one_reason_are_one_table():
    error = ("ValueError", "", "too small")
    (code,) = codes([record(f"roman(-{at})", arguments=[("number", f"-{at}")], error=error) for at in range(5)])

    assert "def test_roman_rejects_too_small(number):" in code
    assert 'with pytest.raises(ValueError, match="too small"):\n        roman(number)' in code


def test_unittest_has_a_subtest_for_each_row():
    (code,) = codes(numbers(5), framework="unittest")

    assert "for number, expected in cases:\n        with self.subTest(number=number):" in code
    assert "            self.assertEqual(roman(number), expected)" in code


@pytest.mark.parametrize(
    "odd",
    [
        record("roman(0.1)", "0.3", [("number", "0.1")]),
        record("roman(*[1])", "2", [("number", "[1]")]),
        record("roman(numbers)", "2", [("number", "[1]")]),
        record("roman(9)", "IX", [("number", "9")], how="starts"),
    ],
    ids=["a float", "a starred argument", "a named argument", "another check"],
)
def test_what_is_told_in_another_way_is_no_row(odd):
    assert len(codes([*numbers(5), odd])) == 2


def test_a_basic_suite_has_no_tables():
    assert "parametrize" not in "".join(codes(numbers(6), coverage=CoverageGoal.BASIC))


def test_a_table_is_one_test_of_the_suite():
    draft = draft_of(numbers(6), "numerals", Options(), "pytest")

    assert "import pytest" in draft.preamble
    assert [case.name for case in suites.split(suites.render(draft)).cases] == ["test_roman_by_number"]


def test_the_rows_of_a_table_are_calls_again():
    (code,) = codes(numbers(5))

    assert calls_of_rows(code) == [f"roman({at})" for at in range(1, 6)]
    assert calls_of_rows("def test_a():\n    assert f(1) == 2\n") == []
