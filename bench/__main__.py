"""Measure what we promise about ourselves, and print it. See README.md beside this file."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.fakes.running_service import RunningService, running_service

REPOSITORY = Path(__file__).parents[1]
REQUESTS, FILES = 40, 100


def main() -> None:
    rows = [("testwright --help", f"{help_seconds():.2f} s", "≤ 0.4 s")]
    with tempfile.TemporaryDirectory() as home, running_service(Path(home), REPOSITORY / "examples") as service:
        time.sleep(5)
        rows.append(("idle memory", f"{resident_mb(service.process.pid):.0f} MB", "≤ 200 MB"))
        trigger, first = trigger_and_first_event(service)
        rows.append(("trigger, p95", f"{trigger * 1000:.0f} ms", "≤ 50 ms"))
        rows.append(("trigger to first event, p95", f"{first * 1000:.0f} ms", "≤ 100 ms"))
    overhead = median(asyncio.run(overhead_seconds()) for _ in range(5))
    rows.append(("own overhead a file", f"{overhead * 1000:.0f} ms", "≤ 150 ms"))
    for name, measured, wanted in rows:
        print(f"{name:<30} {measured:>10}   wanted {wanted}")


def help_seconds() -> float:
    return min(
        timed(lambda: subprocess.run([sys.executable, "-m", "testwright", "--help"], capture_output=True))
        for _ in range(5)
    )


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def trigger_and_first_event(service: RunningService) -> tuple[float, float]:
    """95th percentiles in seconds. Sessions are cancelled at once, so that their work does not disturb the next."""
    line = "def f_{n}(x: int) -> int:\n    return x + {n}\n"
    content = "".join(line.format(n=n) for n in range(10_000 // len(line)))
    files = [{"path": f"src/file_{n}.py", "content": content} for n in range(FILES)]
    triggers, firsts = [], []
    body = json.dumps({"repositoryId": "bench", "framework": "pytest", "files": files}).encode()
    headers = {"content-type": "application/json"}
    for _ in range(REQUESTS):
        started = time.perf_counter()
        answer = service.client.post("/api/inngest/trigger", content=body, headers=headers)
        answered = time.perf_counter()
        session_id = answer.json()["data"]["sessionId"]
        next(service.stream(session_id))
        firsts.append(time.perf_counter() - answered)
        triggers.append(answered - started)
        service.post(f"/api/sessions/{session_id}/cancel", {})
        time.sleep(2)
    return quantiles(triggers, n=20)[-1], quantiles(firsts, n=20)[-1]


async def overhead_seconds() -> float:
    """The walk of one file less what was spent in sandbox runs and in the writer's own thinking."""
    from overhead import measure

    return await measure(REPOSITORY / "examples" / "invoicing", "invoicing/money.py")


if __name__ == "__main__":
    main()
