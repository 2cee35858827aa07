import json

import pytest

from testwright.domain.sessions import CoverageGoal, Options, TestType
from testwright.writers.explorer.python.records import Check, Patch, Record, read
from testwright.writers.explorer.python.writing import draft_of


def record(symbol="price", call=None, checks=None, **more):
    defaults = {
        "lines": (),
        "error": None,
        "patches": (),
        "arguments": (),
        "documented": False,
        "foreign": False,
        "subject": "",
    }
    value = more.pop("value", "3")
    return Record(
        symbol=symbol,
        call=call or f"{symbol}()",
        checks=checks if checks is not None else (Check(of="", how="equals", value=value),),
        **{**defaults, **more},
    )


def written(*records, **options):
    draft = draft_of(records, "shop.price", Options(**options), "pytest")
    return draft.preamble, [case.code for case in draft.cases]


def code(one):
    return written(one)[1][0]


def test_a_result_is_asserted_in_one_line():
    one = record("parse", 'parse("12.50")', value="1250", arguments=(("text", '"12.50"'),))

    assert code(one) == 'def test_parse_returns_1250_for_12_50():\n    assert parse("12.50") == 1250'


@pytest.mark.parametrize(
    ("value", "assertion"),
    [
        ("True", "assert price() is True"),
        ("None", "assert price() is None"),
        ("0.5", "assert price() == 0.5"),
        ("0.1", "assert price() == pytest.approx(0.1)"),
        ("[0.1, 2]", "assert price() == pytest.approx([0.1, 2])"),
        ('{"a": "b"}', 'assert price() == {"a": "b"}'),
        ("int", "assert price() is int"),
    ],
)
def test_each_kind_of_value_has_its_comparison(value, assertion):
    assert code(record(value=value)).endswith(f"    {assertion}")


def test_an_expected_error_shows_its_message_as_a_pattern():
    one = record(error=("PriceError", "shop.price", "too much (3.5)"), checks=(), arguments=(("n", "9"),))
    preamble, (text,) = written(one)

    assert text == (
        "def test_price_rejects_too_much():\n"
        '    with pytest.raises(PriceError, match=r"too much \\(3\\.5\\)"):\n'
        "        price()"
    )
    assert preamble == "import pytest\n\nfrom shop.price import PriceError, price"


def test_an_argument_that_is_plainly_wrong_names_the_test():
    one = record(error=("ValueError", "", "x"), checks=(), arguments=(("text", '""'),))

    assert code(one).startswith("def test_price_rejects_empty_text():")


def test_an_objects_change_is_set_apart_from_the_call():
    one = record(
        "Cart.add",
        "cart.add(1)",
        (Check(of="cart.items", how="equals", value="[1]"),),
        lines=("cart = Cart()",),
        subject="cart",
        arguments=(("item", "1"),),
    )

    assert code(one) == (
        "def test_cart_add_changes_items_for_1():\n    cart = Cart()\n\n    cart.add(1)\n\n    assert cart.items == [1]"
    )


def test_what_is_printed_is_read_through_capsys():
    one = record("greet", "greet()", (Check(of="", how="prints", value='"Hello\\n"'),))

    assert code(one) == (
        'def test_greet_prints_hello(capsys):\n    greet()\n\n    assert capsys.readouterr().out == "Hello\\n"'
    )


def test_a_stand_in_is_visible_and_covers_only_the_call():
    patch = Patch(target="shop.price.urlopen", name="urlopen", lines=('urlopen.return_value.read.return_value = b"3"',))
    preamble, (text,) = written(record(patches=(patch,)))

    assert text.split("\n")[1:] == [
        '    with mock.patch("shop.price.urlopen") as urlopen:',
        '        urlopen.return_value.read.return_value = b"3"',
        "",
        "        result = price()",
        "",
        "    assert result == 3",
    ]
    assert preamble == "from unittest import mock\n\nfrom shop.price import price"


def test_imports_are_those_that_are_used_sorted_by_origin():
    one = record(value='[Decimal("1"), Level.GOLD]', call="asyncio.run(price(date(2024, 1, 1), Enum))")

    assert written(one)[0] == (
        "import asyncio\nfrom datetime import date\nfrom decimal import Decimal\nfrom enum import Enum\n\n"
        "from shop.price import Level, price"
    )


