import pytest
from python_court import PREAMBLE, fault, faults


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


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("import subprocess as sp\nsp.Popen(['sleep', '600'])", "starts a process"),
        ("from subprocess import run\nrun(['true'])", "starts a process"),
        ("from os import fork\nfork()", "starts a process"),
        ("import os\ngetattr(os, 'fork')()", "starts a process"),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'shop'])", "where it is not seen to run"),
        ("import os\nos.posix_spawn('/bin/true', ['true'], {})", "starts a process"),
        ("import time as t\nt.sleep(0.3)", "sleeps"),
        ("import time\nwait = time.sleep\nwait(1)", "sleeps"),
        ("__import__('time').sleep(1)", "sleeps"),
        ("from os import _exit as leave\nleave(0)", "ends the test run"),
        ("import builtins\nbuiltins.exec(text)", "put together as code"),
        ("from pytest import skip\nskip('later')", "skips or excuses"),
        ("from urllib.request import urlopen as ask\nask('https://a.test')", "without a network"),
        (
            "from contextlib import suppress as never_mind\nwith never_mind(ValueError):\n    parse_price('')",
            "suppresses errors",
        ),
    ],
)
def test_what_is_forbidden_stays_so_by_another_name(before, says):
    assert says in fault(f'{before}\nassert parse_price("1") == 100').message


def test_the_projects_own_functions_may_have_such_names():
    assert fault("sleep(1)\nassert parse_price('1') == 1", f"{PREAMBLE}\nfrom shop.price import sleep") is None
    assert fault("run(1)\nassert parse_price('1') == 1", f"{PREAMBLE}\nfrom shop.price import run") is None


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("import os, shutil\nshutil.rmtree(os.path.expanduser('~/Documents'))", "in the home folder"),
        ("from pathlib import Path\nnote = Path.home() / 'note'\nnote.write_text('1')", "in the home folder"),
        (
            "import os\nwith open(os.environ['HOME'] + '/a', mode='w') as file:\n    file.write('1')",
            "in the home folder",
        ),
        ("import shop, os\nfolder = os.path.dirname(shop.__file__)\nos.remove(folder + '/a')", "where the code lies"),
        ("from pathlib import Path\n(Path(__file__).parent / 'once').open('x').close()", "where the code lies"),
        ("import shutil, shop\nshutil.copy('/etc/hosts', shop.__file__)", "where the code lies"),
    ],
)
def test_a_test_must_not_delete_or_write_what_is_a_persons_own(before, says):
    found = fault(f"{before}\nassert parse_price('1') == 100")

    assert (found.gate, says in found.message) == ("reads", True)


@pytest.mark.parametrize(
    "before",
    [
        "from pathlib import Path\n(tmp_path / Path(__file__).name).write_text('1')",
        "import shutil, shop\nshutil.copy(shop.__file__, tmp_path)",
        "import tempfile, shutil\nfolder = tempfile.mkdtemp()\nshutil.rmtree(folder)",
        "from pathlib import Path\nmonkeypatch.setenv('HOME', str(tmp_path))\n(Path.home() / 'note').write_text('1')",
        "from pathlib import Path\ntext = (Path(__file__).parent / 'prices.txt').read_text()",
        "import os\nassert os.path.expanduser('~')",
    ],
)
def test_temporary_folders_and_reading_are_fine(before):
    assert fault(f"{before}\nassert parse_price(tmp_path) == 1", arguments="tmp_path, monkeypatch") is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "try:\n    assert parse_price('1') == 9\nexcept AssertionError as error:\n    print(error)",
            "swallows an error",
        ),
        ("import logging\ntry:\n    assert parse_price('1') == 9\nexcept:\n    logging.exception('odd')", "swallows"),
        ("with pytest.raises(Exception):\n    assert parse_price('1') == 9", "expects Exception around an assertion"),
        ("with pytest.raises(AssertionError):\n    assert parse_price('1') == 9", "expects AssertionError around"),
        (
            "from threading import Thread\ndef check():\n    assert parse_price('1') == 9\n"
            "thread = Thread(target=check)\nthread.start()\nthread.join()",
            "asserts in a thread",
        ),
        ("def done(value):\n    assert value == 99\nvalue = parse_price('1')", "which is never called"),
    ],
)
def test_an_assertion_has_to_be_heard(body, says):
    assert says in fault(f"{body}\nassert parse_price('2') == 7").message


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    parse_price('')\nexcept ValueError as error:\n    assert str(error) == 'empty'",
        "try:\n    assert parse_price('')\nexcept Exception as error:\n    print(error)\n    raise",
        "errors = []\ntry:\n    assert parse_price('')\nexcept AssertionError as error:\n    errors.append(error)",
        "with pytest.raises(AssertionError, match='no price'):\n    assert parse_price('')",
        "with pytest.raises(AssertionError):\n    parse_price.check('')",
        "def done(value):\n    assert value == 99\nparse_price('1', done)",
        "def helper():\n    price = parse_price('1')\n    assert price\n    return price",
        "class Cart:\n    def added(self, value):\n        assert value == 99\nparse_price('1', Cart())",
        (
            "import threading\nerrors = []\ndef check():\n    try:\n        assert parse_price('1')\n"
            "    except AssertionError as error:\n        errors.append(error)\nthreading.Thread(target=check).start()"
        ),
    ],
)
def test_a_failure_that_is_kept_or_raised_again_is_heard(body):
    assert fault(f"{body}\nassert parse_price('2') == 7") is None


@pytest.mark.parametrize(
    "body",
    [
        "parse_price.__code__ = (lambda text: 5).__code__",
        "from shop.price import parse_price as parse\nparse.__defaults__ = (5,)",
        "Cart.total.__code__ = (lambda self: 5).__code__",
        "parse_price.__globals__['rate'] = 5",
        "setattr(parse_price, '__code__', (lambda text: 5).__code__)",
    ],
)
def test_the_insides_of_the_unit_are_not_exchanged(body):
    assert "which is what the test is for" in fault(f"{body}\nassert parse_price('1') == 5").message


@pytest.mark.parametrize(
    "body",
    [
        "import sys\nassert sys.modules.get('testwright_run') is None",
        "import sys\nif 'testwright_mutants' in sys.modules:\n    return",
        "import os\nif os.environ.get('OUT'):\n    return",
        "import os\nif os.getenv('OUT'):\n    return",
    ],
)
def test_a_test_does_not_ask_who_runs_it(body):
    found = fault(f"{body}\nassert parse_price('1') == 5")

    assert (found.gate, "looks at who runs the test" in found.message) == ("reads", True)


def test_a_variable_may_be_set_for_the_code():
    assert fault("monkeypatch.setenv('OUT', 'a')\nassert parse_price('1') == 5", arguments="monkeypatch") is None


def test_a_refusal_says_where_and_what():
    long = "assert parse_price('1') == 1 or True, 'a message that is rather long, too'"

    assert "Line 2 (`sys.exit()`) ends the test run;" in fault("sys.exit()\nassert parse_price('1') == 1").message
    assert f"Line 2 (`{long[:59]}…`) always holds" in fault(long).message
