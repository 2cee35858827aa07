"""Tests with the annotations that a type checker wants."""

import ast

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.languages.python.annotating import annotated


def code_of(code, preamble="import shop"):
    draft = annotated(Draft(preamble=preamble, cases=(Case(name="test_x", code=code),)))
    return draft.cases[0].code, draft.preamble


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def test_x():\n    assert 1", "def test_x() -> None:\n    assert 1"),
        ("async def test_x():\n    pass", "async def test_x() -> None:\n    pass"),
        ("def test_x(self):\n    pass", "def test_x(self) -> None:\n    pass"),
        ("def test_x() -> None:\n    pass", "def test_x() -> None:\n    pass"),
        ('def test_x(a=")", b={1: 2}):\n    pass', 'def test_x(a=")", b={1: 2}) -> None:\n    pass'),
        ("def test_x(\n    a,\n):\n    pass", "def test_x(\n    a,\n) -> None:\n    pass"),
        (
            "@pytest.mark.parametrize('ä', ['b'])\ndef test_x(ä):\n    d = {'x': 1}",
            "@pytest.mark.parametrize('ä', ['b'])\ndef test_x(ä: str) -> None:\n    d = {'x': 1}",
        ),
        ("def test_x():\n    def inner(a): return a", "def test_x() -> None:\n    def inner(a): return a"),
        ("def helper():\n    return 1", "def helper():\n    return 1"),
    ],
)
def test_a_test_gives_nothing_back_and_says_so(before, after):
    code, _ = code_of(before)

    assert code == after
    ast.parse(code)


def test_pytests_own_fixtures_get_their_types_and_these_their_imports():
    code, preamble = code_of("def test_x(tmp_path, ä, capsys, other: int):\n    pass", "import pytest\nimport shop")

    assert code.splitlines()[0] == (
        "def test_x(tmp_path: Path, ä, capsys: pytest.CaptureFixture[str], other: int) -> None:"
    )
    assert preamble == "from pathlib import Path\nimport pytest\nimport shop"


def test_a_test_that_does_not_parse_is_left_to_the_gates():
    assert code_of("def test_x(:\n    pass")[0] == "def test_x(:\n    pass"


def test_the_columns_of_a_table_get_the_types_of_their_values():
    rows = '@pytest.mark.parametrize(("a", "b", "c"), [(-1, "x", [1]), (2, None, [2])])\n'
    code, preamble = code_of(f"{rows}def test_x(a, b, c):\n    pass", "import pytest")

    assert code.splitlines()[1] == "def test_x(a: int, b: None | str, c: Any) -> None:"
    assert preamble == "from typing import Any\nimport pytest"


def test_rows_that_are_too_short_say_nothing():
    code, _ = code_of('@pytest.mark.parametrize("a, b", [(1,), f(2)])\ndef test_x(a, b):\n    pass')

    assert code.splitlines()[1] == "def test_x(a: Any, b: Any) -> None:"
