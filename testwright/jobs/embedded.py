"""The embedded engine: no server, no account, and nothing is lost on `kill -9`. DBOS keeps the runs in a database.

It calls the app's own Inngest endpoint in the process, signed with a key that lies beside the database.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import inngest
from dbos import DBOS, DBOSConfig, error
from dbos._dbos import _get_dbos_instance as dbos_of_this_process
from starlette.types import ASGIApp

from testwright.domain.errors import EngineUnreachable
from testwright.jobs import protocol
from testwright.jobs.asking import post_in_process
from testwright.jobs.bridge import Bridge
from testwright.jobs.crons import keep_time
from testwright.jobs.engine_file import EngineFile
from testwright.jobs.engine_postgres import EnginePostgres
from testwright.jobs.own_loop import OwnLoop, at_most
from testwright.jobs.places import Places
from testwright.jobs.protocol import ENDPOINT, SIGNATURE_HEADER, Json
from testwright.jobs.registered import registered
from testwright.jobs.runs import executors_at_work, forget_finished, go_on_with, stranded, take_up

# Pinned, or nothing would be recovered: DBOS takes up only what the same executor left under the same version. A new
# version is due when a workflow of `bridge.py` no longer replays what an older one recorded.
VERSION = "1"
DAYS_TO_REMEMBER = 14.0
SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_FOR_BODIES_TO_STOP = 0.4
SECONDS_TO_END = 2.0
# An address no guard of the app objects to; nothing is ever sent there.
IN_PROCESS = "http://127.0.0.1"
logger = logging.getLogger("testwright.jobs")


class EmbeddedEngine:
    """A `domain.ports.Engine`. One at a time in a process.

    With a file in the home folder it belongs to one process; with a Postgres database several share the work, and
    take up what one of them leaves behind.
    """

    name = "embedded"

    def __init__(
        self,
        home: Path,
        database_url: str | None = None,
        *,
        backoff_seconds: float = 1.0,
        places: Places | None = None,
    ) -> None:
        self._database = EngineFile(home) if database_url is None else EnginePostgres(database_url)
        self._backoff_seconds = backoff_seconds
        self._places = places or Places()
        self._signing_key = _signing_key(home / "engine.key")
        self._running: _Running | None = None
        self._looking: asyncio.Task[None] | None = None
        self._timing: asyncio.Task[None] | None = None

    @property
    def signing_key(self) -> str:
        """The key for the Inngest client that serves the functions."""
        return self._signing_key

    async def start(self, app: ASGIApp, functions: Sequence[inngest.Function[Any]]) -> None:
        """Take up what was left unfinished. `app` answers at /api/inngest. Raises PermanentError with a hint."""
        known = registered(functions, IN_PROCESS + ENDPOINT)
        executor = await self._database.take()
        try:
            _quieten()
            caller = _Caller(app, self._signing_key, asyncio.get_running_loop())
            loop = OwnLoop("testwright-engine", in_one_thread=self._database.is_quick)
            loop.start()
            try:
                bridge = await loop.run(
                    _launch(self._database, executor, known, caller, self._backoff_seconds, self._places)
                )
            except BaseException:
                loop.stop()
                raise
        except BaseException:
            await self._database.give_back()
            raise
        self._running = _Running(loop, bridge, caller)
        try:
            await self.forget_finished(DAYS_TO_REMEMBER)
        except Exception:  # tidying up is not worth a failed start
            logger.exception("the engine could not forget its oldest runs")
        self._timing = asyncio.create_task(keep_time(known, self._begin))
        self._looking = asyncio.create_task(self._keep_looking(executor))

    async def stop(self) -> None:
        """Leave what is at work where it is; the next start goes on with it."""
        for task in (self._looking, self._timing):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        running, self._running = self._running, None
        if running is not None:
            with suppress(TimeoutError):  # while somebody has locked the engine's file its loop stands still
                async with asyncio.timeout(SECONDS_TO_END):
                    await running.loop.cancel_all(SECONDS_FOR_BODIES_TO_STOP)
            await running.caller.close(SECONDS_FOR_BODIES_TO_STOP)
            _stop_waiting_for_database()
            if not await at_most(SECONDS_TO_END, partial(DBOS.destroy, destroy_registry=True)):
                logger.warning("the engine's file is in use by somebody else, and is left as it is")
            await asyncio.to_thread(running.loop.stop)
        await self._database.give_back()

    async def send(self, name: str, event_id: str, data: Mapping[str, Any]) -> str:
        event = {"name": name, "id": event_id, "data": dict(data), "ts": int(time.time() * 1000), "user": {}}
        running = self._started()
        await running.loop.run(running.bridge.ingest(event))
        return event_id

    async def _begin(self, function_id: str, event: Mapping[str, Any]) -> None:
        running = self._started()
        await running.loop.run(running.bridge.begin(function_id, {"user": {}, **event}))

    async def is_live(self, event_name: str, event_id: str) -> bool | None:
        """Whether a run that this event started is still going on; None when that cannot be known."""
        running = self._started()
        return await running.loop.run(running.bridge.is_live(event_name, event_id, VERSION))

    def run_url(self, run_id: str) -> None:
        """There is no page that shows it: the session's timeline does."""

    async def forget_finished(self, older_than_days: float) -> int:
        """Forget runs that ended before then, their event ids too. Returns how many."""
        return await self._started().loop.run(forget_finished(older_than_days))

    async def health(self) -> Mapping[str, Any]:
        if self._running is None:
            return {"engine": self.name, "answers": False, "queueDepth": 0}
        return {"engine": self.name, "answers": True, "queueDepth": self._running.bridge.queue_depth()}

    async def _keep_looking(self, own: str) -> None:
        """Take up the runs of processes that are gone, and own ones that a full disk or the like has broken off."""
        missed: set[str] = set()
        while True:
            try:
                missed = await self._go_on_with_stranded(own, missed)
                if self._database.is_shared:
                    await self._take_up(own)
            except Exception:
                logger.exception("looking for runs that nobody works on failed; trying again")
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def _go_on_with_stranded(self, own: str, missed_before: set[str]) -> set[str]:
        """Those that were missed the last time too: what begins or ends just now is missed once."""
        loop = self._started().loop
        missed = await loop.run(stranded(own, VERSION))
        if lost := missed & missed_before:
            logger.warning("%d runs broke off and go on now", len(lost))
            await loop.run(go_on_with(lost))
        return missed

    async def _take_up(self, own: str) -> None:
        loop = self._started().loop
        for executor in await loop.run(executors_at_work(VERSION)) - {own}:
            if await self._database.take_from(executor):
                try:
                    logger.warning("the runs of a process that is gone are taken up")
                    await loop.run(take_up(executor))
                finally:
                    await self._database.leave_to(executor)

    def _started(self) -> "_Running":
        if self._running is None:
            raise EngineUnreachable("The embedded engine is not running.", hint="Start the service again.")
        return self._running


