"""How each framework says that a value is expected: what differs between a test for pytest and one for unittest."""

import ast
import builtins
import textwrap
from collections.abc import Iterable
from typing import Any, Protocol

from testwright.writers.explorer.python.layout import WIDTH, broken
from testwright.writers.explorer.python.records import Check
from testwright.writers.explorer.python.tables import Table

_SINGLETONS = ("True", "False", "None")
_FIXTURES = ("tmp_path", "capsys")
_LEAST_ROUNDED = 0.001


class Style(Protocol):
    """`indent` is where the lines of a test's body begin. Lines come and go with their indentation."""

    @property
    def indent(self) -> int: ...

    @property
    def is_operator(self) -> bool:
        """Whether what is compared stands beside an operator, and needs brackets where it has one itself."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Modules that every suite imports."""
        ...

    @property
    def printed(self) -> str:
        """The expression for what the code has printed."""
        ...

    @property
    def local(self) -> frozenset[str]:
        """Names that a test has without an import."""
        ...

    def group(self, symbol: str, module: str) -> str | None: ...

    def test(self, name: str, body: list[str], used: Iterable[str]) -> str: ...

    @property
    def row_indent(self) -> int:
        """Where what is done with each row of a table begins."""
        ...

    def table(self, name: str, table: Table, setup: list[str], body: list[str]) -> str:
        """One test for all rows. `setup` comes with the test's indentation, `body` with that of a row."""
        ...

    def printing(self, call: str) -> list[str]:
        """The call, so that what it prints is kept."""
        ...

    def raising(self, kind: str, pattern: str | None) -> str:
        """What stands behind `with`; the pattern is written as a literal."""
        ...

    def truth(self, call: str, expected: bool) -> str:
        """The line for an operator's own method, such as `a == b`."""
        ...

    def assertion(self, check: Check, of: str, indent: int) -> list[str]: ...


class PytestStyle:
    indent = 4
    row_indent = 4
    is_operator = True
    needs: tuple[str, ...] = ()
    printed = "capsys.readouterr().out"
    local = frozenset(_FIXTURES)

    def group(self, symbol: str, module: str) -> str | None:
        return None

    def test(self, name: str, body: list[str], used: Iterable[str]) -> str:
        fixtures = [fixture for fixture in _FIXTURES if fixture in used]
        return "\n".join([f"def {name}({', '.join(fixtures)}):", *body])

    def table(self, name: str, table: Table, setup: list[str], body: list[str]) -> str:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        columns = f"({columns})" if len(table.columns) > 1 else columns
        if len(table.columns) > 1:
            mark = f"@pytest.mark.parametrize(\n    {columns},\n    [\n{_rows(table, 8)}\n    ],\n)"
        else:
            mark = broken(f"@pytest.mark.parametrize({columns}, [{', '.join(row for (row,) in table.rows)}])", 0)
        return "\n".join([mark, f"def {name}({', '.join(table.columns)}):", *setup, *([""] if setup else []), *body])

    def printing(self, call: str) -> list[str]:
        return [broken(call, 4)]

    def raising(self, kind: str, pattern: str | None) -> str:
        return f"pytest.raises({kind})" if pattern is None else f"pytest.raises({kind}, match={pattern})"

    def truth(self, call: str, expected: bool) -> str:
        if expected:
            return f"    assert {call}"
        negated = call.replace(" == ", " != ", 1).replace(" in ", " not in ", 1)
        return f"    assert not {call}" if negated == call else f"    assert {negated}"

    def assertion(self, check: Check, of: str, indent: int) -> list[str]:
        match check.how:
            case "instance":
                return [broken(f"assert isinstance({of}, {check.value})", indent)]
            case "length":
                return [broken(f"assert len({of}) == {check.value}", indent)]
            case "starts":
                method = f"{of}.startswith({check.value})"
                size = _size_of_list(check.value)
                return [broken(f"assert {of}[:{size}] == {check.value}" if size else f"assert {method}", indent)]
        if is_identity(check.value):
            return [broken(f"assert {of} is {check.value}", indent)]
        line = broken(f"assert {of} == {self._expected(check.value)}", indent)
        if len(line) > WIDTH and "\n" not in line:  # nothing to break at but the comparison itself
            start = " " * indent
            return [f"{start}assert (", f"{start}    {of}", f"{start}    == {check.value}", f"{start})"]
        return [line]

    def _expected(self, text: str) -> str:
        """Floats that no binary fraction hits are compared approximately."""
        return f"pytest.approx({text})" if is_inexact(_literal(text)) else text


