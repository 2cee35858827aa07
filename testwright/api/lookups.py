"""Finding what an address names, for the one who asks; what is somebody else's is as unknown as what is not there."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request

from testwright.api.credentials import Visitor
from testwright.api.requests import SESSION_ID
from testwright.api.services import ApiServices
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import RepositoryRecord, SessionRecord, TestRecord

_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def current_visitor(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


def current_owner(visitor: Annotated[Visitor, Depends(current_visitor)]) -> str:
    return visitor.owner


def idempotency_key(
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="The same key with the same body starts nothing twice."),
    ] = None,
) -> str | None:
    if key is not None and not _KEY.fullmatch(key):
        problem = "must be 1 to 200 visible ASCII characters"
        raise InputError(
            f"Idempotency-Key {problem}.",
            fields=(FieldProblem("Idempotency-Key", problem),),
            hint="Use a UUID, one for each request you mean to make.",
        )
    return key


async def find_session(services: ApiServices, session_id: str, owner: str) -> SessionRecord:
    record = None
    if re.fullmatch(SESSION_ID.strip("^$"), session_id):
        record = await services.store.session(session_id, owner)
    if record is None:
        raise InputError(
            "This session is gone, or is not yours.",
            status=404,
            code="session_not_found",
            hint="All your sessions are listed at /api/sessions.",
        )
    return record


async def find_test(services: ApiServices, session_id: str, test_id: str, owner: str) -> TestRecord:
    await find_session(services, session_id, owner)
    record = await services.store.test(session_id, test_id)
    if record is None:
        raise InputError(
            "This session has no such test.",
            status=404,
            code="test_not_found",
            hint=f"Its tests are listed at /api/sessions/{session_id}/tests.",
        )
    return record


async def find_repository(services: ApiServices, repository_id: str, owner: str) -> RepositoryRecord:
    record = await services.store.repository(repository_id, owner)
    if record is None:
        raise InputError(
            "This repository is not registered, or is not yours.",
            status=404,
            code="repository_not_found",
            hint="Register it with POST /api/repositories.",
        )
    return record
