"""Code that asks a server: a real one on this machine where stand-ins are not wanted, and answers that are not fine."""

import ast
import importlib.util
import json
import random
import sys
import urllib.request
from urllib.error import HTTPError

import pytest

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.python import records
from testwright.writers.explorer.python.importing import joined
from testwright.writers.explorer.python.probe.bench import Bench
from testwright.writers.explorer.python.probe.children import in_child
from testwright.writers.explorer.python.probe.exploring import record_of
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.replay import holds
from testwright.writers.explorer.python.probe.search import Find
from testwright.writers.explorer.python.probe.serving import TEXT, serving
from testwright.writers.explorer.python.probe.stubs import Stubs
from testwright.writers.explorer.python.probe.ways import Ways
from testwright.writers.explorer.python.writing import draft_of, scenario_of

CLIENT = """
import json
import urllib.error
import urllib.request


class NotThere(Exception):
    pass


def user(base, number):
    try:
        with urllib.request.urlopen(f"{base}/users/{number}") as answer:
            return json.loads(answer.read()).get("name", "unknown")
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise NotThere(f"{base}/users/{number}") from None
        raise


class Client:
    def __init__(self, base_url):
        self.base_url = base_url

    def user(self, number):
        return user(self.base_url, number)

    def fixed(self):
        return self.base_url.upper()


def somewhere(number):
    return user("https://example.com", number)
"""
BOTH = Options(test_types=frozenset({TestType.UNIT, TestType.INTEGRATION}), mock_external=False)


@pytest.fixture
def client(tmp_path):
    path = tmp_path / "served_unit.py"
    path.write_text(CLIENT)
    spec = importlib.util.spec_from_file_location("served_unit", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["served_unit"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["served_unit"]


def ways_of(client, *, wanted=False, serves=True):
    facts = Facts(client)
    names = {name: value for name, value in vars(client).items() if name[:1] != "_"}
    return Ways(Inputs(facts, names, random.Random(1)), [], Stubs(facts, wanted, serves=serves))


def observed(client, root, way, *, status):
    """What a call is told as, made in a process of its own: the guard stays in the one that it watches."""
    patches = next(each for each in way.patches if each[0].given.startswith(f"serving({status}"))

    def work(pulse):
        bench = Bench(client, Facts(client), root)
        scenario = next(each for each in way.seeds() if each.patches == patches)
        outcome = bench.run(scenario, 5.0)
        if outcome is None:
            return bench.trouble
        record = record_of(Find(scenario, outcome))
        return {**record, "held": holds(record, bench)}

    return in_child(work, 20.0)[0]


def test_a_server_tells_what_it_was_asked_and_is_closed_afterwards():
    with serving(200, {"a": 1}) as server:
        asked = urllib.request.Request(f"{server.url}/things", data=b"x=1", method="POST")
        with urllib.request.urlopen(asked, timeout=5) as answer:
            told = json.loads(answer.read())

    assert told == {"a": 1}
    assert (server.asked, server.sent) == (["POST /things"], ["x=1"])
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(server.url, timeout=5)


def test_a_server_that_answers_badly_does_so():
    with serving(404, "gone") as server, pytest.raises(HTTPError, match="404"):
        urllib.request.urlopen(server.url, timeout=5)


def test_where_stand_ins_are_not_wanted_a_server_is_asked_at_its_address(client):
    (way,) = ways_of(client).of_function("user", client.user)
    given = [patch.given for (patch,) in way.patches]

    assert way.base().call().startswith("user(server.url, ")
    assert {"serving(200, {})", 'serving(404, {"name": "Alice"})'} <= set(given)


def test_an_object_is_made_with_the_servers_address_where_its_method_asks(client):
    ways = {way.target: way for way in ways_of(client).of_class("Client", client.Client)}

    assert ways["client.user"].setups == [("client = Client(server.url)",)]
    assert ways["client.fixed"].patches == [()]


@pytest.mark.parametrize(("name", "serves"), [("somewhere", True), ("user", False)])
def test_an_address_that_nobody_gives_gets_no_server_nor_does_who_wants_none(client, name, serves):
    (way,) = ways_of(client, serves=serves).of_function(name, getattr(client, name))

    assert way.patches == [()]


def test_what_the_server_was_asked_and_what_became_of_its_answer_is_told(client, tmp_path):
    (way,) = ways_of(client).of_function("user", client.user)

    record = observed(client, str(tmp_path), way, status=200)

    assert record["checks"] == [["", "equals", '"Alice"'], ["server.asked", "equals", '["GET /users/3"]']]
    assert record["held"]


def test_an_errors_message_does_not_name_the_address(client, tmp_path):
    (way,) = ways_of(client).of_function("user", client.user)

    record = observed(client, str(tmp_path), way, status=404)

    assert record["error"] == ["NotThere", "served_unit", ""]
    assert record["held"]


@pytest.mark.parametrize("framework", ["pytest", "unittest"])
def test_a_suite_brings_its_server_along_once(client, tmp_path, framework):
    (way,) = ways_of(client).of_function("user", client.user)
    seen = observed(client, str(tmp_path), way, status=200)
    (record,) = records.read(json.dumps({"records": [seen]}).encode())

    first = draft_of([record], "served_unit", BOTH, framework)
    both = draft_of([record], "served_unit", BOTH, framework, beside=first)

    assert scenario_of(record, BOTH) == "integration"
    assert first.cases[0].name == "test_user_returns_alice_for_3"
    assert 'with serving(200, {"name": "Alice"}) as server:' in first.cases[0].code
    assert "from http.server import BaseHTTPRequestHandler, HTTPServer" in first.preamble
    assert both.preamble.count(TEXT.rstrip()) == 1
    ast.parse(both.preamble)


def test_two_preambles_keep_their_functions_behind_all_imports():
    one = "import json\n\n\n@wraps\ndef helped():\n    return 1"
    other = "import re\n\n\n@wraps\ndef helped():\n    return 1"

    assert joined(one, other) == "import json\nimport re\n\n\n@wraps\ndef helped():\n    return 1"


def test_stand_ins_answer_badly_where_the_code_minds_it(client):
    (way,) = ways_of(client, wanted=True).of_function("user", client.user)
    lines = [line for (patch,) in way.patches for line in patch.lines]

    assert 'urlopen.side_effect = HTTPError("https://example.com", 404, "", {}, None)' in lines


def test_a_number_is_named_where_the_message_says_what_it_should_have_been():
    error = ["ValueError", "", "points must be between 0 and 100"]
    seen = {
        **{"lines": [], "checks": [], "patches": []},
        **{"symbol": "grade", "call": "grade(101)", "error": error, "arguments": [["points", "", "101"]]},
        **{"documented": False, "foreign": False, "subject": ""},
    }
    (record,) = records.read(json.dumps({"records": [seen]}).encode())

    assert draft_of([record], "marks", Options(), "pytest").cases[0].name == "test_grade_rejects_101"
