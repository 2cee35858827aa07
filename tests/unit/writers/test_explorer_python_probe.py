import random
import re
import types
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import pytest

from testwright.writers.explorer.python.probe.bench import Check, Outcome
from testwright.writers.explorer.python.probe.choosing import chosen, chosen_that_hold
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.patterns import matching
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find
from testwright.writers.explorer.python.probe.spelling import STANDARD, spelled


class Level(Enum):
    GOLD = 1


class Point(NamedTuple):
    x: int
    y: int


@dataclass
class Item:
    name: str
    count: int = 1


NAMES = {**STANDARD, "Level": Level, "Point": Point, "Item": Item}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        ("it's a \"x", '"it\'s a \\"x"'),
        ('say "hi"', "'say \"hi\"'"),
        (b"ab", 'b"ab"'),
        ({1: [True, None]}, "{1: [True, None]}"),
        ((1,), "(1,)"),
        (set(), "set()"),
        ({3, 1}, "{1, 3}"),
        (Level.GOLD, "Level.GOLD"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (Item("a"), 'Item(name="a")'),
        (Decimal("1.50"), 'Decimal("1.50")'),
        (datetime(2024, 2, 29, 12), "datetime(2024, 2, 29, 12, 0)"),
        (date(2024, 2, 29), "date(2024, 2, 29)"),
        (timedelta(hours=1), "timedelta(seconds=3600)"),
        (Path("a/b"), 'Path("a/b")'),
        (deque([1]), "deque([1])"),
        (re.compile("a+"), 're.compile("a+")'),
        (int, "int"),
    ],
)
def test_values_are_spelled_as_a_person_would(value, text):
    assert spelled(value, NAMES) == text


@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), lambda: 1, "x" * 500, types.SimpleNamespace()])
def test_what_cannot_be_written_back_is_not_spelled(value):
    assert spelled(value, {}) is None


@pytest.mark.parametrize(
    "pattern", [r"^\d{3}-[a-c]+$", r"(a|bc)*d?", r"(?P<q>['\"])x(?P=q)", r"[^a-z]\s\w", r"(?i)ABC", r"\b[A-F0-9]{2}\b"]
)
def test_strings_are_made_that_a_pattern_accepts(pattern):
    made = matching(re.compile(pattern), random.Random(1), 4)

    assert made
    assert all(re.search(pattern, text) for text in made)


@pytest.fixture
def facts(tmp_path):
    def of(text):
        file = tmp_path / "unit.py"
        file.write_text(text)
        unit = types.ModuleType("unit")
        unit.__file__ = str(file)
        exec(compile(text, str(file), "exec"), unit.__dict__)
        return Facts(unit), unit

    return of


def test_literals_come_from_the_function_and_what_it_calls_compared_ones_first(facts):
    found, unit = facts(
        'def f(x):\n    """Doc."""\n    y = "plain"\n    return x == "gold" or helper(x)\n'
        "def helper(x):\n    return x > 7\ndef other():\n    return 99\n"
    )

    assert found.literals(unit.f) == ["gold", "plain", 7]


def test_a_parameters_kind_is_seen_in_its_use(facts):
    found, unit = facts(
        "def f(a, b, c, d, e):\n    a.strip()\n    b['key']\n    for x in c: pass\n    d(1)\n    return e >= 3\n"
    )

    assert [found.kinds(unit.f, name)[0] for name in "abcde"] == ["str", "dict", "list", "callable", "int"]
    assert found.keys(unit.f, "b") == ["key"]


def test_what_a_constructor_keeps_is_followed_through_its_class(facts):
    found, unit = facts(
        "class C:\n    def __init__(self, size):\n        self._size = size\n"
        "    def full(self, n):\n        return n > self._size\n"
    )

    assert found.kinds(unit.C.__init__, "size") == ["int"]


def test_documented_calls_are_found_with_plain_values_and_names_that_a_test_knows(facts):
    found, _ = facts("")
    text = '>>> parse("a (b)", strict=True)\n1\n>>> parse(other)\n>>> parse(Item(len))\n'
    text += '>>> reparse("x")\n>>> obj.parse(2)\n'

    assert found.documented_calls("parse", {"Item"}, text) == [
        'parse("a (b)", strict=True)',
        "parse(Item(len))",
        "parse(2)",
    ]


def find(text, value, arcs, documented=False):
    scenario = Scenario("f", "f", (Argument("x", "", Choice(text)),), documented=documented)
    outcome = Outcome(call=scenario.call(), checks=(Check("", "equals", value),), arcs=frozenset(arcs))
    return Find(scenario, outcome)


def test_every_jump_is_covered_by_the_plainest_inputs():
    both = find('"?[271]:list&="', "1", [(1, 1, 2), (1, 2, 3)])
    one = find('"hello"', "1", [(1, 1, 2)])
    other = find('"Alice"', "2", [(1, 2, 3)])

    picked = chosen([both, one, other], frozenset(), 12)

    assert one in picked
    assert other in picked
    assert both not in picked


def test_results_of_another_day_take_no_place():
    as_of_today = [find(str(number), str(number), [(1, 1, 2)]) for number in range(9)]
    as_of_a_day = find('"born", "a day"', "24", [(1, 1, 2)])

    assert chosen_that_hold([*as_of_today, as_of_a_day], frozenset(), 12, lambda each: each is as_of_a_day) == [
        as_of_a_day
    ]


def test_a_documented_call_is_preferred():
    made_up, documented = find('"hello"', "1", [(1, 1, 2)]), find('"12.50 EUR"', "2", [(1, 1, 2)], documented=True)

    assert chosen([made_up, documented], frozenset(), 1) == [documented]


def test_a_result_that_is_always_none_tells_nothing():
    assert chosen([find("1", "None", [(1, 1, 2)]), find("2", "None", [(1, 2, 3)])], frozenset(), 12) == []


def test_results_of_one_path_are_not_repeated_without_end():
    finds = [find(str(number), str(number), [(1, 1, 2)]) for number in range(50)]

    assert len(chosen(finds, frozenset(), 12)) == 5


class _Release:
    def __init__(self, text):
        self.numbers = tuple(map(int, text.split(".")))

    def __str__(self):
        return ".".join(map(str, self.numbers))

    def __repr__(self):
        return f"<Release {self}>"

    def __eq__(self, other):
        return self.numbers == other.numbers


def test_what_is_made_of_a_text_and_shows_it_is_written_by_that_text():
    assert spelled(_Release("1.20"), {"_Release": _Release}) == '_Release("1.20")'
    assert spelled([_Release("1.20"), 3], {"_Release": _Release}) == '[_Release("1.20"), 3]'
    assert spelled(_Release("1.20"), {}) is None


def test_what_a_class_shows_of_itself_is_written_in_our_quotes():
    class Pair:
        def __init__(self, one, other):
            self.parts = (one, other)

        def __eq__(self, other):
            return self.parts == other.parts

        def __repr__(self):
            return f"Pair({self.parts[0]!r}, {self.parts[1]!r})"

    assert spelled(Pair("a", "it's"), {"Pair": Pair}) == 'Pair("a", "it\'s")'
