"""Calls at the boundaries that the code itself names."""

import json

import pytest

from testwright.writers.explorer.python.probe.bench import Check, Outcome
from testwright.writers.explorer.python.probe.bounds import at_bounds
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find
from testwright.writers.explorer.python.probe.ways import Row, Way

TOLD = Outcome(call="fee(…)", checks=(Check("", "equals", "1"),))


class Seeing:
    """A search in which every call can be told but those that are named."""

    def __init__(self, *untold: str) -> None:
        rows = [Row("days", "", [Choice("3")]), Row("goods", "goods", [Choice('"food"')], optional=True)]
        self.way = Way("fee", "fee", lambda days, goods: 1, rows)
        self.untold = untold

    def seen(self, scenario: Scenario) -> Outcome | None:
        return None if scenario.call() in self.untold else TOLD


def edge(parameter: str, check: str, value: object = None, symbol: str = "fee") -> dict[str, str]:
    text = "" if value is None else json.dumps(value)
    return {"symbol": symbol, "parameter": parameter, "check": check, "value": text}


def calls(search: Seeing, *edges: dict[str, str], picked: tuple[str, ...] = ("3",)) -> list[str]:
    finds = [Find(Scenario("fee", "fee", (Argument("days", "", Choice(text)),)), TOLD) for text in picked]
    return [find.scenario.call() for find in at_bounds(search, finds, list(edges))]


@pytest.mark.parametrize(
    ("named", "call"),
    [
        (edge("days", "equals", 0), "fee(0)"),
        (edge("days", "negative"), "fee(-1)"),
        (edge("days", "none"), "fee(None)"),
        (edge("goods", "empty"), 'fee(3, goods="")'),
        (edge("goods", "length", 2), 'fee(3, goods="aa")'),
        (edge("goods", "equals", "Goods.FOOD"), "fee(3, goods=Goods.FOOD)"),
        (edge("goods", "foreign"), 'fee(3, goods="Café")'),
    ],
)
def test_the_plainest_call_is_moved_to_the_boundary(named, call):
    assert calls(Seeing(), named) == [call]


def test_what_a_picked_call_meets_already_is_not_tried_again():
    assert calls(Seeing(), edge("days", "equals", 0), picked=("3", "0")) == []


def test_what_cannot_be_told_is_written_another_way_or_left_out():
    search = Seeing("fee(3, goods=Goods.FOOD)", "fee(0)")

    assert calls(search, edge("goods", "equals", "Goods.FOOD"), edge("days", "equals", 0)) == [
        'fee(3, goods="Goods.FOOD")'
    ]


def test_other_symbols_unknown_parameters_and_long_texts_are_passed_over():
    assert calls(Seeing(), edge("days", "none", symbol="other"), edge("hours", "none"), edge("goods", "long")) == []
