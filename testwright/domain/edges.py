"""Boundary cases that a symbol's own code and signature invite, and which tests were seen to meet them."""

from dataclasses import asdict, dataclass
from typing import Any

MOST_EDGES = 80
"""Of one file. What comes later is left out."""
LONG = 100
"""So many letters make a text a long one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One boundary case of one symbol. `number` counts from 1 within its file; `name` is for people.

    `check` says what a call's argument for `parameter` has to be: `empty`, `none`, `negative`, `long` (a text of more
    than LONG letters), `foreign` (a text with letters beyond ASCII), `equals` the literal `value`, `length` equal to
    the number `value`, or `lacks` the key `value` (a JSON literal each). `refused` is no matter of an argument: line
    `line` is run, which raises. Nor is `asserted`: the test `symbol` comes to its assertion `name`, and says so itself.
    """

    number: int
    symbol: str
    name: str
    check: str
    parameter: str = ""
    value: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetEdge:
    """A boundary case, and the delivered tests that were seen to meet it; none: it is not covered."""

    symbol: str
    name: str
    covered_by: tuple[str, ...] = ()


def edge_json(met: MetEdge) -> dict[str, Any]:
    return {"symbol": met.symbol, "name": met.name, "coveredBy": list(met.covered_by)}


def order_json(edges: tuple[Edge, ...]) -> list[dict[str, Any]]:
    """What a runner has to watch for."""
    return [asdict(edge) for edge in edges if edge.check not in ("refused", "asserted")]
