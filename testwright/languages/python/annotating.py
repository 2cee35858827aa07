"""Tests as a project writes them that checks types: with annotations, for mypy looks into no function without."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import replace

from testwright.domain.drafts import Case, Draft

# The fixtures that pytest brings: their types, and what has to be imported for those.
_FIXTURES = {
    "tmp_path": ("Path", "from pathlib import Path"),
    "monkeypatch": ("pytest.MonkeyPatch", "import pytest"),
    "capsys": ("pytest.CaptureFixture[str]", "import pytest"),
    "capfd": ("pytest.CaptureFixture[str]", "import pytest"),
    "caplog": ("pytest.LogCaptureFixture", "import pytest"),
    "recwarn": ("pytest.WarningsRecorder", "import pytest"),
    "tmp_path_factory": ("pytest.TempPathFactory", "import pytest"),
    "request": ("pytest.FixtureRequest", "import pytest"),
}

_PLAIN = frozenset({"str", "int", "float", "bool", "bytes", "NoneType"})


def annotated(draft: Draft) -> Draft:
    """The draft with `-> None` on every test, and with the types of pytest's own fixtures. The rest is its writer's."""
    needed: dict[str, None] = {}
    cases = tuple(_annotated(case, needed) for case in draft.cases)
    lines = draft.preamble.splitlines()
    missing = [line for line in needed if line not in lines]
    return Draft(preamble="\n".join([*missing, draft.preamble]) if missing else draft.preamble, cases=cases)


def _annotated(case: Case, needed: dict[str, None]) -> Case:
    try:
        tests = [node for node in ast.parse(case.code).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        ends = dict(_ends_of_signatures(case.code))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return case
    lines = case.code.split("\n")
    additions: list[tuple[int, int, str]] = []
    for test in tests:
        if not test.name.startswith("test"):
            continue
        known = {**_FIXTURES, **_columns(test)}
        for argument in test.args.args:
            if argument.annotation is None and argument.arg in known and argument.end_lineno:
                kind, line = known[argument.arg]
                needed.update({line: None} if line else {})
                column = len(_characters(lines[argument.end_lineno - 1], argument.end_col_offset or 0))
                additions.append((argument.end_lineno, column, f": {kind}"))
        if test.returns is None and test.lineno in ends:
            additions.append((*ends[test.lineno], " -> None"))
    for row, column, text in sorted(additions, reverse=True):
        lines[row - 1] = f"{lines[row - 1][:column]}{text}{lines[row - 1][column:]}"
    return replace(case, code="\n".join(lines))


def _columns(test: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, tuple[str, str]]:
    """What the rows of `pytest.mark.parametrize` give: types of plain values, and the import that any other needs."""
    found: dict[str, tuple[str, str]] = {}
    for mark in test.decorator_list:
        if not isinstance(mark, ast.Call) or not ast.unparse(mark.func).endswith("parametrize") or len(mark.args) < 2:
            continue
        said, rows = mark.args[0], getattr(mark.args[1], "elts", [])
        if isinstance(said, ast.Constant):
            names = str(said.value).replace(",", " ").split()
        else:
            names = [str(each.value) for each in getattr(said, "elts", []) if isinstance(each, ast.Constant)]
        for at, name in enumerate(names):
            kinds = {_kind_of(row if len(names) == 1 else _cell(row, at)) for row in rows}
            plain = kinds and kinds <= _PLAIN
            kind = " | ".join(sorted(kinds)).replace("NoneType", "None") if plain else "Any"
            found[name] = (kind, "" if plain else "from typing import Any")
    return found


def _cell(row: ast.expr, at: int) -> ast.expr | None:
    cells = getattr(row, "elts", [])
    return cells[at] if at < len(cells) else None


def _kind_of(cell: ast.expr | None) -> str:
    try:
        return type(ast.literal_eval(cell)).__name__ if cell is not None else ""
    except ValueError:
        return ""


def _characters(line: str, octets: int) -> str:
    """The tree counts bytes, a text its characters."""
    return line.encode()[:octets].decode("utf-8", "replace")


def _ends_of_signatures(code: str) -> Iterator[tuple[int, tuple[int, int]]]:
    """For the line of each `def` (or `async def`): row and column of the colon behind its signature."""
    begin, depth, before = 0, 0, ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.string == "def" and token.type == tokenize.NAME:
            begin, depth = token.start[0], 0
        elif begin and token.string in ("(", "[", "{"):
            depth += 1
        elif begin and token.string in (")", "]", "}"):
            depth -= 1
        elif begin and depth == 0 and token.string == ":" and before == ")":
            yield begin, token.start
            begin = 0
        before = token.string if token.string.strip() else before
