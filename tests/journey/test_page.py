"""The page in a real browser, on a real service: from an open folder to a proven suite."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.running_service import running_service

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "page" / "watch-a-session.mjs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What somebody saw who opened a folder, picked money.py, pressed the button and reloaded half-way."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    node = shutil.which("node")
    if browser is None or node is None:
        pytest.skip("no Chromium or no Node.js here: apt-get install chromium")
    if not (ROOT / "node_modules/playwright-core").is_dir() or not (ROOT / "testwright/web_build/index.html").is_file():
        pytest.skip("the page or its tools are not installed: make install")
    with running_service(tmp_path_factory.mktemp("home"), ROOT / "examples") as service:
        checks = {check["name"]: check for check in service.get("/api/doctor")["checks"]}
        if checks["sandbox"]["status"] != "ok":
            pytest.skip(f"no sandbox here: {checks['sandbox']['detail']}")
        walked = subprocess.run(
            [node, SCRIPT, service.page, browser], capture_output=True, text=True, timeout=150, check=False
        )
        assert walked.returncode == 0, walked.stderr
        yield json.loads(walked.stdout)


def test_a_newcomer_is_offered_the_projects_at_hand(seen):
    assert seen["suggestions"] == ["invoicing", "parcels", "storefront"]
    assert seen["selected"].startswith("1 of ")


def test_the_work_is_shown_live_and_goes_on_after_a_reload(seen):
    before, after = seen["before"], seen["after"]
    progress = [shown["progress"] for shown in (*before, *after) if shown["progress"]]

    assert {"Waiting to start", "Reading money.py", "Writing tests"} & {shown["sentence"] for shown in before}
    assert before[-1]["heading"] == "Writing tests for 1 file in invoicing"
    assert progress == sorted(progress)
    assert 10 <= progress[0] < before[-1]["progress"] < 100 == progress[-1]
    assert after[-1] == {"heading": "Tests for 1 file in invoicing are ready", "progress": 100, "sentence": "Passing"}


def test_the_log_is_whole_after_a_reload(seen):
    assert "Session created" in seen["log"][0]
    assert "completed" in seen["log"][-1]


def test_the_suite_stands_there_with_its_evidence(seen):
    assert "from invoicing.money import" in seen["suite"]
    assert "5 of 5 runs" in seen["evidence"]
    assert "→ 100 %" in seen["evidence"]
    assert seen["provenTests"] > 0


def test_the_browser_has_nothing_to_complain_of(seen):
    assert seen["complaints"] == []
