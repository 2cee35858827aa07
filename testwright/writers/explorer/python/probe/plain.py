"""Plain values to try, by type; and which type a name or a use speaks of."""

from __future__ import annotations

import collections.abc
import contextlib
import datetime
import decimal
import io
import pathlib
import re
import uuid
from typing import Any

_SENTENCE = '"The quick brown fox jumps over the lazy dog"'
PLAIN: dict[Any, tuple[str, ...]] = {
    int: ("3", "0", "1", "-1", "2", "10", "100"),
    float: ("2.5", "0.0", "1.0", "-1.5", "100.0"),
    bool: ("True", "False"),
    str: (
        '"hello"',
        '""',
        '"a"',
        '"Hello World"',
        '"  padded  "',
        '"123"',
        '"a,b,c"',
        '"äöü"',
        '"one\\ntwo"',
        _SENTENCE,
    ),
    bytes: ('b"abc"', 'b""', 'b"hello"', 'b"a=1"'),
    complex: ("(1+2j)",),
    type(None): ("None",),
    decimal.Decimal: ('Decimal("12.50")', 'Decimal("0")', 'Decimal("-1")'),
    datetime.datetime: (
        "datetime(2024, 2, 29, 12, 30)",
        "datetime(2023, 12, 31)",
        "datetime(2000, 1, 1, tzinfo=timezone.utc)",
    ),
    datetime.date: ("date(2024, 2, 29)", "date(2023, 12, 31)", "date(2000, 1, 1)"),
    datetime.time: ("time(12, 30)", "time(0, 0)"),
    datetime.timedelta: ("timedelta(hours=1)", "timedelta(0)", "timedelta(days=-1)", "timedelta(days=400)"),
    uuid.UUID: ('UUID("12345678-1234-5678-1234-567812345678")',),
    type: ("int", "str"),
    slice: ("slice(1, 3)",),
    range: ("range(3)",),
}


class Dataclass:
    """Stands for any dataclass, of which only that is known."""


