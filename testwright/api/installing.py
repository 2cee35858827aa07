"""What could be installed from a lock file, where a session's files lack the packages of their project."""

from pathlib import PurePosixPath
from typing import Annotated

from fastapi import Depends, FastAPI

from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_owner, find_session
from testwright.api.services import ApiServices
from testwright.api.wire import Installable, Installables
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.records import FileRecord, TestRecord

Owner = Annotated[str, Depends(current_owner)]

_LACKING = frozenset({"missing_package", "environment", "source_does_not_load"})


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get(
        "/api/sessions/{session_id}/installable",
        tags=["sessions"],
        summary="Packages that a retry could install for files that lack them",
    )
    async def installable(session_id: str, owner: Owner) -> Envelope[Installables]:
        """Retry such a file with `install: true`. Only the service's own user may install; others get an empty list."""
        record = await find_session(services, session_id, owner)
        if owner != LOCAL_OWNER or record.repository_root is None:
            return done("Nothing can be installed", Installables(files=[]))
        tests = {test.file_path: test for test in await services.store.tests(session_id)}
        lacking = [file for file in await services.store.files(session_id) if _lacks(file, tests.get(file.path))]
        found = {_project(file): file for file in lacking}
        titles = {
            project: await services.installable(file.framework, record.repository_root, near=file.path)
            for project, file in found.items()
        }
        files = [
            Installable(file_path=file.path, packages=title) for file in lacking if (title := titles[_project(file)])
        ]
        return done("What could be installed", Installables(files=files))


def _lacks(file: FileRecord, test: TestRecord | None) -> bool:
    if file.error is not None:
        return file.error["code"] in _LACKING
    return test is not None and any(each["kind"] == "package" for each in test.evidence.get("environment", ()))


def _project(file: FileRecord) -> tuple[str, str]:
    """Files of one folder have one answer."""
    return file.framework, str(PurePosixPath(file.path).parent)
