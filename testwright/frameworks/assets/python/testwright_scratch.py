"""What a test leaves in the scratch folder under a name of its own, where its next run finds it.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator

MOST_NAMED = 3
NOBODY_FINDS = re.compile("pytest-of-|tmp[a-z0-9_]{8}")
"""Of pytest, and of `tempfile` in a test that runs beside this one."""


class Names:
    """Of `tempfile`, whose names nobody finds again: they are as random as ever, and known to us."""

    def __init__(self, real: Iterator[str]) -> None:
        self._real = real
        self.given: set[str] = set()

    def __iter__(self) -> Names:
        return self

    def __next__(self) -> str:
        name = next(self._real)
        self.given.add(name)
        return name


class Scratch:
    def __init__(self) -> None:
        self._folder = os.environ.get("TMPDIR", "")
        self._names = Names(iter(()))
        self._before: set[str] = set()

    def find(self) -> None:
        """In the parent of all: `tempfile` tries out a random name once, which is no chance that a test takes."""
        tempfile.gettempdir()

    def name_files(self) -> None:
        """In a child, whose names are its own. Asked for here, their generator is none that a test has made."""
        real = tempfile._get_candidate_names()  # type: ignore[attr-defined]
        getattr(real, "rng", None)
        self._names = tempfile._name_sequence = Names(real)  # type: ignore[attr-defined]

    def begin(self) -> None:
        self._names.given.clear()
        self._before = self._seen()

    def left(self) -> str:
        """Names of what was not there before; empty when there is none."""
        new = [name for name in self._seen() - self._before if not any(each in name for each in self._names.given)]
        return ", ".join(sorted(new)[:MOST_NAMED])

    def _seen(self) -> set[str]:
        try:
            return {name for name in os.listdir(self._folder) if not NOBODY_FINDS.match(name)}
        except OSError:
            return set()


SCRATCH = Scratch()
