"""`testwright sessions SESSION --branch` and `--pull-request`."""

import sys
from collections.abc import Sequence

from testwright.api.sending import send_pull_request, send_to_branch
from testwright.cli.exits import ALL_PROVEN, PARTIAL
from testwright.cli.storage import open_store
from testwright.domain.access import LOCAL_OWNER
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord
from testwright.settings import read_settings
from testwright.store import Store
from testwright.wiring import github_for


async def commit_session(session_id: str, branch: str) -> int:
    """Commit to a new branch of the session's own checkout. Raises InputError."""
    async with open_store() as store:
        made = await send_to_branch(store, await _found(store, session_id), branch)
    for path in made.paths:
        print(f"committed  {path}")
    at = f"at commit {(made.commit or '')[:12]}"
    print(f"Branch {made.branch} has them, {at}: git switch {made.branch}", file=sys.stderr)
    return _refused(made.refused)


async def request_pull(session_id: str, branch: str | None, base: str | None) -> int:
    """Open a pull request on GitHub. Raises InputError."""
    async with open_store() as store:
        session = await _found(store, session_id)
        async with github_for(read_settings(), LOCAL_OWNER) as github:
            made = await send_pull_request(store, session, github, branch=branch, base=base)
    print(made.url)
    if not made.is_new:
        print("It was open already, and is as it was.", file=sys.stderr)
    return _refused(made.refused)


async def _found(store: Store, session_id: str) -> SessionRecord:
    session = await store.session(session_id, LOCAL_OWNER)
    if session is None:
        raise InputError(f"There is no session {session_id}.", hint="testwright sessions lists those that exist.")
    return session


def _refused(refused: Sequence[tuple[str, str]]) -> int:
    for _, problem in refused:
        print(f"left out  {problem}", file=sys.stderr)
    return PARTIAL if refused else ALL_PROVEN
