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
LADDER = """\
def grade(points: int) -> str:
    if points > 90:
        return "excellent"
    if points > 80:
        return "very good"
    if points > 70:
        return "good"
    if points > 60:
        return "fair"
    return "poor"
"""
RUNGS = ("(95) == 'excellent'", "(85) == 'very good'", "(75) == 'good'", "(65) == 'fair'", "(50) == 'poor'")
SOURCE = "def double(number: int) -> int:\n    return 2 * number\n"


def environment(gemini):
    return {
        "GOOGLE_API_KEY": "a-key-that-must-stay-secret",
        "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
        "TESTWRIGHT_WRITER": "model",
    }


def rung(number):
    name = f"test_grade_{number}"
    case = {"name": name, "code": f"def {name}():\n    assert grade{RUNGS[number]}\n", "targets": ["grade"]}
    return json.dumps({"preamble": "from numbers_ import grade", "tests": [{**case, "scenario": "happy"}]})


def trigger(service, source=SOURCE, coverage="basic"):
    file = {"path": "numbers_.py", "content": source}
    options = {"maxRepairs": 0, "coverage": coverage}
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


@pytest.mark.parametrize(("gain_usd", "calls"), [("0.05", 4), ("0.0000001", 2)])
def test_after_a_round_that_was_dearer_than_what_it_brought_nobody_is_asked_again(tmp_path, gain_usd, calls):
    more = {"TESTWRIGHT_GAIN_USD": gain_usd}
    with (
        GeminiServer(*(answer(rung(number), usage=(4000, 400)) for number in range(5))) as gemini,
        running_service(tmp_path, tmp_path, environment(gemini) | more) as service,
    ):
        skip_without_sandbox(service)
        events = [event for _, event in service.stream(trigger(service, LADDER, "comprehensive"))]

    assert len(gemini.calls) == calls
    generated = next(event["generatedTest"] for event in events if event["type"] == "test_generated")
    assert generated["evidence"]["testCount"] == calls
