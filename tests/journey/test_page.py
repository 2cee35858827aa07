"""The page in a real browser, on a real service: from an open folder to a proven suite in it, and past a crash."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.real_browser import ROOT, node_and_browser, walk
from tests.fakes.running_service import RunningService, running_service

SECONDS = 240


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """With copies of the examples, which may be written into."""
    node_and_browser()
    root = tmp_path_factory.mktemp("projects")
    shutil.copytree(ROOT / "examples", root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", ".*"))
    few_calls = {"TESTWRIGHT_EXPLORE_SECONDS": "3"}
    with running_service(tmp_path_factory.mktemp("home"), root, few_calls) as service:
        checks = {check["name"]: check for check in service.get("/api/doctor")["checks"]}
        if checks["sandbox"]["status"] != "ok":
            pytest.skip(f"no sandbox here: {checks['sandbox']['detail']}")
        yield service


@pytest.fixture(scope="module")
def seen(service: RunningService) -> Any:
    """What somebody saw who opened a folder, picked money.py, reloaded half-way, and applied the suite."""
    return walk("watch-a-session.mjs", service.page, service.root / "invoicing", seconds=SECONDS)


@pytest.fixture(scope="module")
def crashed(service: RunningService) -> Any:
    """What somebody saw whose server was killed in the middle, and started again."""
    folder = service.post("/api/repositories", {"path": str(service.root / "invoicing")})
    return walk(
        "lose-the-server.mjs",
        f"{service.page}/?repository={folder['repositoryId']}",
        seconds=SECONDS,
        deeds={"kill": service.kill, "start": service.start_again},
    )


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
    assert after[-1]["heading"] == "Tests for 1 file in invoicing are ready"
    assert after[-1]["sentence"] == "Passing"


def test_the_log_is_whole_after_a_reload(seen):
    assert "Session created" in seen["log"][0]
    assert "completed" in seen["log"][-1]


def test_the_suite_stands_there_with_its_evidence(seen):
    assert "from invoicing.money import" in seen["suite"]
    assert "5 of 5 runs" in seen["evidence"]
    assert "→ 100 %" in seen["evidence"]
    assert seen["provenTests"] > 0


def test_a_kept_suite_is_written_into_the_folder_and_taken_back(seen):
    taken = seen["taken"]

    assert taken["applied"] == f"1 file written: {taken['path']}"
    assert taken["undone"] == f"1 file taken back: {taken['path']}"
    assert taken["stood"] == [False, True, False]


def test_a_crash_of_the_server_is_said_and_the_page_comes_back_by_itself(crashed):
    before, lost, after = crashed["before"], crashed["lost"], crashed["after"]
    progress = [shown["progress"] for shown in (*before, *lost, *after)]

    assert lost[-1]["connection"] == "Reconnecting…"
    assert lost[-1]["heading"] == before[-1]["heading"]
    assert "Live" in [shown["connection"] for shown in after]
    assert progress == sorted(progress)
    assert after[-1]["sentence"] == "Passing"
    assert crashed["isTheSamePage"]


def test_after_a_crash_of_the_server_the_log_has_each_event_once(crashed, service):
    status = service.get(f"/api/inngest/status/{crashed['session']}")

    assert len(crashed["log"]) == status["lastEventId"]
    assert "Session created" in crashed["log"][0]
    assert "completed" in crashed["log"][-1]


def test_the_browser_has_nothing_to_complain_of(seen, crashed):
    gone = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")

    assert seen["complaints"] == []
    assert [one for one in crashed["complaints"] if not any(word in one for word in gone)] == []
