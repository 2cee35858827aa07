"""Tests that join a Python suite: every byte of it stays, and what they need is imported where it belongs."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testwright.domain.drafts import Case, Draft
from testwright.domain.insertions import CannotAdd, holds_all_of
from testwright.domain.styles import Style
from testwright.languages.python import Python

DRAFT = Draft(
    preamble="import math\n\nimport pytest\n\nfrom shop.price import PriceError, parse",
    cases=(
        Case(name="test_round", code="def test_round():\n    assert parse(str(math.pi)) == 3", targets=("parse",)),
        Case(name="test_bad", code='def test_bad():\n    with pytest.raises(PriceError):\n        parse("x")'),
    ),
)
METHOD = Draft(
    preamble="import unittest\n\nfrom shop.price import parse",
    cases=(
        Case(
            name="test_one",
            code='def test_one(self):\n    self.assertEqual(parse("1"), 1)',
            group="TestPrice",
            targets=("parse",),
        ),
    ),
)


def host(text):
    return textwrap.dedent(text).lstrip("\n")


def added(draft, suite):
    new = Python().added(draft, suite)
    assert holds_all_of(new.encode(), suite.encode())
    ast.parse(new.removeprefix("\ufeff"))
    return new


def test_imports_join_those_that_are_there_and_tests_go_to_the_end():
    suite = host("""
        import os

        from shop.price import parse  # the one


        def test_nothing():
            assert parse("0") == 0
    """)

    assert added(DRAFT, suite) == host("""
        import os
        import math

        import pytest

        from shop.price import parse, PriceError  # the one


        def test_nothing():
            assert parse("0") == 0


        def test_round():
            assert parse(str(math.pi)) == 3


        def test_bad():
            with pytest.raises(PriceError):
                parse("x")
    """).replace("import math\n\nimport pytest\n\nfrom", "import math\nimport pytest\n\nfrom")


def test_names_in_brackets_get_lines_of_their_own_and_comments_stay():
    suite = host("""
        import math
        import pytest
        from shop.price import (
            Zone,  # last of all
            parse  # no comma
        )

        def test_nothing(): pass
    """)

    assert "    Zone,  # last of all\n    parse,  # no comma\n    PriceError\n)" in added(DRAFT, suite)


def test_a_sorted_list_stays_sorted():
    suite = "import math\nimport pytest\nfrom shop.price import Alpha, parse, zone\n\ndef test_a(): pass\n"

    assert "from shop.price import Alpha, parse, PriceError, zone" in added(DRAFT, suite)


def test_a_line_that_would_get_too_long_is_left_and_a_new_one_stands_behind_it():
    long = f"from shop.price import parse, {'a' * 40}, {'b' * 15}"

    new = added(DRAFT, f"{long}\n\ndef test_a(): pass\n")

    assert f"{long}\nfrom shop.price import PriceError\n" in new


def test_a_name_that_means_something_else_there_gets_another():
    suite = "from other.place import parse\n\nPriceError = ValueError\n\ndef test_a(): pass\n"

    new = added(DRAFT, suite)

    assert "from shop.price import PriceError as PriceError_2, parse as parse_2" in new
    assert "with pytest.raises(PriceError_2):" in new


def test_what_a_package_passes_on_is_one_thing():
    new = added(DRAFT, "import math\nimport pytest\nfrom shop import PriceError, parse\n\ndef test_a(): pass\n")

    assert "shop.price" not in new


@pytest.mark.parametrize(
    "last",
    [
        'if __name__ == "__main__":\n    pytest.main()\n',
        "unittest.main()\n",
        "# vim: set ts=4 :\n",
        "pytest.main([])\n",
    ],
)
def test_what_has_to_be_last_stays_last(last):
    assert added(DRAFT, f"import pytest\n\ndef test_a():\n    pass\n\n\n{last}").endswith(f"\n\n\n{last}")


def test_marks_ends_and_tabs_are_kept():
    suite = "\ufeffimport pytest\r\n\r\ndef test_a():\r\n\tassert 'a'  # here"

    new = added(DRAFT, suite)

    assert new.startswith("\ufeff")
    assert "\n" not in new.replace("\r\n", "")
    assert "\twith pytest.raises(PriceError):\r\n\t\tparse('x')" in new
    assert not new.endswith("\n")


def test_a_text_over_several_lines_is_a_value_and_is_not_indented():
    case = Case(name="test_text", code='def test_text():\n    assert parse("") == """a\n    b"""')

    new = added(Draft(preamble="from shop.price import parse", cases=(case,)), "def test_a():\n\tpass\n")

    assert 'assert parse("") == """a\n    b"""' in new


def test_helpers_come_along_under_a_free_name():
    case = Case(name="test_made", code="def test_made():\n    assert make() == 1")
    draft = Draft(preamble="def make():\n    return 1", cases=(case,))

    new = added(draft, "def make():\n    return 2\n\n\ndef test_a():\n    assert make() == 2\n")

    assert "def make_2():\n    return 1\n\n\ndef test_made():\n    assert make_2() == 1" in new


def test_a_helper_that_is_there_already_does_not_come_twice():
    case = Case(name="test_made", code="def test_made():\n    assert make() == 1")
    draft = Draft(preamble="def make():\n    return 1", cases=(case,))

    assert added(draft, "def make():\n    return 1\n\ndef test_a(): pass\n").count("def make") == 1


def test_methods_go_into_the_class_that_is_about_the_same():
    suite = host("""
        import unittest
        from shop.price import parse


        class ParseTests(unittest.TestCase):
            def test_nothing(self):
                self.assertEqual(parse("0"), 0)
            # the end of it


        class OtherTests(unittest.TestCase):
            def test_other(self):
                pass
    """)

    assert added(METHOD, suite) == suite.replace(
        "    # the end of it\n",
        '    # the end of it\n\n    def test_one(self):\n        self.assertEqual(parse("1"), 1)\n',
    )


def test_methods_that_fit_no_class_bring_one():
    classes = "class A(unittest.TestCase):\n  def test_a(self): pass\n\nclass B(unittest.TestCase): pass\n\n"

    new = added(METHOD, f"import unittest\n\n{classes}unittest.main()\n")

    assert new.endswith(
        "class TestPrice(unittest.TestCase):\n  def test_one(self):\n"
        '    self.assertEqual(parse("1"), 1)\n\n\nunittest.main()\n'
    )


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        ("def test_a(:\n", "it does not parse (line 1)"),
        ("# @generated by a tool\ndef test_a(): pass\n", "a program generates it"),
        ("import shop\n", "it has no tests"),
        (
            "def load_tests(loader, tests, pattern): ...\ndef test_a(): pass\n",
            "it chooses its tests itself (load_tests)",
        ),
        (
            "import pytest\npytestmark = pytest.mark.skip\ndef test_a(): pass\n",
            "its mark (pytestmark) holds for every test in it",
        ),
    ],
)
def test_a_suite_that_nothing_can_be_added_to_says_why(suite, reason):
    with pytest.raises(CannotAdd) as problem:
        Python().added(DRAFT, suite)

    assert str(problem.value) == reason


def test_what_would_change_the_tests_that_are_there_is_refused():
    draft = Draft(preamble="import pytest\n\n@pytest.fixture(autouse=True)\ndef calm():\n    yield", cases=DRAFT.cases)

    with pytest.raises(CannotAdd, match="would change the tests that are there"):
        Python().added(draft, "def test_a(): pass\n")


BLOCKS = st.sampled_from(
    [
        "import os\n",
        "from shop.price import parse\n",
        "from shop.price import (\n    parse,  # é\n)\n",
        "import a.b as c, d\n",
        "try:\n    import x\nexcept ImportError:\n    x = None\n",
        "# ein Wort über π\n",
        '"""Doc."""\n',
        "class TestA:\n    def test_in(self):\n        pass\n",
        "def test_b():\n    assert '''a\n  b'''\n",
        "\n\n",
        "   \n",
        "\x0c\n",
        "if __name__ == '__main__':\n    run()\n",
        "@mark\ndef test_c(): pass  # end",
        "async def test_d():\n\tpass\n",
    ]
)


@given(st.lists(BLOCKS, max_size=8), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_every_old_byte_is_kept_in_order(blocks, newline, mark):
    suite = mark + "\n".join([*blocks, "def test_x():", "    pass"]).replace("\n", newline)
    for draft in (DRAFT, METHOD):
        try:
            new = Python().added(draft, suite)
        except CannotAdd:
            continue
        assert holds_all_of(new.encode(), suite.encode())
        assert Python().names_in(new) > Python().names_in(suite)


@given(st.text(max_size=80))
def test_hostile_texts_are_refused_or_kept(text):
    try:
        new = Python().added(DRAFT, text.encode("utf-8", "replace").decode())
    except CannotAdd:
        return
    assert holds_all_of(new.encode(), text.encode("utf-8", "replace"))


def test_the_style_of_a_project_is_followed():
    case = Case(name="test_a", code='def test_a(tmp_path):\n    assert parse("x", r"\\d", "it\'s") == 1')
    style = Style(indent="  ", quote="'", is_annotated=True, head="# Copyright us")

    draft = Python().styled(Draft(preamble="from shop import parse", cases=(case,)), style)

    assert draft.cases[0].code == ('def test_a(tmp_path: Path) -> None:\n  assert parse(\'x\', r"\\d", "it\'s") == 1')
    assert draft.preamble == "# Copyright us\n\nfrom pathlib import Path\nfrom shop import parse"
    assert Python().styled(draft, style) == draft
