from dataclasses import replace

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import SourceFile
from testwright.domain.styles import Style
from testwright.languages.python import Python

SUITE = '''
import unittest
from shop import Bad, Cart, parse


class Base(unittest.TestCase):
    def check_total(self, cart, total):
        self.assertEqual(cart.total, total)


class CartTests(Base):
    """The cart."""

    def setUp(self):
        self.cart = Cart()

    # the plain way
    def test_adds(self):
        self.cart.add(1)
        self.check_total(self.cart, 1)

    def test_rejects(self):
        with self.assertRaisesRegex(Bad, "no"):
            self.cart.add(-1)


class ParseTests(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(parse("""a
  b"""), 1)


if __name__ == "__main__":
    unittest.main()
'''
ANALYSIS = Python().analyse(SourceFile(path="shop.py", text="def parse(text):\n    return int(text)\n", framework=""))


def test_each_method_is_a_case_and_what_they_share_stays_with_their_class():
    draft = Python().split(SUITE)

    assert [(case.group, case.name) for case in draft.cases] == [
        ("CartTests", "test_adds"),
        ("CartTests", "test_rejects"),
        ("ParseTests", "test_adds_2"),
    ]
    assert draft.cases[0].code.startswith("# the plain way\ndef test_adds(self):\n    self.cart.add(1)")
    assert "def setUp(self):" in draft.preamble
    assert "test_" not in draft.preamble
    assert "ParseTests" not in draft.preamble


def test_a_split_suite_is_written_as_it_was():
    python = Python()
    once = python.render(python.split(SUITE))

    assert 'parse("""a\n  b""")' in once
    assert python.render(python.split(once)) == once


def test_a_class_goes_with_its_last_test_and_stays_with_one_of_them():
    python = Python()
    draft = python.split(SUITE)

    only_cart = python.render(draft.only(frozenset({"test_rejects"})))
    only_parse = python.render(draft.only(frozenset({"test_adds_2"})))

    assert "class Base" in only_cart
    assert 'class CartTests(Base):\n    """The cart."""\n\n    def setUp(self):' in only_cart
    assert "ParseTests" not in only_cart
    assert "CartTests" not in only_parse
    assert "from shop import parse" in only_parse


def test_targets_leave_out_the_errors_that_are_expected():
    suite = "import unittest\nfrom m import Bad, f\n\n\nclass T(unittest.TestCase):\n    def test_a(self):\n"
    suite += "        with self.assertRaises(Bad):\n            f()\n"

    (case,) = Python().split(suite).cases

    assert (case.targets, case.scenario) == (("f",), "error")


@pytest.mark.parametrize(
    ("group", "name"),
    [(None, "TestParse"), ("TestPrices", "TestPrices"), ("parsing prices", "TestParsingPrices"), ("Bad", "TestBad")],
)
def test_a_method_without_a_class_gets_one_and_the_import_it_takes(group, name):
    case = Case(name="test_a", code="def test_a(self):\n    self.assertEqual(parse(1), Bad)", group=group)
    case = Case(name=case.name, code=case.code, group=group, targets=("parse",))

    text = Python().render(Draft(preamble="from shop import Bad, parse", cases=(case,)))

    assert text.startswith("import unittest\n\nfrom shop import Bad, parse\n\n\n")
    assert f"class {name}(unittest.TestCase):\n    def test_a(self):" in text


def test_a_method_that_awaits_needs_a_class_that_can():
    case = Case(name="test_a", code="async def test_a(self):\n    self.assertEqual(await f(), 1)", group="TestF")

    assert "class TestF(unittest.IsolatedAsyncioTestCase):" in Python().render(Draft(preamble="", cases=(case,)))


def fault(body, preamble="import unittest\nfrom shop import parse"):
    case = Case(name="test_a", code="def test_a(self):\n    " + body.replace("\n", "\n    "), group="TestA")
    found = Python().fault_of(case, Draft(preamble=preamble, cases=(case,)), ANALYSIS, frozenset({"shop"}))
    return (found.gate, found.message) if found else None


