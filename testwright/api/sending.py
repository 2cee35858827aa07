"""A session's suites as a commit on a branch of their own, here or on GitHub with a pull request."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord, TestRecord
from testwright.sources.export import files_to_export, not_rejected
from testwright.sources.git_branch import commit_to_branch, plan_commit
from testwright.sources.git_runs import GitRefused, git
from testwright.sources.github import GitHub, place_of
from testwright.sources.keeping import own_tree
from testwright.sources.reports import as_markdown
from testwright.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was committed or sent; of a preview, what would be: then there is neither `commit` nor `url`.

    `is_new` is false for a pull request that was open already, and stays as it is.
    """

    branch: str
    title: str
    body: str
    paths: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    base: str | None = None
    commit: str | None = None
    url: str | None = None
    is_new: bool = True


async def send_to_branch(store: Store, session: SessionRecord, branch: str, *, preview: bool = False) -> Sent:
    """Commit to a new branch of the session's own checkout. Raises InputError."""
    root = own_tree(session.repository_root)
    if root is None:
        raise InputError(
            "This session has no folder of yours.",
            status=409,
            code="no_folder",
            hint="Send it to GitHub as a pull request, or take it as a patch.",
        )
    tests = not_rejected(await store.tests(session.session_id))
    title, body, files = title_of(tests), told(session, tests), files_to_export(tests)
    if preview:
        plan = await asyncio.to_thread(plan_commit, root, branch, files)
        paths = tuple(file.path for file in plan.taken)
        return Sent(branch=branch, title=title, body=body, paths=paths, refused=plan.refused)
    made = await asyncio.to_thread(commit_to_branch, root, branch, files, f"{title}\n\n{body}\n")
    return Sent(branch=made.branch, title=title, body=body, paths=made.paths, refused=made.refused, commit=made.commit)


async def send_pull_request(
    store: Store,
    session: SessionRecord,
    github: GitHub,
    *,
    branch: str | None = None,
    base: str | None = None,
    preview: bool = False,
) -> Sent:
    """Open a pull request on GitHub, by its REST API: nothing is pushed from here. Raises InputError."""
    if session.repository_root is None:
        raise InputError(
            "The files of this session came without a folder.",
            status=409,
            code="no_folder",
            hint="Take them as a patch.",
        )
    root, branch = Path(session.repository_root), branch or f"testwright/{session.session_id}"
    place = await asyncio.to_thread(place_of, root, github.url)
    prefix = await asyncio.to_thread(_place_in_the_repository, root)
    tests = not_rejected(await store.tests(session.session_id))
    title, body, files = title_of(tests), f"{as_markdown(tests)}\n{told(session, tests)}\n", files_to_export(tests)
    would = await github.plan_pull_request(place, files, branch=branch, base=base, prefix=prefix)
    if would.is_open is not None:
        return Sent(
            branch=branch,
            base=would.base,
            title=title,
            body=body,
            paths=(),
            refused=(),
            url=would.is_open.url,
            is_new=False,
        )
    assert would.plan is not None
    paths, refused, url = tuple(file.path for file in would.plan.taken), would.plan.refused, None
    if not preview:
        made = await github.open_pull_request(
            place, files, branch=branch, base=base, title=title, body=body, prefix=prefix
        )
        url, refused = made.url, made.refused
    return Sent(branch=branch, base=would.base, title=title, body=body, paths=paths, refused=refused, url=url)


def title_of(tests: Sequence[TestRecord]) -> str:
    files = [test.file_path for test in tests if test.test_code]
    return f"Tests for {files[0]}" if len(files) == 1 else f"Tests for {len(files)} files"


def told(session: SessionRecord, tests: Sequence[TestRecord]) -> str:
    """Who wrote the tests and what that took, as it was observed."""
    summary = session.summary or {}
    who = session.model or session.writer
    tokens, usd = summary.get("tokens") or 0, summary.get("costUsd")
    cost = "" if not tokens else f", {tokens:,} tokens" if usd is None else f", {tokens:,} tokens, ${usd:.4f}"
    is_proved = all(test.evidence.get("verified") for test in tests if test.test_code)
    proof = "run and proved by Testwright" if is_proved else "with Testwright; not all of it could be run"
    return f"Written by {who}, {proof} (session {session.session_id}{cost})."


def _place_in_the_repository(root: Path) -> str:
    try:
        return git(root, ["rev-parse", "--show-prefix"]).decode().rstrip("\n")
    except GitRefused:  # what was imported has no history with it
        return ""
