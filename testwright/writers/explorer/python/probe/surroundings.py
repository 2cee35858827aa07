"""The environment that code asks for: variables of their own for a test, as it stands in `mock.patch.dict`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from testwright.writers.explorer.python.probe.scenarios import Patch
from testwright.writers.explorer.python.probe.spelling import quoted
from testwright.writers.explorer.python.probe.trees import nodes, unparsed

_TABLES = ("os.environ", "environ")
_ASKED = ("os.getenv", "getenv", *(f"{table}.{method}" for table in _TABLES for method in ("get", "pop", "setdefault")))
_VALUES = ("1", "hello", "")
_MOST_NAMES = 3
_MOST_OTHERS = 2
_LONGEST = 12


def environments(trees: list[ast.AST], texts: list[str]) -> list[Patch]:
    """None of them, then one variable at a time; `texts` are words of the code, which one may be compared with.

    All others are gone meanwhile: what stands in the environment of this machine is nobody else's business.
    """
    names = list(dict.fromkeys(name for tree in trees for node in nodes(tree) for name in _names(node)))
    words = [text for text in texts if text not in names and text.isalnum() and len(text) <= _LONGEST]
    values = [*_VALUES, *(word for word in words if word not in _VALUES)][: len(_VALUES) + _MOST_OTHERS]
    set_up = [f"{{{quoted(name)}: {quoted(value)}}}" for name in names[:_MOST_NAMES] for value in values]
    return [Patch("os.environ", "", (), given=f"{each}, clear=True") for each in ("{}", *set_up) if names]


def _names(node: ast.AST) -> Iterator[str]:
    key: ast.AST | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and unparsed(node.value) in _TABLES:
        key = node.slice
    elif isinstance(node, ast.Call) and unparsed(node.func) in _ASKED and node.args:
        key = node.args[0]
    elif isinstance(node, ast.Compare) and unparsed(node.comparators[0]) in _TABLES:
        key = node.left
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield key.value
