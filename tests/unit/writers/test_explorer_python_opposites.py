"""What undoes what: the result of one is an input of the other, and the names of tests say so."""

import importlib
import random
import sys

import pytest

from testwright.writers.explorer.python.naming import name_of
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.inputs import Inputs
from testwright.writers.explorer.python.probe.opposites import are_opposite
from testwright.writers.explorer.python.probe.ways import Ways
from testwright.writers.explorer.python.records import Check, Record

STORE = """class Store:
    def __init__(self, key: str) -> None:
        self.key = key

    def dumps(self, value: int) -> str:
        return f"{self.key}:{value}"

    def loads(self, text: str) -> int:
        key, _, value = text.partition(":")
        if key != self.key:
            raise ValueError(f"not ours: {key}")
        return int(value)

    def dump(self, value: int, file) -> None:
        file.write(self.dumps(value))

    def load(self, file) -> int:
        return self.loads(file.read())
"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    (tmp_path / "kept_store.py").write_text(STORE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("kept_store")
    del sys.modules["kept_store"]


def ways_of_store(unit):
    facts = Facts(unit)
    found = Ways(Inputs(facts, {"Store": unit.Store}, random.Random(1)), [], lambda function: [()])
    return {way.symbol: way for way in found.of_class("Store", unit.Store)}


def test_what_a_method_gives_is_given_to_the_one_that_undoes_it(store):
    ways = ways_of_store(store)

    assert "store.dumps(3)" in [choice.text for choice in ways["Store.loads"].rows[0].choices]
    assert "StringIO(store.dumps(3))" in [choice.text for choice in ways["Store.load"].rows[0].choices]


def test_a_stream_that_is_written_to_is_empty_before(store):
    assert ways_of_store(store)["Store.dump"].rows[1].choices[0].text == "StringIO()"


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("roman_encode", "roman_decode", True),
        ("dumps", "loads_unsafe", True),
        ("from_dict", "to_dict", True),
        ("load", "load", False),
        ("store", "restore", False),
    ],
)
def test_opposites_are_told_by_a_word_that_is_turned_round(one, other, answer):
    assert are_opposite(one, other) is answer


def test_the_name_of_a_round_trip_says_what_is_undone():
    record = Record(
        symbol="Store.loads",
        lines=('store = Store("a")',),
        call="store.loads(store.dumps(42))",
        checks=(Check(of="", how="equals", value="42"),),
        error=None,
        patches=(),
        arguments=(("text", "store.dumps(42)"),),
        documented=False,
        foreign=False,
        subject="store",
    )

    assert name_of(record, {}) == "test_store_loads_undoes_dumps_of_42"
