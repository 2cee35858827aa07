"""Coming in where no header can be sent: tickets for a stream, and the link that opens the page."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from testwright.api.credentials import COOKIE, Visitor
from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_visitor, find_session
from testwright.api.services import ApiServices
from testwright.api.wire import TicketData
from testwright.domain.access import PAGE_LASTS

_LINK_IS_OLD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Testwright</title>
<h1>This link was used already, or is older than ten minutes</h1>
<p>Make a new one on the machine where Testwright runs: <code>testwright keys launch</code></p>
</html>
"""


def add_routes(app: FastAPI, services: ApiServices) -> None:
    access = services.store.access

    @app.post("/api/sessions/{session_id}/ticket", tags=["sessions"], summary="A ticket for a session's stream")
    async def ticket(session_id: str, visitor: Annotated[Visitor, Depends(current_visitor)]) -> Envelope[TicketData]:
        """For clients such as EventSource, which send no headers: `GET /api/inngest/stream/{sessionId}?ticket=…`.

        It opens that stream once within a minute, and again with the `Last-Event-ID` of an event of it, until the
        session is over. A second opening closes the first; a revoked key closes both.
        """
        await find_session(services, session_id, visitor.owner)
        made, opens_until = await access.add_ticket(session_id, owner=visitor.owner, key_id=visitor.key_id)
        return done("It opens this session's stream once, within a minute.", TicketData(ticket=made, until=opens_until))

    @app.get("/launch", include_in_schema=False)
    async def launch(request: Request, token: Annotated[str, Query(max_length=200)] = "") -> Response:
        cookie = await access.launch(token)
        if cookie is None:
            return HTMLResponse(_LINK_IS_OLD, 401, {"Cache-Control": "no-store"})
        answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=int(PAGE_LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer
