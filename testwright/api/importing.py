"""The two ways for a repository to come from elsewhere: a git address, and a zip that is uploaded."""

import asyncio
import re
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from testwright.api.envelope import Envelope, done
from testwright.api.guard import UPLOADS
from testwright.api.lookups import current_owner
from testwright.api.services import ApiServices
from testwright.api.wire import RepositoryData, repository_data
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.records import RepositoryRecord
from testwright.sources.keeping import Imported

Owner = Annotated[str, Depends(current_owner)]

_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_FILE_NAME = re.compile(rb'filename="([^"\r\n]*)"', re.IGNORECASE)
UPLOAD_BODY: dict[str, Any] = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {"file": {"type": "string", "format": "binary", "description": "A zip"}},
        }
    }
}


class UploadRoute(APIRoute):
    """Beside a route of the same address that takes JSON: this one answers to forms alone."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if not headers.get(b"content-type", b"").lower().startswith(b"multipart/form-data"):
            return Match.NONE, {}
        return super().matches(scope)


def add_upload(app: FastAPI, services: ApiServices) -> None:
    """Has to stand before the route that takes JSON."""

    async def upload(request: Request, owner: Owner) -> Envelope[RepositoryData]:
        name, data = one_file(await request.body(), request.headers.get("content-type", ""))
        imported = await asyncio.to_thread(services.import_zip, data, name)
        return await registered(services, owner, imported)

    app.router.add_api_route(
        UPLOADS,
        upload,
        methods=["POST"],
        response_model=Envelope[RepositoryData],
        include_in_schema=False,
        route_class_override=UploadRoute,
    )


async def from_git(services: ApiServices, owner: str, url: str, branch: str | None) -> Envelope[RepositoryData]:
    imported = await asyncio.to_thread(services.import_git, url, branch, owner)
    return await registered(services, owner, imported)


async def registered(services: ApiServices, owner: str, imported: Imported) -> Envelope[RepositoryData]:
    record: RepositoryRecord = await services.store.add_repository(owner, imported.name, str(imported.folder))
    return done(f"{record.name} is imported.", repository_data(record))


def one_file(body: bytes, content_type: str) -> tuple[str, bytes]:
    """Name and contents of the only file of a form. Raises InputError."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise _bad_form("names no boundary")
    mark = b"--" + (boundary[1] or boundary[2]).encode("latin-1", "replace")
    parts = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(parts) != 3 or parts[0] or not parts[1].startswith(b"\r\n") or not parts[2].startswith(b"--"):
        raise _bad_form("has to hold one file and nothing else")
    head, end, data = parts[1].partition(b"\r\n\r\n")
    name = _FILE_NAME.search(head)
    if not end or name is None:
        raise _bad_form("holds no file")
    return name[1].decode("utf-8", "replace"), data


def _bad_form(problem: str) -> InputError:
    return InputError(
        f"The form {problem}.",
        code="bad_zip",
        hint="Send multipart/form-data with one field, `file`: curl -F file=@project.zip …",
        fields=(FieldProblem("file", problem),),
    )