class _Running:
    def __init__(self, loop: OwnLoop, bridge: Bridge, caller: "_Caller") -> None:
        self.loop, self.bridge, self.caller = loop, bridge, caller


class _Caller:
    """Calls the endpoint on the app's loop, from whichever loop asks. No time limit: a step may run for minutes."""

    def __init__(self, app: ASGIApp, signing_key: str, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._signing_key = signing_key
        self._loop = loop
        self._tasks: set[asyncio.Task[Any]] = set()

    async def ask(self, function_id: str, step: str | None, body: bytes) -> Json:
        asked = asyncio.run_coroutine_threadsafe(self._post(function_id, step, body), self._loop)
        return await asyncio.wrap_future(asked)

    async def close(self, seconds: float) -> None:
        """Stop the calls that are still open, bodies included."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    async def _post(self, function_id: str, step: str | None, body: bytes) -> Json:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            status, headers, content = await post_in_process(
                self._app,
                ENDPOINT,
                {"fnId": function_id, "stepId": step or "step"},
                {
                    "host": "127.0.0.1",
                    "content-type": "application/json",
                    SIGNATURE_HEADER: protocol.signature(body, self._signing_key, time.time()),
                },
                body,
            )
            return protocol.answer_json(status, headers, content, time.time())
        finally:
            self._tasks.discard(task)


async def _launch(
    database: EngineFile | EnginePostgres,
    executor: str,
    known: Any,
    caller: _Caller,
    backoff_seconds: float,
    places: Places,
) -> Bridge:
    """Runs in the engine's own loop, which DBOS adopts."""
    config: DBOSConfig = {
        "name": "testwright",
        "system_database_url": database.url,
        "system_database_engine": database.engine,
        "application_version": VERSION,
        "executor_id": executor,
        "log_level": "WARNING",
        "enable_otlp": False,
        "max_executor_threads": database.threads,
        # How long a stop may take at most; there are no notifications to listen for.
        "notification_listener_polling_interval_sec": 0.2,
        "scheduler_polling_interval_sec": 3600.0,
    }
    DBOS(config=config)
    try:
        bridge = Bridge(known, caller.ask, backoff_seconds=backoff_seconds, places=places)
        DBOS.launch()
    except BaseException:
        DBOS.destroy(destroy_registry=True)
        raise
    return bridge


def _stop_waiting_for_database() -> None:
    """DBOS tries for ever when its database is gone: fine for a service, but a process could not end then."""
    instance = dbos_of_this_process()
    with suppress(Exception):
        instance._sys_db._retry_connection_errors = False


def _signing_key(path: Path) -> str:
    """Read the key, or make it: of this installation alone, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_text().strip()
        if key:
            return key
        handle = os.open(path, os.O_WRONLY)  # a crash came between making the file and writing it
    key = f"signkey-embedded-{secrets.token_hex(32)}"
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


class _Expected(logging.Filter):
    """Drops what DBOS warns of when a run is cancelled or the engine stops: both are everyday things here."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], error.DBOSAwaitedWorkflowCancelledError):
            return False
        message = record.getMessage()
        return not (message.endswith("recorded outcome") or message.startswith("Asyncio task cancelled"))


_EXPECTED = _Expected()


def _quieten() -> None:
    dbos = logging.getLogger("dbos")
    dbos.addFilter(_EXPECTED)  # the same one again is not added twice
    if not dbos.handlers:
        dbos.addHandler(logging.NullHandler())  # or DBOS would bring a console handler of its own
