"""Inngest functions driven by DBOS: a run is a workflow, one call of the protocol is one durable step of it.

After a crash DBOS replays a workflow up to its last recorded call, which rebuilds the memos, and goes on from there.
What decides the flow must therefore come from recorded results alone: never from the clock or a random number.
"""

import asyncio
import logging
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from dbos import DBOS, SetWorkflowID, error

from testwright.jobs import protocol
from testwright.jobs.admission import in_the_way, is_beyond_allowance
from testwright.jobs.pacing import Pacing
from testwright.jobs.places import Places
from testwright.jobs.protocol import Again, Broken, Finished, Json, Ops
from testwright.jobs.registered import Registered, key_of, matching, seconds_of
from testwright.jobs.runs import LIVE, live_runs
from testwright.jobs.slots import Slots, Ticket

# Asks the served functions: (function id, step hash or None, canonical body) -> `protocol.answer_json`.
Ask = Callable[[str, str | None, bytes], Awaitable[Json]]
LONGEST_BACKOFF_SECONDS = 60.0
POLL_SECONDS = 0.1
INVOKED = "inngest/function.invoked"
EVENTS = "events"
# What ids of children and of their children have behind that of the run that an event began.
_CHILDREN = re.compile(r"(?::[0-9a-f]{40})+$")
logger = logging.getLogger("testwright.jobs")


