"""What running code gives away about good inputs: the values it compares with, and the patterns it compiles."""

from __future__ import annotations

import ast
import contextlib
import inspect
import random
import re
from collections.abc import Iterator
from types import FrameType
from typing import Any

from testwright.writers.explorer.python.probe.patterns import matching

_LOOKS_EACH_LINE = 25
_MOST_VALUES = 120
_MOST_PATTERNS = 16
_MOST_TEXTS_EACH = 15
_LONGEST = 60
_OF_TEXT = frozenset({"startswith", "endswith", "find", "index", "split", "rsplit", "partition", "rpartition", "count"})
_OF_PATTERN = frozenset({"match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split"})
_NOTHING = object()


class Lessons:
    """Learnt while calls are traced."""

    def __init__(self, tree: ast.Module) -> None:
        self._operands: dict[int, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                self._operands.setdefault(node.lineno, []).extend((node.left, *node.comparators))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _OF_TEXT:
                self._operands.setdefault(node.lineno, []).extend(node.args[:1])
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _OF_PATTERN:
                self._operands.setdefault(node.lineno, []).append(node.func.value)
        self._looks: dict[int, int] = {}
        self._values: dict[tuple[type, Any], None] = {}
        self._patterns: set[str] = set()
        self._unread: list[re.Pattern[str]] = []
        self._told: dict[tuple[type, Any], None] = {}

    def look(self, frame: FrameType) -> None:
        """What the line that is about to run compares, and the patterns that it looks for."""
        operands = self._operands.get(frame.f_lineno)
        if not operands or self._looks.get(frame.f_lineno, 0) >= _LOOKS_EACH_LINE:
            return
        self._looks[frame.f_lineno] = self._looks.get(frame.f_lineno, 0) + 1
        for operand in operands:
            value = _value_of(operand, frame)
            if isinstance(value, re.Pattern):
                self._hear(value)
            members = list(value)[:20] if isinstance(value, (list, tuple, set, frozenset, dict)) else [value]
            for member in members:
                is_text = isinstance(member, str) and 0 < len(member) <= _LONGEST
                is_number = type(member) is int or (type(member) is float and round(member, 3) == member)
                if (is_text or is_number) and len(self._values) < _MOST_VALUES:
                    self._values.setdefault((type(member), member))

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hears which regular expressions are compiled meanwhile."""
        compiled = vars(re).get("_compile")
        if compiled is None:
            yield
            return

        def hear(pattern: Any, flags: Any) -> Any:
            found = compiled(pattern, flags)
            self._hear(found)
            return found

        vars(re)["_compile"] = hear
        try:
            yield
        finally:
            vars(re)["_compile"] = compiled

    def _hear(self, pattern: re.Pattern[Any]) -> None:
        is_new = isinstance(pattern.pattern, str) and pattern.pattern not in self._patterns
        if is_new and len(self._patterns) < _MOST_PATTERNS:
            self._patterns.add(pattern.pattern)
            self._unread.append(pattern)

    def learnt(self, chance: random.Random) -> list[Any]:
        """The values so far, with texts for the patterns; what comes later stands behind."""
        new = [value for value in self._values if value not in self._told]
        new += [(type(text), text) for text in self._texts(chance)]
        self._told.update(dict.fromkeys(new))
        return [value for _, value in self._told]

    def _texts(self, chance: random.Random) -> Iterator[str]:
        fresh, self._unread = self._unread, []
        for pattern in fresh:
            yield from matching(pattern, chance, min(3 + pattern.pattern.count("|"), _MOST_TEXTS_EACH))


def _value_of(node: ast.expr, frame: FrameType) -> Any:
    """Without running any code of the project: names, items and attributes that lie there."""
    if isinstance(node, ast.Name):
        return frame.f_locals.get(node.id, frame.f_globals.get(node.id, _NOTHING))
    if isinstance(node, ast.Attribute):
        owner = _value_of(node.value, frame)
        if owner is _NOTHING:
            return _NOTHING
        found = inspect.getattr_static(owner, node.attr, _NOTHING)
        return found if not hasattr(type(found), "__get__") else _NOTHING
    if isinstance(node, ast.Constant):
        return node.value
    return _NOTHING
