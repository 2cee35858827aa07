"""`testwright sessions`: what was generated, newest first."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from testwright.cli import own_tests
from testwright.cli.exits import ALL_PROVEN, PARTIAL
from testwright.cli.generate import apply_suites
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord, TestRecord
from testwright.domain.suspects import suspect_files
from testwright.settings import read_settings
from testwright.sources.export import as_patch as patch_of
from testwright.sources.export import files_to_export
from testwright.store import Store


async def list_sessions(*, most: int, as_json: bool) -> int:
    async with Store.open(read_settings().home) as store:
        found, _ = await store.sessions("local", limit=most)
    if as_json:
        print(json.dumps([_as_json(session) for session in found], indent=2, ensure_ascii=False))
    elif not found:
        print("No sessions yet: testwright generate PATH", file=sys.stderr)
    for session in () if as_json else found:
        at = session.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
        files = f"{session.completed_files} of {session.total_files} files"
        print(f"{at}  {session.session_id}  {session.status.value:<10}  {files:<16}  {session.repository_id}")
    return ALL_PROVEN


async def show_session(session_id: str, *, suspects: bool, apply: bool, as_patch: bool, as_json: bool) -> int:
    """Print the newest suites of one session, or write them where their sources lie. Raises InputError.

    With `suspects`, its possible bugs take the place of the suites, each as a file of its own.
    """
    async with Store.open(read_settings().home) as store:
        session = await store.session(session_id, "local")
        tests = await store.tests(session_id) if session else []
    if session is None:
        raise InputError(f"There is no session {session_id}.", hint="testwright sessions lists those that exist.")
    if suspects:
        tests = [
            replace(test, test_file_path=path, test_code=code)
            for test in tests
            for path, code in suspect_files(test.test_file_path, test.suspects)
        ]
    if as_json:
        shown = [{"testFilePath": t.test_file_path, "testCode": t.test_code, "evidence": t.evidence} for t in tests]
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif as_patch:
        sys.stdout.buffer.write(patch_of(files_to_export(tests)).encode())  # no line end of it is ours to change
    elif not apply:
        for test in tests:
            print(own_tests.shown(test))
    if not tests:
        what = "possible bug of this session was seen" if suspects else "suite of this session was kept"
        print(f"No {what}.", file=sys.stderr)
    return _put(session.repository_root, tests) if apply else ALL_PROVEN


def _put(root: str | None, tests: Sequence[TestRecord]) -> int:
    if root is None:
        raise InputError(
            "The files of this session came without a folder.", hint="Print the suites and save them yourself."
        )
    written, refused = apply_suites(Path(root), tests)
    for path in written:
        print(f"written  {path}")
    for problem in refused:
        print(f"not written  {problem}", file=sys.stderr)
    return PARTIAL if refused else ALL_PROVEN


def _as_json(session: SessionRecord) -> dict[str, object]:
    return {
        "sessionId": session.session_id,
        "repositoryId": session.repository_id,
        "status": session.status.value,
        "progress": session.progress,
        "round": session.round,
        "totalFiles": session.total_files,
        "completedFiles": session.completed_files,
        "failedFiles": session.failed_files,
        "createdAt": session.created_at.isoformat(),
        "writer": session.writer,
        "model": session.model,
    }
