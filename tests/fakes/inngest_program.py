"""The Inngest server that the conformance tests run on besides our own engine: one that runs, or a program to start.

Nothing of it is shipped here (its licence is not ours to pass on), so without either of the two nothing is tested.
"""

import atexit
import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache

import httpx

URL, PROGRAM = "TESTWRIGHT_TEST_INNGEST_URL", "TESTWRIGHT_TEST_INNGEST_BIN"
MISSING = f"no Inngest server: set {URL} to the address of a Dev Server, or {PROGRAM} to its program"
_SECONDS = 60


@cache
def address() -> str | None:
    """One server for a whole test run."""
    program = os.environ.get(PROGRAM)
    return os.environ.get(URL) or (_started(program) if program else None)


def _started(program: str) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [program, "dev", "--no-discovery", "--host", "127.0.0.1", "--port", str(port)]
    argv += ["--tick", "10", "--retry-interval", "1"]  # milliseconds and seconds: no test shall wait for longer
    process = subprocess.Popen(
        argv,
        cwd=tempfile.mkdtemp(prefix="testwright-inngest-"),
        env={**os.environ, "DO_NOT_TRACK": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(_end, process)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + _SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{' '.join(argv)} does not answer (status {process.poll()})")
        time.sleep(0.1)
    return url


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2.0, trust_env=False).is_success
    except httpx.HTTPError:
        return False
