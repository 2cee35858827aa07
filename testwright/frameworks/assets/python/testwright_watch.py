"""Sees which boundary cases the functions of one file are called with, while tests run with no mutant at work.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import enum
import json
import os
import sys
from collections.abc import Iterator
from types import CodeType, FrameType
from typing import Any

PLAIN = (str, bytes, list, tuple, set, frozenset, dict, range)
NUMBERS = (int, float)


class Watch:
    """`edges` are dicts as the order has them: number, symbol, parameter, check, value."""

    def __init__(self, source: str, edges: list[dict[str, Any]], longest: int) -> None:
        self.source = source
        self.longest = longest
        self.by_symbol: dict[str, list[tuple[int, str, str, Any]]] = {}
        for edge in edges:
            wanted = json.loads(edge["value"]) if edge["value"] else None
            found = edge["number"], edge["parameter"], edge["check"], wanted
            self.by_symbol.setdefault(edge["symbol"], []).append(found)
        self.known: dict[CodeType, list[tuple[int, str, str, Any]]] = {}

    @contextlib.contextmanager
    def telling(self, met: set[int]) -> Iterator[None]:
        """Numbers of edges go into `met` with a minus sign before them, so that they are no mutants."""
        if not self.by_symbol:
            yield
            return

        def hear(frame: FrameType, event: str, _: Any) -> None:
            if event != "call":
                return
            edges = self._edges_of(frame.f_code)
            if edges:
                given = frame.f_locals
                for number, parameter, check, wanted in edges:
                    if parameter in given and self._is(given[parameter], check, wanted):
                        met.add(-number)

        before = sys.getprofile()
        sys.setprofile(hear)
        try:
            yield
        finally:
            sys.setprofile(before)

    def _edges_of(self, code: CodeType) -> list[tuple[int, str, str, Any]]:
        found = self.known.get(code)
        if found is None:
            found = self.known[code] = self._look_up(code)
        return found

    def _look_up(self, code: CodeType) -> list[tuple[int, str, str, Any]]:
        if os.path.basename(code.co_filename) != os.path.basename(self.source):
            return []
        if os.path.realpath(code.co_filename) != self.source:
            return []
        name = getattr(code, "co_qualname", "")
        if name:  # since 3.11
            return self.by_symbol.get(name[: -len(".__init__")] if name.endswith(".__init__") else name, [])
        named = [symbol for symbol in self.by_symbol if symbol.rpartition(".")[2] == code.co_name]
        return self.by_symbol[named[0]] if len(named) == 1 else []

    def _is(self, value: Any, check: str, wanted: Any) -> bool:
        """Only plain values are looked into: what is made to measure may do anything when it is asked."""
        kind = type(value)
        if check == "none":
            return value is None
        if check == "empty":
            return kind in PLAIN and len(value) == 0
        if check == "negative":
            return kind in NUMBERS and value < 0
        if check == "long":
            return kind is str and len(value) > self.longest
        if check == "foreign":
            return kind is str and not value.isascii()
        if check == "length":
            return kind in PLAIN and len(value) == wanted
        if check == "lacks":
            return kind is dict and wanted not in value
        if isinstance(value, enum.Enum):
            return wanted in (kind.__name__ + "." + value.name, value.value)
        if kind is bool or isinstance(wanted, bool):
            return value is wanted
        return kind in (str, int, float) and bool(value == wanted)
