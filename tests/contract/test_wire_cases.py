"""The wire between an engine and the functions, as it was recorded: what is called, what comes back, what it means.

The cases are data (`tests/fixtures/wire_cases.json`). The SDK's own endpoint answers them, so a new SDK that speaks
otherwise is found here; and the embedded engine's reading of each answer stands beside it. `sha1:x` is the hash of x.
"""

import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import inngest
import pytest
from fastapi import FastAPI

from testwright.jobs import protocol
from testwright.jobs.client import APP_ID, EngineChoice, make_client
from testwright.jobs.endpoint import mount

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "fixtures" / "wire_cases.json").read_text())
KEY = "signkey-test-00112233"
EVENT = {"name": "t/event", "id": "e1", "data": {"id": 1}, "ts": 0, "user": {}}


def functions(client: inngest.Inngest) -> list[inngest.Function[Any]]:
    made: list[inngest.Function[Any]] = []

    def function(body: Callable[[inngest.Context], Any]) -> inngest.Function[Any]:
        trigger = inngest.TriggerEvent(event="t/event")
        made.append(client.create_function(fn_id=body.__name__, trigger=trigger, retries=2)(body))
        return made[-1]

    async def say(word: str) -> str:
        return word

    async def fail(error: Exception) -> str:
        raise error

    @function
    async def one(ctx: inngest.Context) -> str:
        return await ctx.step.run("first", say, "done")

    @function
    async def group(ctx: inngest.Context) -> Any:
        return list(
            await ctx.group.parallel((lambda: ctx.step.run("a", say, "a"), lambda: ctx.step.run("b", say, "b")))
        )

    @function
    async def twice(ctx: inngest.Context) -> str:
        await ctx.step.run("same", say, "first")
        return await ctx.step.run("same", say, "second")

    @function
    async def breaks(ctx: inngest.Context) -> str:
        return await ctx.step.run("breaks", fail, ValueError("broken"))

    @function
    async def catches(ctx: inngest.Context) -> Any:
        try:
            return await ctx.step.run("breaks", fail, ValueError("broken"))
        except inngest.StepError as error:
            return f"caught {error.message}"

    @function
    async def later(ctx: inngest.Context) -> str:
        return await ctx.step.run("later", fail, inngest.RetryAfterError("busy", timedelta(seconds=30)))

    @function
    async def never(ctx: inngest.Context) -> str:
        return await ctx.step.run("never", fail, inngest.NonRetriableError("no"))

    @function
    async def outside(ctx: inngest.Context) -> None:
        raise ValueError("outside of any step")

    @function
    async def sleeps(ctx: inngest.Context) -> str:
        await ctx.step.sleep("nap", timedelta(seconds=30))
        return "awake"

    @function
    async def waits(ctx: inngest.Context) -> str:
        condition = "event.data.id == async.data.id"
        found = await ctx.step.wait_for_event("wait", event="t/other", if_exp=condition, timeout=timedelta(seconds=90))
        return "nothing came" if found is None else "it came"

    @function
    async def calls(ctx: inngest.Context) -> Any:
        return await ctx.step.invoke("call", function=made[0], data={"n": 1})

    return made


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = make_client(EngineChoice(mode="embedded"), signing_key=KEY, event_key=None)
    endpoint = mount(FastAPI(), client, functions(client))
    transport = httpx.ASGITransport(app=endpoint, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
        yield opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
async def test_the_endpoint_answers_as_recorded_and_the_engine_reads_it_so(
    http: httpx.AsyncClient, case: dict[str, Any]
) -> None:
    case = hashed(case)
    attempt, attempts = case.get("attempt", 0), case.get("attempts", 1)
    steps = case.get("steps", {})
    body = protocol.call_body(
        EVENT,
        steps,
        list(steps),
        run_id="r",
        attempt=attempt,
        attempts=attempts,
        plan_only=case.get("plan_only", False),
    )
    response = await http.post(
        protocol.ENDPOINT,
        params={"fnId": f"{APP_ID}-{case['function']}", "stepId": case.get("step", "step")},
        content=body,
        headers={
            "content-type": "application/json",
            protocol.SIGNATURE_HEADER: protocol.signature(body, KEY, time.time()),
        },
    )
    answer = protocol.answer_json(response.status_code, response.headers, response.content, time.time())
    outcome = protocol.outcome_of(answer, last=attempt + 1 >= attempts)

    wanted = case["answer"]
    assert answer["status"] == wanted["status"]
    if "body" in wanted:
        assert answer["body"] == wanted["body"]
    if "ops" in wanted:
        assert [within(op, wish) for op, wish in zip(answer["body"], wanted["ops"], strict=True)] == wanted["ops"]
    if "no_retry" in wanted:
        assert answer["no_retry"] == wanted["no_retry"]
    if "retry_after" in wanted:
        assert (answer["retry_after"] is not None) == wanted["retry_after"]
    assert type(outcome).__name__ == case["engine"]


def within(found: Any, wanted: Any) -> Any:
    """Of what was found only what the case speaks of."""
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return found
    return {name: within(found.get(name), wish) for name, wish in wanted.items()}


def hashed(value: Any) -> Any:
    if isinstance(value, dict):
        return {hashed(name): hashed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [hashed(each) for each in value]
    if isinstance(value, str) and value.startswith("sha1:"):
        return hashlib.sha1(value.removeprefix("sha1:").encode()).hexdigest()
    if isinstance(value, str) and value.startswith("wire-"):
        return f"{APP_ID}-{value.removeprefix('wire-')}"
    return value
