"""What the page does with whatever a service says, in a real browser. The service is invented: no tests run here."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.real_browser import ROOT, node_and_browser, walk

SERVICE = ROOT / "web" / "dev" / "mock-service.mjs"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def seen() -> Iterator[Any]:
    node, _ = node_and_browser()
    service = subprocess.Popen(
        [node, SERVICE, "0"], stdout=subprocess.PIPE, text=True, env={"PATH": str(Path(node).parent), "STEP_MS": "60"}
    )
    try:
        assert service.stdout is not None
        yield walk("walk-the-page.mjs", service.stdout.readline().strip(), AXE, seconds=400)
    finally:
        service.kill()
        service.wait(10)


def test_one_of_5000_files_is_picked_without_delay_and_few_rows_are_drawn(seen):
    assert sorted(seen["pick"]["milliseconds"])[1] < 100  # the second best: other programs may be in the way
    assert seen["pick"]["rows"] < 60


def test_what_is_picked_and_chosen_comes_back_with_the_address(seen):
    assert seen["pick"]["before"] == seen["pick"]["after"]
    assert seen["pick"]["after"]["basic"]
    assert seen["pick"]["after"]["changed"] == "true"


def test_everything_is_done_without_a_pointer(seen):
    keyboard = seen["keyboard"]

    assert keyboard["foundWithSlash"] == "search"
    assert {"?", "J", "K", "V"} <= set(keyboard["listed"])
    assert keyboard["summary"].startswith("1 suite: 1 kept, 0 to decide")
    assert keyboard["written"]
    assert keyboard["left"] == "Verify the edited suite"


def test_a_review_decides_leaves_out_edits_applies_and_takes_back(seen):
    review = seen["review"]

    assert review["added"] == ["+26", "+3"]
    assert "of yours, unchanged" in review["gap"]
    assert "toBe(-1)" in review["keptText"]
    assert "the one before is kept" in review["refusal"]
    assert review["applied"] == "1 file written: src/lib/price.test.ts"
    assert review["undone"] == "1 file taken back: src/lib/price.test.ts"


def test_what_a_model_writes_is_seen_while_it_does(seen):
    assert "adds the tax of the region" in seen["stop"]["written"]


def test_what_was_stopped_is_said_and_one_file_is_tried_again(seen):
    assert seen["stop"]["stopped"] > 0
    assert sorted(seen["stop"]["after"]) == ["Passing", "Stopped"]
    assert seen["stop"]["elsewhere"] == seen["stop"]["after"]


def test_a_tab_that_comes_late_shows_the_same_and_the_log_waits_for_its_reader(seen):
    assert seen["twoTabs"]["same"]
    assert seen["twoTabs"]["pausedAt"] == 0
    assert "npm i -D axios" in seen["twoTabs"]["failure"]


def test_hostile_names_are_text(seen):
    hostile = seen["hostile"]

    assert hostile["heading"] == "Generate tests for <b onclick=alert(1)>"
    assert "<img src=x onerror=alert(1)>.py" in hostile["names"]
    assert hostile["made"] == 0
    assert hostile["isolated"] in ("isolate", "plaintext")


def test_axe_finds_nothing_on_any_screen_in_either_theme(seen):
    assert seen["accessible"]["found"] == []


def test_the_browser_has_nothing_to_complain_of(seen):
    # One address is nowhere on purpose. And CodeMirror sets the width of a tab as a style attribute: the policy refuses
    # it each time an editor opens, and our own sheet sets it instead.
    expected = ("404", "Applying inline style violates")
    assert [one for one in seen["complaints"] if not any(words in one for words in expected)] == []
