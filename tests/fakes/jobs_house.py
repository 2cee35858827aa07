"""A process that works on one session and writes down each step: started, killed and started again by the crash test.

python -m tests.fakes.jobs_house HOME LOG FILES [DATABASE_URL]
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from tests.fakes.jobs_rounds import FakeRounds
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.functions import build_functions
from testwright.jobs.rounds import SESSION_REQUESTED

STEPS = ("analyse", "draft", "verify")


class Log:
    def __init__(self, path: Path) -> None:
        self._path = path

    def line(self, text: str) -> None:
        with self._path.open("a") as file:
            file.write(text + "\n")


async def main(home: Path, log: Log, files: int, database_url: str | None) -> None:
    rounds = FakeRounds(crash=files)

    async def one_step(index: int, name: str) -> str:
        log.line(f"begin {index}/{name}")
        await asyncio.sleep(0.3)
        log.line(f"end {index}/{name}")
        return name

    async def work(assignment: Assignment, desk: Desk, step: Step) -> None:
        for name in STEPS:
            await step(name, partial(one_step, assignment.file_index, name), returns=str)

    engine = EmbeddedEngine(home, database_url)
    client = make_client(EngineChoice(mode="embedded"), signing_key=engine.signing_key, event_key=None)
    functions = build_functions(client, rounds, work, width=2)
    await engine.start(mount(FastAPI(), client, functions), functions)
    log.line("started")
    await engine.send(SESSION_REQUESTED, "crash-r1", {"sessionId": "crash", "round": 1, "eventId": "crash-r1"})
    await rounds.until_finished("crash")
    log.line("finished")
    await engine.stop()


if __name__ == "__main__":
    home, log, files, *url = sys.argv[1:]
    asyncio.run(main(Path(home), Log(Path(log)), int(files), url[0] if url else None))
