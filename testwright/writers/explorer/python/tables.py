"""Calls that differ in their values alone, told as the rows of one test."""

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from testwright.writers.explorer.python.records import Record

LEAST_ROWS = 5
MOST_ROWS = 20
_LONGEST_ROW = 76
_MOST_LINES = 1
_PINNED = ("True", "False", "None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`columns` are the names of what differs, `expected` last where results differ; `call` is written with them."""

    records: tuple[Record, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    call: str

    @property
    def has_results(self) -> bool:
        return self.columns[-1] == "expected"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What calls of one table have in common."""

    symbol: str
    before: str
    behind: str
    names: tuple[str, ...]
    keywords: tuple[str, ...]
    lines: tuple[str, ...]
    result: str


def grouped(records: Sequence[Record]) -> Iterator[Record | Table]:
    """The records in their order, those of a table together in the place of its first one."""
    shapes = {id(record): _shape(record) for record in records}
    together: dict[_Shape, list[Record]] = {}
    for record in records:
        shape = shapes[id(record)]
        if shape is not None:
            together.setdefault(shape, []).append(record)
    for record in records:
        shape = shapes[id(record)]
        like = together.get(shape, []) if shape is not None else []
        table = _table(shape, like[:MOST_ROWS]) if shape is not None and len(like) >= LEAST_ROWS else None
        if table is None or not any(record is other for other in table.records):
            yield record
        elif record is table.records[0]:
            yield table


def _shape(record: Record) -> _Shape | None:
    """None where a call stands for itself: it needs something of its own, or more than its result is looked at."""
    if record.says or record.patches or len(record.lines) > _MOST_LINES or "+" in record.symbol:
        return None
    found = _inner(record)
    if found is None or any("tmp_path" in text for _, text in record.arguments):
        return None
    call, before, behind = found
    keywords = tuple(str(keyword.arg) for keyword in call.keywords)
    named = [parameter for parameter, _ in record.arguments if parameter not in keywords]
    if record.error is not None:
        result = "/".join(("raises", *record.error))
    elif len(record.checks) == 1 and not record.checks[0].of and record.checks[0].how == "equals":
        value = record.checks[0].value
        if "." in value and _is_inexact(value):
            return None
        result = value if value in _PINNED else ""
    else:
        return None
    return _Shape(record.symbol, before, behind, tuple(named), keywords, record.lines, result)


def _inner(record: Record) -> tuple[ast.Call, str, str] | None:
    """The call that gets the arguments, and what stands around these: `asyncio.run(fetch(` and `))`."""
    if not record.call.isascii():
        return None  # the tree counts bytes
    try:
        calls = [node for node in ast.walk(ast.parse(record.call, mode="eval")) if isinstance(node, ast.Call)]
        texts = {parameter: ast.dump(ast.parse(text, mode="eval").body) for parameter, text in record.arguments}
    except SyntaxError:
        return None
    for call in calls:
        keywords = {str(keyword.arg): ast.dump(keyword.value) for keyword in call.keywords}
        named = [text for parameter, text in texts.items() if parameter not in keywords]
        is_it = [ast.dump(given) for given in call.args] == named
        has_all = len(texts) == len(record.arguments) == len(named) + len(keywords)
        if is_it and has_all and all(texts.get(name) == text for name, text in keywords.items()):
            begin, end = call.func.end_col_offset or 0, call.end_col_offset or 0
            return call, f"{record.call[:begin]}(", f"){record.call[end:]}"
    return None


def _is_inexact(value: str) -> bool:
    try:
        return any(
            isinstance(node, ast.Constant) and isinstance(node.value, float) for node in ast.walk(ast.parse(value))
        )
    except SyntaxError:
        return True


def _table(shape: _Shape, records: list[Record]) -> Table | None:
    names = (*shape.names, *shape.keywords)
    texts = [[dict(record.arguments)[name] for name in names] for record in records]
    differing = [at for at in range(len(names)) if len({row[at] for row in texts}) > 1]
    columns = [names[at] for at in differing]
    taken = {"expected", "self", "cases", *re.findall(r"\w+", shape.before)}
    if not columns or taken & set(names) or len(set(names)) < len(names):
        return None
    given = [name if at in differing else texts[0][at] for at, name in enumerate(names)]
    keywords = shape.keywords
    written = [
        *given[: len(shape.names)],
        *(f"{keyword}={text}" for keyword, text in zip(keywords, given[len(shape.names) :], strict=True)),
    ]
    rows = [tuple(row[at] for at in differing) for row in texts]
    if not shape.result:
        columns.append("expected")
        rows = [(*row, record.checks[0].value) for row, record in zip(rows, records, strict=True)]
    kept = [at for at, row in enumerate(rows) if sum(len(text) + 2 for text in row) <= _LONGEST_ROW]
    if len(kept) < LEAST_ROWS:
        return None
    return Table(
        records=tuple(records[at] for at in kept),
        columns=tuple(columns),
        rows=tuple(rows[at] for at in kept),
        call=f"{shape.before}{', '.join(written)}{shape.behind}",
    )


def calls_of_rows(code: str) -> list[str]:
    """The calls that a test with `pytest.mark.parametrize` makes, each row's values in their places."""
    try:
        tests = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
        return [call for test in tests for mark in test.decorator_list for call in _row_calls(test, mark)]
    except (SyntaxError, ValueError, RecursionError):
        return []


def _row_calls(test: ast.FunctionDef, mark: ast.expr) -> Iterator[str]:
    if not isinstance(mark, ast.Call) or not ast.unparse(mark.func).endswith("parametrize") or len(mark.args) < 2:
        return
    said = ast.literal_eval(mark.args[0])
    names = said.replace(",", " ").split() if isinstance(said, str) else list(said)
    for row in getattr(mark.args[1], "elts", []):
        values = row.elts if len(names) > 1 and isinstance(row, (ast.Tuple, ast.List)) else [row]
        given = dict(zip(names, values, strict=False))
        for node in ast.walk(test):
            if isinstance(node, ast.Call) and node is not mark and node not in test.decorator_list:
                yield ast.unparse(_Filled(given).visit(copy.deepcopy(node)))


class _Filled(ast.NodeTransformer):
    def __init__(self, given: dict[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._given.get(node.id, node)
