"""Assertions that say nothing, code that is read instead of called, and what is no fault of a test."""

import re
from dataclasses import replace

import pytest
from python_court import ANALYSIS, fault, faults


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("assert parse_price('1'), 7", "7 stands behind a comma"),
        ("parse_price(mock)\nmock.called_once_with(1)\nassert parse_price('1') == 1", "write assert_called_once_with."),
        ("parse_price(mock)\nmock.assert_called_once\nassert parse_price('1') == 1", "write assert_called_once()."),
        ("assert parse_price('1') == 7 or parse_price('1') != 7", "is so, or is not"),
        ("from unittest import mock\nassert parse_price('1') == mock.ANY", "ANY, which equals everything"),
        ("for text in []:\n    assert parse_price(text) == 7", "loops over nothing"),
        ("assert all(parse_price(text) == 7 for text in ())", "loops over nothing"),
        ("for number in range(0):\n    assert parse_price(number) == 7", "loops over nothing"),
    ],
)
def test_what_holds_whatever_the_code_does_is_no_assertion(body, says):
    assert says in fault(body).message


@pytest.mark.parametrize(
    "body",
    [
        "assert parse_price('1') == 7, f'of {7}'",
        "assert f'{parse_price(1)}' == '7'",
        "assert Cart.shared() is Cart.shared()",
        "assert parse_price(x for x in range(0)) == 0",
        "found = []\nfor text in []:\n    found.append(text)\nassert parse_price(found) == 0",
        "try:\n    parse_price('')\nexcept OSError as e:\n    assert 'no' in str(e)\nelse:\n    pytest.fail('none')",
    ],
)
def test_what_may_fail_is_one(body):
    assert fault(body) is None


@pytest.mark.parametrize(
    "passes_over",
    ["try:\n    {}\nexcept ValueError:\n    pass", "import contextlib\nwith contextlib.suppress(ValueError):\n    {}"],
)
def test_an_error_may_be_passed_over_where_what_it_leaves_is_looked_at_behind(passes_over):
    adds, parses = (passes_over.format(call) for call in ("cart.add(-1)", "parse_price('x')"))

    assert fault(f"cart = Cart()\n{adds}\nassert cart.total() == 0") is None
    assert fault(f"{parses}\nassert parse_price('1') == 1") is not None
    assert fault(passes_over.format("assert Cart().total() == 7") + "\nassert Cart().total() == 0") is not None


@pytest.mark.parametrize(
    "made",
    ["Cart('1')", "hash(Cart('1'))", "parse_price('1', seed=3)", "parse_price('1', Random(3))"],
)
@pytest.mark.parametrize("asserts", ["assert {0} == {0}", "self.assertEqual({0}, {0})"])
def test_new_things_and_draws_with_one_seed_may_be_promised_to_be_equal(made, asserts):
    drawing = replace(ANALYSIS, imports=("random",))

    assert fault(asserts.format(made), analysis=drawing) is None


@pytest.mark.parametrize(
    "given",
    ["cart", "parse_price('1')", "Cart('1').total()", "len(Cart('1'))", "parse_price('1', seed=3)"],
)
def test_other_things_that_are_compared_with_themselves_are_not(given):
    assert "with itself" in fault(f"cart = Cart()\nassert {given} == {given}").message


def test_that_two_calls_give_what_is_equal_may_be_said_beside_what_else_they_give():
    same = "parse_price('1') == parse_price('1')"

    assert fault(f"assert {same}\nassert parse_price('1') != parse_price('2')") is None
    assert "with itself" in fault("price = parse_price('1')\nassert price == price\nassert price == 1").message
    assert "with itself" in fault(f"assert {same}\nassert {same}").message


@pytest.mark.parametrize(
    "test",
    [
        "from pytest import raises\nwith raises(ValueError):\n    parse_price('')",
        "import pytest as pt\nwith pt.raises(ValueError):\n    parse_price('')",
        "from pytest import warns\nwarns(UserWarning, parse_price, '')",
    ],
)
def test_an_error_may_be_expected_by_whatever_name_pytest_goes(test):
    assert fault(test) is None


