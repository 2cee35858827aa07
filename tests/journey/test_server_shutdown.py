"""The web process as it is really run: two ports, one application, and an end within a second."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from testwright.api.server import serve
from testwright.domain.errors import PermanentError
from testwright.settings import Settings

# A whole web process: the real store and door; an engine that takes everything and never works on it.
SERVICE = """
import asyncio, time
from pathlib import Path
from testwright.api.app import create_app, finish_routes
from testwright.api.services import ApiServices
from testwright.api.server import serve
from testwright.settings import Settings
from testwright.store import Store

class Idle:
    name = "embedded"
    async def health(self): return {}

async def nothing(*_): return None

async def main():
    settings = Settings()
    async with Store.open(settings.home) as store:
        app = create_app(ApiServices(
            settings=settings, store=store, engine=Idle(), dispatch=nothing, cancel_runs=nothing, doctor=nothing,
            frameworks=lambda: [{"name": "pytest"}], models=list, writer_for=lambda options: ("explorer", None),
            languages_of=lambda name: frozenset({"python"}), language_of_path=lambda path: "python",
            find_folder=Path, suggest_folders=lambda known: [], open_folder=lambda root: None,
            why_unreadable=lambda root, path, most: None))
        finish_routes(app)
        async def once_up(api, page): print(api, page, flush=True)
        await serve(app, settings, close_streams=store.close_streams, once_up=once_up)
    print("closed", time.monotonic(), flush=True)

asyncio.run(main())
"""
REQUEST = {"repositoryId": "shop", "framework": "pytest", "files": [{"path": "a.py", "content": "a = 1"}]}
STREAMS = 20


@dataclass
class Service:
    process: "subprocess.Popen[str]"
    api: str
    page: str

    async def seconds_to_close(self, number: signal.Signals) -> float:
        """From the signal until store and sockets are closed; leaving Python itself is not ours to shorten."""
        before = time.monotonic()
        self.process.send_signal(number)
        said, _ = await asyncio.to_thread(self.process.communicate, timeout=10)
        assert self.process.returncode == 0
        closed, moment = said.split()
        assert closed == "closed"
        return float(moment) - before


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    environment = os.environ | {
        "TESTWRIGHT_HOME": str(tmp_path / "home"),
        "TESTWRIGHT_API_PORT": "0",
        "TESTWRIGHT_PAGE_PORT": "0",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        api, page = process.stdout.readline().split()
        yield Service(process, api, page)
    finally:
        process.kill()
        process.wait(10)


async def test_both_ports_answer_with_the_same_application(service):
    async with httpx.AsyncClient(trust_env=False) as client:
        session_id = (await client.post(f"{service.api}/api/inngest/trigger", json=REQUEST)).json()["data"]["sessionId"]
        there = await client.get(f"{service.page}/api/inngest/status/{session_id}")

    assert service.api != service.page
    assert there.json()["data"]["sessionId"] == session_id


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_process_ends_within_a_second_with_streams_open(service, number):
    async with httpx.AsyncClient(trust_env=False, timeout=10, limits=httpx.Limits(max_connections=None)) as client:
        session_id = (await client.post(f"{service.api}/api/inngest/trigger", json=REQUEST)).json()["data"]["sessionId"]
        open_now = [asyncio.Event() for _ in range(STREAMS)]

        async def follow(opened: asyncio.Event) -> str:
            text = ""
            async with client.stream("GET", f"{service.api}/api/inngest/stream/{session_id}") as response:
                async for piece in response.aiter_text():
                    text += piece
                    opened.set()
            return text

        following = [asyncio.create_task(follow(opened)) for opened in open_now]
        await asyncio.gather(*(opened.wait() for opened in open_now))
        await asyncio.sleep(0.2)
        seconds = await service.seconds_to_close(number)
        texts = await asyncio.gather(*following)

    print(f"closed {seconds:.2f} s after {number.name} with {STREAMS} streams open")
    assert seconds < 1
    assert all("session_created" in text for text in texts)


async def test_a_client_that_does_not_read_cannot_hold_the_process(service):
    async with httpx.AsyncClient(trust_env=False) as client:
        session_id = (await client.post(f"{service.api}/api/inngest/trigger", json=REQUEST)).json()["data"]["sessionId"]
    port = int(service.api.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)) as silent, socket.create_connection(("127.0.0.1", port)) as half:
        silent.sendall(f"GET /api/inngest/stream/{session_id} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        half.sendall(b"POST /api/inngest/trigger HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
        half.sendall(b"Content-Length: 1000\r\n\r\n{")
        await asyncio.sleep(0.3)

        assert await service.seconds_to_close(signal.SIGTERM) < 1


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    return None


@pytest.mark.parametrize(
    ("field", "setting"), [("api_port", "TESTWRIGHT_API_PORT"), ("page_port", "TESTWRIGHT_PAGE_PORT")]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_taken_port_is_named_with_the_setting_that_changes_it(tmp_path, field, setting, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as taken:
        try:
            taken.bind((address, 0))
        except OSError as error:
            pytest.skip(f"this machine has no {address}: {error}")
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(**{"home": tmp_path, "api_port": 0, "page_port": 0} | {field: port})

        with pytest.raises(PermanentError) as raised:
            await serve(_nothing, settings, close_streams=lambda: None)

    assert raised.value.code == "port_in_use"
    assert str(port) in raised.value.message
    assert setting in (raised.value.hint or "")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
async def test_it_does_not_start_where_other_machines_could_reach_it(tmp_path, host):
    settings = Settings(home=tmp_path).model_copy(update={"host": host})

    with pytest.raises(PermanentError) as raised:
        await serve(_nothing, settings, close_streams=lambda: None)

    assert raised.value.code == "host_not_allowed"
    assert "TESTWRIGHT_HOST" in (raised.value.hint or "")


async def test_what_the_greeting_raises_ends_the_service(tmp_path):
    async def greet(api: str, page: str) -> None:
        raise PermanentError("The example is gone.")

    settings = Settings(home=tmp_path, api_port=0, page_port=0)
    with pytest.raises(PermanentError, match="The example is gone"):
        async with asyncio.timeout(5):
            await serve(_nothing, settings, close_streams=lambda: None, once_up=greet)
