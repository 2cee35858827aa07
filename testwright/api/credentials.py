"""Whose request is it? Behind the guard, in front of every route.

On a loopback address without any key everybody who gets here is the one owner: the guard keeps web pages out, and a
client written from the brief works as it is. As soon as there is a key, or on any other address, every request needs
one: `Authorization: Bearer KEY`, the cookie of a page that was opened by a launch link, or a ticket for one stream.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from testwright.api.envelope import refusal
from testwright.domain.access import LOCAL_OWNER, Key, KeyKind, key_id_in
from testwright.store.access import AccessBook

COOKIE = "testwright"
_STREAMS = "/api/inngest/stream/"
_SIGNED = "/api/inngest"
"""The job engine's own door: it checks signatures."""
_READING = ("GET", "HEAD", "OPTIONS")
_RING_SECONDS = 1.0
_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks. `is_welcome` says whether an answer that stays open may go on; None where nothing can change that."""

    owner: str
    key_id: str | None = None
    is_welcome: Callable[[], Awaitable[bool]] | None = None


EVERYBODY = Visitor(owner=LOCAL_OWNER)


class KeyRing:
    """The keys as they were a second ago at most: nobody wants to ask the database at every request."""

    def __init__(self, access: AccessBook, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._read_at: float | None = None
        self._keys: dict[str, Key] = {}

    async def fetch(self) -> dict[str, Key]:
        """The live keys by their ids."""
        if self._read_at is None or self._clock() - self._read_at >= _RING_SECONDS:
            keys = await self._access.keys()
            self._read_at = self._clock()
            self._keys = {key.key_id: key for key in keys}
        now = self._access.now()
        return {key_id: key for key_id, key in self._keys.items() if key.is_live(now)}


class Credentials:
    """Refuses with an envelope, or passes on with a Visitor in the request's state."""

    def __init__(self, app: ASGIApp, *, access: AccessBook, always: bool, requests_a_minute: int) -> None:
        self._app = app
        self._access = access
        self._always = always
        self._ring = KeyRing(access)
        self._turnstile = Turnstile(requests_a_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        found = await self._visitor(scope) if needs_a_key(scope["path"]) else EVERYBODY
        if isinstance(found, Response):
            return await found(scope, receive, send)
        scope.setdefault("state", {})["visitor"] = found
        return await self._app(scope, receive, send)

    async def _visitor(self, scope: Scope) -> Visitor | Response:
        is_stream = scope["method"] == "GET" and scope["path"].startswith(_STREAMS)
        if is_stream and (ticket := _ticket(scope)) is not None:
            return await self._by_ticket(scope, ticket)
        keys = await self._ring.fetch()
        if not self._always and not any(key.kind is KeyKind.API for key in keys.values()):
            return EVERYBODY
        headers = dict(scope["headers"])
        secret = _bearer(headers) or _cookie(headers)
        by_cookie = _bearer(headers) is None
        key = keys.get(key_id_in(secret) or "") if secret else None
        if key is None or secret is None or not key.opens_to(secret):
            return _no_key(was_given=secret is not None)
        if by_cookie and scope["method"] not in _READING and not _is_of_a_page(headers):
            return refusal(
                403, "cross_site", "A page's cookie is for that page only.", hint="Call with Authorization: Bearer KEY."
            )
        if key.reads_only and not _only_reads(scope):
            return refusal(
                403, "read_only_key", f"The key {key.key_id} may only read.", hint="Use a key made without --read-only."
            )
        if seconds := self._turnstile.wait(key.key_id):
            return refusal(
                429,
                "too_many_requests",
                f"This key has sent too many requests; the next is welcome in {seconds} s.",
                hint="Follow a session by its stream instead of asking again and again.",
                headers={"Retry-After": str(seconds)},
            )
        key_id = key.key_id

        async def is_welcome() -> bool:
            return key_id in await self._ring.fetch()

        return Visitor(owner=key.owner, key_id=key_id, is_welcome=is_welcome)

    async def _by_ticket(self, scope: Scope, ticket: str) -> Visitor | Response:
        session_id = scope["path"].removeprefix(_STREAMS)
        opening = await self._access.open_ticket(ticket, session_id, after=_last_event_id(scope))
        if opening is None or (opening.key_id is not None and opening.key_id not in await self._ring.fetch()):
            return refusal(
                401,
                "ticket_refused",
                "This ticket is used, too old, or for another session.",
                hint=f"Ask for a new one: POST /api/sessions/{session_id}/ticket.",
            )
        found = opening

        async def is_welcome() -> bool:
            is_live = found.key_id is None or found.key_id in await self._ring.fetch()
            return is_live and await self._access.is_open(found)

        return Visitor(owner=found.owner, key_id=found.key_id, is_welcome=is_welcome)


class Turnstile:
    """Lets each key through so often a minute, a tenth of that at once (token bucket)."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second = a_minute / 60
        self._most = max(a_minute / 10, 1.0)
        self._clock = clock
        self._left: dict[str, tuple[float, float]] = {}

    def wait(self, key_id: str) -> int:
        """0 when this one may pass, else the whole seconds after which the next may."""
        now = self._clock()
        left, at = self._left.get(key_id, (self._most, now))
        left = min(self._most, left + (now - at) * self._a_second)
        passes = left >= 1
        self._left[key_id] = (left - 1 if passes else left, now)
        return 0 if passes else max(1, round((1 - left) / self._a_second))


def needs_a_key(path: str) -> bool:
    """The page itself and the health checks tell nothing of anybody's."""
    return path != _SIGNED and (path.startswith("/api/") or path == "/metrics")


def _only_reads(scope: Scope) -> bool:
    is_question = scope["path"] == "/api/estimate" or scope["path"].endswith("/ticket")
    return scope["method"] in _READING or is_question


def _is_of_a_page(headers: dict[bytes, bytes]) -> bool:
    """The guard has let only listed origins through; a request without one has to be the page's by its own word."""
    return b"origin" in headers or headers.get(b"sec-fetch-site") == b"same-origin"


def _bearer(headers: dict[bytes, bytes]) -> str | None:
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def _cookie(headers: dict[bytes, bytes]) -> str | None:
    try:
        found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _ticket(scope: Scope) -> str | None:
    given = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("ticket")
    return given[0] if given else None


def _last_event_id(scope: Scope) -> int:
    """As the stream reads it: the header wins. What is no number goes on after nothing."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lastEventId", ["0"])[0]
    header: bytes | None = dict(scope["headers"]).get(b"last-event-id")
    text = asked if header is None else header.decode("latin-1")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _no_key(*, was_given: bool) -> Response:
    message = "This key is not known here, or is revoked." if was_given else "This service asks for a key."
    return refusal(
        401,
        "no_key",
        message,
        hint="Send Authorization: Bearer KEY (`testwright keys add NAME` makes one); "
        "open the page by the link that `testwright keys launch` prints.",
        headers={"WWW-Authenticate": "Bearer"},
    )
