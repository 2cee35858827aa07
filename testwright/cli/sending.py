"""A session's suites as a commit on a branch of their own, here or on GitHub with a pull request."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from testwright.cli.exits import ALL_PROVEN, PARTIAL
from testwright.cli.storage import open_store
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord, TestRecord
from testwright.settings import read_settings
from testwright.sources.export import files_to_export, not_rejected
from testwright.sources.git_branch import commit_to_branch
from testwright.sources.git_runs import git
from testwright.sources.github import GitHub, place_of
from testwright.sources.keeping import own_tree
from testwright.sources.reports import as_markdown

_OWNER = "local"


async def commit_session(session_id: str, branch: str) -> int:
    """Commit to a new branch of the session's own checkout. Raises InputError."""
    session, tests = await _found(session_id)
    root = own_tree(session.repository_root)
    if root is None:
        raise InputError("This session has no folder of yours.", hint="Send it to GitHub with --pull-request.")
    files = files_to_export(tests)
    made = await asyncio.to_thread(commit_to_branch, root, branch, files, f"{title_of(tests)}\n\n{told(session)}\n")
    for path in made.paths:
        print(f"committed  {path}")
    print(f"Branch {made.branch} has them, at commit {made.commit[:12]}: git switch {made.branch}", file=sys.stderr)
    return _refused(made.refused)


async def request_pull(session_id: str, branch: str | None, base: str | None) -> int:
    """Open a pull request on GitHub, by its REST API: nothing is pushed from here. Raises InputError."""
    settings = read_settings()
    session, tests = await _found(session_id)
    if session.repository_root is None:
        raise InputError("The files of this session came without a folder.", hint="Take them as a patch.")
    if settings.github_token is None:
        raise InputError(
            "A pull request needs a token.",
            code="github_token",
            hint="Set GITHUB_TOKEN to one that may write contents and pull requests of the repository.",
        )
    root = Path(session.repository_root)
    place = await asyncio.to_thread(place_of, root, settings.github_url)
    prefix = (await asyncio.to_thread(git, root, ["rev-parse", "--show-prefix"])).decode().rstrip("\n")
    async with GitHub(settings.github_url, settings.github_token.get_secret_value()) as github:
        made = await github.open_pull_request(
            place,
            files_to_export(tests),
            branch=branch or f"testwright/{session_id}",
            base=base,
            title=title_of(tests),
            body=f"{as_markdown(tests)}\n{told(session)}\n",
            prefix=prefix,
        )
    print(made.url)
    if not made.is_new:
        print("It was open already, and is as it was.", file=sys.stderr)
    return _refused(made.refused)


def title_of(tests: Sequence[TestRecord]) -> str:
    files = [test.file_path for test in tests if test.test_code]
    return f"Tests for {files[0]}" if len(files) == 1 else f"Tests for {len(files)} files"


def told(session: SessionRecord) -> str:
    """Who wrote the tests and what that took, as it was observed."""
    summary = session.summary or {}
    who = session.model or session.writer
    tokens, usd = summary.get("tokens") or 0, summary.get("costUsd")
    cost = "" if not tokens else f", {tokens:,} tokens" if usd is None else f", {tokens:,} tokens, ${usd:.4f}"
    return f"Written by {who}, run and proved by Testwright (session {session.session_id}{cost})."


async def _found(session_id: str) -> tuple[SessionRecord, list[TestRecord]]:
    async with open_store() as store:
        session = await store.session(session_id, _OWNER)
        if session is None:
            raise InputError(f"There is no session {session_id}.", hint="testwright sessions lists those that exist.")
        return session, not_rejected(await store.tests(session_id))


def _refused(refused: Sequence[tuple[str, str]]) -> int:
    for _, problem in refused:
        print(f"left out  {problem}", file=sys.stderr)
    return PARTIAL if refused else ALL_PROVEN
