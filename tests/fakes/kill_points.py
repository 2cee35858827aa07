"""Named places at which a life of the service ends: right before something is done, or right after it was."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")

STORE = ("accept", "retry", "cancel", "mark_sent", "claim_round", "finish_round")
DESK = ("tell", "put", "deliver")
ENGINE = ("send",)
ANSWER, CALL = "answer", "call"
POINTS = (*STORE, *DESK, *ENGINE, ANSWER, CALL)
"""`call` is the engine's own: before a function is called, and after it answered, when nobody has noted that yet."""


@dataclass
class Point:
    """The nth time that `name` is come by, in one life, is the last thing that it does."""

    name: str
    after: bool
    left: int
    last_words: Callable[[str], None]

    def pass_by(self, name: str, *, after: bool) -> None:
        if (name, after) != (self.name, self.after):
            return
        self.left -= 1
        if self.left == 0:
            self.last_words(f"{name}/{'after' if after else 'before'}")
            os._exit(9)

    def watching(self, work: Callable[..., Awaitable[T]], name: str) -> Callable[..., Awaitable[T]]:
        async def come_by(*given: Any, **named: Any) -> T:
            self.pass_by(name, after=False)
            result = await work(*given, **named)
            self.pass_by(name, after=True)
            return result

        return come_by


class Watched:
    """Something of which each call to one of `names` comes by the point of that name."""

    def __init__(self, inner: Any, point: Point | None, names: tuple[str, ...]) -> None:
        self._inner, self._point, self._names = inner, point, names

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return found if self._point is None or name not in self._names else self._point.watching(found, name)


class WatchedStore(Watched):
    """The desks it gives out are watched as well."""

    def __init__(self, inner: Any, point: Point | None) -> None:
        super().__init__(inner, point, STORE)

    def desk(self, *where: Any) -> Any:
        return Watched(self._inner.desk(*where), self._point, DESK)


def watched_endpoint(endpoint: ASGIApp, point: Point | None) -> ASGIApp:
    """Of the answer not a byte is out when the point behind the call is come by."""
    if point is None:
        return endpoint

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        point.pass_by(CALL, after=False)

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                point.pass_by(CALL, after=True)
            await send(message)

        await endpoint(scope, receive, answered)

    return call
