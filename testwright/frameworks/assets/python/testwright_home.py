"""Whether a test leaves something in the home folder: run by hand, it would be its user's own.

Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import os

MOST_SEEN = 500
MOST_NAMED = 3


class Home:
    """Looks at the sandbox's own home, which is empty at first. A person's own it does not look at."""

    def __init__(self) -> None:
        folder = os.environ.get("HOME", "")
        self._folder = folder if os.path.isdir(folder) and not os.listdir(folder) else ""
        self._before: dict[str, int] = {}

    def begin(self) -> None:
        self._before = self._seen()

    def complaint(self) -> str:
        """What to say of the test that has just ended; empty when it left nothing."""
        left = sorted(path for path, when in self._seen().items() if self._before.get(path) != when)
        if not left:
            return ""
        names = ", ".join(os.path.relpath(path, self._folder) for path in left[:MOST_NAMED])
        return (
            f"It leaves files in the home folder ({names}), which is a person's own when the suite is run by hand;"
            " set HOME to a temporary folder, or replace what writes there."
        )

    def _seen(self) -> dict[str, int]:
        """All files, links and empty folders with the time of their last change."""
        found: dict[str, int] = {}
        for folder, folders, files in os.walk(self._folder) if self._folder else ():
            inner = files + [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for path in [os.path.join(folder, name) for name in inner] or [folder] * (folder != self._folder):
                try:
                    found[path] = os.lstat(path).st_mtime_ns
                except OSError:
                    continue
            if len(found) > MOST_SEEN:
                break
        return found
