"""From a request to proven tests, over real HTTP, with real runners in a real sandbox."""

import json
from pathlib import Path

import pytest

from tests.fakes.running_service import running_service

EXAMPLES = Path(__file__).parents[2] / "examples"
BUTTON = (EXAMPLES / "storefront/src/components/Button.tsx").read_text()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running_service(tmp_path_factory.mktemp("home"), EXAMPLES) as running:
        if running.get("/api/inngest/health")["reachable"] is not True:
            pytest.fail("the engine does not answer")
        yield running


def needs_a_sandbox(service):
    checks = {check["name"]: check for check in service.get("/api/doctor")["checks"]}
    if checks["sandbox"]["status"] != "ok":
        pytest.skip(f"no sandbox here: {checks['sandbox']['detail']}")


def test_a_client_written_from_the_brief_gets_a_proven_suite(service):
    needs_a_sandbox(service)
    started = service.post(
        "/api/inngest/trigger",
        {
            "repositoryId": "your-repo-id",
            "files": [{"path": "src/components/Button.tsx", "content": BUTTON, "framework": "jest"}],
            "framework": "jest",
            "repoBranch": "main",
            "options": {
                "testTypes": ["unit", "integration"],
                "coverage": "comprehensive",
                "includeEdgeCases": True,
                "mockExternal": True,
            },
        },
    )
    assert started.keys() >= {"sessionId", "eventId", "status", "totalFiles", "framework", "estimatedTime"}

    events = list(service.stream(started["sessionId"]))
    progress = [event["progress"] for _, event in events]
    status = service.get(f"/api/inngest/status/{started['sessionId']}")

    assert [number for number, _ in events] == list(range(1, len(events) + 1))
    assert progress[0] == 10
    assert 40 in progress
    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert progress.count(100) == 1
    assert events[-1][1]["type"] == "generation_completed", json.dumps(events[-1][1])
    assert status["status"] == "completed"
    generated = next(event["generatedTest"] for _, event in events if event["type"] == "test_generated")
    assert generated["evidence"]["verified"] is True
    assert generated["evidence"]["passedRuns"] == generated["evidence"]["runs"] >= 5
    assert "Button" in generated["testCode"]


def test_one_bad_file_never_harms_the_others(service):
    needs_a_sandbox(service)
    bad = {
        "empty.py": "",
        "broken.py": "def f(:\n",
        "throws.py": "raise RuntimeError('not today')\n\n\ndef f():\n    return 1\n",
        "loops.py": "while True:\n    pass\n\n\ndef f():\n    return 1\n",
        "missing.py": "import nothing_like_this\n\n\ndef f():\n    return nothing_like_this.x\n",
        "nothing.py": "LIMIT = 3\n",
    }
    files = [{"path": path, "content": text} for path, text in bad.items()]
    files.append({"path": "good.py", "content": "def double(number: int) -> int:\n    return 2 * number\n"})
    started = service.post("/api/inngest/trigger", {"repositoryId": "r", "framework": "pytest", "files": files})

    events = [event for _, event in service.stream(started["sessionId"])]
    failures = {event["filePath"]: event["error"] for event in events if event["type"] == "file_failed"}

    assert set(failures) == set(bad)
    assert all(error["message"] for error in failures.values())
    assert all(error.get("hint") for error in failures.values()), failures
    assert "nothing_like_this" in failures["missing.py"]["message"]
    assert "not today" in failures["throws.py"]["message"]
    assert [event["filePath"] for event in events if event["type"] == "test_generated"] == ["good.py"]
    assert events[-1]["summary"]["successfulTests"] == 1
    assert events[-1]["summary"]["failedTests"] == len(bad)


def test_a_killed_service_finishes_the_session_after_its_restart(tmp_path):
    with running_service(tmp_path, EXAMPLES) as service:
        needs_a_sandbox(service)
        repository = service.post("/api/repositories", {"path": str(EXAMPLES / "invoicing")})
        paths = ["invoicing/money.py", "invoicing/tax.py", "invoicing/reminders.py"]
        body = {
            "repositoryId": repository["repositoryId"],
            "framework": "pytest",
            "files": [{"path": p} for p in paths],
        }
        session_id = service.post("/api/inngest/trigger", body)["sessionId"]
        seen = []
        for number, event in service.stream(session_id):
            seen.append((number, event["type"]))
            if event["type"] == "test_drafted":
                break
        service.kill()
        service.start()
        for number, event in service.stream(session_id, after=seen[-1][0]):
            seen.append((number, event["type"]))

        status = service.get(f"/api/inngest/status/{session_id}")

    assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][1] == "generation_completed"
    assert status["status"] == "completed"
    assert status["completedFiles"] == 3


def test_ctrl_c_ends_it_within_a_second_with_a_stream_open(tmp_path):
    with running_service(tmp_path, EXAMPLES) as service:
        files = [{"path": "slow.py", "content": "def f(x: int) -> int:\n    return x\n"}]
        started = service.post("/api/inngest/trigger", {"repositoryId": "r", "framework": "pytest", "files": files})
        events = service.stream(started["sessionId"])
        next(events)

        assert service.stop() < 1.0
