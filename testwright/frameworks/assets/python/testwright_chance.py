"""The random numbers of a test: the same in every run with one seed, and whether it drew any.

Standard library only, numpy where the tests have loaded it, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import os
import random
import sys
from typing import Any


class Chance:
    """`begin` comes before each test. What was drawn is told only once `watch` was called."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._watches = False
        self._drew = False
        self._before: Any = None

    def watch(self) -> None:
        """From now on also count what the system gives: for `secrets`, `uuid4`, and generators without a seed."""
        self._watches = True
        for module, name in ((os, "urandom"), (random, "_urandom")):
            if hasattr(module, name):
                setattr(module, name, self._counted(getattr(module, name)))
        seed = random.Random.seed

        def seeded(generator: random.Random, a: Any = None, *rest: Any, **named: Any) -> None:
            self._drew = self._drew or a is None
            seed(generator, a, *rest, **named)

        random.Random.seed = seeded  # type: ignore[assignment]

    def forget(self) -> None:
        """Of what was drawn until now."""
        self._drew, self._before = False, None

    def begin(self) -> None:
        random.seed(self.seed)
        if self._watches:
            self._drew = self.drew
            if numpy_random() is not None:
                numpy_random().seed(self.seed)
            self._before = state()

    @property
    def drew(self) -> bool:
        return self._drew or (self._before is not None and state() != self._before)

    def _counted(self, real: Any) -> Any:
        def give(size: int) -> bytes:
            self._drew = True
            return real(size)  # type: ignore[no-any-return]

        return give


def numpy_random() -> Any:
    return getattr(sys.modules.get("numpy.random"), "mtrand", None)


def state() -> tuple[Any, ...]:
    """Where the generators stand that all code of a process shares."""
    shared = numpy_random()
    if shared is None:
        return (random.getstate(),)
    _, keys, place, *_ = shared.get_state()
    return (random.getstate(), keys.tobytes(), place)
