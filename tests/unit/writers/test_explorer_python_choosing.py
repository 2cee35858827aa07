"""Which of several calls that do the same is written down."""

import pytest

from testwright.writers.explorer.python.probe.bench import Check, Outcome
from testwright.writers.explorer.python.probe.choosing import chosen
from testwright.writers.explorer.python.probe.scenarios import Argument, Choice, Scenario
from testwright.writers.explorer.python.probe.search import Find

TOLD = Outcome(call="ask(…)", checks=(Check("", "equals", "3"),), arcs=frozenset({(0, 1, 2)}))


@pytest.mark.parametrize(
    ("parameter", "text"),
    [("url", '"https://example.com/path?q=1"'), ("base_url", '"http://localhost:8080"'), ("word", '"hello"')],
)
def test_an_address_is_given_where_one_is_asked_for(parameter, text):
    texts = ('""', '"hello"', '"https://example.com/path?q=1"', '"http://localhost:8080"')
    finds = [Find(Scenario("ask", "ask", (Argument(parameter, "", Choice(each)),)), TOLD) for each in texts]

    picked = [find.scenario.arguments[0].choice.text for find in chosen(finds, frozenset(), 1)]

    assert picked == [text] or (parameter != "word" and "://" in picked[0])
