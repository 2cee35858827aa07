"""Choices put together: lists of values, arguments side by side, parts of a union in turn."""

from __future__ import annotations

from collections.abc import Callable

from testwright.writers.explorer.python.probe.scenarios import Choice


def choices_of(*texts: str, setup: tuple[str, ...] = ()) -> list[Choice]:
    return [Choice(text, setup) for text in texts]


def calling(name: str) -> Callable[[list[str]], str]:
    return lambda row: f"{name}({', '.join(row)})"


def bracketed(row: list[str]) -> str:
    return f"({row[0]},)" if len(row) == 1 else f"({', '.join(row)})"


def in_turns(rows: list[list[Choice]]) -> list[list[Choice]]:
    """The rows' members in turn, so that every part of a union is met early."""
    return [[row[at] for row in rows if at < len(row)] for at in range(max(map(len, rows), default=0))]


def zipped(rows: list[list[Choice]], write: Callable[[list[str]], str]) -> list[Choice]:
    """One variant from the first members, then one for every other member of every row."""
    if not all(rows):
        return []
    first = [row[0] for row in rows]
    variants = [first]
    for at, row in enumerate(rows):
        for choice in row[1:6]:
            variants.append([*first[:at], choice, *first[at + 1 :]])
    return [
        Choice(write([choice.text for choice in variant]), tuple(line for choice in variant for line in choice.setup))
        for variant in variants
    ]


def sequences(items: list[Choice], brackets: str) -> list[Choice]:
    if not items:
        return []
    texts = [item.text for item in items]
    rows = [texts[:3], texts[:1], [], texts[:1] * 2, list(reversed(texts[:4])), texts[3:6], texts[1:2]]
    setup = tuple(dict.fromkeys(line for item in items[:6] for line in item.setup))
    empty = {"{%s}": "set()", "(%s,)": "()"}.get(brackets)
    found = [brackets % ", ".join(row) if row or empty is None else empty for row in rows]
    return [Choice(text, setup) for text in dict.fromkeys(found)]
