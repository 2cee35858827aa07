"""What safety costs: a run in each tier of the sandbox, and the guard in front of a request.

    python bench/safety_costs.py

Milliseconds by the clock, medians. A run is `true`, once by itself and once in the sandbox, in turns, so that both meet
the same machine; the guard is asked in the process, with an application behind it that answers at once.
"""

import asyncio
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive, Scope, Send

from testwright.api.guard import RequestGuard
from testwright.api.services import ApiSettings
from testwright.domain.projects import Command
from testwright.sandboxes.choose import Wish, choose
from testwright.settings import Settings

RUNS = 60
REQUESTS = 4000


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def sandboxes() -> None:
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    command = Command(argv=("true",), workspace=folder)
    true = shutil.which("true") or "true"

    async def bare() -> None:
        process = await asyncio.create_subprocess_exec(true, stdin=asyncio.subprocess.DEVNULL)
        await process.wait()

    for tier in ("isolated", "confined"):
        sandbox = await choose(at_once=1, wish=Wish(tier=tier))
        if sandbox.tier != tier:
            print(f"{tier:10} cannot be had here")
            continue
        plain, inside = [], []
        for _ in range(RUNS):
            plain.append(await milliseconds(bare))
            inside.append(await milliseconds(lambda sandbox=sandbox: sandbox.run(command)))
        alone, with_it = statistics.median(plain), statistics.median(inside)
        ranked = sorted(inside)
        print(
            f"{tier:10} by itself {alone:.1f}, in the sandbox {with_it:.1f} "
            f"({ranked[len(ranked) // 10]:.1f} to {ranked[-len(ranked) // 10]:.1f}): {with_it - alone:+.1f} ms a run"
        )
    shutil.rmtree(folder)


async def guard() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"a": 1}', "more_body": False}

    async def send(message: Message) -> None:
        return

    settings: ApiSettings = Settings()
    guarded = RequestGuard(application, settings=settings)
    for method in ("GET", "POST"):
        headers = [(b"host", b"localhost:5000"), (b"origin", b"http://localhost:3000"), (b"user-agent", b"x" * 80)]
        if method == "POST":
            headers += [(b"content-type", b"application/json"), (b"content-length", b"8")]
        scope = {"type": "http", "method": method, "path": "/api/sessions", "headers": headers, "query_string": b""}
        scope["server"] = ("127.0.0.1", 5000)
        plain, with_guard = [], []
        for _ in range(REQUESTS):
            plain.append(await milliseconds(lambda scope=scope: application(dict(scope), receive, send)))
            with_guard.append(await milliseconds(lambda scope=scope: guarded(dict(scope), receive, send)))
        cost = statistics.median(with_guard) - statistics.median(plain)
        print(f"guard {method:4} {cost:.3f} ms a request (the slowest of a hundred {sorted(with_guard)[-40]:.3f})")


async def main() -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, user {os.geteuid()}")
    await sandboxes()
    await guard()


if __name__ == "__main__":
    asyncio.run(main())