class Bridge:
    """The workflows, registered with DBOS under fixed names. Make it before DBOS launches, in DBOS's loop.

    `places` is told who has a place at work.
    """

    def __init__(
        self, functions: Mapping[str, Registered], ask: Ask, *, backoff_seconds: float, places: Places
    ) -> None:
        self._functions = functions
        self._ask = ask
        self._backoff_seconds = backoff_seconds
        self._places = places
        self._slots = {one.id: Slots(one.limit, keyed=[limit for limit, _ in one.keyed]) for one in functions.values()}
        self._pacings = {one.id: Pacing(one.throttle) for one in functions.values() if one.throttle is not None}
        self._starting = asyncio.Lock()
        self._calls: dict[str, set[asyncio.Task[Json]]] = defaultdict(set)
        self._tickets: dict[str, Ticket] = {}
        self._register()

    # --- from outside

    async def ingest(self, event: Json) -> None:
        """Start what the event triggers and stop what it cancels. The same event id again does neither."""
        for function in self._functions.values():
            if event["name"] in function.events:
                await self.begin(function.id, event)
        await self._tell_waiting(event)
        rules = [rule for function in self._functions.values() for rule in function.cancels]
        if any(rule.event == event["name"] for rule in rules):
            with SetWorkflowID(f"cancel:{event['id']}"):
                handle = await DBOS.start_workflow_async(self._cancel_workflow, event)
            await handle.get_result(polling_interval_sec=POLL_SECONDS)

    async def begin(self, function_id: str, event: Json) -> None:
        """Start a run, unless one that is there already forbids it."""
        function, run_id = self._functions[function_id], f"{function_id}:{event['id']}"
        if function.singleton is None and not function.allowances:
            await self._start(function_id, event, run_id)
            return
        async with self._starting:  # two events at once must not both find nobody
            if await is_beyond_allowance(function, event, run_id):
                return
            others = await in_the_way(function, event, run_id)
            if others and function.singleton is not None and not function.singleton.replaces:
                return
            await self._stop(others)
            await self._start(function_id, event, run_id)

    async def is_live(self, event_name: str, event_id: str, version: str) -> bool:
        """Whether a run that this event started is still going on."""
        ids = [f"{function.id}:{event_id}" for function in self._functions.values() if event_name in function.events]
        found = await DBOS.list_workflows_async(
            workflow_ids=ids, status=LIVE, app_version=version, load_input=False, load_output=False
        )
        return bool(found)

    def queue_depth(self) -> int:
        return sum(slots.queue_depth for slots in self._slots.values())

    # --- registration

    def _register(self) -> None:
        # Local functions, because DBOS marks what it is given, and its registry is emptied at each stop.
        @DBOS.step(name="call", preemptible=True)
        async def call(run_id: str, function_id: str, step: str | None, body: bytes) -> Json:
            return await self._asked(run_id, function_id, step, body)

        @DBOS.step(name="cancel_matching")
        async def cancel_matching(event: Json) -> int:
            return await self._cancel_matching(event)

        @DBOS.workflow(name="run")
        async def run(function_id: str, event: Json, run_id: str) -> Json:
            return await self._run(function_id, event, run_id)

        @DBOS.workflow(name="planned_step")
        async def planned_step(
            function_id: str, step: str, event: Json, memos: Json, done: list[str], run_id: str
        ) -> Json:
            return await self._planned_step(function_id, step, event, memos, done, run_id)

        @DBOS.step(name="pace")
        async def pace(function_id: str, key: str) -> float:
            return self._pacings[function_id].wait(key, time.monotonic())

        @DBOS.step(name="ended_by")
        async def ended_by(run_id: str, deadline: float) -> bool:
            return await self._ended_by(run_id, deadline)

        @DBOS.step(name="now")
        async def now() -> float:
            return time.time()

        @DBOS.workflow(name="wait")
        async def wait(event_name: str, expression: str | None, run_event: Json, seconds: float) -> Json | None:
            told: Json | None = await DBOS.recv_async(EVENTS, timeout_seconds=seconds)
            return told

        @DBOS.workflow(name="cancel")
        async def cancel(event: Json) -> int:
            return await cancel_matching(event)

        self._call_step = call
        self._run_workflow = run
        self._planned_workflow = planned_step
        self._cancel_workflow = cancel
        self._pace_step, self._now_step, self._wait_workflow = pace, now, wait
        self._ended_by_step = ended_by

    # --- a run

    async def _start(self, function_id: str, event: Json, run_id: str) -> Any:
        with SetWorkflowID(run_id):  # the same id attaches to the first run: this is the idempotency
            return await DBOS.start_workflow_async(self._run_workflow, function_id, event, run_id)

    async def _run(self, function_id: str, event: Json, run_id: str) -> Json:
        function = self._functions[function_id]
        parent = _CHILDREN.sub("", run_id) if event["name"] == INVOKED else ""
        ticket = self._slots[function_id].ticket(keys=[key_of(event, key) for _, key in function.keyed], parent=parent)
        self._tickets[run_id] = ticket
        clocks: list[asyncio.Task[None]] = []
        try:
            if function.throttle is not None:
                await DBOS.sleep_async(await self._pace_step(function_id, key_of(event, function.throttle.key)))
            await self._take_in_time(function, run_id, ticket, clocks)
            with self._places.known(event["data"], ticket):
                outcome = await self._until_over(function_id, event, run_id, ticket)
        finally:
            for clock in clocks:
                clock.cancel()
            ticket.give_back()
            self._tickets.pop(run_id, None)
        if isinstance(outcome, Finished):
            return {"data": outcome.value}
        await self._tell_failure(function_id, event, run_id, outcome.error)
        return {"error": outcome.error}

    async def _take_in_time(
        self, function: Registered, run_id: str, ticket: Ticket, clocks: list[asyncio.Task[None]]
    ) -> None:
        """Take the run's first place, and see to it that it is cancelled when one of its times is over."""
        if function.start_seconds is not None:
            waiting = asyncio.create_task(self._stop_at(await self._now_step() + function.start_seconds, run_id))
            clocks.append(waiting)
            await ticket.take()
            waiting.cancel()
        if function.finish_seconds is not None:
            await ticket.take()
            clocks.append(asyncio.create_task(self._stop_at(await self._now_step() + function.finish_seconds, run_id)))

    async def _stop_at(self, at: float, run_id: str) -> None:
        await asyncio.sleep(max(0.0, at - time.time()))
        logger.warning("run %s took too long and is cancelled", run_id)
        await self._stop([run_id])

    async def _until_over(self, function_id: str, event: Json, run_id: str, ticket: Ticket) -> Finished | Broken:
        memos: Json = {}
        plan_only = False
        while True:
            outcome = await self._drive(
                function_id, None, event, memos, list(memos), run_id, ticket, plan_only=plan_only
            )
            if not isinstance(outcome, Ops):
                return outcome
            # After a parallel group the function only plans, and each planned step gets a call of its own.
            plan_only = plan_only or len(outcome.ops) > 1
            broken = await self._do(outcome, function_id, event, memos, run_id, ticket)
            if broken is not None:
                return broken

    async def _do(
        self, wanted: Ops, function_id: str, event: Json, memos: Json, run_id: str, ticket: Ticket
    ) -> Broken | None:
        """Do what the function wants and note each result in `memos`."""
        if any((op.get("opts") or {}).get("parallelMode") == "race" for op in wanted.ops):
            return Broken({"name": "NotSupported", "message": "the embedded engine does not support the race mode"})
        before = dict(memos)
        handles = {}
        for op in wanted.ops:  # start everything first, in a fixed order
            child_id = f"{run_id}:{op['id']}"
            if op["op"] == "StepPlanned":
                with SetWorkflowID(child_id):
                    handles[op["id"]] = await DBOS.start_workflow_async(
                        self._planned_workflow, function_id, op["id"], event, before, list(before), run_id
                    )
            elif op["op"] == "InvokeFunction":
                handles[op["id"]] = await self._invoke(op, child_id)
            elif op["op"] == "WaitForEvent":
                handles[op["id"]] = await self._wait_for_event(op, event, child_id)
        broken = None
        for op in wanted.ops:
            result = await self._result_of(op, wanted.at, handles.get(op["id"]), ticket)
            broken = broken or (Broken(result["failed"]) if "failed" in result else None)
            memos[op["id"]] = result.get("memo")
        return broken

    async def _invoke(self, op: Json, child_id: str) -> Any:
        function_id = op["opts"]["function_id"]
        if function_id not in self._functions:
            return None
        data = op["opts"]["payload"].get("data") or {}
        event = {"name": INVOKED, "id": child_id, "data": data, "ts": 0, "user": {}}
        return await self._start(function_id, event, child_id)

    async def _wait_for_event(self, op: Json, event: Json, child_id: str) -> Any:
        options = op["opts"]
        try:
            matching(op["name"], options.get("if"))
        except ValueError:
            return None
        with SetWorkflowID(child_id):
            return await DBOS.start_workflow_async(
                self._wait_workflow, op["name"], options.get("if"), event, seconds_of(options["timeout"])
            )

    async def _tell_waiting(self, event: Json) -> None:
        waiting = await DBOS.list_workflows_async(status=LIVE, name="wait", load_output=False)
        for workflow in waiting:
            name, expression, run_event, _ = workflow.input["args"] if workflow.input else ("", None, {}, 0.0)
            if name == event["name"] and matching(name, expression).fits(run_event, event):
                await DBOS.send_async(workflow.workflow_id, event, EVENTS, idempotency_key=str(event["id"]))

    async def _result_of(self, op: Json, at: float, handle: Any, ticket: Ticket) -> Json:
        """Plain JSON: `memo`, or `failed` when the whole run has to fail."""
        if handle is not None:
            ticket.give_back()
            limit = op["opts"].get("timeout") if op["op"] == "InvokeFunction" else None
            if limit is not None and not await self._ended_by_step(handle.workflow_id, at + seconds_of(limit)):
                told = {"name": "InvokeTimedOut", "message": f"the invoked function had not ended after {limit}"}
                return {"memo": protocol.error_memo(told)}  # it goes on, as on a server
            return _result_of_child(op["op"], await self._ended(handle))
        match op["op"]:
            case "StepRun":
                return {"memo": {"data": op.get("data")}}
            case "StepFailed":
                return {"memo": protocol.error_memo(op["error"])}
            case "Sleep":
                ticket.give_back()
                await DBOS.sleep_async(protocol.seconds_until(op["name"], at))
                return {"memo": None}
            case "WaitForEvent":
                expression = op["opts"].get("if")
                return {"failed": {"name": "NotSupported", "message": f"not understood: waiting if {expression!r}"}}
            case "InvokeFunction":
                return {"failed": {"name": "FunctionNotFound", "message": "the invoked function is not served here"}}
            case other:
                return {"failed": {"name": "NotSupported", "message": f"the embedded engine does not support {other}"}}

    async def _ended(self, handle: Any) -> Json | None:
        try:
            ended: Json | None = await handle.get_result(polling_interval_sec=POLL_SECONDS)
        except error.DBOSAwaitedWorkflowCancelledError:
            return {"error": {"name": "FunctionCancelled", "message": "the run was cancelled"}}
        return ended

    async def _ended_by(self, run_id: str, deadline: float) -> bool:
        handle: Any = await DBOS.retrieve_workflow_async(run_id)
        while (await handle.get_status()).status in LIVE:
            if time.time() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _planned_step(
        self, function_id: str, step: str, event: Json, memos: Json, done: list[str], run_id: str
    ) -> Json:
        ticket = Slots(None).ticket()
        outcome = await self._drive(function_id, step, event, memos, done, run_id, ticket, plan_only=True)
        match outcome:
            case Broken(error=error):
                return {"failed": error}
            case Ops(ops=(op,), at=at):
                return await self._result_of(op, at, None, ticket)
            case _:
                return {"failed": {"name": "UnexpectedAnswer", "message": "a planned step did not answer as one"}}

    async def _drive(
        self,
        function_id: str,
        step: str | None,
        event: Json,
        memos: Json,
        done: list[str],
        run_id: str,
        ticket: Ticket,
        *,
        plan_only: bool,
    ) -> Finished | Broken | Ops:
        """Call until the outcome is final. Attempts count from 0 for each step."""
        attempts = self._functions[function_id].attempts
        for attempt in count():
            await ticket.take()
            body = protocol.call_body(
                event, memos, done, run_id=run_id, attempt=attempt, attempts=attempts, plan_only=plan_only
            )
            answer = await self._call_step(run_id, function_id, step, body)
            outcome = protocol.outcome_of(answer, last=attempt + 1 >= attempts)
            if not isinstance(outcome, Again):
                return outcome
            ticket.give_back()
            own = min(LONGEST_BACKOFF_SECONDS, self._backoff_seconds * 2**attempt)
            await DBOS.sleep_async(own if outcome.seconds is None else outcome.seconds)
        raise AssertionError("count() does not end")

    async def _tell_failure(self, function_id: str, event: Json, run_id: str, error: Json) -> None:
        failure_id = self._functions[function_id].failure_id
        if failure_id is None:
            return
        data = {"function_id": function_id, "run_id": run_id, "error": error, "event": event}
        failure = {"name": "inngest/function.failed", "id": f"{run_id}:failure", "data": data, "ts": 0, "user": {}}
        await self._start(failure_id, failure, f"{run_id}:failure")

    # --- calls and how they are stopped

    async def _asked(self, run_id: str, function_id: str, step: str | None, body: bytes) -> Json:
        asking = asyncio.ensure_future(self._ask(function_id, step, body))
        self._calls[run_id].add(asking)
        try:
            return await asking
        finally:
            self._calls[run_id].discard(asking)
            if not self._calls[run_id]:
                del self._calls[run_id]

    async def _cancel_matching(self, event: Json) -> int:
        meant = [
            run_id
            for function_id, run_event, run_id in await live_runs()
            if (function := self._functions.get(function_id))
            and any(rule.fits(run_event, event) for rule in function.cancels)
        ]
        await self._stop(meant)
        return len(meant)

    async def _stop(self, run_ids: list[str]) -> None:
        if run_ids:
            await DBOS.cancel_workflows_async(run_ids, cancel_children=True)
        # DBOS looks for cancelled steps once a second only; what is in this process can be stopped at once.
        for run_id in run_ids:
            if run_id in self._tickets:
                self._tickets[run_id].leave()
            for asking in list(self._calls.get(run_id, ())):
                asking.cancel()


def _result_of_child(op: str, ended: Json | None) -> Json:
    if op == "WaitForEvent":
        return {"memo": ended}  # the event, or None when its time was over
    assert ended is not None
    if op == "StepPlanned":
        return {"failed": ended["error"]} if "error" in ended else ended
    return {"memo": protocol.error_memo(ended["error"]) if "error" in ended else {"data": ended["data"]}}