DATACLASS = 'make_dataclass("Item", [("name", str), ("count", int, 1)])'
DATACLASSES = (
    DATACLASS,
    'make_dataclass("Item", [("tags", list[str]), ("prices", dict[str, float])])',
    'make_dataclass("Item", [("parent", typing.Optional[int], None)])',
    'make_dataclass("Item", [("day", datetime), ("price", Decimal), ("id", UUID)])',
    'make_dataclass("Item", [("either", typing.Union[int, str]), ("pair", tuple[int, str])])',
    f'make_dataclass("Box", [("item", {DATACLASS})])',
)
FIELDS = (
    '{"name": "hello", "count": 3}',
    '{"tags": ["a", "b"], "prices": {"a": 1.5}}',
    '{"parent": 3}',
    '{"day": 0, "price": "1.50", "id": "12345678-1234-5678-1234-567812345678"}',
    '{"either": "hello", "pair": [1, "a"]}',
    '{"item": {"name": "hello"}}',
    '{"parent": None}',
    '{"name": None}',
    '{"name": "hello"}',
)
"""What is in objects of these, as it stands in JSON."""
KINDS: dict[str, Any] = {
    "str": str, "int": int, "float": float, "dict": dict, "list": list, "tuple": tuple, "set": set, "bytes": bytes,
    "datetime": datetime.datetime, "file": io.StringIO, "callable": collections.abc.Callable,
    "type": type, "lock": contextlib.AbstractContextManager, "bool": bool, "date": datetime.date,
    "Decimal": decimal.Decimal, "UUID": uuid.UUID, "Path": pathlib.Path, "Mapping": dict, "Collection": list,
    "Sequence": list, "dataclass": Dataclass,
}  # fmt: skip
BY_NAME: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (r"e?mail", str, ('"user@example.com"', '"user@"')),
    (r"base(_ur[li])?|endpoint|(api|server|service)_ur[li]", str, ('"https://example.com"', '"http://localhost:8080"')),
    (
        r"(\w+_)?ur[li]|link|href|endpoint|base",
        str,
        ('"https://example.com/path?q=1"', '"http://localhost:8080"', '"example.com"'),
    ),
    (r"(file|path|dir|folder)(_?name|_?path)?|root", str, ('"docs/readme.txt"', '"readme"')),
    (r"(first|last|user|full)?_?name", str, ('"Alice"', '"alice_smith"')),
    (r"date|day|start|end", str, ('"2024-02-29"', '"2023-12-31"')),
    (r"json|payload|body", str, ("'{\"a\": 1}'", '"{}"', '"{"')),
    (r"regex|pattern", str, ('"a+"', '"[a-z]+"')),
    (r"ip|host|address", str, ('"127.0.0.1"', '"10.0.0.256"', '"::1"')),
    (r"colou?r", str, ('"#ff8800"', '"red"')),
    (r"sep|separator|delimiter|sign|char|prefix|suffix", str, ('"-"', '","', '"ab"', '""')),
    (r"encoding", str, ('"utf-8"',)),
    (r"text|string|input_string|word|phrase|s|sentence|line|title|content|message|key|label|code|sku", str, ()),
    (r"is_\w+|has_\w+|use_\w+|allow_\w+|strict|verbose|reverse|ignore_\w+|case_sensitive|inclusive", bool, ()),
    (r"n|num|number|count|size|length|limit|index|width|height|depth|i|j|k|x|y|amount|quantity|qty|age", int, ()),
    (r"year|month|position|offset|times|level|(max|min)\w+|num_\w+|n_\w+|\w+_?count|\w+_?size", int, ()),
    (r"price|rate|ratio|percent|percentage|total|cost|tax|weight|score|factor|discount|seconds|timeout", float, ()),
    (r"(\w+_)?(ttl|interval|delay|duration|period|lifetime|seconds|timeout)", float, ()),
    (r"(\w+_)?(lock|mutex|semaphore)", contextlib.AbstractContextManager, ()),
    (r"items|values|numbers|nums|elements|seq|sequence|iterable|list|lst|arr|array|xs|rows|entries|data", list, ()),
    (r"words|names|lines|strings|tokens|args|parts|tags|keys", list, ()),
    (r"fn?|func|function|callback|predicate|key_func|handler|transform|mapper|cb|pred", collections.abc.Callable, ()),
    (r"d|dict|mapping|options|config|settings|params|obj|record|kwargs|context|env|headers|attributes|meta", dict, ()),
)
CALLABLES = (
    "lambda value: value",
    "lambda *values: 1",
    "lambda *values: values[-1] + 1",
    "lambda value: value > 1",
    "str",
    "lambda: 1",
    'mock.Mock(side_effect=[ValueError("wrong"), 3])',
    'mock.Mock(side_effect=ValueError("wrong"))',
)
_CALLABLES_BY_WORD = {
    "coroutine": "mock.AsyncMock(return_value=3)",
    "generator": "lambda: (yield 1)",
    "isclass": 'type("Item", (), {"size": lambda self: 3})',
}


_CLOCK = re.compile(r"timer|clock|now|time_?(?:func|fn|function|source)")
_TICKING = "iter(range(100)).__next__"
"""A clock by which it is later every time it is looked at."""


_OF_NOTHING = ("lambda: 1", "lambda *values: 1")
_OF_TWO = ("lambda first, second: first", "lambda *values: 1", "lambda first, second: first > second")


def callables_for(calls: frozenset[str], name: str = "", taken: int | None = 1) -> tuple[str, ...]:
    """What may be called, as source text, for code that makes these calls.

    `taken` is how many arguments it will be given, None where that is up to somebody else.
    """
    asked = (text for word, text in _CALLABLES_BY_WORD.items() if any(word in call for call in calls))
    clocks = (_TICKING, "lambda: 1") if _CLOCK.fullmatch(name.strip("_").lower()) else ()
    mocks = tuple(text for text in CALLABLES if text.startswith("mock."))
    fitting = (*_OF_NOTHING, *mocks) if taken in (0, None) else _OF_TWO if taken == 2 else ()
    return tuple(dict.fromkeys((*clocks, *fitting, *CALLABLES, *asked)))
