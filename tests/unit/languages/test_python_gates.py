import pytest

from testwright.domain.analysis import Analysis, Symbol, SymbolKind
from testwright.languages.python import Python

ANALYSIS = Analysis(
    language="python",
    symbols=(
        Symbol(name="parse_price", kind=SymbolKind.FUNCTION, line=1, end_line=2),
        Symbol(name="Cart", kind=SymbolKind.CLASS, line=3, end_line=9),
        Symbol(name="Cart.total", kind=SymbolKind.METHOD, line=4, end_line=5),
    ),
)
PREAMBLE = "import pytest\nfrom shop.price import Cart, parse_price"


def fault(body, preamble=PREAMBLE, arguments="", before=""):
    code = f"{before}def test_it({arguments}):\n" + "\n".join(f"    {line}" for line in body.split("\n"))
    python = Python()
    draft = python.split(f"{preamble}\n\n\n{code}\n")
    return python.fault_of(draft.cases[0], draft, ANALYSIS, frozenset({"pytest", "shop"}))


@pytest.mark.parametrize(
    "body",
    [
        'assert parse_price("1") == 100',
        'price = parse_price("1")\nassert price == 100',
        'with pytest.raises(ValueError, match="empty"):\n    parse_price("")',
        "cart = Cart()\ncart.add(1)\nassert cart.items == [1]",
        "items = []\nCart.fill(items)\nassert items == [1]",
        'for text in ("1", "2"):\n    assert parse_price(text) > 0',
        "pytest.raises(ValueError, parse_price, '')",
        'with mock.patch("shop.price.urlopen") as urlopen:\n    parse_price("1")\nurlopen.assert_called_once_with("1")',
        "import asyncio\nassert asyncio.run(parse_price('1')) == 1",
        'with mock.patch("shop.price.parse_price", return_value=3):\n    assert Cart().total() == 3',
    ],
)
def test_honest_tests_pass_the_static_gates(body):
    assert fault(body, PREAMBLE + "\nfrom unittest import mock") is None


def test_what_the_code_prints_or_writes_counts_as_its_result():
    assert fault('parse_price("1")\nassert capsys.readouterr().out == "1"', arguments="capsys") is None
    assert fault('parse_price(tmp_path)\nassert (tmp_path / "a").read_text() == "1"', arguments="tmp_path") is None


def test_a_fixture_from_the_projects_conftest_may_hold_the_result():
    assert fault("assert prices == [1]", arguments="prices") is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('parse_price("1")', "asserts nothing"),
        ("assert True", "it is a constant"),
        ("x = parse_price('1')\nassert x == x", "compares an expression with itself"),
        ("assert parse_price('1') or True", "or True"),
        ("assert parse_price('1') == 2 or parse_price", "or True"),
        ("assert parse_price('1') == 2 or 'no'", "or True"),
        ("assert (parse_price('1'), 'message')", "a tuple"),
        ("assert 1 == 2", "compares constants"),
        ("x = 2\nassert x == 2", "do not depend on the code under test"),
        ("try:\n    assert parse_price('1')\nexcept Exception:\n    pass", "swallows an error"),
        ("import time\ntime.sleep(1)\nassert parse_price('1')", "sleeps"),
        ("import os\nos._exit(0)\nassert parse_price('1')", "ends the test run"),
        ("import subprocess\nsubprocess.Popen(['ls'])\nassert parse_price('1')", "starts a process"),
        ("pytest.skip('no')\nassert parse_price('1')", "skips or excuses"),
        ("import requests\nassert parse_price(requests.get('x'))", "imports requests"),
        ("import urllib.request\nassert parse_price(urllib.request.urlopen('x'))", "without a network"),
        ("m = __import__(name)\nassert parse_price(m)", "computed name"),
        ("import contextlib\nwith contextlib.suppress(ValueError):\n    assert parse_price('1')", "suppresses errors"),
        ("monkeypatch.setattr('shop.price.parse_price', 1)\nassert parse_price('1')", "replaces parse_price"),
        ('with mock.patch("shop.price.parse_price") as fake:\n    assert fake("1") == 5', "replaces parse_price"),
        ("monkeypatch.setattr(Cart, 'total', 1)\nassert Cart().total", "replaces Cart.total"),
        ("Cart.total = lambda self: 1\nassert Cart().total() == 1", "replaces total"),
    ],
)
def test_what_proves_nothing_is_refused_with_a_reason(body, says):
    found = fault(body, arguments="monkeypatch" if "monkeypatch" in body else "")

    assert found is not None
    assert says in found.message


def test_excusing_marks_are_refused():
    found = fault("assert parse_price('1')", before="@pytest.mark.xfail\n")

    assert found is not None
    assert "skips or excuses" in found.message


