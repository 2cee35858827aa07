"""Registered folders: listing, browsing, forgetting them."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Query

from testwright.api.envelope import Envelope, done
from testwright.api.importing import UPLOAD_BODY, add_upload, from_git
from testwright.api.intake import checked_out_branch, open_project, size_of
from testwright.api.lookups import current_owner, find_repository
from testwright.api.requests import RepositoryRequest
from testwright.api.services import ApiServices
from testwright.api.wire import (
    PickedFile,
    Picks,
    RepositoryData,
    RepositoryFile,
    RepositoryHistory,
    RepositoryList,
    SessionFiguresData,
    SuggestionData,
    Tree,
    TreeFile,
    options_data,
    repository_data,
)
from testwright.domain.configuration import ProjectConfig
from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.paths import BadPath, accept_path
from testwright.domain.ports import ProjectView
from testwright.domain.records import MeasuredFile, RepositoryRecord
from testwright.domain.sessions import Options
from testwright.domain.still import Still
from testwright.sources.git_index import changed_files
from testwright.sources.picking import Choice, Knowledge, pick
from testwright.sources.project_config import left_in
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices) -> None:
    store = services.store
    add_upload(app, services)

    @app.post(
        "/api/repositories",
        tags=["repositories"],
        summary="Register a folder, or import a git address or a zip",
        openapi_extra={"requestBody": {"content": UPLOAD_BODY}},
    )
    async def register(request: RepositoryRequest, owner: Owner) -> Envelope[RepositoryData]:
        """A folder of this machine is only read; registering it again gives the same repository. A git address (https,
        public, without submodules) or a zip is put into a folder of our own: a commit of its own gets one of its own.
        """
        if request.git_url is not None and request.path is None:
            return await from_git(services, owner, request.git_url, request.branch)
        if request.path is None or request.git_url is not None or request.branch is not None:
            problem = "is missing" if request.path is None else "cannot be given together with gitUrl or branch"
            raise InputError(
                f"path {problem}.",
                code="bad_folder",
                fields=(FieldProblem("path", problem),),
                hint='Send {"path": …} with a folder of this machine, {"gitUrl": …, "branch"?: …}, or a zip as a form.',
            )
        root = await asyncio.to_thread(services.find_folder, request.path)
        record = await store.add_repository(owner, root.name or "root", str(root))
        return done(f"{record.name} is registered.", repository_data(record))

    @app.get("/api/repositories", tags=["repositories"], summary="All registered folders")
    async def repositories(owner: Owner) -> Envelope[RepositoryList]:
        """`suggestions` are folders that look like projects: their `path` can be registered as it stands."""
        records = await store.repositories(owner)
        suggested = await asyncio.to_thread(services.suggest_folders, [record.root for record in records])
        listed = RepositoryList(
            repositories=[repository_data(record) for record in records],
            suggestions=[SuggestionData(name=one.name, path=one.path) for one in suggested],
        )
        return done(counted(len(records), "repository", "repositories"), listed)

    @app.get("/api/repositories/{repository_id}", tags=["repositories"], summary="One registered folder")
    async def repository(repository_id: str, owner: Owner) -> Envelope[RepositoryData]:
        record = await find_repository(services, repository_id, owner)
        return done(record.name, repository_data(record))

    @app.get("/api/repositories/{repository_id}/tree", tags=["repositories"], summary="Its files")
    async def tree(
        repository_id: str, owner: Owner, ref: Annotated[str | None, Query(max_length=200)] = None
    ) -> Envelope[Tree]:
        """Without what git ignores and what the project excludes. `options` is what it configures, null where it says
        nothing; `configProblem` why that cannot be read. `ref` may only name the branch that is checked out."""
        record = await find_repository(services, repository_id, owner)
        measured = await store.measured_files(owner, repository_id)
        found = await asyncio.to_thread(_tree, services, record, ref, measured)
        return done(counted(len(found.files), "file"), found)

    @app.get("/api/repositories/{repository_id}/picks", tags=["repositories"], summary="Files worth tests, chosen")
    async def picks(
        repository_id: str,
        owner: Owner,
        since: Annotated[str | None, Query(max_length=200, description="A branch, tag or commit")] = None,
        untested: bool = False,
        riskiest: Annotated[int | None, Query(ge=1, le=10_000)] = None,
    ) -> Envelope[Picks]:
        """Of the files that define something and are no tests: those that changed since a base (untracked ones
        included), that have no tests, or the riskiest: least covered × most decisions × most often changed. What is
        asked together narrows."""
        record = await find_repository(services, repository_id, owner)
        measured = await store.measured_files(owner, repository_id)
        choice = Choice(since=since, untested=untested, most=riskiest)
        files = await asyncio.to_thread(_picks, services, record, choice, measured)
        return done(counted(len(files), "file"), Picks(repository_id=repository_id, files=files))

    @app.get(
        "/api/repositories/{repository_id}/files/{path:path}", tags=["repositories"], summary="The text of one file"
    )
    async def file(repository_id: str, path: str, owner: Owner) -> Envelope[RepositoryFile]:
        record = await find_repository(services, repository_id, owner)
        try:
            path = accept_path(path)
        except BadPath as reason:
            raise InputError(
                f"The path {reason}.",
                fields=(FieldProblem("path", str(reason)),),
                hint=f"The repository's files are listed at /api/repositories/{repository_id}/tree.",
            ) from reason
        text = await asyncio.to_thread(lambda: open_project(services, record.root).text(path))
        if text is None:
            raise InputError(
                "The repository has no such text file, or it is too large to show.",
                status=404,
                code="file_not_found",
                hint=f"Its files are listed at /api/repositories/{repository_id}/tree.",
            )
        return done(path, RepositoryFile(path=path, language=services.language_of_path(path), content=text))

    @app.get("/api/repositories/{repository_id}/history", tags=["repositories"], summary="How its sessions went")
    async def history(repository_id: str, owner: Owner) -> Envelope[RepositoryHistory]:
        """The oldest first. Sessions of which nothing could be run are left out."""
        await find_repository(services, repository_id, owner)
        seen = await store.session_figures(owner, repository_id)
        figures = [SessionFiguresData(**asdict(one)) for one in seen]
        return done(counted(len(figures), "session"), RepositoryHistory(repository_id=repository_id, sessions=figures))

    @app.delete("/api/repositories/{repository_id}", tags=["repositories"], summary="Forget a folder")
    async def remove(repository_id: str, owner: Owner) -> Envelope[RepositoryData]:
        """A folder of yours is not touched. What was imported is deleted, once nobody else has it registered and no
        session works with it."""
        record = await find_repository(services, repository_id, owner)
        await store.remove_repository(repository_id, owner)
        gone = not await store.is_held(record.root) and await asyncio.to_thread(services.discard_import, record.root)
        became = "what was imported is deleted" if gone else "the folder was not touched"
        return done(f"{record.name} is no longer registered; {became}.", repository_data(record))


def _tree(services: ApiServices, record: RepositoryRecord, ref: str | None, measured: Sequence[MeasuredFile]) -> Tree:
    view = Still(open_project(services, record.root))
    branch = checked_out_branch(Path(record.root))
    if ref is not None and ref != branch:
        raise InputError(
            "Only the branch that is checked out can be browsed.",
            code="not_supported_yet",
            hint="Check the branch out in the folder, or leave ref away.",
            fields=(FieldProblem("ref", "is not what the folder has checked out"),),
        )
    config, problem = _configured(services, view)
    paths = left_in(config, list(view.paths()))
    told = {path: services.language_of_path(path) for path in paths}
    able = {language for language in set(told.values()) if language and services.can_be_run(language, view)}
    languages = {path: language if language in able else None for path, language in told.items()}
    changed = changed_files(Path(record.root), [path for path in paths if languages[path]])
    # What was measured of another text says nothing about this one.
    coverage = {file.path: file.lines for file in measured if view.text(file.path) == file.text}
    tested = services.tested([path for path in paths if languages[path]], view) if services.tested else None
    files = [
        TreeFile(
            path=path,
            language=language,
            size=size_of(view, path),
            has_tests=path in tested if tested is not None and language else None,
            coverage=coverage.get(path),
            changed=path in changed if changed is not None and language else None,
        )
        for path, language in languages.items()
    ]
    frameworks = {
        language: services.framework_of(language, view, config)
        for language in sorted({language for language in languages.values() if language})
        if services.framework_of
    }
    return Tree(
        repository_id=record.repository_id,
        branch=branch,
        frameworks=frameworks,
        files=files,
        options=options_data(config.applied(Options(), frozenset())) if config.options else None,
        config_problem=problem,
    )


def _picks(
    services: ApiServices, record: RepositoryRecord, choice: Choice, measured: Sequence[MeasuredFile]
) -> list[PickedFile]:
    view = open_project(services, record.root)
    config, _ = _configured(services, view)
    known = Knowledge(
        decisions=services.decisions_in,
        tested=services.tested or (lambda paths, view: frozenset()),
        measured=measured,
    )
    picked = pick(view, left_in(config, services.worth_testing(view)), choice, known)
    return [PickedFile(path=one.path, because=list(one.because)) for one in picked]


def _configured(services: ApiServices, view: ProjectView) -> tuple[ProjectConfig, str | None]:
    """A project that is configured wrongly can be looked at all the same, and hears of it."""
    try:
        return services.configured(view), None
    except InputError as error:
        return ProjectConfig(), error.message
