"""The engine's runs as DBOS keeps them: which are going on, who works on them, and what becomes of them."""

import asyncio
import time
from collections.abc import Collection
from datetime import UTC, datetime

from dbos import DBOS
from dbos._dbos import _get_dbos_instance as dbos_of_this_process

from testwright.jobs.protocol import Json

LIVE = ["PENDING", "ENQUEUED", "DELAYED"]


async def live_runs() -> list[tuple[str, Json, str]]:
    """Function, event and id of each."""
    live = await DBOS.list_workflows_async(status=LIVE, name="run", load_output=False)
    return [tuple(workflow.input["args"]) for workflow in live if workflow.input]


async def begun_within(function_id: str, seconds: float) -> list[tuple[str, Json, str]]:
    """As `live_runs`: those of a function that events began in the last so many seconds, ended or not."""
    since = datetime.fromtimestamp(time.time() - seconds, UTC).isoformat()
    begun = await DBOS.list_workflows_async(
        name="run", workflow_id_prefix=f"{function_id}:", start_time=since, load_output=False
    )
    return [tuple(workflow.input["args"]) for workflow in begun if workflow.input]


async def forget_finished(older_than_days: float) -> int:
    """Runs that ended long ago need not answer for their event ids any more. Returns how many there were."""
    before = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() - older_than_days * 86_400))
    old = await DBOS.list_workflows_async(completed_before=before, limit=5_000, load_input=False, load_output=False)
    if old:
        await DBOS.delete_workflows_async([workflow.workflow_id for workflow in old])
    return len(old)


async def executors_at_work(version: str) -> set[str]:
    """Whose runs are going on, or were left where they are."""
    found = await DBOS.list_workflows_async(status="PENDING", app_version=version, load_input=False, load_output=False)
    return {workflow.executor_id for workflow in found if workflow.executor_id}


async def take_up(executor: str) -> None:
    """Put the runs of one that is gone back into the queue that all executors take from."""
    await asyncio.to_thread(DBOS._recover_pending_workflows, [executor])


async def stranded(executor: str, version: str) -> set[str]:
    """Runs of this process that nobody here works on any more: they broke off where it could not even be noted."""
    at_work = set(dbos_of_this_process()._active_workflows_set.activeList())
    found = await DBOS.list_workflows_async(
        status="PENDING", app_version=version, executor_id=executor, load_input=False, load_output=False
    )
    return {workflow.workflow_id for workflow in found} - at_work


async def go_on_with(run_ids: Collection[str]) -> None:
    """From the last step of each that was noted."""
    await DBOS.resume_workflows_async(sorted(run_ids))
