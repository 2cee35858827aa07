"""Starts the house and the readers of this bench, talks to them, and sees to it that they end."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
START_SECONDS = 30.0
ORDER_SECONDS = 60.0


class Talking:
    """A process that says lines of JSON."""

    def __init__(self, script: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self, seconds: float) -> dict[str, Any]:
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                raise TimeoutError(f"nothing was said within {seconds:g} s")
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the process ended")
        said: dict[str, Any] = json.loads(line)
        return said

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


class House(Talking):
    """The service. `line` is how long its model takes (and a runner, after a comma), or `waits`."""

    def __init__(self, folder: Path, line: str = "0.2", **settings: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        self._settings = (line, settings)
        folder.mkdir(parents=True, exist_ok=True)
        self.began = time.time()
        super().__init__(
            "house.py",
            str(self.log),
            line,
            environment={
                "TESTWRIGHT_HOME": str(folder / "home"),
                "TESTWRIGHT_API_PORT": "0",
                "TESTWRIGHT_PAGE_PORT": "0",
                **{f"TESTWRIGHT_{name.upper()}": value for name, value in settings.items()},
            },
        )
        self.client = httpx.Client(base_url=self.hear(START_SECONDS)["api"], timeout=60, trust_env=False)

    @property
    def port(self) -> int:
        return int(self.client.base_url.port or 0)

    def again(self) -> "House":
        line, settings = self._settings
        return House(self.folder, line, **settings)

    def order(self, what: str, **how: object) -> dict[str, Any]:
        self.say(json.dumps({"do": what, **how}))
        return self.hear(ORDER_SECONDS)

    def post(self, path: str, body: object) -> Any:
        answer = self.client.post(path, json=body).json()
        assert answer["success"], answer
        return answer["data"]

    def get(self, path: str) -> Any:
        answer = self.client.get(path).json()
        assert answer["success"], answer
        return answer["data"]

    def trigger(self, files: int, content: str = "a = 1\n") -> str:
        named = [{"path": f"src/file_{number}.py", "content": content} for number in range(files)]
        body = {"repositoryId": "bench", "framework": "pytest", "files": named}
        return str(self.post("/api/inngest/trigger", body)["sessionId"])

    def running(self) -> int:
        return sum(self.get("/api/inngest/health")["queue"].values())

    def wait_until_done(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.running()} rounds were not over after {seconds:g} s")
            time.sleep(0.2)  # each look is a request that the service answers beside its work

    def lines(self, kind: str) -> list[list[str]]:
        found = (line.split(" ") for line in self.log.read_text().splitlines())
        return [words for words in found if words[0] == kind]

    def resident_bytes(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Readers(Talking):
    def __init__(self, house: House, sessions: Sequence[str], streams: int) -> None:
        super().__init__("readers.py", str(house.port), str(streams))
        for session_id in sessions:
            self.say(session_id)
        self.say("")
        said = self.hear(120)
        self.open = int(said["open"])

    def report(self) -> dict[str, Any]:
        self.say("report")
        return self.hear(60)


@contextmanager
def ended(talking: Any) -> Iterator[Any]:
    """Whatever happens, the process is gone afterwards."""
    try:
        yield talking
    finally:
        if talking.process.poll() is None:
            talking.kill()
