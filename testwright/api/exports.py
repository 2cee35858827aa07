"""Suites to take away: all of a session's that nobody rejected, as one download."""

from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Response

from testwright.api.lookups import current_owner, find_session
from testwright.api.services import ApiServices
from testwright.domain.errors import InputError
from testwright.sources.export import as_patch, as_zip, files_to_export

Owner = Annotated[str, Depends(current_owner)]

_TYPES = {"zip": "application/zip", "patch": "text/x-patch; charset=utf-8"}


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get(
        "/api/sessions/{session_id}/export",
        tags=["tests"],
        summary="The suites as a zip, or as a patch that git apply takes",
        response_class=Response,
        responses={200: {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}},
    )
    async def export(
        session_id: str, owner: Owner, format: Annotated[Literal["zip", "patch"], Query()] = "zip"
    ) -> Response:
        """The newest suite of each file, rejected ones and possible bugs left out."""
        await find_session(services, session_id, owner)
        files = files_to_export(await services.store.tests(session_id))
        if not files:
            raise InputError(
                "There is no suite to export.",
                status=404,
                code="nothing_to_export",
                hint="Wait until a file is done, or take back a rejection.",
            )
        body = as_zip(files) if format == "zip" else as_patch(files).encode()
        name = f'attachment; filename="testwright-{session_id}.{format}"'
        return Response(body, media_type=_TYPES[format], headers={"Content-Disposition": name})
