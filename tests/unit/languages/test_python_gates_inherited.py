"""Classes of pytest that have their tests from another class: those tests are theirs."""

from python_court import faults

RATES = """import time

import pytest
from shop.price import Cart, parse_price


class BaseRates:
    rate = 0

    def test_it(self):
        assert parse_price("1", self.rate) == 100 + self.rate


class Rates(BaseRates):
    def test_of_nothing(self):
        parse_price("", self.rate)


class TestLow(Rates):
    rate = 7
"""


def test_what_it_inherits_has_to_assert_something_as_its_own_would():
    (said,) = faults(RATES.replace("assert parse_price", "len").replace(" == 100 + self.rate", ""))

    assert "asserts nothing" in said


def test_what_its_inherited_tests_do_is_held_against_it():
    assert "sleeps" in faults(RATES.replace("        parse_price", "        time.sleep(1)\n        parse_price"))[0]
    assert "always holds" in faults(RATES.replace("assert parse_price", "assert 1 or parse_price"))[0]


def test_a_class_that_has_tests_of_its_own_is_not_left_to_those_of_another_file():
    away = "from shop.testing import SharedRates\n\n\nclass TestLow(SharedRates):\n    rate = 7\n"

    assert faults(away) == [None]
    assert "asserts nothing" in faults(f"{away}\n    def test_it(self):\n        parse_price('1')\n")[0]
