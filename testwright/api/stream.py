"""The live stream of a session: rows after n, then follow.

Written on plain ASGI instead of a generator route: an error in a generator loses the event before it, and a client that
has left would be noticed only at the next ping.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager, nullcontext
from functools import partial
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from testwright.api.credentials import Visitor
from testwright.api.envelope import refusal
from testwright.api.lookups import current_visitor, find_session
from testwright.api.services import ApiServices
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import SessionRecord, StoredEvent
from testwright.store import Store

logger = logging.getLogger("testwright.api")

RETRY_MILLISECONDS = 2000
PING_SECONDS = 15.0
REREAD_SECONDS = 60.0
"""Rows are read again this often even if nobody said that there are any: a net below the store's own, which looks at
all watched sessions at once."""
_WELCOME_SECONDS = 5.0
_PAGE = 200
_MOST_OF_ONE_OWNER = 1000
"""Where there are keys: one of them shall not take all connections."""
_MOST_DIGITS = 15


def start_after(
    header: Annotated[
        str | None, Header(alias="Last-Event-ID", description="Go on after this event; wins over the query.")
    ] = None,
    query: Annotated[str | None, Query(alias="lastEventId", description="Go on after this event.")] = None,
) -> int:
    """The number after which to start. On a reconnect the browser repeats the old query and adds a newer header."""
    from_query = _event_number(query, "lastEventId")
    from_header = _event_number(header, "Last-Event-ID")
    return from_header if from_header is not None else from_query or 0


def add_routes(
    app: FastAPI,
    services: ApiServices,
    counted: Callable[[], AbstractContextManager[None]],
    *,
    most_of_one_owner: int = _MOST_OF_ONE_OWNER,
) -> None:
    """`counted` is entered for as long as a stream is open."""
    open_by_owner = Counter[str]()

    @contextmanager
    def taken(owner: str) -> Iterator[None]:
        open_by_owner[owner] += 1
        try:
            with counted():
                yield
        finally:
            open_by_owner[owner] -= 1
            if not open_by_owner[owner]:
                del open_by_owner[owner]

    @app.get(
        "/api/inngest/stream/{session_id}",
        tags=["generation"],
        summary="Real-time progress (Server-Sent Events)",
        response_class=Response,
        responses={
            200: {
                "description": "One `message` event per progress update, `data:` one line of JSON, `id:` its number.",
                "content": {"text/event-stream": {"example": _EXAMPLE}},
            },
            204: {"description": "The session is over and everything was seen; EventSource stops for good."},
        },
    )
    async def stream(
        session_id: str,
        visitor: Annotated[Visitor, Depends(current_visitor)],
        after: Annotated[int, Depends(start_after)],
        live: Annotated[bool, Query(description="Also show what a model is writing: frames without a number.")] = False,
        ticket: Annotated[str | None, Query(description="Instead of a key, where no header can be sent.")] = None,
    ) -> Response:
        """Starts at event 1, or after `Last-Event-ID`; closes after the newest round's terminal event.

        With `live=1` frames of the form `{"type": "draft_text", "filePath", "text"}` come between the events: the end
        of what a model is writing for a file just now, empty once it is done. They have no `id:`, are not repeated,
        and are no part of the sequence.
        """
        record = await find_session(services, session_id, visitor.owner)
        if _is_all_told(record, after):
            return Response(status_code=204)
        if visitor.key_id is not None and open_by_owner[visitor.owner] >= most_of_one_owner:
            return refusal(
                429,
                "too_many_streams",
                f"There are {most_of_one_owner} open streams of this key's owner.",
                hint="Close some of them, or ask for the session's status now and then.",
                headers={"Retry-After": "5"},
            )
        owned = partial(taken, visitor.owner)
        return EventStream(services.store, session_id, visitor, after, live=live, counted=owned)


class EventStream(Response):
    """The answer that stays open."""

    def __init__(
        self,
        store: Store,
        session_id: str,
        visitor: Visitor,
        after: int,
        *,
        live: bool = False,
        counted: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__(
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        )
        del self.headers["content-length"]
        self._counted = counted
        self._frames = follow(store, session_id, visitor.owner, after, live=live, is_welcome=visitor.is_welcome)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        telling = asyncio.ensure_future(self._tell(send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        try:
            with self._counted():
                await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, leaving):
                task.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, send: Send) -> None:
        try:
            async for frame in self._frames:
                await send({"type": "http.response.body", "body": frame, "more_body": True})
        except Exception:
            # The status is long sent. Ending the answer cleanly makes the client come back with its Last-Event-ID.
            logger.exception("a stream broke off; its client will reconnect")
        finally:
            await self._frames.aclose()


async def follow(
    store: Store,
    session_id: str,
    owner: str,
    after: int,
    *,
    live: bool = False,
    is_welcome: Callable[[], Awaitable[bool]] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[bytes]:
    """All frames of one connection. Holds no database connection while it waits.

    It ends where `is_welcome` says no, which is asked after every silence.
    """
    yield format_sse_event(retry=RETRY_MILLISECONDS)
    last_words, most_silence = clock(), PING_SECONDS if is_welcome is None else _WELCOME_SECONDS
    # Subscribe first: a row that is written between reading and waiting must wake us.
    async with store.watch(session_id) as wakeup, AsyncExitStack() as stack:
        onlooker = stack.enter_context(store.live_texts.watch(session_id, wakeup.ring)) if live else None
        while not store.closing:
            page = await store.events_after(session_id, after, _PAGE)
            for event in page:
                yield frame_of(event)
                after = event.id
            if page:
                last_words = clock()
            if len(page) == _PAGE:
                continue
            if not page or page[-1].is_terminal:
                record = await store.session(session_id, owner)
                if record is None or _is_all_told(record, after):
                    return
                if after > record.last_event_id:
                    after = 0  # It counts the events of a deleted session that had the same id.
                    continue
                if page:
                    continue  # A further round has begun in the meantime.
            for path, text in onlooker.look().items() if onlooker is not None else ():
                yield _live_frame(path, text)
                last_words = clock()
            read_again = clock() + REREAD_SECONDS
            is_news = False
            while not is_news and clock() < read_again:
                silence = clock() - last_words
                if silence >= PING_SECONDS:
                    yield KEEPALIVE_COMMENT
                    last_words, silence = clock(), 0.0
                is_news = await wakeup.wait(min(most_silence, PING_SECONDS - silence))
                if is_welcome is not None and not await is_welcome():
                    return


def frame_of(event: StoredEvent) -> bytes:
    # ASCII and compact, so that no message can hold a line end of its own.
    return format_sse_event(data_str=json.dumps(event.payload, separators=(",", ":")), id=str(event.id))


def _live_frame(path: str, text: str) -> bytes:
    payload = {"type": "draft_text", "filePath": path, "text": text}
    return format_sse_event(data_str=json.dumps(payload, separators=(",", ":")))


def _is_all_told(record: SessionRecord, after: int) -> bool:
    return record.status.is_over and after >= record.last_event_id


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event_number(text: str | None, field: str) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        problem = "must be the number of an event"
        raise InputError(
            f"{field} {problem}.",
            fields=(FieldProblem(field, problem),),
            hint="Leave it out to hear the session from its start.",
        )
    return int(text)


_EXAMPLE = """\
data: {"type":"session_created","step":"session","message":"Session created successfully","progress":10}

data: {"type":"file_processing","step":"generation","message":"Generating tests for Button.tsx","progress":40,\
"currentFile":"Button.tsx","fileIndex":1,"totalFiles":1}

data: {"type":"generation_completed","step":"completed","message":"AI test generation completed","progress":100,\
"summary":{"totalFiles":1,"successfulTests":1,"failedTests":0,"totalTestCount":5}}
"""
