"""An Inngest server as the engine: the Dev Server, a self-hosted one, or Inngest Cloud."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import inngest
from starlette.types import ASGIApp

from testwright.domain.errors import EngineUnreachable
from testwright.jobs import protocol
from testwright.jobs.client import CLOUD_API, CLOUD_DASHBOARD
from testwright.jobs.protocol import ENDPOINT, SIGNATURE_HEADER

HINT = "Start it with `npx inngest-cli dev`, or unset INNGEST_DEV to use the built-in engine."
HINT_SERVER = "Check INNGEST_BASE_URL and the server, or unset the INNGEST_ settings to use the built-in engine."
SECONDS_TO_ANSWER = 10.0
SECONDS_TO_FIRST_SYNC = 5.0
SECONDS_BETWEEN_SYNCS = 60.0
SECONDS_BETWEEN_TRIES = (1.0, 2.0, 4.0, 8.0, 15.0)
logger = logging.getLogger("testwright.jobs")


class InngestServer:
    """A `domain.ports.Engine`. `app_url` is where the server reaches this app, such as http://127.0.0.1:5000."""

    name = "inngest"

    def __init__(self, client: inngest.Inngest, *, app_url: str, signing_key: str | None = None) -> None:
        self._client = client
        self._app_url = app_url.rstrip("/")
        self._signing_key = signing_key
        api = client.api_origin.rstrip("/")
        self._dashboard = CLOUD_DASHBOARD if api == CLOUD_API else api
        self._synced = asyncio.Event()
        self._syncing: asyncio.Task[None] | None = None

    async def start(self, app: ASGIApp) -> None:
        """Make the functions known to the server, in the background and until it works. `app` is the endpoint."""
        self._syncing = asyncio.create_task(self._keep_synced(app))

    async def stop(self) -> None:
        if self._syncing is not None:
            self._syncing.cancel()
            with suppress(asyncio.CancelledError):
                await self._syncing

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str:
        try:
            # Events that arrive before the functions are known are accepted there, and never run.
            async with asyncio.timeout(SECONDS_TO_FIRST_SYNC):
                await self._synced.wait()
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                await self._client.send(inngest.Event(name=name, id=event_id, data=dict(data)))
        except Exception as error:
            raise self._unreachable() from error
        return event_id

    async def is_live(self, event_name: str, event_id: str) -> bool | None:
        """Servers do not tell by our ids."""
        return None

    async def health(self) -> Mapping[str, Any]:
        """Any answer counts as one: what is asked is whether somebody is there."""
        answers = True
        try:
            async with httpx.AsyncClient(timeout=2.0) as http:
                await http.get(self._client.event_api_origin.rstrip("/") + "/health")
        except httpx.HTTPError:
            answers = False
        return {
            "engine": self.name,
            "answers": answers and self._synced.is_set(),
            "queueDepth": None,
            "dashboard": self._dashboard,
        }

    def run_url(self, run_id: str) -> str:
        """Where the server, or the cloud, shows a run."""
        if self._dashboard == CLOUD_DASHBOARD:
            return f"{CLOUD_DASHBOARD}/runs/{quote(run_id, safe='')}"
        return f"{self._dashboard}/run?{urlencode({'runID': run_id})}"

    def _unreachable(self) -> EngineUnreachable:
        hint = HINT_SERVER if self._client.is_production else HINT
        return EngineUnreachable("The Inngest server does not answer.", hint=hint)

    async def _keep_synced(self, app: ASGIApp) -> None:
        """A server that restarts may have forgotten us, so this never ends."""
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        failures = 0
        async with httpx.AsyncClient(transport=transport, base_url=self._app_url, timeout=30.0) as http:
            while True:
                problem = await self._sync(http)
                if problem is None:
                    failures = 0
                    self._synced.set()
                    await asyncio.sleep(SECONDS_BETWEEN_SYNCS)
                    continue
                if failures == 0:
                    logger.warning("the Inngest server did not take the functions yet: %s", problem)
                await asyncio.sleep(SECONDS_BETWEEN_TRIES[min(failures, len(SECONDS_BETWEEN_TRIES) - 1)])
                failures += 1

    async def _sync(self, http: httpx.AsyncClient) -> str | None:
        """Ask our own endpoint to register at the server. Returns what went wrong, or None."""
        headers = {}
        if self._client.is_production and self._signing_key is not None:
            headers[SIGNATURE_HEADER] = protocol.signature(b"", self._signing_key, time.time())
        try:
            answer = await http.put(ENDPOINT, headers=headers)
        except httpx.HTTPError as error:
            return str(error)
        return None if answer.status_code == 200 else f"HTTP {answer.status_code}"
