"""Which engine is meant by the environment, and the Inngest client that goes with it.

The SDK guesses when a value is missing, and guesses Inngest's own hosts. So nothing is left to it here.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import inngest

from testwright.domain.errors import PermanentError

APP_ID = "testwright"
DEV_SERVER = "http://localhost:8288"
CLOUD_API = "https://api.inngest.com"
CLOUD_EVENTS = "https://inn.gs"
CLOUD_DASHBOARD = "https://app.inngest.com/env/production"
NOWHERE = "http://127.0.0.1:9"  # the discard port: the embedded engine needs no address, and must not have the cloud's
Send = Callable[[str, str, Mapping[str, Any]], Awaitable[str]]
"""Name, id and data of an event."""
EngineMode = Literal["embedded", "dev", "server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """`dev` is a server that signs nothing; `server` is self-hosted or Inngest Cloud."""

    mode: EngineMode
    api_base_url: str = NOWHERE
    event_api_base_url: str = NOWHERE


def choose_engine(
    *,
    inngest_dev: str | None,
    inngest_base_url: str | None,
    inngest_event_key: str | None,
    inngest_signing_key: str | None,
) -> EngineChoice:
    """Embedded, unless the environment names a server. Raises PermanentError `engine_settings` on what cannot work."""
    dev_url = _dev_url(inngest_dev)
    base_url = _url("INNGEST_BASE_URL", inngest_base_url) if inngest_base_url else None
    if dev_url is not None:
        at = base_url or dev_url
        return EngineChoice(mode="dev", api_base_url=at, event_api_base_url=at)
    if base_url is None and inngest_event_key is None:
        return EngineChoice(mode="embedded")
    if inngest_signing_key is None:
        raise _wrong(
            "An Inngest server was chosen, but INNGEST_SIGNING_KEY is missing.",
            "Set INNGEST_SIGNING_KEY; or set INNGEST_DEV=1 if the server is the Dev Server, which signs nothing.",
        )
    if inngest_event_key is None:
        raise _wrong(
            "INNGEST_BASE_URL is set, but INNGEST_EVENT_KEY is missing.",
            "Set INNGEST_EVENT_KEY to a key of that server; or set INNGEST_DEV=1 if it is the Dev Server.",
        )
    api, events = (base_url, base_url) if base_url else (CLOUD_API, CLOUD_EVENTS)
    return EngineChoice(mode="server", api_base_url=api, event_api_base_url=events)


class ClientHere(inngest.Inngest):
    """Its events go to the engine of this process: what functions send by `step.send_event`, too."""

    send_here: Send

    async def send(self, events: inngest.Event | list[inngest.Event], *, skip_middleware: bool = False) -> list[str]:
        several = events if isinstance(events, list) else [events]
        return [await self.send_here(event.name, event.id or uuid4().hex, event.data) for event in several]


def make_client(
    choice: EngineChoice,
    *,
    signing_key: str | None,
    signing_key_fallback: str | None = None,
    event_key: str | None,
    send: Send | None = None,
) -> inngest.Inngest:
    """For the embedded engine `signing_key` is that engine's own, and `send` takes its events.

    A call that `signing_key_fallback` signed is taken as well, at a server.
    """
    client = (inngest.Inngest if send is None else ClientHere)(
        app_id=APP_ID,
        api_base_url=choice.api_base_url,
        event_api_base_url=choice.event_api_base_url,
        event_key=event_key or "not-set",
        is_production=choice.mode != "dev",
        logger=logging.getLogger("testwright.jobs"),
        request_timeout=timedelta(seconds=5),
        signing_key=signing_key,
    )
    # The SDK takes it from the environment, whoever signs: a server's key must not open what the embedded engine calls.
    client._signing_key_fallback = signing_key_fallback if choice.mode == "server" else None
    if isinstance(client, ClientHere) and send is not None:
        client.send_here = send
    return client


def _dev_url(value: str | None) -> str | None:
    if value is None or value.strip().lower() in ("", "0", "false", "no", "off"):
        return None
    if value.strip().lower() in ("1", "true", "yes", "on"):
        return DEV_SERVER
    return _url("INNGEST_DEV", value)


def _url(name: str, value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(f"{name} is no address.", f"Set {name} to an address such as {DEV_SERVER}, or unset it.")
    return value.strip().rstrip("/")


def _wrong(message: str, hint: str) -> PermanentError:
    return PermanentError(message, code="engine_settings", hint=hint)
