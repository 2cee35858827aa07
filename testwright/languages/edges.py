"""Which boundary cases a parameter invites, by what is known of it; the same for every language."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from testwright.domain.edges import LONG, MOST_EDGES, Edge

_MOST_EACH = 14
_MOST_SHOWN = 40


@dataclass(slots=True, kw_only=True)
class Known:
    """What signature and code say of one parameter.

    `kinds` are text, number, list and mapping. `compared` are literals that it is compared with, and whether as a bound
    (less, greater) rather than for equality, `lengths` numbers that
    its length is compared with, `keys` what it is asked for, `members` all values that its type allows; `nothing` is
    the word for the absent value that it may be, or empty. Literals are the language's values: str, int, float, bool.
    """

    name: str
    kinds: set[str] = field(default_factory=set)
    nothing: str = ""
    default: object = None
    compared: dict[object, bool] = field(default_factory=dict)
    lengths: dict[int, None] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)
    members: dict[object, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A statement that raises: its line, and what it says, for people."""

    line: int
    text: str


def kind_of(value: object) -> set[str]:
    """What a default says of its parameter."""
    if isinstance(value, str):
        return {"text"}
    return {"number"} if isinstance(value, (int, float)) and not isinstance(value, bool) else set()


def edges_of(found: Iterable[tuple[str, Iterable[Known], Iterable[Refusal]]]) -> tuple[Edge, ...]:
    """Numbered, of all symbols with their parameters and refusals; the most telling ones first for each symbol."""
    edges: list[Edge] = []
    for symbol, parameters, refusals in found:
        distinct: dict[tuple[str, str, str, int], Edge] = {}
        refused = [
            Edge(number=0, symbol=symbol, name=f"refuses: {_short(each.text)}", check="refused", line=each.line)
            for each in refusals
        ]
        by_parameter = [list(_of(symbol, known)) for known in parameters]
        # In turns, so that the first parameter does not take all the room.
        turns = (some[turn] for turn in range(_MOST_EACH) for some in by_parameter if turn < len(some))
        for edge in (*refused, *turns):
            distinct.setdefault((edge.parameter, edge.check, edge.value, edge.line), edge)
        edges += list(distinct.values())[:_MOST_EACH]
    return tuple(replace(edge, number=number) for number, edge in enumerate(edges[:MOST_EDGES], start=1))


def _of(symbol: str, known: Known) -> Iterator[Edge]:
    def edge(what: str, check: str, value: object = None) -> Edge:
        text = "" if value is None else json.dumps(value)
        return Edge(number=0, symbol=symbol, name=f"{known.name} {what}", check=check, parameter=known.name, value=text)

    if known.nothing:
        yield edge(f"is {known.nothing}", "none")
    for value in known.members:
        yield edge(f"is {_told(value)}", "equals", value)
    for value, is_bound in known.compared.items():
        if isinstance(value, str):
            yield edge(f"is {_told(value)}" if value else "is empty", "equals" if value else "empty", value or None)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield edge(f"is {_told(value)}", "equals", value)
            if is_bound and float(value).is_integer():
                yield edge(f"is {_told(value - 1)}, one below {_told(value)}", "equals", value - 1)
                yield edge(f"is {_told(value + 1)}, one above {_told(value)}", "equals", value + 1)
    for length in known.lengths:
        for other, how in ((length, "exactly"), (length - 1, "one below"), (length + 1, "one above")):
            if other > 0:
                yield edge(f"has length {other}" + (f", {how} {length}" if other != length else ""), "length", other)
    for key in known.keys:
        yield edge(f"lacks {_told(key)}", "lacks", key)
    if known.kinds & {"text", "list", "mapping"}:
        yield edge("is empty", "empty")
    if "number" in known.kinds:
        yield edge("is 0", "equals", 0)
        if 0 not in known.compared:  # its neighbour below is negative
            yield edge("is negative", "negative")
    if not known.nothing and known.default is not None:
        yield edge(f"is left at {_told(known.default)}", "equals", known.default)
    # A text that has a word for its default names a way to do something ("utf-8", "strict"): any other text is wrong.
    is_named = isinstance(known.default, str) and known.default.strip() != ""
    is_choice = known.members or is_named or any(isinstance(value, str) for value in known.compared)
    if "text" in known.kinds and not is_choice:
        yield edge("has letters beyond ASCII", "foreign")
        yield edge(f"is longer than {LONG} letters", "long")


def _told(value: object) -> str:
    return _short(json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else line[: _MOST_SHOWN - 1] + "…"