def test_a_local_variable_is_not_imported_but_a_function_of_that_name_in_another_test_is():
    method = record("Cart.total", "cart.total()", lines=("cart = Cart()",), subject="cart")
    function = record("cart", "cart()")

    assert written(method, function)[0] == "from shop.price import Cart, cart"


def test_long_values_are_broken_as_a_formatter_would():
    value = '["' + '", "'.join(["abcdefghij"] * 9) + '"]'
    text = code(record(value=value))

    assert "    assert result == [\n" in text
    assert max(map(len, text.split("\n"))) <= 88


def names_of(*arguments, value="3"):
    told = [record(arguments=tuple(each.items()), value=value) for each in arguments]
    return [case.name for case in draft_of(told, "m", Options(), "pytest").cases]


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ({"text": "'foo'"}, {"text": "'foo', "}, ""),
        ({"text": "'a b'"}, {"text": "' a b'"}, "text_padded"),
        ({"text": "'a b'"}, {"text": "'a-b'"}, "text_with_dash"),
        ({"text": "'a'"}, {"text": "'A'"}, "text_in_capitals"),
        ({"text": "'a'"}, {"text": "'a'", "strict": "True"}, ""),
        ({"items": "[1, 2]"}, {"items": "(1, 2)"}, "as_tuple"),
        ({"items": "[('a', 'b')]"}, {"items": "[('a', '$x')]"}, "of_a_x"),
    ],
)
def test_of_namesakes_the_later_one_says_how_its_call_differs(first, second, difference):
    names = names_of(first, second)

    assert len(set(names)) == 2
    assert not names[1][-1].isdigit()
    assert names[1].endswith(difference)


def test_bytes_and_files_are_called_what_they_are():
    assert names_of({"text": "b'foo'"}) == ["test_price_returns_3_for_foo_bytes"]
    assert names_of({"path": "str(file)"}) == ["test_price_returns_3_for_file"]
    assert names_of({"path": "tmp_path"}) == ["test_price_returns_3_for_folder"]


def test_the_sign_of_a_number_at_the_start_of_a_text_is_told():
    assert names_of({"amount": "-1"}, value="'-0.01 EUR'") == ["test_price_returns_minus_0_01_eur_for_minus_1"]
    assert names_of({"text": "'- a list'"}) == ["test_price_returns_3_for_a_list"]


def test_a_flag_is_not_kept_but_answered():
    assert names_of({"interpolate": "False"}, value="False") == ["test_price_returns_false_without_interpolate"]


def test_names_are_unique():
    names = [case.name for case in draft_of([record(), record()], "m", Options(), "pytest").cases]

    assert names == ["test_price_returns_3", "test_price_returns_3_2"]


HAPPY = record(arguments=(("n", "5"),), call="price(5)")
DOCUMENTED = record(arguments=(("n", "7"),), call="price(7)", documented=True)
EDGE = record(arguments=(("n", "0"),), call="price(0)")
ERROR = record(arguments=(("n", "-1"),), call="price(-1)", checks=(), error=("ValueError", "", "no"))
SEAM = record("encode+decode", "decode(encode_result)", lines=('encode_result = encode("a")',))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["price(5)", "price(7)", "price(0)", "price(-1)"]),
        ({"include_edge_cases": False}, ["price(5)", "price(7)"]),
        ({"coverage": CoverageGoal.BASIC}, ["price(7)"]),
        ({"test_types": (TestType.INTEGRATION,)}, ["decode(encode_result)"]),
        (
            {"test_types": (TestType.UNIT, TestType.INTEGRATION), "coverage": CoverageGoal.BASIC},
            ["price(7)", "decode(encode_result)"],
        ),
    ],
)
def test_each_option_changes_which_tests_are_written(options, expected):
    codes = written(HAPPY, DOCUMENTED, EDGE, ERROR, SEAM, **options)[1]

    assert len(codes) == len(expected)
    assert all(call in text for call, text in zip(expected, codes, strict=True))


def test_scenarios_are_told_apart():
    draft = draft_of(
        [HAPPY, EDGE, ERROR, SEAM], "m", Options(test_types=(TestType.UNIT, TestType.INTEGRATION)), "pytest"
    )

    assert [case.scenario for case in draft.cases] == ["happy", "edge", "error", "integration"]
    assert draft.cases[3].targets == ("encode", "decode")


