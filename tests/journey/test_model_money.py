"""What a crash may cost: one more call for each that was under way."""

import json
import time

import pytest

from tests.fakes.gemini_server import GeminiServer, answer
from tests.fakes.running_service import running_service

SUITE = json.dumps(
    {
        "preamble": "from numbers_ import double",
        "tests": [
            {
                "name": "test_double",
                "code": "def test_double():\n    assert double(21) == 42\n",
                "targets": ["double"],
                "scenario": "happy",
            }
        ],
    }
)
SOURCE = "def double(number: int) -> int:\n    return 2 * number\n"


def environment(gemini):
    return {
        "GOOGLE_API_KEY": "a-key-that-must-stay-secret",
        "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
        "TESTWRIGHT_WRITER": "model",
    }


def trigger(service):
    file = {"path": "numbers_.py", "content": SOURCE}
    options = {"maxRepairs": 0, "coverage": "basic"}
    body = {"repositoryId": "r", "framework": "pytest", "files": [file], "options": options}
    return service.post("/api/inngest/trigger", body)["sessionId"]


def skip_without_sandbox(service):
    if {check["name"]: check["status"] for check in service.get("/api/doctor")["checks"]}["sandbox"] != "ok":
        pytest.skip("no sandbox could be proved here, so nothing can be run")


def test_a_crash_while_the_model_answers_costs_at_most_one_more_call(tmp_path):
    with (
        GeminiServer(answer(SUITE, after_seconds=2.0)) as gemini,
        running_service(tmp_path, tmp_path, environment(gemini)) as service,
    ):
        skip_without_sandbox(service)
        session_id = trigger(service)
        deadline = time.monotonic() + 60
        while not gemini.calls and time.monotonic() < deadline:
            time.sleep(0.05)
        service.kill()
        service.start()
        events = [event for _, event in service.stream(session_id)]

        assert events[-1]["type"] == "generation_completed"
        assert max(gemini.calls_by_prompt().values()) <= 2
        assert len(gemini.calls) <= len(gemini.calls_by_prompt()) + 1
        assert events[-1]["summary"]["costUsd"] is None  # of the call that the crash cut off nobody knows