def test_parametrised_values_alone_are_no_result():
    mark = '@pytest.mark.parametrize("x", [1])\n'
    found = fault("assert x == 1", arguments="x", before=mark)

    assert found is not None
    assert found.gate == "asserts"


def test_an_unknown_package_in_the_shared_imports_fails_the_reads_gate():
    found = fault("assert parse_price('1')", PREAMBLE + "\nimport left_padz")

    assert found is not None
    assert found.gate == "reads"
    assert "left_padz" in found.message


def test_expecting_system_exit_from_the_code_is_fine():
    assert fault("with pytest.raises(SystemExit):\n    parse_price('quit')") is None


FIXTURES = (
    PREAMBLE
    + """


@pytest.fixture
def priced(monkeypatch):
    monkeypatch.setattr("shop.price.parse_price", lambda text: 1)


@pytest.fixture
def slow(priced):
    import time
    time.sleep(5)
"""
)


def test_a_fixture_is_held_against_those_who_use_it_alone():
    assert fault("assert parse_price('1') == 1", FIXTURES) is None
    for user in ("priced", "slow"):
        found = fault("assert parse_price('1') == 1", FIXTURES, arguments=user)
        assert found is not None
        assert found.gate == "asserts"


def test_what_runs_unasked_is_held_against_all():
    found = fault("assert parse_price('1') == 1", FIXTURES.replace("fixture\n", "fixture(autouse=True)\n", 1))

    assert found is not None
    assert "replaces parse_price" in found.message


def test_a_test_may_ask_the_server_that_it_started_itself():
    shared = "import http.server\n\n@pytest.fixture\ndef server():\n    yield HTTPServer(('127.0.0.1', 0), Cart)"
    asks = 'assert urlopen(f"http://{server.address}/").read() == parse_price("1")'

    assert fault(asks, f"{PREAMBLE}\n{shared}", arguments="server") is None
    assert "without a network" in fault(asks, PREAMBLE, arguments="server").message


@pytest.mark.parametrize(
    ("body", "preamble", "says"),
    [
        ("exec(bytes([112]).decode())\nassert parse_price('1') == 1", PREAMBLE, "put together as code"),
        ("text = 'parse_price(1)'\nassert eval(text) == 1", PREAMBLE, "put together as code"),
        ("atexit.register(print)\nassert parse_price('1') == 1", PREAMBLE + "\nimport atexit", "after the tests"),
        ("assert parse_price('1') == 1", PREAMBLE + "\nimport atexit\natexit.register(print)", "after the tests"),
        (
            "assert parse_price('1') == 1",
            PREAMBLE + "\nimport os\nopen(os.path.expanduser('~/.bashrc'), 'a').write('x')",
            "looks into the home folder",
        ),
    ],
)
def test_what_its_reader_cannot_see_is_no_part_of_a_test(body, preamble, says):
    found = fault(body, preamble)

    assert found is not None
    assert found.gate == "reads"
    assert says in found.message


@pytest.mark.parametrize(
    "body",
    [
        "assert eval(repr(parse_price('1'))) == parse_price('1')",
        "assert eval('1') == parse_price('1')",
        "cart = Cart()\nassert cart.eval('1') == 1",
        "assert parse_price(re.compile('1')) == 1",
        "home = Path.home()\nassert parse_price(home) == 1",
    ],
)
def test_what_can_be_read_may_be_run(body):
    assert fault(body, PREAMBLE + "\nimport re\nfrom pathlib import Path") is None


OTHER_CLASS = """import unittest
from shop.price import parse_price


class TestOther(unittest.TestCase):
    def helper(self):
        try:
            return parse_price('x')
        except ValueError:
            return None


class TestPrices(unittest.TestCase):
    def test_reads(self):
        self.assertEqual(parse_price('1'), 100)
"""


def faults(text):
    draft = Python().split(text)
    found = [Python().fault_of(case, draft, ANALYSIS, frozenset({"pytest", "shop"})) for case in draft.cases]
    return [fault.message if fault is not None else None for fault in found]


def test_what_another_class_has_for_its_own_tests_is_nothing_against_this_one():
    assert faults(OTHER_CLASS) == [None]
    assert "swallows" in faults(OTHER_CLASS.replace("TestOther(unittest.TestCase)", "TestPrices(unittest.TestCase)"))[0]


@pytest.mark.parametrize("line", ["loaded = eval(code)", "def helper(self, a=eval(code)): pass", "@eval(code)"])
def test_what_another_class_does_while_it_is_loaded_is_done_for_all(line):
    text = OTHER_CLASS.replace("    def helper", f"    {line}\n    def helper")

    assert "runs a text" in faults(text)[0]


def test_the_end_of_an_iterator_is_no_error_that_is_swallowed():
    text = OTHER_CLASS.replace("TestOther", "TestPrices").replace("except ValueError", "except StopIteration")

    assert faults(text) == [None]
