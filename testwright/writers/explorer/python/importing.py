"""The lines with which a suite imports what it uses."""

import ast
from collections.abc import Collection, Mapping

from testwright.writers.explorer.python.layout import WIDTH

FROM = {
    "Counter": "collections", "OrderedDict": "collections", "defaultdict": "collections", "deque": "collections",
    "Decimal": "decimal", "Fraction": "fractions", "Path": "pathlib", "StringIO": "io", "UUID": "uuid",
    "date": "datetime", "datetime": "datetime", "time": "datetime", "timedelta": "datetime", "timezone": "datetime",
    "islice": "itertools", "make_dataclass": "dataclasses", "SimpleNamespace": "types", "mock": "unittest",
    "TemporaryDirectory": "tempfile", "redirect_stdout": "contextlib", "Enum": "enum",
}  # fmt: skip
_STANDARD = frozenset({*FROM.values(), "http.server", "threading", "urllib.error"})
_OTHERS = frozenset({"httpx", "hypothesis", "pytest", "requests"})
"""Modules that are neither of Python nor of the project."""


def imports(plain: Collection[str], by_module: Mapping[str, Collection[str]]) -> str:
    """`plain` are modules that are imported whole; Python's own first, then others, then the project's."""
    standard = [f"import {name}" for name in sorted(plain) if name not in _OTHERS]
    standard += [_from(name, by_module[name]) for name in sorted(by_module) if name in _STANDARD]
    others = [f"import {name}" for name in sorted(plain) if name in _OTHERS]
    others += [_from(name, by_module[name]) for name in sorted(by_module) if name in _OTHERS]
    own = [_from(name, by_module[name]) for name in sorted(by_module) if name not in {*_STANDARD, *_OTHERS}]
    return "\n\n".join("\n".join(block) for block in (standard, others, own) if block)


def joined(one: str, other: str) -> str:
    """Two preambles as one. With what is neither a plain import nor a function the first one comes whole."""
    plain: set[str] = set()
    functions: dict[str, None] = {}
    by_module: dict[str, set[str]] = {}
    for text in (one, other):
        for statement in ast.parse(text).body:
            if isinstance(statement, ast.Import) and not any(alias.asname for alias in statement.names):
                plain.update(alias.name for alias in statement.names)
            elif isinstance(statement, ast.ImportFrom) and not any(alias.asname for alias in statement.names):
                by_module.setdefault(str(statement.module), set()).update(alias.name for alias in statement.names)
            elif isinstance(statement, ast.FunctionDef):
                functions.setdefault(_with_decorators(statement, text))
            else:
                return f"{one}\n{other}"
    return "\n\n\n".join([imports(plain, by_module), *functions])


def _with_decorators(function: ast.FunctionDef, text: str) -> str:
    first = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
    return "\n".join(text.split("\n")[first - 1 : function.end_lineno])


def _from(module: str, names: Collection[str]) -> str:
    line = f"from {module} import "
    ordered = sorted(names, key=lambda name: (not name.isupper(), name.islower(), name))
    whole = line + ", ".join(ordered)
    if len(whole) <= WIDTH:
        return whole
    return f"{line}(\n" + "".join(f"    {name},\n" for name in ordered) + ")"