class UnittestStyle:
    indent = 8
    row_indent = 16
    is_operator = False
    needs: tuple[str, ...] = ("unittest",)
    printed = "printed.getvalue()"
    local = frozenset({"self", "printed", "tmp_path", "folder"})

    def group(self, symbol: str, module: str) -> str | None:
        """A class has tests of its own; functions share one that is named after their module."""
        owner = symbol.split(".")[0]
        name = owner if owner[:1].isupper() and "+" not in symbol else module.rpartition(".")[2]
        return "Test" + "".join(part[:1].upper() + part[1:] for part in name.split("_"))

    def test(self, name: str, body: list[str], used: Iterable[str]) -> str:
        """A method as it would stand on the outermost level; its class is put around it when the suite is written."""
        folder = [
            "        folder = TemporaryDirectory()",
            "        self.addCleanup(folder.cleanup)",
            "        tmp_path = Path(folder.name)",
        ]
        opening = folder if "tmp_path" in used else []
        return textwrap.dedent("\n".join([f"    def {name}(self):", *opening, *body]))

    def table(self, name: str, table: Table, setup: list[str], body: list[str]) -> str:
        columns = ", ".join(table.columns)
        shown = ", ".join(f"{column}={column}" for column in table.columns if column != "expected")
        lines = [
            f"        cases = [\n{_rows(table, 12)}\n        ]",
            f"        for {columns} in cases:",
            f"            with self.subTest({shown}):",
        ]
        return textwrap.dedent("\n".join([f"    def {name}(self):", *setup, *lines, *body]))

    def printing(self, call: str) -> list[str]:
        return ["        with redirect_stdout(StringIO()) as printed:", broken(call, 12)]

    def raising(self, kind: str, pattern: str | None) -> str:
        return f"self.assertRaises({kind})" if pattern is None else f"self.assertRaisesRegex({kind}, {pattern})"

    def truth(self, call: str, expected: bool) -> str:
        """The operator stays visible, since it is what is under test."""
        return broken(f"self.{'assertTrue' if expected else 'assertFalse'}({call})", 8)

    def assertion(self, check: Check, of: str, indent: int) -> list[str]:
        return [broken(f"self.{self._call(check, of)}", indent)]

    def _call(self, check: Check, of: str) -> str:
        value = check.value
        match check.how:
            case "instance":
                return f"assertIsInstance({of}, {value})"
            case "length":
                return f"assertEqual(len({of}), {value})"
            case "starts":
                size = _size_of_list(value)
                return f"assertEqual({of}[:{size}], {value})" if size else f"assertTrue({of}.startswith({value}))"
        if value == "None":
            return f"assertIsNone({of})"
        if is_identity(value):
            return f"assertIs({of}, {value})"
        number = _literal(value)
        if isinstance(number, float) and is_inexact(number) and abs(number) > _LEAST_ROUNDED:
            return f"assertAlmostEqual({of}, {value})"
        return f"assertEqual({of}, {value})"


STYLES: dict[str, Style] = {"pytest": PytestStyle(), "unittest": UnittestStyle()}


def _rows(table: Table, indent: int) -> str:
    """A line for each row."""
    texts = (f"({', '.join(row)})" if len(row) > 1 else row[0] for row in table.rows)
    return "\n".join(f"{' ' * indent}{text}," for text in texts)


def is_identity(text: str) -> bool:
    return text in _SINGLETONS or isinstance(getattr(builtins, text, None), type)


def is_inexact(value: Any) -> bool:
    """Whether it is made of numbers, one of which no binary fraction hits."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    inexact = [member for member in members if isinstance(member, float) and (member * 1024) % 1]
    return bool(inexact) and all(isinstance(member, (int, float)) for member in members)


def _size_of_list(text: str) -> int:
    return len(ast.literal_eval(text)) if text.startswith("[") else 0


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
