"""The real service for this bench, but for the line that a file walks: no runner is started and no model is asked.

    python bench/durable/house.py LOG [SECONDS_OF_THE_MODEL[,SECONDS_OF_A_RUN] | waits]

Settings come from the environment, as always. Orders come as lines of JSON on standard input; for each one a line is
written. LOG gets a line for whatever a kill must not take with it.
"""

import asyncio
import json
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fakes.kill_loop import Log, LoggedModel
from testwright.api.server import serve
from testwright.domain.drafts import Case, Draft
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite, NotVerified
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.jobs.functions import Work
from testwright.jobs.rounds import about_file
from testwright.providers.buying import Bought, Shop
from testwright.providers.options import ProviderOptions
from testwright.settings import read_settings
from testwright.store import Store
from testwright.wiring import Workbench, open_service

QUIET_STEPS = ("prepare", "analyse", "baseline", "run/1", "challenge/1", "choose", "stability", "suspects")
"""What a walk of the real line has besides the draft and the keeping, when nothing is repaired."""
RUNS = {"baseline": 1, "run/1": 1, "challenge/1": 1, "stability": 2}
"""How often the least of files has a runner started, and in which steps. A runner is a process of its own."""
TOLD_BY = {"analyse": "file_processing", "baseline": "file_analyzed", "run/1": "test_verified"}
EVIDENCE = NotVerified(
    writer="model", model="slow", reason="-", hint=None, test_count=1, attempts=1, tokens=10, cost_usd=0.0
)


class Line:
    """As many steps, events and things laid on the desk as the real line has, and one question for the model."""

    def __init__(self, bench: Workbench, seconds: float, run_seconds: float, log: Log) -> None:
        self._places = bench.places
        self._run_seconds = run_seconds
        self._shop = Shop(bench.store.answers)
        self._model = LoggedModel(log, seconds)
        self._log = log

    async def walk(self, assignment: Assignment, desk: Desk, step: Step) -> None:
        for name in QUIET_STEPS[:3]:
            await step(name, partial(self._quiet, name, assignment, desk), returns=str)
        await step("draft/1", partial(self._draft, assignment, desk), returns=str)
        for name in QUIET_STEPS[3:]:
            await step(name, partial(self._quiet, name, assignment, desk), returns=str)
        await step("keep", partial(self._keep, assignment, desk), returns=str)

    async def _quiet(self, name: str, assignment: Assignment, desk: Desk) -> str:
        self._log.line("step", time.time(), assignment.session_id, assignment.file_index, name)
        await asyncio.sleep(RUNS.get(name, 0) * self._run_seconds)
        if name in TOLD_BY:
            extra = {"attempt": 1, "dropped": []} if name == "run/1" else {}
            kind = TOLD_BY[name]
            await desk.tell(Event(type=kind, message=kind, file_index=assignment.file_index, extra=extra))
        await desk.put(name, {"of": assignment.source.path})
        return name

    async def _draft(self, assignment: Assignment, desk: Desk) -> str:
        prompt = f"{assignment.session_id}/{assignment.round}/{assignment.source.path}"
        buyer = Bought(
            source=self._model, options=ProviderOptions(model="slow"), shop=self._shop, purse=desk.purse, seed=0
        )
        where = about_file(assignment.session_id, assignment.round, assignment.file_index)
        async with self._places.away(where):
            answer = await buyer.generate(system="s", prompt=prompt, schema=None)
        await desk.put("draft/1", {"text": answer.text})
        extra = {"attempt": 1, "testCount": 1, "writer": "model"}
        await desk.tell(Event(type="test_drafted", message="drafted", file_index=assignment.file_index, extra=extra))
        return "draft/1"

    async def _keep(self, assignment: Assignment, desk: Desk) -> str:
        drafted = await desk.get("draft/1")
        assert drafted is not None
        return await desk.deliver(
            DeliveredSuite(
                file_path=assignment.source.path,
                test_file_path=f"test_{assignment.source.path.replace('/', '_')}",
                test_code=drafted["text"],
                draft=Draft(preamble="", cases=(Case(name="t", code="…"),)),
                evidence=EVIDENCE,
                dropped=(),
                mutants=(),
                covered_before=(),
                covered_after=(),
                missed_after=(),
            )
        )


async def waits(assignment: Assignment, desk: Desk, step: Step) -> None:
    """For sessions that shall only be there."""
    await step("prepare", partial(asyncio.sleep, 3600.0, "waited"), returns=str)


async def tell(store: Store, *, sessions: list[str], per_second: float, seconds: float) -> dict[str, Any]:
    """Events one after the other, each of another session, that say when they were about to be told."""
    began = time.monotonic()
    told = 0
    while time.monotonic() - began < seconds:
        await asyncio.sleep(max(0.0, began + told / per_second - time.monotonic()))
        await tell_one(store, sessions[told % len(sessions)], f"n/{told}/{began}")
        told += 1
    return {"told": told, "seconds": time.monotonic() - began}


async def fill(store: Store, *, session: str, events: int) -> dict[str, Any]:
    for number in range(events):
        await tell_one(store, session, f"f/{number}")
    return {"told": events}


async def tell_one(store: Store, session_id: str, key: str) -> None:
    extra = {"at": time.monotonic()}
    await store.tell(session_id, 1, Event(type="file_processing", message="At it", file_index=1, extra=extra, key=key))


async def obey(store: Store) -> None:
    orders = {"tell": tell, "fill": fill}
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        answer = await orders[order.pop("do")](store, **order)
        print(json.dumps(answer), flush=True)


async def main(log: Log, work: str) -> None:
    def line(bench: Workbench) -> Work:
        if work == "waits":
            return waits
        model, _, run = work.partition(",")
        return Line(bench, float(model), float(run or 0), log).walk

    settings = read_settings()
    async with open_service(settings, line) as service:

        async def up(api: str, page: str) -> None:
            log.line("up", time.time())
            print(json.dumps({"api": api}), flush=True)

        obeying = asyncio.create_task(obey(service.store))
        await serve(service.app, settings, close_streams=service.close_streams, once_up=up)
        obeying.cancel()


if __name__ == "__main__":
    try:
        asyncio.run(main(Log(Path(sys.argv[1])), sys.argv[2] if len(sys.argv) > 2 else "0.2"))
    finally:
        os._exit(0)  # the thread that waits for orders has nobody left who would give one