@pytest.mark.parametrize(
    "body",
    [
        "self.assertEqual(parse('1'), 1)",
        "with self.assertRaises(ValueError):\n    parse('')",
        "self.assertRaises(ValueError, parse, '')",
        "with self.assertRaisesRegex(ValueError, 'no'):\n    parse('')",
        "found = parse('1')\n\nself.assertIsNone(found)",
        "for text in ('1', '2'):\n    with self.subTest(text=text):\n        self.assertEqual(parse(text), int(text))",
    ],
)
def test_what_unittest_asserts_counts(body):
    assert fault(body) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("parse('1')", "asserts nothing; compare what the code returns, or expect its error with self.assertRaises"),
        ("self.assertTrue(True)", "it is a constant"),
        ("parse('1')\nself.assertEqual(1, 1)", "it compares"),
        ("self.assertEqual(parse('1'), parse('1'))", "it compares an expression with itself"),
        ("parse('1')\nself.assertEqual(1 + 1, 2)", "do not depend on the code under test"),
        ("with self.assertRaises(ValueError):\n    int('x')", "do not depend on the code under test"),
        ("self.skipTest('no')\nself.assertEqual(parse('1'), 1)", "skips or excuses"),
        ("try:\n    parse('1')\nexcept ValueError:\n    pass\nself.assertEqual(parse(''), 1)", "self.assertRaises"),
    ],
)
def test_what_proves_nothing_is_refused(body, said):
    found = fault(body)

    assert found is not None
    assert found[0] == "asserts"
    assert said in found[1]


def test_a_helper_of_the_class_that_asserts_is_an_oracle():
    preamble = SUITE.partition("class CartTests")[0]

    assert fault("self.check_total(parse('1'), 1)", preamble) is None


IN_CLASSES = """from shop import parse


class TestParse:
    def test_one(self):
        assert parse("1") == 1


class TestCart:
    def setup_method(self):
        self.cart = Cart()

    def test_nothing(self):
        assert self.cart.total == 0
"""
PLAIN = Draft(
    preamble="import pytest\n\nfrom shop import Cart, parse, render",
    cases=(
        Case(name="test_two", code='def test_two(tmp_path):\n    assert parse("2") == 2', targets=("parse",)),
        Case(
            name="test_table",
            code="@pytest.mark.parametrize(\n    'n', [1, 2]\n)\ndef test_table(\n    n,\n):\n    assert render(n)",
            targets=("render",),
        ),
        Case(name="test_adds", code="def test_adds():\n    assert Cart().add(1) == 1", targets=("Cart.add",)),
    ),
)


def test_where_a_project_has_its_tests_in_classes_of_pytest_new_ones_stand_in_some_too():
    python = Python()

    text = python.render(python.styled(PLAIN, python.style_of(IN_CLASSES)))

    assert 'class TestParse:\n    def test_two(self, tmp_path):\n        assert parse("2") == 2\n' in text
    assert "class TestRender:\n    @pytest.mark.parametrize(\n" in text
    assert "    def test_table(\n        self,\n        n,\n    ):" in text
    assert "class TestCart:\n    def test_adds(self):\n" in text
    assert [case.name for case in python.split(text).cases] == ["test_two", "test_table", "test_adds"]


def test_new_tests_join_a_class_of_pytest_that_shares_nothing_and_no_other():
    python = Python()

    text = python.added(python.styled(PLAIN, python.style_of(IN_CLASSES)), IN_CLASSES)

    assert (
        '        assert parse("1") == 1\n\n    def test_two(self, tmp_path):\n        assert parse("2") == 2\n' in text
    )
    assert text.count("class TestCart:") == 1
    assert "class TestCartMore:\n    def test_adds(self):\n        assert Cart().add(1) == 1\n" in text


@pytest.mark.parametrize("style", [Style(), Style(in_groups=False, asserts_with="assert")])
def test_where_a_project_has_no_classes_what_a_writer_calls_a_group_makes_none(style):
    case = replace(PLAIN.cases[0], group="TestParse")

    text = Python().render(Python().styled(Draft(preamble="from shop import parse", cases=(case,)), style))

    assert text == 'from shop import parse\n\n\ndef test_two(tmp_path):\n    assert parse("2") == 2\n'
