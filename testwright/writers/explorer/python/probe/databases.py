"""SQLite, for code that takes a connection or a path: a fresh database with the unit's own tables, and rows of it."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.probe.spelling import quoted, spelled
from testwright.writers.explorer.python.probe.trees import unparsed

NAME = "connection"
"""What a test calls its connection."""
_OPENED = f'{NAME} = sqlite3.connect(":memory:")'
_IS_SQL = re.compile(r"\s*(?:select|insert|update|delete|create|drop|pragma)\s.*\s", re.I | re.S)
_NAMES = re.compile(r"_?(?:con|conn|connection|db|database)", re.I)
_MOST_TABLES = 4
_MOST_ROWS = 20
_MOST_ADDERS = 3

Tables = dict[str, str]
"""The text of each table's rows, by the expression that asks for them."""


def connection_type() -> Any:
    """The class of a connection; None while nothing has loaded sqlite3, which not every Python has."""
    return getattr(sys.modules.get("sqlite3"), "Connection", None)


def is_sql(text: Any) -> bool:
    return isinstance(text, str) and _IS_SQL.match(text) is not None


def is_connection(facts: Facts, function: Any, name: str) -> bool:
    """Whether a parameter without an annotation is used as a connection."""
    is_here = connection_type() is not None and _NAMES.fullmatch(name) is not None
    return is_here and bool({"execute", "executemany", "cursor"} & facts.use(function, name).parts.keys())


def is_opened(facts: Facts, function: Any, name: str) -> bool:
    """Whether the function opens the database that this parameter names."""
    calls = re.compile(rf"sqlite3\.connect\((?:str\()?{re.escape(name)}\b")
    return any(calls.search(unparsed(tree)) for tree in facts.reached_from(function))


def connections(
    facts: Facts, names: dict[str, Any], choices: Callable[[Any, inspect.Parameter], list[Choice]]
) -> list[Choice]:
    """Connections to a database in memory: with the unit's tables, then with a row, then empty.

    `choices` are what may be given for another parameter of a function of the unit.
    """
    tables = next(iter(_makers(facts, names)), None)
    first = (_OPENED, *([tables] if tables is not None else []))
    found = [Choice(NAME, first)]
    for name, function, parameters in _takers(facts, names, "insert into"):
        given = [choices(function, parameter)[:1] for parameter in parameters if parameter.default is parameter.empty]
        if all(given):
            added = ", ".join([NAME, *(one.text for (one,) in given)])
            found.append(Choice(NAME, (*first, *(line for (one,) in given for line in one.setup), f"{name}({added})")))
    return list(dict.fromkeys([*found[: 1 + _MOST_ADDERS], Choice(NAME, (_OPENED,))]))


def _makers(facts: Facts, names: dict[str, Any]) -> Iterator[str]:
    """Lines that make the unit's tables: by a function of its own, or from a script that it holds."""
    for name, _, others in _takers(facts, names, "create table"):
        if all(parameter.default is not parameter.empty for parameter in others):
            yield f"{name}({NAME})"
    for name, value in names.items():
        if isinstance(value, str) and re.match(r"\s*create table\b", value, re.I):
            yield f"{NAME}.executescript({name})"


def _takers(facts: Facts, names: dict[str, Any], words: str) -> Iterator[tuple[str, Any, list[inspect.Parameter]]]:
    """Functions of the unit that take a connection first and run such SQL themselves, with their other parameters."""
    for name, function in names.items():
        if not inspect.isfunction(function) or function.__module__ != facts.unit.__name__:
            continue
        try:
            first, *others = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            continue
        tree = facts.node_of(function)
        is_told = tree is not None and words in unparsed(tree).lower()
        if is_told and (_is_annotated(first) or is_connection(facts, function, first.name)):
            yield name, function, others


def _is_annotated(parameter: inspect.Parameter) -> bool:
    annotation = parameter.annotation
    return annotation is connection_type() or (isinstance(annotation, str) and annotation.endswith("Connection"))


def rows_in(names: dict[str, Any]) -> Tables:
    """What stands in each table of the test's connection."""
    kind, connection = connection_type(), names.get(NAME)
    if kind is None or not isinstance(connection, kind):
        return {}
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        wanted = [str(row[0]) for row in tables.fetchall() if re.fullmatch(r"\w+", str(row[0]))][:_MOST_TABLES]
        return dict(_told(connection, table) for table in wanted)
    except Exception:  # closed, or locked by what the code began
        return {}


def _told(connection: Any, table: str) -> tuple[str, str]:
    asked = f"SELECT * FROM {table}"
    rows = connection.execute(asked).fetchall()
    text = spelled([tuple(row) for row in rows], {}) if len(rows) <= _MOST_ROWS else None
    return f"{NAME}.execute({quoted(asked)}).fetchall()", text or ""


def changed_rows(before: Tables, after: Tables) -> list[tuple[str, str, str]]:
    """What a call did to the tables, as far as it can be told; a new table without rows says so."""
    return [(of, "equals", text) for of, text in after.items() if text and before.get(of) != text]
