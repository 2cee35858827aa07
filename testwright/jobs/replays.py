"""The same signed call is taken once: whoever has seen one on its way cannot make it again.

A signature covers the body and the second it was made in, not the address. So two steps of one run, planned in the same
second, may share one; what is refused is the same step again, or another function by the signature of this one.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testwright.jobs.protocol import SIGNATURE_HEADER

MOST_REMEMBERED = 100_000
_UNAUTHORIZED = 401


@dataclass(slots=True)
class _Taken:
    function: str
    steps: set[str] = field(default_factory=set)


class Once:
    """Before an endpoint that checks signatures. Only calls that it lets in are remembered, the newest ones."""

    def __init__(self, app: ASGIApp, *, most: int = MOST_REMEMBERED) -> None:
        self._app = app
        self._most = most
        self._taken: OrderedDict[tuple[str, str], _Taken] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        signature = Headers(scope=scope).get(SIGNATURE_HEADER) if scope["type"] == "http" else None
        if signature is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        key, function, step = _read(signature, scope["query_string"])
        if not self._take(key, function, step):
            refusal = JSONResponse({"message": "Unauthorized: this call was made before"}, status_code=_UNAUTHORIZED)
            await refusal(scope, receive, send)
            return
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            if status == _UNAUTHORIZED:
                self._give_back(key, step)

    def _take(self, key: tuple[str, str], function: str, step: str) -> bool:
        taken = self._taken.setdefault(key, _Taken(function))
        if taken.function != function or step in taken.steps:
            return False
        taken.steps.add(step)
        while len(self._taken) > self._most:
            self._taken.popitem(last=False)
        return True

    def _give_back(self, key: tuple[str, str], step: str) -> None:
        taken = self._taken.get(key)
        if taken is not None:
            taken.steps.discard(step)
            if not taken.steps:
                del self._taken[key]


def _read(signature: str, query: bytes) -> tuple[tuple[str, str], str, str]:
    """Time and digest as the SDK takes them, so that another spelling of the same is the same."""
    said, asked = parse_qs(signature), parse_qs(query.decode("latin-1"))
    stamp = said.get("t", [""])[0]
    stamp = str(int(stamp)) if stamp.isdecimal() and len(stamp) < 20 else stamp
    return (stamp, said.get("s", [""])[0]), asked.get("fnId", [""])[0], asked.get("stepId", [""])[0]
