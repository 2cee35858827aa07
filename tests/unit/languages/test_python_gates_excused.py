"""Skips: where the place decides, the run is asked; the code under test must not decide."""

import pytest
from python_court import fault, faults

PLACES = "import os\nimport sys\nimport unittest\nimport pytest\nfrom shop.price import Cart, parse_price"
ASSERTS = "assert parse_price('1') == 100"
REFUSED = "skips or excuses the test"


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skipif(sys.platform == 'win32', reason='no links')",
        "@pytest.mark.skipif(condition=os.name == 'nt', reason='no links')",
        "@pytest.mark.xfail(sys.platform == 'win32', reason='no links')",
        "@unittest.skipUnless(sys.version_info > (3, 8), 'too old')",
        "@needs_links",
    ],
)
def test_a_mark_with_a_condition_is_left_to_the_run(mark):
    shared = f"{PLACES}\nneeds_links = pytest.mark.skipif(os.name == 'nt', reason='no links')"

    assert fault(ASSERTS, shared, before=f"{mark}\n") is None


@pytest.mark.parametrize(
    "body",
    [
        "if sys.platform == 'win32':\n    pytest.skip('no links')",
        "if sys.platform != 'win32':\n    pass\nelse:\n    pytest.skip('no links')",
        "try:\n    os.symlink('a', 'b')\nexcept OSError:\n    pytest.skip('no links')",
        "try:\n    import sqlite3\nexcept ImportError:\n    raise unittest.SkipTest('no database')",
        "sqlite3 = pytest.importorskip('sqlite3')",
    ],
)
def test_so_is_a_skip_that_the_place_decides(body):
    assert fault(f"{body}\n{ASSERTS}", PLACES) is None


@pytest.mark.parametrize(
    "mark",
    [
        "@pytest.mark.skip",
        "@pytest.mark.skip(reason='later')",
        "@pytest.mark.xfail(reason='a known bug')",
        "@pytest.mark.skipif(True, reason='later')",
        "@pytest.mark.skipif(parse_price('1') != 100, reason='a known bug')",
        "@unittest.expectedFailure",
    ],
)
def test_a_mark_that_excuses_wherever_it_runs_is_refused(mark):
    assert REFUSED in fault(ASSERTS, PLACES, before=f"{mark}\n").message


@pytest.mark.parametrize(
    "body",
    [
        "pytest.skip('later')",
        "if True:\n    pytest.skip('later')",
        "if parse_price('1') != 100:\n    pytest.skip('a known bug')",
        "price = parse_price('1')\nif os.name == 'nt' or price != 100:\n    pytest.skip('a known bug')",
        "if os.name == 'posix':\n    if parse_price('1') != 100:\n        pytest.skip('a known bug')",
        "try:\n    assert parse_price('1') == 100\nexcept AssertionError:\n    pytest.skip('a known bug')",
        "def check():\n    assert parse_price('1') == 7\ntry:\n    check()\nexcept Exception:\n    pytest.skip('odd')",
        "try:\n    parse_price('1')\nexcept ValueError:\n    raise unittest.SkipTest('a known bug')",
    ],
)
def test_what_the_code_gives_does_not_excuse_a_test(body):
    assert REFUSED in fault(f"{body}\n{ASSERTS}", PLACES).message


CLASSES = f"""{PLACES}


class TestHere(unittest.TestCase):
    def setUp(self):
        if sys.platform == "win32":
            self.skipTest("no links")

    def test_here(self):
        self.assertEqual(parse_price("1"), 100)

    @unittest.skip("later")
    def test_later(self):
        self.assertEqual(parse_price("1"), 100)
"""


def test_a_method_that_is_skipped_costs_itself_alone():
    here, later = faults(CLASSES)

    assert here is None
    assert REFUSED in later


def test_a_set_up_that_always_skips_costs_all_of_its_class():
    always = CLASSES.replace('if sys.platform == "win32":', "if 1:")

    assert all(REFUSED in said for said in faults(always))


@pytest.mark.parametrize("rows", ["[]", "()", "argvalues=[]"])
def test_a_table_without_rows_is_no_test(rows):
    found = fault("assert parse_price(x) == 100", PLACES, "x", f"@pytest.mark.parametrize('x', {rows})\n")

    assert "gives the test no rows" in found.message
