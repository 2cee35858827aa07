import json
from typing import Any

import pytest

from testwright.jobs import protocol
from testwright.jobs.protocol import Again, Broken, Finished, Ops


def answer(status: int, body: Any, **headers: str) -> dict[str, Any]:
    named = {"x-inngest-req-version": "2", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return protocol.answer_json(status, named, json.dumps(body).encode(), now=1000.0)


def test_a_return_ends_the_run() -> None:
    assert protocol.outcome_of(answer(200, {"a": 1}), last=False) == Finished({"a": 1})


def test_a_named_delay_counts_from_the_answer() -> None:
    busy = answer(500, {"message": "busy"}, retry_after="1970-01-01T00:16:42.500Z")

    assert protocol.outcome_of(busy, last=False) == Again(2.5)
    assert protocol.outcome_of(busy, last=True) == Broken({"name": "Error", "message": "busy"})


def test_what_must_not_be_retried_breaks_the_run_at_once() -> None:
    told = answer(500, {"name": "NonRetriableError", "message": "no"}, x_inngest_no_retry="true")

    assert protocol.outcome_of(told, last=False) == Broken({"name": "NonRetriableError", "message": "no"})


def test_a_failing_step_is_retried_and_in_the_end_an_error_the_function_sees() -> None:
    told = answer(206, [{"op": "StepError", "id": "x", "error": {"name": "E", "message": "m"}}])
    last = protocol.outcome_of(told, last=True)

    assert protocol.outcome_of(told, last=False) == Again(None)
    assert isinstance(last, Ops)
    assert last.ops[0]["op"] == "StepFailed"


def test_another_version_of_the_protocol_is_refused() -> None:
    told = answer(200, None, x_inngest_req_version="3")

    assert isinstance(protocol.outcome_of(told, last=False), Broken)


def test_an_answer_that_is_no_json_is_an_error_with_a_message() -> None:
    told = protocol.answer_json(502, {}, b"<html>", now=0.0)

    assert protocol.outcome_of(told, last=True) == Broken(
        {"name": "Error", "message": "the functions answered with HTTP 502"}
    )


@pytest.mark.parametrize("error", [None, {}, {"name": "E"}, {"message": "m"}, "text"])
def test_an_error_memo_always_has_what_the_sdk_needs_to_see_an_error(error: Any) -> None:
    memo = protocol.error_memo(error)

    assert set(memo) == {"error"}
    assert all(memo["error"].values())
