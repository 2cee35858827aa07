"""pytest-asyncio takes a fifth of a short run to load, so what we brought of it stays away from suites that need none.

Imported before pytest looks for plugins. Standard library only, and syntax that Python 3.8 reads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

BROUGHT = "pytest_asyncio.plugin"
SETTINGS = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "conftest.py")


def leave_out_what_nobody_needs() -> None:
    """Where the plugin is there because of us, and neither suites nor settings nor fixtures speak of anything async."""
    if os.environ.get("PYTEST_PLUGINS") == BROUGHT and not any("async" in text for text in texts(sys.argv[1:])):
        del os.environ["PYTEST_PLUGINS"]


def texts(arguments: list[str]) -> Iterator[str]:
    suites = [argument for argument in arguments if os.path.isfile(argument)]
    yield from map(text_of, suites)
    yield from map(text_of, SETTINGS)
    seen = {""}
    for suite in suites:
        folder = os.path.dirname(suite)
        while folder not in seen:
            seen.add(folder)
            yield text_of(os.path.join(folder, "conftest.py"))
            folder = os.path.dirname(folder)


def text_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
