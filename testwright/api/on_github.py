"""GitHub with the installation's token: what it may see, and suites sent there or to a branch of one's own checkout."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query

from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_owner, find_session
from testwright.api.requests import BranchRequest, PullRequestRequest
from testwright.api.sending import Sent, send_pull_request, send_to_branch
from testwright.api.services import ApiServices
from testwright.api.wire import (
    GitHubRepositories,
    GitHubRepository,
    GitHubTree,
    GitHubTreeFile,
    RefusalData,
    SentData,
)
from testwright.domain.errors import FieldProblem, InputError
from testwright.sources.github import place_named
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get("/api/github/repositories", tags=["github"], summary="What the token may see")
    async def repositories(
        owner: Owner, page: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> Envelope[GitHubRepositories]:
        """The last pushed first, private ones included. Import one with its `gitUrl` by POST /api/repositories."""
        async with services.github(owner) as github:
            found, is_more = await github.repositories(page)
        listed = [
            GitHubRepository(
                repository=str(one.place),
                git_url=one.git_url,
                private=one.is_private,
                default_branch=one.default_branch,
                pushed_at=one.pushed_at,
            )
            for one in found
        ]
        next_page = page + 1 if is_more else None
        return done(
            counted(len(listed), "repository", "repositories"),
            GitHubRepositories(repositories=listed, next_page=next_page),
        )

    @app.get("/api/github/repositories/{account}/{name}/tree", tags=["github"], summary="The files of one of them")
    async def tree(
        account: str, name: str, owner: Owner, ref: Annotated[str | None, Query(max_length=200)] = None
    ) -> Envelope[GitHubTree]:
        """Of the newest commit of a branch or tag; nothing is fetched. `truncated` where GitHub lists only some."""
        place = place_named(f"{account}/{name}")
        if place is None:
            raise InputError(
                "That names no repository.",
                hint="GET /api/github/repositories lists them.",
                fields=(FieldProblem("name", "is no name"),),
            )
        async with services.github(owner) as github:
            found = await github.tree(place, ref)
        files = [
            GitHubTreeFile(path=one.path, size=one.size, language=services.language_of_path(one.path))
            for one in found.entries
        ]
        data = GitHubTree(
            repository=str(place), ref=found.ref, commit=found.commit, truncated=found.is_cut, files=files
        )
        return done(counted(len(files), "file"), data)

    @app.post("/api/sessions/{session_id}/branch", tags=["tests"], summary="Commit the suites to a new branch")
    async def branch(session_id: str, request: BranchRequest, owner: Owner) -> Envelope[SentData]:
        """One commit on top of what is checked out; working tree, index and other branches stay as they are. With
        `preview` nothing is changed: the answer says what would be in it.
        """
        session = await find_session(services, session_id, owner)
        sent = await send_to_branch(services.store, session, request.branch, preview=request.preview)
        return done(_said(sent, "committed", request.preview), _sent_data(session_id, sent))

    @app.post("/api/sessions/{session_id}/pull-request", tags=["tests"], summary="Open a pull request on GitHub")
    async def pull_request(session_id: str, request: PullRequestRequest, owner: Owner) -> Envelope[SentData]:
        """By GitHub's REST API and the installation's token: nothing is pushed from here. With `preview` nothing is
        changed. A request that is open for the branch already is given as it is (`isNew` false).
        """
        session = await find_session(services, session_id, owner)
        async with services.github(owner) as github:
            sent = await send_pull_request(
                services.store, session, github, branch=request.branch, base=request.base, preview=request.preview
            )
        return done(_said(sent, "sent", request.preview), _sent_data(session_id, sent))


def _said(sent: Sent, what: str, is_preview: bool) -> str:
    if not sent.is_new:
        return "The pull request was open already, and is as it was"
    said = f"{counted(len(sent.paths), 'file')} {'would be ' if is_preview else ''}{what}"
    return f"{said}, {len(sent.refused)} left out" if sent.refused else said


def _sent_data(session_id: str, sent: Sent) -> SentData:
    return SentData(
        session_id=session_id,
        branch=sent.branch,
        base=sent.base,
        title=sent.title,
        body=sent.body,
        paths=list(sent.paths),
        refused=[RefusalData(path=path, problem=problem, hint=None) for path, problem in sent.refused],
        commit=sent.commit,
        url=sent.url,
        is_new=sent.is_new,
    )
