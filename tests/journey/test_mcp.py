"""The server of tools, started as an agent's program starts it, and spoken to over its standard streams."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

SOURCE = '''def clamp(value: int, low: int, high: int) -> int:
    """The nearest value that is not outside."""
    if value < low:
        return low
    return high if value > high else value
'''
GOOD = """from clamp import clamp


def test_inside():
    assert clamp(2, 1, 3) == 2


def test_below():
    assert clamp(0, 1, 3) == 1
"""
_PATIENCE = 120


class Client:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.notified: list[dict[str, Any]] = []
        self._next = 0

    async def say(self, raw: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(raw + b"\n")
        await self.process.stdin.drain()

    async def hear(self) -> dict[str, Any]:
        """The next message that is no notification."""
        assert self.process.stdout is not None
        while True:
            line = await asyncio.wait_for(self.process.stdout.readline(), _PATIENCE)
            message: dict[str, Any] = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if "id" in message:
                return message
            self.notified.append(message)

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        self._next += 1
        await self.say(json.dumps({"jsonrpc": "2.0", "id": self._next, "method": method, "params": given}).encode())
        answer = await self.hear()
        assert answer["id"] == self._next
        return answer

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        meta = {"progressToken": f"token-{self._next}"}
        answer = await self.ask("tools/call", name=tool, arguments=arguments, _meta=meta)
        result: dict[str, Any] = answer["result"]
        assert result["content"][0]["type"] == "text"
        return result


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (folder / "clamp.py").write_text(SOURCE)
    return folder


@asynccontextmanager
async def serving(folder: Path, home: Path) -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "testwright", "mcp"),
        cwd=folder,
        env={**os.environ, "TESTWRIGHT_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    client = Client(process)
    try:
        told = await client.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t"})
        assert told["result"]["protocolVersion"] == "2025-06-18"
        await client.say(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        yield client
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_an_agent_has_tests_written_reads_them_and_puts_them_into_the_tree(shop, tmp_path):
    async with serving(shop, tmp_path / "home") as client:
        started = (await client.call("start", paths=["clamp.py"], model="explorer"))["structuredContent"]
        session_id = started["sessions"][0]["sessionId"]
        status = (await client.call("status", session_id=session_id, wait_seconds=50))["structuredContent"]
        suites = (await client.call("results", session_id=session_id))["structuredContent"]["suites"]
        applied = (await client.call("apply", session_id=session_id))["structuredContent"]
        written = (shop / applied["written"][0]).read_text()
        undone = (await client.call("apply", session_id=session_id, undo=True))["structuredContent"]

    assert (status["status"], status["isOver"], status["progress"]) == ("completed", True, 100)
    assert suites[0]["evidence"]["verified"] is True
    assert written == suites[0]["testCode"]
    assert undone["takenBack"] == applied["written"]
    assert not (shop / applied["written"][0]).exists()
    shares = [one["params"]["progress"] for one in client.notified if one["method"] == "notifications/progress"]
    assert shares == sorted(set(shares))
    assert shares[-1] >= 1


async def test_an_agents_own_tests_are_put_before_the_court(shop, tmp_path):
    wrong = GOOD + "\n\ndef test_wrong():\n    assert clamp(9, 1, 3) == 9\n"
    (shop / "test_clamp.py").write_text(GOOD)
    async with serving(shop, tmp_path / "home") as client:
        good = (await client.call("verify", source="clamp.py", tests_path="test_clamp.py"))["structuredContent"]
        bad = (await client.call("verify", source="clamp.py", tests=wrong))["structuredContent"]

    assert good["holds"] is True
    assert good["evidence"]["testCount"] == 2
    assert {"line": 5, "before": "value > high", "after": "value >= high"} in good["unnoticed"]
    assert bad["holds"] is False
    assert "test_wrong" in bad["problem"]["message"]
    assert [(one["name"], one["gate"]) for one in bad["refused"]] == [("test_wrong", "passes")]
    assert sorted(path.name for path in shop.iterdir()) == ["clamp.py", "pyproject.toml", "test_clamp.py"]


@pytest.mark.parametrize("said", ["", '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'])
def test_input_that_is_a_file_is_served_to_its_end(tmp_path, said):
    (tmp_path / "input").write_text(said)
    with (tmp_path / "input").open() if said else open(os.devnull) as given:
        ended = subprocess.run(
            (sys.executable, "-m", "testwright", "mcp"),
            cwd=tmp_path,
            env={**os.environ, "TESTWRIGHT_HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=given,
            capture_output=True,
            timeout=30,
        )

    assert ended.returncode == 0, ended.stderr
    assert (b'"result": {}' in ended.stdout) == bool(said)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("start", {}, "paths is missing"),
        ("start", {"paths": []}, "paths has to be a list of texts, not empty"),
        ("start", {"paths": "clamp.py"}, "paths has to be a list"),
        ("start", {"paths": ["clamp.py"], "riskiest": 0}, "riskiest has to be a whole number of at least 1"),
        ("start", {"paths": ["clamp.py"], "path": "x"}, "There is no parameter path"),
        ("start", {"paths": ["gone.py"]}, "does not exist"),
        ("start", {"paths": ["/etc/passwd"]}, "does not lie below a folder that is served"),
        ("start", {"paths": ["../../etc"]}, "does not lie below a folder that is served"),
        ("start", {"paths": ["a\0b"]}, "paths has to be a list of texts"),
        ("start", {"paths": ["clamp.py"], "framework": "nope"}, "There is no framework nope"),
        ("start", {"paths": ["clamp.py"], "since": "main"}, "is no git repository"),
        ("status", {"session_id": "sess_none"}, "There is no session"),
        ("status", {"session_id": 7}, "session_id has to be text"),
        ("verify", {"source": "clamp.py"}, "Give tests or tests_path"),
        ("verify", {"source": "pyproject.toml", "tests": "x"}, "is no source file"),
        ("verify", {"source": "clamp.py", "tests_path": "/etc/passwd"}, "does not lie below"),
        ("verify", {"source": "clamp.py", "tests": "\ud800"}, "tests has to be text"),
    ],
)
async def test_what_an_agent_got_wrong_is_an_answer_that_it_can_read(served, tool, arguments, said):
    result = await served.call(tool, **arguments)

    assert result["isError"] is True
    assert said in result["content"][0]["text"]


@pytest.fixture
async def served(shop, tmp_path):
    async with serving(shop, tmp_path / "home") as client:
        yield client


async def test_messages_that_are_none_are_refused_and_the_next_one_is_served(served):
    for raw, code in [
        (b"nonsense", -32700),
        (b"[" * 100_000, -32700),
        (b"\xff\xfe", -32700),
        (b"[]", -32600),
        (b'{"id": 9, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": [1], "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 9, "method": 5}', -32600),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "ping", "params": [1]}', -32600),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "resources/list"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "rm"}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "ping", "params": {"x": "' + b"y" * (17 << 20) + b'"}}', -32600),
    ]:
        await served.say(raw)
        assert (await served.hear())["error"]["code"] == code, raw[:80]

    assert (await served.ask("ping"))["result"] == {}
    names = [tool["name"] for tool in (await served.ask("tools/list"))["result"]["tools"]]
    assert names == ["start", "status", "results", "apply", "verify"]


async def test_a_client_that_leaves_stops_what_it_began(shop, tmp_path):
    async with serving(shop, tmp_path / "home") as client:
        started = (await client.call("start", paths=["clamp.py"], model="explorer"))["structuredContent"]
        session_id = started["sessions"][0]["sessionId"]
    async with serving(shop, tmp_path / "home") as client:
        status = (await client.call("status", session_id=session_id))["structuredContent"]

    assert status["isOver"] is True


async def test_a_call_that_is_cancelled_ends_and_the_next_one_is_served(served):
    request = {"name": "verify", "arguments": {"source": "clamp.py", "tests": GOOD}}
    await served.say(json.dumps({"jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": request}).encode())
    await served.say(b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}')

    assert (await served.ask("ping"))["result"] == {}
