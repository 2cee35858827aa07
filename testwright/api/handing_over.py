"""Suites handed over: as one download, or written into the folder they were made for."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query, Response

from testwright.api.applying import Outcome, apply_suites, sources_of, undo
from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_owner, find_session
from testwright.api.services import ApiServices
from testwright.api.wire import AppliedData, RefusalData
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord
from testwright.sources.export import as_patch, as_zip, files_to_export, not_rejected
from testwright.sources.keeping import own_tree
from testwright.sources.reports import REPORTS
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]

_TYPES = {
    "zip": "application/zip",
    "patch": "text/x-patch; charset=utf-8",
    **{form: report.media_type for form, report in REPORTS.items()},
}


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get(
        "/api/sessions/{session_id}/export",
        tags=["tests"],
        summary="The suites as a zip or a patch, or a report of what was found",
        response_class=Response,
        responses={200: {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}},
    )
    async def export(
        session_id: str,
        owner: Owner,
        format: Annotated[Literal["zip", "patch", "sarif", "junit", "markdown", "lcov", "mutation"], Query()] = "zip",
    ) -> Response:
        """The newest suite of each file, rejected ones and possible bugs left out; reports tell of the latter too."""
        await find_session(services, session_id, owner)
        tests = await services.store.tests(session_id)
        files = files_to_export(tests)
        if not files:
            raise InputError(
                "There is no suite to export.",
                status=404,
                code="nothing_to_export",
                hint="Wait until a file is done, or take back a rejection.",
            )
        if format in REPORTS:
            kept = not_rejected(tests)
            body = REPORTS[format].write(kept, await sources_of(services.store, session_id, kept)).encode()
        else:
            body = as_zip(files) if format == "zip" else as_patch(files).encode()
        ending = REPORTS[format].ending if format in REPORTS else format
        name = f'attachment; filename="testwright-{session_id}.{ending}"'
        return Response(body, media_type=_TYPES[format], headers={"Content-Disposition": name})

    @app.post("/api/sessions/{session_id}/apply", tags=["tests"], summary="Write the suites into the folder")
    async def apply(session_id: str, owner: Owner) -> Envelope[AppliedData]:
        """The newest suite of each file that nobody rejected. Only new files and the suites that tests were added to
        are written, never over anything else; what cannot be written is listed with the reason, and the others are.
        """
        session = await find_session(services, session_id, owner)
        root = _folder_of(session)
        outcome = await apply_suites(services.store, session_id, root, await services.store.tests(session_id))
        return done(_said(outcome, "written"), _applied_data(session_id, outcome))

    @app.post("/api/sessions/{session_id}/apply/undo", tags=["tests"], summary="Take back what was written")
    async def take_back(session_id: str, owner: Owner) -> Envelope[AppliedData]:
        """Exactly what this session wrote. A file that was changed since is left alone, and listed with the reason."""
        session = await find_session(services, session_id, owner)
        outcome = await undo(services.store, session_id, _folder_of(session))
        return done(_said(outcome, "taken back"), _applied_data(session_id, outcome))


def _folder_of(session: SessionRecord) -> Path:
    root = own_tree(session.repository_root)
    if root is None:
        raise InputError(
            "The files of this session came without a folder of yours.",
            status=409,
            code="no_folder",
            hint="Export the suites as a zip or a patch instead.",
        )
    return root


def _said(outcome: Outcome, what: str) -> str:
    said = f"{counted(len(outcome.changed), 'file')} {what}"
    return f"{said}, {len(outcome.refused)} left alone" if outcome.refused else said


def _applied_data(session_id: str, outcome: Outcome) -> AppliedData:
    return AppliedData(
        session_id=session_id,
        changed=list(outcome.changed),
        unchanged=list(outcome.unchanged),
        refused=[RefusalData(path=one.path, problem=one.problem, hint=one.hint) for one in outcome.refused],
        overtaken=list(outcome.overtaken),
    )
