"""The address /api/inngest, where an engine calls the functions: the SDK's own endpoint, and never an old signature."""

import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import inngest
import inngest.fast_api
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from testwright.jobs.protocol import ENDPOINT, SIGNATURE_HEADER
from testwright.jobs.replays import Once

OLDEST_SIGNATURE_SECONDS = 300


def mount(app: FastAPI, client: inngest.Inngest, functions: Sequence[inngest.Function[Any]]) -> ASGIApp:
    """Serve the functions at /api/inngest of `app`.

    Returns the endpoint alone, without the app's middleware around it: what an engine in this process should call.
    """
    inner = FastAPI(openapi_url=None)
    inngest.fast_api.serve(
        inner,
        client,
        list(functions),
        enable_unauthed_sync=not client.is_production,
        serve_path=ENDPOINT,
        streaming=inngest.Streaming.DISABLE,
    )
    endpoint = _FreshSignatures(inner) if client.is_production else inner
    # An engine in this process signs what nobody else gets to see, and may well make the same call twice in a second.
    from_outside = Once(endpoint) if client.is_production else inner
    app.router.routes.append(
        Route(ENDPOINT, from_outside, methods=["GET", "POST", "PUT"], include_in_schema=False, name="inngest")
    )
    return endpoint


class _FreshSignatures:
    """Refuses signatures older than five minutes: the SDK checks the digest, but not the age it covers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            signatures = Headers(scope=scope).getlist(SIGNATURE_HEADER)
            # Of several the SDK takes another than one would check here.
            if len(signatures) > 1 or not all(map(_is_fresh, signatures)):
                refusal = JSONResponse({"message": "Unauthorized: this signature is too old"}, status_code=401)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_fresh(signature: str) -> bool:
    stamps = parse_qs(signature).get("t", [])  # read as the SDK reads it, which takes the first
    return (
        bool(stamps)
        and re.fullmatch(r"[0-9]{1,15}", stamps[0]) is not None
        and abs(time.time() - int(stamps[0])) <= OLDEST_SIGNATURE_SECONDS
    )
