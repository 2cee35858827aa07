"""Ways that undo each other, by their names: what one gives is the likeliest good input of the other."""

from __future__ import annotations

import itertools
import re
import typing
from collections.abc import Iterator, Sequence

from testwright.writers.explorer.python.probe.scenarios import Choice, Scenario

if typing.TYPE_CHECKING:
    from testwright.writers.explorer.python.probe.ways import Way

_SWAPS = (
    ("encode", "decode"), ("parse", "format"), ("dump", "load"), ("compress", "decompress"), ("to_", "from_"),
    ("serialize", "deserialize"), ("pack", "unpack"), ("escape", "unescape"), ("encrypt", "decrypt"),
    ("quote", "unquote"), ("split", "join"), ("sign", "unsign"), ("write", "read"), ("get", "set"), ("as_", "from_"),
)  # fmt: skip
_MOST_GIVEN = 4


def are_opposite(one: str, other: str) -> bool:
    """Whether one name is the other with a word turned round, and perhaps more said: `dumps` and `loads_unsafe`."""
    pairs = (pair for swap in _SWAPS for pair in (swap, swap[::-1]))
    turned = (one.replace(first, second, 1) for first, second in pairs if first in one)
    return one != other and any(other == name or other.startswith(f"{name}_") for name in turned)


def lend(ways: Sequence[Way], makers: Sequence[str]) -> None:
    """What may be given first to a way gets calls of its opposites. `makers` are expressions that make an object."""
    for way, giver in itertools.permutations(ways, 2):
        if not way.rows or "{args}" not in way.template or "{args}" not in giver.template:
            continue
        owners = [""] if not giver.subject or giver.subject == way.subject else list(makers[:1])
        one, other = _member(giver), _member(way)
        row = way.rows[0]
        given = list(itertools.islice(_calls(giver, owners), _MOST_GIVEN))
        if are_opposite(one, other):
            row.choices[1:1] = [choice for choice in given if choice not in row.choices]
        elif are_opposite(one, re.sub(r"(?<=[a-z])(?=_|\Z)", "s", other, count=1)) and any(
            choice.text.startswith("StringIO(") for choice in row.choices
        ):
            row.choices[1:1] = [Choice(f"StringIO({choice.text})", choice.setup) for choice in given]


def _member(way: Way) -> str:
    return way.symbol.rpartition(".")[2]


def _calls(giver: Way, owners: Sequence[str]) -> Iterator[Choice]:
    """Calls on the same object, or on one that the argument makes for itself."""
    for scenario in itertools.chain([giver.base()], giver.neighbours(giver.base())):
        for owner in owners:
            yield Choice(_on(scenario, owner), scenario.own_lines())


def _on(scenario: Scenario, owner: str) -> str:
    call = scenario.call()
    return call if not owner else call.replace(scenario.subject, owner, 1)
