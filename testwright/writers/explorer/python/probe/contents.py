"""Texts that are not arguments themselves: what stands in a stream, or in a file that a test writes first."""

from __future__ import annotations

import re
from collections.abc import Callable

from testwright.writers.explorer.python.probe.scenarios import Choice, value_of
from testwright.writers.explorer.python.probe.spelling import quoted

_WRAPPED = re.compile(r"(?P<before>(?:StringIO|iter|re\.compile)\()(?P<text>[\"'].*)(?P<behind>\))", re.DOTALL)
_WRITTEN = re.compile(r"(?P<before>.*\.write_text\()(?P<text>[\"'].*)(?P<behind>\))", re.DOTALL)
_LONGEST = 120


def with_another_content(choice: Choice, other: Callable[[str], str]) -> Choice | None:
    """The choice with the text in it exchanged for what `other` makes of it; None where it holds none."""
    text = _exchanged(_WRAPPED, choice.text, other)
    if text is not None:
        return Choice(text, choice.setup, invented=True)
    for at, line in enumerate(choice.setup):
        written = _exchanged(_WRITTEN, line, other)
        if written is not None:
            return Choice(choice.text, (*choice.setup[:at], written, *choice.setup[at + 1 :]), invented=True)
    return None


def _exchanged(pattern: re.Pattern[str], line: str, other: Callable[[str], str]) -> str | None:
    found = pattern.fullmatch(line)
    value = value_of(found["text"]) if found is not None else None
    if found is None or not isinstance(value, str):
        return None
    return f"{found['before']}{quoted(other(value)[:_LONGEST])}{found['behind']}"
