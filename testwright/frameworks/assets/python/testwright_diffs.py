"""Keeps short what a failed comparison says of long values: its line by line diff may take minutes to make.

`difflib.ndiff` compares each line with each, letter by letter. pytest and unittest hand it whatever was compared, and
pytest does so wherever CI is set, as it is in a sandbox. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import difflib
import functools
import sys
from collections.abc import Iterator, Sequence
from typing import Any

MOST_PAIRS = 2500
MOST_CHARACTERS = 4000
OF_RUNNERS = ("_pytest.", "unittest.")


def keep_diffs_short() -> None:
    """For the runner's own words alone: the code under test gets what it always gets."""
    real = difflib.ndiff

    @functools.wraps(real)
    def ndiff(a: Sequence[str], b: Sequence[str], *rest: Any, **named: Any) -> Iterator[str]:
        caller = str(sys._getframe(1).f_globals.get("__name__"))
        if caller.startswith(OF_RUNNERS) and takes_long(a, b):
            return without_likeness(a, b)
        return real(a, b, *rest, **named)

    difflib.ndiff = ndiff


def takes_long(a: Sequence[str], b: Sequence[str]) -> bool:
    return len(a) * len(b) > MOST_PAIRS or max(sum(map(len, a)), sum(map(len, b))) > MOST_CHARACTERS


def without_likeness(a: Sequence[str], b: Sequence[str]) -> Iterator[str]:
    """Lines that differ, and not where in them: those are compared as wholes."""
    end = "\n" if any(line.endswith("\n") for line in a) else ""
    return iter(list(difflib.unified_diff(a, b, n=1, lineterm=end))[2:])
