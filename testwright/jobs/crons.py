"""Sends the event of each cron trigger when it is due. Its id is made of the time, so that processes that share a
database start one run together."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from croniter import croniter  # type: ignore[import-untyped]

from testwright.jobs.registered import Registered

TIMER = "inngest/scheduled.timer"
logger = logging.getLogger("testwright.jobs")


async def keep_time(
    functions: Mapping[str, Registered], start: Callable[[str, dict[str, Any]], Awaitable[None]]
) -> None:
    """`start` is given a function's id and the event. What was due while nobody was here is not made up for."""
    timed = [(function.id, cron) for function in functions.values() for cron in function.crons]
    if not timed:
        return
    async with asyncio.TaskGroup() as group:
        for function_id, cron in timed:
            group.create_task(_keep(function_id, cron, start))


async def _keep(function_id: str, cron: str, start: Callable[[str, dict[str, Any]], Awaitable[None]]) -> None:
    due = time.time()
    while True:
        due = croniter(cron, due).get_next(float)
        await asyncio.sleep(max(0.0, due - time.time()))
        event_id = f"cron/{cron}/{int(due)}"
        try:
            await start(function_id, {"name": TIMER, "id": event_id, "data": {"cron": cron}, "ts": int(due * 1000)})
        except Exception:
            logger.exception("a run that was due could not be started")
        due = max(due, time.time() - 1)
