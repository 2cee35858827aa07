import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import inngest
import pytest
import uvicorn
from fastapi import FastAPI, Request

from testwright.domain.errors import EngineUnreachable
from testwright.jobs.client import EngineChoice, choose_engine, make_client
from testwright.jobs.endpoint import mount
from testwright.jobs.inngest_server import InngestServer

KEY = "signkey-test-" + "ab" * 32


class FakeServer:
    """As much of an Inngest server as an app talks to."""

    def __init__(self) -> None:
        self.apps: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.app = FastAPI()

        @self.app.post("/fn/register")
        async def register(request: Request) -> dict[str, Any]:
            self.apps.append(await request.json())
            return {"ok": True}

        @self.app.post("/e/{key}")
        async def ingest(key: str, request: Request) -> dict[str, Any]:
            self.events += await request.json()
            return {"ids": ["1"], "status": 200}


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        await task


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def engine(port: int, mode: Any = "dev") -> AsyncIterator[InngestServer]:
    url = f"http://127.0.0.1:{port}"
    choice = EngineChoice(mode=mode, api_base_url=url, event_api_base_url=url)
    client = make_client(choice, signing_key=KEY if mode == "server" else None, event_key="e")

    @client.create_function(fn_id="f", trigger=inngest.TriggerEvent(event="t/go"), retries=0)
    async def f(ctx: inngest.Context) -> None:
        return None

    server = InngestServer(client, app_url="http://127.0.0.1:5000", signing_key=KEY)
    await server.start(mount(FastAPI(), client, [f]))
    try:
        yield server
    finally:
        await server.stop()


@pytest.mark.parametrize("mode", ["dev", "server"])
async def test_the_functions_are_made_known_before_the_first_event_goes_out(mode: str) -> None:
    fake, port = FakeServer(), free_port()
    async with serving(fake.app, port), engine(port, mode) as server:
        assert await server.send("t/go", "id-1", {"sessionId": "s"}) == "id-1"
        health = await server.health()

    assert fake.apps[0]["url"] == "http://127.0.0.1:5000/api/inngest"
    assert [function["id"] for function in fake.apps[0]["functions"]] == ["testwright-f"]
    assert [(event["name"], event["id"], event["data"]) for event in fake.events] == [
        ("t/go", "id-1", {"sessionId": "s"})
    ]
    assert health["answers"] is True
    assert health["dashboard"] == f"http://127.0.0.1:{port}"


async def test_a_server_that_comes_late_is_found() -> None:
    fake, port = FakeServer(), free_port()
    async with engine(port) as server:
        assert (await server.health())["answers"] is False
        async with serving(fake.app, port):
            await server.send("t/go", "id-1", {})

    assert len(fake.events) == 1


async def test_a_server_that_is_not_there_is_an_error_that_says_what_to_do() -> None:
    async with engine(free_port()) as server:
        with pytest.raises(EngineUnreachable) as unreachable:
            await asyncio.wait_for(server.send("t/go", "id-1", {}), 8)

    assert "INNGEST_DEV" in str(unreachable.value.hint)


def server_at(choice: EngineChoice) -> InngestServer:
    client = make_client(choice, signing_key=KEY, event_key="e")
    return InngestServer(client, app_url="http://127.0.0.1:5000", signing_key=KEY)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"inngest_dev": "1"}, "http://localhost:8288/run?runID=01KV%2F"),
        ({"inngest_base_url": "https://jobs.example.org/"}, "https://jobs.example.org/run?runID=01KV%2F"),
        ({}, "https://app.inngest.com/env/production/runs/01KV%2F"),
    ],
)
def test_a_run_is_shown_where_the_server_shows_it(settings: dict[str, str], url: str) -> None:
    given = {"inngest_dev": None, "inngest_base_url": None, "inngest_event_key": "e", "inngest_signing_key": KEY}
    server = server_at(choose_engine(**{**given, **settings}))

    assert server.run_url("01KV/") == url
