"""The gate in front of every route, the job engine's endpoint included.

It stops web pages of strangers (DNS rebinding, forged requests), oversized bodies and doubtful requests before
anything is parsed, and puts the security headers on every answer. Pure ASGI: a middleware that wraps responses gets in
the way of a stream's disconnects. It reads `scope["headers"]` and `scope["path"]`, never a rebuilt URL, which a client
can steer.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testwright.api.envelope import refusal
from testwright.api.problems import size_in_words
from testwright.api.services import ApiSettings
from testwright.domain.subjects import about

logger = logging.getLogger("testwright.api")
access_logger = logging.getLogger("testwright.access")

UPLOADS = "/api/repositories"
_HEARD_OUT_SECONDS = 10.0
_HEARD_OUT_TIMES = 4
"""How many times the limit of a refused body is thrown away before we hang up."""
_ONCE_ONLY = frozenset({b"host", b"origin", b"authorization", b"content-length", b"content-type", b"idempotency-key"})
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_SECURITY_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        b"font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class RequestGuard:
    """Refuses with an envelope, or passes on; and logs one line a request, without its query (it may hold a ticket)."""

    def __init__(self, app: ASGIApp, *, settings: ApiSettings, body_seconds: float = 60.0) -> None:
        self.app = app
        self.most_bytes = settings.max_request_bytes
        self.body_seconds = body_seconds
        self.names = {*_LOOPBACK_NAMES, settings.host.lower(), *(name.lower() for name in settings.names)}
        self.ports = {settings.api_port, settings.page_port} - {0}
        self.listed = {origin.rstrip("/").lower() for origin in settings.origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guarded(scope, receive, send)
        # Anything else would be a WebSocket; there are none here.

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        with about(request=secrets.token_hex(6)):
            await self._answered(scope, receive, _Answer(send))

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        started = time.monotonic()
        try:
            await self._checked(scope, receive, answer)
        except Exception:
            logger.exception("%s %s failed", scope["method"], quote(scope["path"]))
            if answer.status:
                raise  # Too late for another status: the server has to cut the connection.
            await _fault()(scope, receive, answer)
        finally:
            milliseconds = (time.monotonic() - started) * 1000
            # Quoted: a decoded path may hold line ends and terminal codes.
            access_logger.info("%s %s %s %.0f ms", scope["method"], quote(scope["path"]), answer.status, milliseconds)

    async def _checked(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in headers and name in _ONCE_ONLY:
                twice = refusal(
                    400, "duplicate_header", f"The header {name.decode()} came twice.", hint="Send it once."
                )
                return await twice(scope, receive, answer)
            headers[name] = value
        origin = headers.get(b"origin")
        if refused := self._bad_place(scope, headers):
            return await refused(scope, receive, answer)
        if origin is not None:
            answer.allow(origin)
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
                return await _preflight()(scope, receive, answer)
        if refused := self._bad_form(scope, headers):
            if b"expect" not in headers:  # That client waits for our word before it sends its body.
                await self._hear_out(receive)
            return await refused(scope, receive, answer)
        if scope["method"] in _SAFE_METHODS:
            return await self.app(scope, receive, answer)
        try:
            async with asyncio.timeout(self.body_seconds):
                body = await self._whole_body(receive)
        except TimeoutError:
            return await self._too_slow()(scope, receive, answer)
        if body is None:
            return None  # The client left.
        if len(body) > self.most_bytes:
            await self._hear_out(receive)
            return await self._too_large()(scope, receive, answer)
        return await self.app(scope, _once(body, receive), answer)

    def _bad_place(self, scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
        """Who asks, and whom do they think they ask?"""
        # The port of the socket itself counts too: it is known even where port 0 was asked for.
        ports = self.ports | {port for port in ((scope.get("server") or ("", None))[1],) if port}
        hosts = _addresses(self.names, ports)
        if headers.get(b"host", b"").decode("latin-1").lower() not in hosts:
            return refusal(
                421,
                "bad_host",
                "This service does not answer to that host name.",
                hint="Use http://localhost with the port it was started on, or list the name in TESTWRIGHT_NAMES.",
            )
        origin = headers.get(b"origin")
        if origin is not None:
            if origin.decode("latin-1").lower() not in {f"http://{host}" for host in hosts} | self.listed:
                return refusal(
                    403,
                    "bad_origin",
                    "Pages of this origin may not call this service.",
                    hint="List the page's origin in TESTWRIGHT_ORIGINS.",
                )
        # A listed origin may well be cross-site. Without Origin, Sec-Fetch-Site decides: others may lead somebody here,
        # but neither send anything nor load what the API says as if it were theirs (a picture, a script).
        elif headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none") and (
            scope["method"] not in _SAFE_METHODS
            or (headers.get(b"sec-fetch-mode") == b"no-cors" and scope["path"].startswith("/api/"))
        ):
            return refusal(
                403,
                "cross_site",
                "Another site may not send this request.",
                hint="Call from the page itself, or list its origin in TESTWRIGHT_ORIGINS.",
            )
        return None

    def _bad_form(self, scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
        """Is this a body worth reading?"""
        length = headers.get(b"content-length")
        if length is not None and (not length.isdigit() or len(length) > 15 or int(length) > self.most_bytes):
            return self._too_large()
        if length is not None and b"transfer-encoding" in headers:
            return refusal(
                400,
                "two_lengths",
                "The request says in two ways how long its body is.",
                hint="Send either Content-Length or Transfer-Encoding.",
                headers={"Connection": "close"},
            )
        if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
            return refusal(
                415, "compressed_body", "The request's body is compressed.", hint="Send it without Content-Encoding."
            )
        has_body = (length is not None and int(length) > 0) or b"transfer-encoding" in headers
        media_type = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
        upload = scope["path"] == UPLOADS and media_type == b"multipart/form-data"
        if has_body and scope["method"] not in _SAFE_METHODS and media_type != b"application/json" and not upload:
            return refusal(
                415,
                "json_only",
                "The request's body is not declared as JSON.",
                hint="Send Content-Type: application/json.",
            )
        return None

    def _too_large(self) -> Response:
        return refusal(
            413,
            "too_large",
            f"A request may have at most {size_in_words(self.most_bytes)}.",
            hint="Send fewer files at once, or raise TESTWRIGHT_MAX_REQUEST_BYTES.",
            headers={"Connection": "close"},
        )

    def _too_slow(self) -> Response:
        return refusal(
            408,
            "too_slow",
            f"The request's body did not arrive within {self.body_seconds:g} s.",
            hint="Send it again.",
            headers={"Connection": "close"},
        )

    async def _whole_body(self, receive: Receive) -> bytes | None:
        """At most one byte over the limit is kept, whatever Content-Length promised."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self.most_bytes or not message.get("more_body"):
                return bytes(memoryview(body)[: self.most_bytes + 1])

    async def _hear_out(self, receive: Receive) -> None:
        """Throw away what still comes of a refused body, within reason.

        Most clients listen only once they have sent everything. Closing on them earlier resets the connection, and they
        never hear why.
        """
        left = _HEARD_OUT_TIMES * self.most_bytes
        with suppress(TimeoutError):
            async with asyncio.timeout(min(_HEARD_OUT_SECONDS, self.body_seconds)):
                more = True
                while more and left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    more = message.get("more_body", False)


class _Answer:
    """A `send` that adds our headers and remembers the status."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.status = 0
        self.headers = [*_SECURITY_HEADERS, (b"vary", b"Origin")]

    def allow(self, origin: bytes) -> None:
        self.headers.append((b"access-control-allow-origin", origin))

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *self.headers]
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))  # It may hold somebody's source code.
            message = {**message, "headers": headers}
        await self.send(message)


def _addresses(names: Iterable[str], ports: Iterable[int]) -> set[str]:
    return {f"{name}:{port}" for name in names for port in ports} | set(names)


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
            "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key, Last-Event-ID, Authorization",
            "Access-Control-Max-Age": "600",
        },
    )


def _fault() -> Response:
    return refusal(
        500, "internal", "Something went wrong on our side.", hint="Try again; the server's log has the details."
    )


def _once(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message
