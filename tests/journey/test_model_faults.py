"""Every fault of a provider through the whole program: the waits, the calls, the cost, and what a user is told.

One service for all, so their order counts: five failures in a row would shut the provider's door for half a minute.
"""

import json
from dataclasses import dataclass

import pytest

from tests.fakes.gemini_server import GeminiServer, answer, blocked_prompt, no_candidates, overloaded, refusal
from tests.fakes.model_server import (
    Reply,
    bad_key,
    hang,
    html_page,
    huge,
    invalid_utf8,
    quota_of_the_day,
    reset_in_body,
    trickle,
    truncated_json,
)
from tests.fakes.running_service import running_service

KEY = "a-key-that-must-stay-secret"
SOURCE = "def double(number: int) -> int:\n    return 2 * number\n"
SUITE = json.dumps(
    {
        "plan": [],
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
GOOD = answer(SUITE)
AT_ONCE = {"Retry-After": "0"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`ends` is the code of the file's failure, None where it is overcome. `asks` counts all calls."""

    says: tuple[Reply, ...]
    ends: str | None = None
    asks: int
    told: str = ""
    advised: str = ""
    cost_is_known: bool = True


FAULTS = {
    "slow down, by header": Fault(says=(overloaded(retry_after="1"), GOOD), asks=2, told="asks us to slow down"),
    "slow down, by RetryInfo": Fault(says=(overloaded(retry_delay="1s"), GOOD), asks=2, told="trying again in 1 s"),
    "slow down, again and again": Fault(
        says=(overloaded(retry_after="0"),),
        ends="model_overloaded",
        asks=4,
        told="gemini-3.8-flash asks us to slow down",
        advised="Retry in a few minutes",
    ),
    "the day's quota": Fault(
        says=(quota_of_the_day(),), ends="model_quota", asks=1, told="daily quota or the credit", advised="tomorrow"
    ),
    "a 500": Fault(says=(refusal(500, headers=AT_ONCE), GOOD), asks=2, told="not available right now (status 500)"),
    "a 503, again and again": Fault(
        says=(refusal(503, headers=AT_ONCE),),
        ends="model_unavailable",
        asks=4,
        told="not available right now (status 503)",
        advised="another model or the explorer",
    ),
    "a bad key": Fault(
        says=(bad_key(KEY, 400),),
        ends="model_refused",
        asks=1,
        told="API key not valid: [redacted]",
        advised="Check GOOGLE_API_KEY",
    ),
    "a 504": Fault(says=(refusal(504, headers=AT_ONCE), GOOD), asks=2, told="(status 504)"),
    "a hang": Fault(says=(hang(), GOOD), asks=2, told="did not answer within 2 s", cost_is_known=False),
    "an answer that drips": Fault(says=(trickle(), GOOD), asks=2, told="within 2 s", cost_is_known=False),
    "a reset in the body": Fault(says=(reset_in_body(), GOOD), asks=2, told="connection", cost_is_known=False),
    "half a JSON": Fault(says=(truncated_json(), GOOD), asks=2, told="garbled", cost_is_known=False),
    "a page for an answer": Fault(says=(html_page(), GOOD), asks=2, told="garbled", cost_is_known=False),
    "a page for an error": Fault(says=(html_page(502), GOOD), asks=2, told="(status 502)"),
    "no UTF-8": Fault(says=(invalid_utf8(), GOOD), asks=2, told="garbled", cost_is_known=False),
    "no candidates": Fault(
        says=(no_candidates(),), ends="model_empty", asks=1, told="gave an empty answer", advised="another model"
    ),
    "a blocked question": Fault(
        says=(blocked_prompt(),), ends="model_blocked", asks=1, told="declined to answer (SAFETY)", advised="explorer"
    ),
    "a declined answer": Fault(
        says=(answer("", finish="declined"),), ends="model_blocked", asks=1, told="declined to answer (SAFETY)"
    ),
    "a recitation": Fault(
        says=(answer("", finish="RECITATION"),), ends="model_blocked", asks=1, told="declined to answer (RECITATION)"
    ),
    "an answer that is cut off": Fault(says=(answer(SUITE[:90], finish="length"), GOOD), asks=2),
    "a malformed call": Fault(
        says=(answer("", finish="malformed"),),
        ends="model_empty",
        asks=1,
        told="empty answer (MALFORMED_FUNCTION_CALL)",
    ),
    "no count": Fault(says=(answer(SUITE, usage=None),), asks=1, cost_is_known=False),
    "prose": Fault(
        says=(answer("I would rather not write tests today."),),
        ends="model_answer_unreadable",
        asks=2,
        told="it held no test",
        advised="another model",
    ),
    "five megabytes": Fault(says=(huge(), GOOD), asks=2),
}


@pytest.fixture(scope="module")
def gemini():
    with GeminiServer(GOOD) as server:
        yield server


@pytest.fixture(scope="module")
def service(tmp_path_factory, gemini):
    home = tmp_path_factory.mktemp("home")
    environment = {
        "GOOGLE_API_KEY": KEY,
        "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
        "TESTWRIGHT_WRITER": "model",
        "TESTWRIGHT_MODEL_SECONDS": "2",
    }
    with running_service(home, home, environment) as running:
        if {check["name"]: check["status"] for check in running.get("/api/doctor")["checks"]}["sandbox"] != "ok":
            pytest.skip("no sandbox could be proved here, so nothing can be run")
        yield running


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_overcome_or_ends_the_file_with_what_to_do(service, gemini, name):
    fault = FAULTS[name]
    gemini.script = fault.says
    gemini.calls.clear()

    events = until_drafted_or_failed(service, name)

    last = events[-1]
    retries = [event for event in events if event["type"] == "retry_scheduled"]
    assert len(gemini.calls) == fault.asks, [event["message"] for event in events]
    assert KEY not in json.dumps(events)
    if fault.ends is None:
        assert last["type"] == "test_drafted"
        assert (last["costUsd"] is not None) == fault.cost_is_known
        said = " ".join(event["message"] for event in retries)
    else:
        assert last["type"] == "file_failed"
        assert last["error"]["code"] == fault.ends
        assert fault.advised in last["error"]["hint"]
        said = last["error"]["message"]
    assert fault.told in said


def until_drafted_or_failed(service, name):
    """What follows a draft has nothing to do with its provider any more."""
    file = {"path": "numbers_.py", "content": f"# {name}\n{SOURCE}"}
    body = {"repositoryId": "r", "framework": "pytest", "files": [file], "options": {"maxRepairs": 1}}
    session_id = service.post("/api/inngest/trigger", body)["sessionId"]
    events = []
    for _, event in service.stream(session_id):
        events.append(event)
        if event["type"] in ("test_drafted", "file_failed"):
            break
    service.client.post(f"/api/sessions/{session_id}/cancel", json={})
    return events
