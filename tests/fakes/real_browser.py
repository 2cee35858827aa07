"""Debian's Chromium, driven by a script of `tests/journey/page`: or a word why there is none here."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "tests" / "journey" / "page"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def node_and_browser() -> tuple[str, str]:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    node = shutil.which("node")
    if browser is None or node is None:
        pytest.skip("no Chromium or no Node.js here: apt-get install chromium")
    if not (ROOT / "node_modules/playwright-core").is_dir() or not (ROOT / "testwright/web_build/index.html").is_file():
        pytest.skip("the page or its tools are not installed: make install")
    return node, browser


def walk(
    script: str, *arguments: object, seconds: float, deeds: Mapping[str, Callable[[], object]] | None = None
) -> Any:
    """What the script saw. A line that is the name of a deed asks for it, and waits until it is done."""
    node, browser = node_and_browser()
    address, *more = arguments
    argv = ["timeout", str(seconds), node, str(SCRIPTS / script), str(address), browser, *map(str, more)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as walking:
        assert walking.stdin is not None
        assert walking.stdout is not None
        assert walking.stderr is not None
        said = ""
        for said in walking.stdout:
            if deed := (deeds or {}).get(said.strip()):
                deed()
                walking.stdin.write("done\n")
                walking.stdin.flush()
        assert walking.wait(10) == 0, walking.stderr.read()
    return json.loads(said)
