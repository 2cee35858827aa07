import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages.python import Python

SUITE = '''
import os
import pytest
from shop.price import parse_price, total

@pytest.fixture
def cart():
    return [1]

# the happy way
def test_parses():
    assert parse_price("1") == 100

@pytest.mark.parametrize("x", [1])
def test_totals(x, cart):
    assert total(cart) == x

class TestErrors:
    """Errors."""
    def test_rejects(self):
        with pytest.raises(ValueError):
            parse_price("")

class TestShared:
    def setup_method(self):
        self.x = 1
    def test_uses(self):
        assert total([self.x]) == 1

if __name__ == "__main__":
    pytest.main()
'''


def test_a_suite_is_split_into_preamble_and_tests():
    draft = Python().split(SUITE)

    assert [case.name for case in draft.cases] == ["test_parses", "test_totals", "test_rejects", "TestShared"]
    assert "def cart():" in draft.preamble
    assert "__main__" not in draft.preamble
    assert draft.cases[1].code.startswith("@pytest.mark.parametrize")


def test_methods_that_do_not_use_self_become_functions():
    case = Python().split(SUITE).cases[2]

    assert case.code.startswith('def test_rejects():\n    with pytest.raises(ValueError):\n        parse_price("")')
    assert case.scenario == "error"


def test_what_a_method_of_an_inner_class_calls_self_is_no_use_of_the_tests_own():
    inner = (
        "class Plain:\n            def area(self):\n                return self\n        assert total(Plain().area())"
    )
    suite = (
        "class TestE:\n    def test_one(self):\n        assert total([1]) == 1\n    def test_two(self):\n        {}\n"
    )

    assert [case.name for case in Python().split(suite.format(inner)).cases] == ["test_one", "test_two"]
    looks = "def area():\n            return self\n        assert total(area())"
    assert [case.name for case in Python().split(suite.format(looks)).cases] == ["TestE"]


def test_targets_are_the_imported_names_a_test_mentions():
    assert [case.targets for case in Python().split(SUITE).cases[:2]] == [("parse_price",), ("total",)]


def test_rendering_a_split_suite_again_changes_nothing_more():
    python = Python()
    once = python.render(python.split(SUITE))

    assert python.render(python.split(once)) == once


def test_imports_that_no_test_needs_are_left_out():
    python = Python()
    draft = python.split(SUITE).only(frozenset({"test_parses"}))

    text = python.render(
        Draft(preamble="import os\nimport pytest\nfrom shop.price import parse_price, total", cases=draft.cases)
    )

    assert text == 'from shop.price import parse_price\n\n\ndef test_parses():\n    assert parse_price("1") == 100\n'


def test_tests_of_one_target_stand_together():
    cases = tuple(
        Case(name=name, code=f"def {name}():\n    assert {target}()", targets=(target,))
        for name, target in (("test_a", "f"), ("test_b", "g"), ("test_c", "f"))
    )

    text = Python().render(Draft(preamble="from m import f, g", cases=cases))

    assert text.index("test_c") < text.index("test_b")


def test_a_second_test_of_one_name_gets_a_number():
    draft = Python().split("def test_a():\n    assert f()\n\ndef test_a():\n    assert g()\n")

    assert [case.name for case in draft.cases] == ["test_a", "test_a_2"]
    assert draft.cases[1].code.startswith("def test_a_2():")


def test_a_suite_that_does_not_parse_is_refused_with_its_line():
    with pytest.raises(ValueError, match="The suite does not parse: line 2"):
        Python().split("import os\ndef test_a(:\n    pass\n")


def test_an_expected_error_is_not_what_a_test_is_for():
    suite = "from m import Bad, f\n\ndef test_a():\n    with pytest.raises(Bad):\n        f()\n"

    assert Python().split(suite).cases[0].targets == ("f",)


def test_a_class_that_another_one_inherits_from_stays_whole_and_stands_before_it():
    base = "class TestPrices:\n    def test_a(self):\n        assert parse_price('1') == 100\n"
    heir = "class TestMore(TestPrices):\n    def test_b(self):\n        assert Cart().total() == 0\n"
    first = "def test_cart():\n    assert Cart().items == []\n"
    draft = Python().split(f"from shop import Cart, parse_price\n\n{first}\n{base}\n{heir}")

    assert [case.name for case in draft.cases] == ["test_cart", "TestPrices", "TestMore"]
    text = Python().render(draft)
    assert text.index("class TestPrices:") < text.index("class TestMore(TestPrices):")
