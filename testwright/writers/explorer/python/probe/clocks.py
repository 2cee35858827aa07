"""Time that is worked, not waited: a busy machine sees as much as an idle one."""

from __future__ import annotations

import time

PATIENCE = 4.0
"""How many times as long as it works a piece of work may take by the clock on the wall: what sleeps has to end, too."""


class Clock:
    """Runs while this process works, and at a quarter of the wall clock's pace when that is more."""

    def __init__(self) -> None:
        self._work, self._wall = time.process_time(), time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was made."""
        return max(time.process_time() - self._work, (time.monotonic() - self._wall) / PATIENCE)
