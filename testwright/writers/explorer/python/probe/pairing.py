"""Two things changed at once: what one option does may show only with another one, on an input that is long enough."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator

from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario, text_of
from testwright.writers.explorer.python.probe.ways import Row, Way

_MOST = 300
_LEAST_EACH = 4
_MOST_EACH = 10
_MOST_ROWS = 5


def pairs(way: Way) -> Iterator[Scenario]:
    """Pairs of what decisions are made by: of the call's own arguments, and of those of its object."""
    rows = [(way, row) for row in way.rows if row.label != "*"]
    if way.maker is not None:
        rows += [(way.maker, row) for row in way.maker.rows if row.label != "*" and row.parameter in way.decisive]
    decisive = [(owner, row) for owner, row in rows if row.parameter in way.decisive]
    start = _rich(way)
    both = list(itertools.combinations(decisive[:_MOST_ROWS], 2))
    # the fewer there are, the more of each can be tried
    each = min(max(math.isqrt(_MOST // max(len(both), 1)), _LEAST_EACH), _MOST_EACH)
    for (one, first), (other, second) in both:
        for choice, another in itertools.product(_telling(first, each), _telling(second, each)):
            yield _changed(_changed(start, way, one, first, choice), way, other, second, another)


def _rich(way: Way) -> Scenario:
    """The plain call with each of its texts as long as one is known."""
    scenario = way.base()
    for row in way.rows:
        longest = max((choice for choice in row.choices if text_of(choice)), key=lambda c: len(c.text), default=None)
        if longest is not None and not row.optional and text_of(row.choices[0]):
            scenario = way.changed(scenario, row, longest)
    return scenario


def _changed(scenario: Scenario, way: Way, owner: Way, row: Row, choice: Choice) -> Scenario:
    if owner is way:
        return way.changed(scenario, row, choice)
    made = owner.changed(scenario.made or owner.base(), row, choice)
    return dataclasses.replace(scenario, made=made, documented=False)


def _telling(row: Row, most: int) -> list[Choice]:
    """The first few, and the largest number: the first ones are small."""
    few = row.choices[:most]
    numbers = [choice for choice in row.choices[most:] if choice.text.isdigit()]
    return [*few, *sorted(numbers, key=lambda choice: int(choice.text))[-2:-1]]