def test_letters_beyond_ascii_are_named_without_their_accents():
    one = record("greet", 'greet("Café")', arguments=(("name", '"Café"'),))

    assert "cafe" in draft_of([one], "m", Options(), "pytest").cases[0].name


def test_calls_that_use_real_files_are_what_integration_asks_for():
    filed = record("load", 'load(tmp_path / "a.txt")', lines=('(tmp_path / "a.txt").write_text("1")',))
    both = Options(test_types=(TestType.UNIT, TestType.INTEGRATION))

    assert [case.scenario for case in draft_of([HAPPY, filed], "m", both, "pytest").cases] == ["happy", "integration"]
    only = draft_of([HAPPY, filed], "m", Options(test_types=(TestType.INTEGRATION,)), "pytest").cases
    assert ["tmp_path" in case.code for case in only] == [True]
    assert len(draft_of([HAPPY, filed], "m", Options(), "pytest").cases) == 2


@pytest.mark.parametrize("report", [None, b"", b"{}", b'{"records": [1]}', b'{"records": "x"}', b"[" * 100_000])
def test_a_report_that_is_none_of_ours_is_not_read(report):
    assert read(report) is None


def test_a_report_is_read_back():
    row = {
        "symbol": "f", "lines": [], "call": "f(1)", "checks": [["", "equals", "2"]], "error": None, "patches": [],
        "arguments": [["n", "", "1"]], "documented": True, "foreign": False, "subject": "", "jumps": 3,
    }  # fmt: skip
    (found,) = read(json.dumps({"records": [row]}).encode()) or ()

    assert found.arguments == (("n", "1"),)
    assert found.documented


def by_unittest(one):
    draft = draft_of([one], "shop.price", Options(), "unittest")
    (case,) = draft.cases
    return draft.preamble, case.group, case.code


@pytest.mark.parametrize(
    ("value", "assertion"),
    [
        ("3", "self.assertEqual(price(), 3)"),
        ("True", "self.assertIs(price(), True)"),
        ("None", "self.assertIsNone(price())"),
        ("int", "self.assertIs(price(), int)"),
        ("0.5", "self.assertEqual(price(), 0.5)"),
        ("0.1", "self.assertAlmostEqual(price(), 0.1)"),
        ("1e-07", "self.assertEqual(price(), 1e-07)"),
        ("[0.1, 2]", "self.assertEqual(price(), [0.1, 2])"),
    ],
)
def test_unittest_has_a_method_for_each_kind_of_value(value, assertion):
    preamble, group, code = by_unittest(record(value=value))

    assert code.startswith("def test_price")
    assert code.endswith(f"(self):\n    {assertion}")
    assert group == "TestPrice"
    assert preamble == "import unittest\n\nfrom shop.price import price"


def test_unittest_expects_an_error_with_its_message_as_a_pattern():
    one = record(error=("PriceError", "shop.price", "too much (3.5)"), checks=(), arguments=(("n", "9"),))

    _, _, code = by_unittest(one)

    assert code.endswith('    with self.assertRaisesRegex(PriceError, r"too much \\(3\\.5\\)"):\n        price()')


def test_unittest_keeps_what_is_printed_and_cleans_up_its_folder():
    printing = record("show", "show()", (Check(of="", how="prints", value='"Hello\\n"'),))
    reading = record("load", "load(file)", lines=('file = tmp_path / "a.txt"', 'file.write_text("1")'))

    preamble, _, printed = by_unittest(printing)
    _, _, read_from_folder = by_unittest(reading)

    assert "    with redirect_stdout(StringIO()) as printed:\n        show()\n\n" in printed
    assert printed.endswith('    self.assertEqual(printed.getvalue(), "Hello\\n")')
    assert preamble.startswith("import unittest\nfrom contextlib import redirect_stdout\nfrom io import StringIO\n\n")
    assert "    self.addCleanup(folder.cleanup)\n    tmp_path = Path(folder.name)\n" in read_from_folder


def test_the_methods_of_a_class_have_a_class_of_their_own():
    assert by_unittest(record("Cart.add", "cart.add(1)"))[1] == "TestCart"
