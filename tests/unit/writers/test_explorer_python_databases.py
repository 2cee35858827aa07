"""Databases that the explorer for Python makes for code that takes a connection or a path."""

import inspect
import sqlite3
import types
from contextlib import closing

import pytest

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.python.probe.databases import changed_rows, connections, is_opened, is_sql, rows_in
from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.scenarios import Choice
from testwright.writers.explorer.python.records import Check, Record
from testwright.writers.explorer.python.writing import draft_of

OPENED = 'connection = sqlite3.connect(":memory:")'
SHOP = """\
import sqlite3

def create(db):
    db.execute("CREATE TABLE goods (name TEXT)")

def add(db: sqlite3.Connection, name: str):
    db.execute("INSERT INTO goods VALUES (?)", (name,))

def first(path):
    return sqlite3.connect(str(path)).execute("SELECT name FROM goods").fetchone()
"""


@pytest.fixture
def facts(tmp_path):
    def of(text):
        file = tmp_path / "unit.py"
        file.write_text(text)
        unit = types.ModuleType("unit")
        unit.__file__ = str(file)
        exec(compile(text, str(file), "exec"), unit.__dict__)
        return Facts(unit)

    return of


def choices(function, parameter: inspect.Parameter) -> list[Choice]:
    return [Choice('"tea"')]


def test_a_connection_has_the_units_tables_then_a_row_then_nothing(facts):
    found = facts(SHOP)

    assert [choice.setup for choice in connections(found, vars(found.unit), choices)] == [
        (OPENED, "create(connection)"),
        (OPENED, "create(connection)", 'add(connection, "tea")'),
        (OPENED,),
    ]


def test_tables_are_made_from_a_script_that_the_unit_holds(facts):
    found = facts('import sqlite3\nSCHEMA = "CREATE TABLE goods (name TEXT)"\n')

    (first, _) = connections(found, vars(found.unit), choices)

    assert first.setup == (OPENED, "connection.executescript(SCHEMA)")


def test_a_path_that_the_code_opens_as_a_database_is_known(facts):
    found = facts(SHOP)

    assert is_opened(found, found.unit.first, "path")
    assert not is_opened(found, found.unit.add, "name")


def test_rows_that_a_call_changed_are_told():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE goods (name TEXT, price INTEGER)")
        before = rows_in({"connection": connection})
        connection.execute("INSERT INTO goods VALUES ('tea', 3)")
        after = rows_in({"connection": connection})

    asked = 'connection.execute("SELECT * FROM goods").fetchall()'
    assert changed_rows(before, after) == [(asked, "equals", '[("tea", 3)]')]
    assert changed_rows(after, after) == []


def test_statements_are_no_inputs():
    assert is_sql("SELECT name FROM goods")
    assert not is_sql("select")
    assert not is_sql("Update available")


def test_a_test_with_a_database_imports_sqlite_and_counts_as_integration_where_asked_for():
    record = Record(
        symbol="remove",
        lines=(OPENED, "create(connection)"),
        call='remove(connection, "tea")',
        checks=(Check(of='connection.execute("SELECT * FROM goods").fetchall()', how="equals", value="[]"),),
        error=None,
        patches=(),
        arguments=(("db", "connection"), ("name", '"tea"')),
        documented=False,
        foreign=False,
        subject="",
    )
    both = Options(test_types=(TestType.UNIT, TestType.INTEGRATION))

    draft = draft_of([record], "shop", both, "pytest")

    assert draft.preamble == "import sqlite3\n\nfrom shop import create, remove"
    assert [(case.name, case.scenario) for case in draft.cases] == [
        ("test_remove_leaves_goods_empty_for_tea", "integration")
    ]
    assert draft_of([record], "shop", Options(), "pytest").cases[0].scenario == "happy"
