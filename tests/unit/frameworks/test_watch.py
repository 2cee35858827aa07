"""What the Python runners see of calls while no mutant is at work."""

import importlib.util
import sys
from enum import Enum
from pathlib import Path

import pytest

from testwright.domain.edges import LONG, order_json
from testwright.domain.sessions import SourceFile
from testwright.languages.python import Python

ASSET = Path(__file__).parents[3] / "testwright/frameworks/assets/python/testwright_watch.py"
SOURCE = """
def fee(days: int, note: str | None = None, most: int = 60) -> int:
    if days < 0:
        raise ValueError("days must not be negative")
    return fee(days - 1) if days > 1 and note else days

class Box:
    def __init__(self, room: int = 1):
        self.room = room

    def put(self, items: list, config: dict | None = None):
        return config["size"] if config else len(items)
"""


def load(path: Path, name: str):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def met(tmp_path):
    """What a call meets, in words."""
    path = tmp_path / "fee.py"
    path.write_text(SOURCE)
    source = SourceFile(path="fee.py", text=SOURCE, framework="pytest")
    edges = Python().edge_cases(source, Python().analyse(source))
    names = {edge.number: f"{edge.symbol}: {edge.name}" for edge in edges}
    watch = load(ASSET, "testwright_watch").Watch(str(path), order_json(edges), LONG)
    unit = load(path, "fee")

    def of(act) -> list[str]:
        found: set[int] = set()
        with watch.telling(found):
            act(unit)
        assert sys.getprofile() is None
        return sorted(names[-number] for number in found)

    return of


def test_a_call_meets_the_cases_that_its_arguments_are(met):
    assert met(lambda unit: unit.fee(0, "é" * (LONG + 1), most=-5)) == [
        "fee: days is 0",
        "fee: most is negative",
        "fee: note has letters beyond ASCII",
        f"fee: note is longer than {LONG} letters",
    ]
    assert met(lambda unit: unit.fee(5, "a")) == [
        "fee: most is left at 60",
        "fee: note is None",
    ]


def test_methods_and_constructors_are_told_apart(met):
    assert met(lambda unit: unit.Box(0).put([])) == [
        "Box.put: config is None",
        "Box.put: items is empty",
        "Box: room is 0",
    ]
    assert met(lambda unit: unit.Box().put((1,), {"size": 1})) == ["Box: room is left at 1"]


def test_nothing_that_is_made_to_measure_is_asked_anything(met):
    class Trap:
        def __eq__(self, other):
            raise AssertionError("asked")

        def __len__(self):
            raise AssertionError("asked")

        __hash__ = None

    assert met(lambda unit: unit.Box().put.__func__) == ["Box: room is left at 1"]
    assert met(lambda unit: unit.Box(Trap())) == []


def test_members_of_an_enumeration_are_known_by_name():
    class Goods(Enum):
        FOOD = "food"

    watch = load(ASSET, "testwright_watch").Watch("x.py", [], LONG)

    assert watch._is(Goods.FOOD, "equals", "Goods.FOOD")
    assert not watch._is(Goods.FOOD, "equals", "Goods.BOOKS")
    assert not watch._is(True, "equals", 1)
