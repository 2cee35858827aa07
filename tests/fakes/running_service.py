"""A service of our own in a process of its own, for journeys: real ports on loopback, a home of its own."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

_START_SECONDS = 30.0
_ADDRESS = re.compile(r"at (http://\S+) \(API at (http://[^)]+)\)")


class RunningService:
    """`testwright up` on free ports."""

    def __init__(self, home: Path, root: Path, environment: Mapping[str, str]) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", ""),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),  # the code of this very tree, whatever is installed
            "TESTWRIGHT_HOME": str(home),
            "TESTWRIGHT_ROOTS": str(root),
            "TESTWRIGHT_API_PORT": "0",
            "TESTWRIGHT_PAGE_PORT": "0",
            **environment,
        }
        self.root = root
        self.start()

    def start(self) -> None:
        program = [sys.executable, "-m", "testwright", "up"]
        self.process = subprocess.Popen(
            program, cwd=self.root, env=self._environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        self.page, self.api = self._addresses()
        self.client = httpx.Client(base_url=self.api, timeout=30, trust_env=False)

    def _addresses(self) -> tuple[str, str]:
        assert self.process.stderr is not None
        said = ""
        deadline = time.monotonic() + _START_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stderr, selectors.EVENT_READ)
            while time.monotonic() < deadline and selector.select(deadline - time.monotonic()):
                line = self.process.stderr.readline()
                said += line
                if found := _ADDRESS.search(line):
                    return found[1], found[2]
                if not line:
                    break
        self.process.kill()
        raise AssertionError(f"the service did not start:\n{said}")

    def start_again(self) -> None:
        """Where it was before, for those who have its address."""
        for name, address in (("API", self.api), ("PAGE", self.page)):
            self._environment[f"TESTWRIGHT_{name}_PORT"] = str(httpx.URL(address).port)
        self.start()

    def kill(self) -> None:
        """As a crash would: no goodbye."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> float:
        """As Ctrl-C would. Returns how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        return time.monotonic() - started

    def post(self, path: str, body: object) -> Any:
        answer = self.client.post(path, json=body).json()
        assert answer["success"], answer
        return answer["data"]

    def get(self, path: str) -> Any:
        answer = self.client.get(path).json()
        assert answer["success"], answer
        return answer["data"]

    def stream(self, session_id: str, after: int = 0, seconds: float = 240) -> Iterator[tuple[int, dict[str, Any]]]:
        """Events after a number, as they come, with their ids."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        limit = httpx.Timeout(seconds, connect=10)
        number, event = 0, None
        with self.client.stream("GET", f"/api/inngest/stream/{session_id}", headers=headers, timeout=limit) as response:
            assert response.status_code == 200, response.status_code
            for line in response.iter_lines():
                if line.startswith("id:"):
                    number = int(line[3:])
                if line.startswith("data:"):
                    event = json.loads(line[5:])
                if not line and event is not None:
                    yield number, event
                    event = None


@contextmanager
def running_service(home: Path, root: Path, environment: Mapping[str, str] | None = None) -> Iterator[RunningService]:
    service = RunningService(home, root, environment or {})
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.kill()
