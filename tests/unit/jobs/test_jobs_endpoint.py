import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import inngest
import pytest
from fastapi import FastAPI

from testwright.jobs import protocol
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.endpoint import mount
from testwright.jobs.protocol import ENDPOINT, SIGNATURE_HEADER

KEY = "signkey-embedded-" + "ab" * 32
EVENT = {"name": "t/go", "id": "1", "data": {}, "ts": 0, "user": {}}
BODY = protocol.call_body(EVENT, {}, [], run_id="r", attempt=0, attempts=1, plan_only=False)
PARAMS = {"fnId": "testwright-f", "stepId": "step"}


def served(mode: Any) -> httpx.AsyncClient:
    client = make_client(EngineChoice(mode=mode), signing_key=KEY if mode != "dev" else None, event_key=None)

    @client.create_function(fn_id="f", trigger=inngest.TriggerEvent(event="t/go"), retries=0)
    async def f(ctx: inngest.Context) -> str:
        return "ran"

    app = FastAPI()
    mount(app, client, [f])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:5000")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served("embedded") as client:
        yield client


async def call(http: httpx.AsyncClient, signature: str | None, body: bytes = BODY) -> httpx.Response:
    headers = {} if signature is None else {SIGNATURE_HEADER: signature}
    return await http.post(ENDPOINT, params=PARAMS, content=body, headers=headers)


async def test_a_signed_call_runs_the_function(http: httpx.AsyncClient) -> None:
    answered = await call(http, protocol.signature(BODY, KEY, time.time()))

    assert (answered.status_code, answered.json()) == (200, "ran")


async def test_an_unsigned_a_forged_and_an_altered_call_are_refused(http: httpx.AsyncClient) -> None:
    now = time.time()
    forged = protocol.signature(BODY, "signkey-embedded-" + "cd" * 32, now)
    altered = BODY.replace(b'"r"', b'"q"')

    assert (await call(http, None)).status_code == 401
    assert (await call(http, forged)).status_code == 401
    assert (await call(http, protocol.signature(BODY, KEY, now), altered)).status_code == 401


@pytest.mark.parametrize("age", [301, 86_400, -600])
async def test_a_signature_of_another_time_is_refused(http: httpx.AsyncClient, age: int) -> None:
    assert (await call(http, protocol.signature(BODY, KEY, time.time() - age))).status_code == 401


@pytest.mark.parametrize("change", ["s={s}", "t=&s={s}", "t={now}&s={s}", "t={now}&t={t}&s={s}", "t=x&s={s}", ""])
async def test_an_old_signature_cannot_be_made_young(http: httpx.AsyncClient, change: str) -> None:
    old = dict(part.split("=") for part in protocol.signature(BODY, KEY, time.time() - 3600).split("&"))

    assert (await call(http, change.format(**old, now=int(time.time())))).status_code == 401


async def test_neither_introspection_nor_sync_is_for_strangers(http: httpx.AsyncClient) -> None:
    assert (await http.get(ENDPOINT)).status_code == 401
    assert (await http.put(ENDPOINT)).status_code == 401


async def test_the_dev_server_may_call_unsigned() -> None:
    async with served("dev") as http:
        assert (await call(http, None)).json() == "ran"
