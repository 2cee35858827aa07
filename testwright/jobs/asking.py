"""A POST to an ASGI app of this process, as short as it can be: the engine does this for each step of each file."""

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Scope

logger = logging.getLogger("testwright.jobs")


async def post_in_process(
    app: ASGIApp, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content of the answer. A fault in the app is an answer (500), as over a network."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": urlencode(query).encode(),
        "headers": [(b"content-length", b"%d" % len(body)), *((k.encode(), v.encode()) for k, v in headers.items())],
        "server": ("127.0.0.1", None),
        "client": ("127.0.0.1", 0),
    }
    unread = [body]
    status, found, pieces = 500, dict[str, str](), list[bytes]()

    async def receive() -> Message:
        if not unread:
            await asyncio.Event().wait()  # we stay to the end
        return {"type": "http.request", "body": unread.pop(), "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, found
        if message["type"] == "http.response.start":
            status = message["status"]
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            pieces.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        logger.exception("the functions broke off while they were asked")
        return 500, {}, b""
    return status, found, b"".join(pieces)