@pytest.mark.parametrize(
    "body",
    [
        "import inspect\nassert 'return' in inspect.getsource(parse_price)",
        "import inspect, sys\nassert 'price' in inspect.getsource(sys.modules[__name__])",
        "import shop.price\nassert 'return' in open(shop.price.__file__).read()",
        "from pathlib import Path\nimport shop.price\nassert 'return' in Path(shop.price.__file__).read_text()",
        "path = __file__\nwith open(path) as file:\n    assert 'price' in file.read()",
        "assert 100 in parse_price.__code__.co_consts",
    ],
)
def test_code_is_called_and_not_read(body):
    assert re.search("reads code as a text|was compiled to", fault(f"{body}\nassert parse_price('1') == 1").message)


@pytest.mark.parametrize(
    "body",
    [
        "from pathlib import Path\ntext = Path(__file__).with_name('a.txt').read_text()\nassert parse_price(text) == 1",
        "assert parse_price(open(__file__).read()) == 1",
        "def helper():\n    pass\nimport inspect\ntext = inspect.getsource(helper)\nassert parse_price(text) == 1",
        "assert parse_price(__file__) == 1",
    ],
)
def test_code_may_be_what_the_unit_is_given(body):
    assert fault(body) is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("start = time.time()\nassert parse_price('1')\nassert time.time() - start < 0.05", "less than 0.05 s"),
        (
            "start = perf_counter()\nparse_price('1')\ntook = perf_counter() - start\nassert took < 1e-3",
            "1e-3 s",
        ),
        ("start = time.time()\nself.assertTrue(time.time() - start < 0.05)", "less than 0.05 s"),
        ("start = time.time()\nself.assertLess(time.time() - start, 0.05)", "less than 0.05 s"),
    ],
)
def test_how_long_something_takes_is_up_to_the_machine(body, says):
    found = fault(f"import time\nfrom time import perf_counter\n{body}\nassert parse_price('1') == 1")

    assert says in found.message


def test_a_test_is_not_tried_until_it_passes():
    assert "until it passes" in fault("assert parse_price('1') == 1", before="@pytest.mark.flaky(reruns=5)\n").message


@pytest.mark.parametrize(
    "body",
    [
        "import time\nstart = time.time()\nassert parse_price('1') == 1\nassert time.time() - start < 5",
        "import time\nmonkeypatch.setattr(time, 'time', iter)\nassert parse_price(time.time() - 1) < 0.05",
        "assert parse_price('1') < 0.05",
    ],
)
def test_generous_limits_and_other_clocks_are_fine(body):
    assert fault(body, arguments="monkeypatch") is None


SHARED_TESTS = """import sys
import unittest

from shop.price import parse_price


class Shared:
    def test_reading(self):
        try:
            self.assertEqual(self.parse("1"), 1)
        except AssertionError:
            pass


class TestPrice(Shared, unittest.TestCase):
    parse = staticmethod(parse_price)

    def test_one(self):
        self.assertEqual(self.parse("1"), 1)


@unittest.skipIf(True, "no")
class TestLater(unittest.TestCase):
    def test_later(self):
        self.assertEqual(parse_price("1"), 1)


class TestHere(unittest.TestCase):
    @unittest.skipUnless(sys.platform == "linux", "no")
    def test_here(self):
        self.assertEqual(parse_price("1"), 1)
"""


@pytest.mark.parametrize(
    "base",
    [
        "class Base:\n    rate = 0\n\n    def test_it(self):\n        assert parse_price('1', self.rate) == 1",
        "class Root:\n    def test_it(self):\n        assert parse_price('1') == 1\n\n\nclass Base(Root):\n    pass",
        "from contracts import Base",
    ],
)
def test_a_class_may_have_all_its_tests_from_another(base):
    text = f"from shop.price import parse_price\n{base}\n\n\nclass TestLow(Base):\n    rate = 7\n"

    assert faults(text, known={"contracts"}) == [None]


def test_a_class_that_has_none_asserts_nothing():
    text = "from shop.price import parse_price\n\n\nclass Base:\n    rate = 0\n\n\nclass TestLow(Base):\n    rate = 7\n"

    assert "asserts nothing" in faults(text)[0]


def test_tests_that_are_inherited_are_not_held_against_those_beside_them():
    assert faults(SHARED_TESTS)[0] is None


def test_a_class_that_is_skipped_costs_itself_alone_and_a_condition_is_left_to_the_run():
    _, later, here = faults(SHARED_TESTS)

    assert here is None
    assert "skips or excuses the test" in later
