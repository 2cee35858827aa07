import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import inngest
import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from testwright.jobs import protocol
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.endpoint import mount
from testwright.jobs.protocol import ENDPOINT, SIGNATURE_HEADER
from testwright.jobs.replays import Once

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
    headers = {} if signature is None else {SIGNATURE_HEADER: signature.encode("latin-1")}
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


@pytest.mark.parametrize(
    "change", ["s={s}", "t=\xb2&s={s}", "t=&s={s}", "t={now}&s={s}", "t={now}&t={t}&s={s}", "t=x&s={s}", ""]
)
async def test_an_old_signature_cannot_be_made_young(http: httpx.AsyncClient, change: str) -> None:
    old = dict(part.split("=") for part in protocol.signature(BODY, KEY, time.time() - 3600).split("&"))

    assert (await call(http, change.format(**old, now=int(time.time())))).status_code == 401


async def test_of_two_signatures_none_counts(http: httpx.AsyncClient) -> None:
    old, young = (protocol.signature(BODY, KEY, time.time() - age) for age in (3600, 0))

    for both in ((old, young), (young, old), (young, young)):
        headers = [(SIGNATURE_HEADER, signature) for signature in both]
        answered = await http.post(ENDPOINT, params=PARAMS, content=BODY, headers=headers)
        assert answered.status_code == 401


async def test_the_same_call_is_taken_once_however_it_is_spelt(http: httpx.AsyncClient) -> None:
    signature = protocol.signature(BODY, KEY, time.time())
    stamp, digest = (part.partition("=")[2] for part in signature.split("&"))
    spellings = (signature, f"s={digest}&t={stamp}", f"t=0{stamp}&s={digest}", f"x=1&t={stamp}&s={digest}&t=7")

    assert (await call(http, signature)).json() == "ran"
    for spelling in spellings:
        assert (await call(http, spelling)).status_code == 401
    assert (await call(http, signature, json.dumps(json.loads(BODY), indent=1).encode())).status_code == 401


async def test_the_server_may_repeat_a_call_with_a_signature_of_its_own(http: httpx.AsyncClient) -> None:
    now = time.time()
    answers = [await call(http, protocol.signature(BODY, KEY, now - age)) for age in (2, 1, 0)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_two_steps_of_one_second_are_two_calls_and_another_function_is_none(http: httpx.AsyncClient) -> None:
    headers = {SIGNATURE_HEADER: protocol.signature(BODY, KEY, time.time())}
    asked = [
        PARAMS,
        {**PARAMS, "stepId": "ab" * 20},
        {**PARAMS, "stepId": "ab" * 20},
        {**PARAMS, "fnId": "testwright-g"},
    ]
    answers = [await http.post(ENDPOINT, params=params, content=BODY, headers=headers) for params in asked]

    assert [answer.status_code == 401 for answer in answers] == [False, False, True, True]


async def test_a_forged_call_does_not_keep_out_the_real_one(http: httpx.AsyncClient) -> None:
    signature = protocol.signature(BODY, KEY, time.time())

    assert (await call(http, signature, BODY.replace(b'"r"', b'"q"'))).status_code == 401
    assert (await call(http, signature)).json() == "ran"


async def test_only_the_newest_calls_are_remembered() -> None:
    async def welcome(scope: Scope, receive: Receive, send: Send) -> None:
        await Response("ran")(scope, receive, send)

    once = Once(welcome, most=2)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=once), base_url="http://127.0.0.1") as http:
        statuses = [(await call(http, f"t={stamp}&s=ab")).status_code for stamp in (1, 2, 3, 3, 1)]

    assert statuses == [200, 200, 200, 401, 200]


async def test_neither_introspection_nor_sync_is_for_strangers(http: httpx.AsyncClient) -> None:
    assert (await http.get(ENDPOINT)).status_code == 401
    assert (await http.put(ENDPOINT)).status_code == 401


async def test_the_dev_server_may_call_unsigned() -> None:
    async with served("dev") as http:
        assert (await call(http, None)).json() == "ran"
