"""How long a session takes beside the model's own time, when the model is slow and there are many files.

    python bench/latency.py [--writer model|both] [--seconds 5] [--files 20] [--width 10] [--calls 1|3]

A fake provider on loopback answers each call after so many seconds; all else is the real service: API, engine, sandbox,
court. The critical path is what the model's own time would come to if nothing else took any: the calls about one file
one after the other, so many files at once.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.fakes.gemini_server import Call, GeminiServer, answer
from tests.fakes.model_server import Handler, Reply
from tests.fakes.running_service import RunningService, running_service

_SOURCE = """\
def price_{number}(amount: int) -> int:
    if amount < 0:
        raise ValueError("no negative amount")
    return amount * {number} + 1
"""
_MODULE = re.compile(r"shop/price_(\d+)\.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Seconds, and how many files were delivered with proof; `own` is the service's processor time."""

    session: float
    critical: float
    delivered: int
    calls: int
    own: float


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--writer", choices=("model", "both"), default="model")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--width", type=int, default=10)
    parser.add_argument("--calls", type=int, choices=(1, 3), default=3, help="the draft alone, or with what follows it")
    parser.add_argument("--trace", action="store_true", help="print when each file came how far")
    given = parser.parse_args()
    found = measure(given)
    print(
        f"{given.files} files, width {given.width}, {given.seconds:g} s a call, writer {given.writer}: "
        f"{found.calls} calls, {found.delivered} delivered, session {found.session:.1f} s, "
        f"critical path {found.critical:.1f} s, ratio {found.session / found.critical:.2f}; "
        f"the service's own processor time {found.own / given.files:.2f} s a file"
    )


def measure(given: argparse.Namespace) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, GeminiServer(_reply(given)) as gemini:
        home, project = Path(folder) / "home", Path(folder) / "project"
        paths = _written(project, given.files)
        environment = {
            "GOOGLE_API_KEY": "no-key-at-all",
            "TESTWRIGHT_GOOGLE_BASE_URL": gemini.url,
            "TESTWRIGHT_WRITER": given.writer,
            "TESTWRIGHT_WIDTH": str(given.width),
        }
        with running_service(home, project, environment) as service:
            begun, delivered = time.monotonic(), 0
            for event in _walk(service, project, paths, given.calls):
                if given.trace:
                    print(f"{time.monotonic() - begun:6.1f} {event.get('filePath', ''):20} {event['message']}")
                suite = event.get("generatedTest")
                delivered += bool(suite and suite["evidence"]["verified"])
            ended = time.monotonic()
            own = _processor_seconds(service.process.pid)
            service.stop()
        return Outcome(
            session=ended - begun,
            critical=critical_path(_seconds_by_file(gemini.calls, given.seconds), given.width),
            delivered=delivered,
            calls=len(gemini.calls),
            own=own,
        )


def critical_path(seconds_by_file: Mapping[str, float], width: int) -> float:
    """The end of the last file, when so many at once are asked about and nothing else takes time."""
    ends: list[float] = []
    for _, seconds in sorted(seconds_by_file.items()):
        heappush(ends, seconds + (heappop(ends) if len(ends) == width else 0.0))
    return max(ends)


def _processor_seconds(process: int) -> float:
    """From its start, without that of the processes it started."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _seconds_by_file(calls: Sequence[Call], seconds: float) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for call in calls:
        found[_number(call.prompt)] += seconds
    return found


def _written(project: Path, files: int) -> list[str]:
    (project / "shop").mkdir(parents=True)
    (project / "shop" / "__init__.py").write_text("")
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    paths = [f"shop/price_{number:02}.py" for number in range(1, files + 1)]
    for number, path in enumerate(paths, 1):
        (project / path).write_text(_SOURCE.format(number=number))
    return paths


def _walk(service: RunningService, project: Path, paths: list[str], calls: int) -> Iterator[dict[str, Any]]:
    repository = service.post("/api/repositories", {"path": str(project)})["repositoryId"]
    alone = {"maxRepairs": 0, "coverage": "basic"} if calls == 1 else {}
    files = [{"path": path, "content": (project / path).read_text()} for path in paths]
    body = {"repositoryId": repository, "framework": "pytest", "files": files, "options": alone}
    session_id = service.post("/api/inngest/trigger", body)["sessionId"]
    return (event for _, event in service.stream(session_id))


def _reply(given: argparse.Namespace) -> Reply:
    def reply(handler: Handler) -> None:
        answer(_suite(handler.call.prompt, all_right=given.calls == 1), after_seconds=given.seconds)(handler)

    return reply


def _suite(prompt: str, *, all_right: bool) -> str:
    """One of three tests expects too much at first; what is asked for further gets nothing new."""
    number = int(_number(prompt))
    function = f"price_{number}"
    is_repair = "What happened:" in prompt
    expected = 3 * number + (1 if all_right or is_repair else 2)
    tests = {
        "zero": f"    assert {function}(0) == 1\n",
        "three": f"    assert {function}(3) == {expected}\n",
        "negative": f"    with pytest.raises(ValueError):\n        {function}(-1)\n",
    }
    wanted = ["three"] if is_repair else [] if "no test noticed" in prompt or "No test " in prompt else list(tests)
    return json.dumps(
        {
            "plan": [],
            "preamble": f"import pytest\n\nfrom shop.price_{number:02} import {function}",
            "tests": [
                {
                    "name": f"test_{name}",
                    "code": f"def test_{name}():\n{tests[name]}",
                    "targets": [function],
                    "scenario": "happy",
                }
                for name in wanted
            ],
        }
    )


def _number(prompt: str) -> str:
    found = _MODULE.search(prompt)
    return found[1] if found is not None else "0"


if __name__ == "__main__":
    main()
