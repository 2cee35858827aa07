"""`testwright sessions`: what was generated, newest first."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from testwright.api.applying import Outcome, all_texts, apply_suites, overtaken_line, sources_of, undo
from testwright.cli import own_tests
from testwright.cli.exits import ALL_PROVEN, PARTIAL
from testwright.cli.storage import open_store
from testwright.domain.errors import InputError
from testwright.domain.records import SessionRecord, TestRecord
from testwright.domain.suspects import suspect_files
from testwright.sources.export import as_patch, files_to_export, not_rejected
from testwright.sources.keeping import own_tree
from testwright.sources.pinning import changed_since
from testwright.sources.reports import REPORTS
from testwright.store import Store


async def list_sessions(*, most: int, as_json: bool) -> int:
    async with open_store() as store:
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


class Deed(StrEnum):
    """What to do with a session's suites."""

    PRINT = "print"
    PATCH = "patch"
    APPLY = "apply"
    UNDO = "undo"


async def handle_session(session_id: str, deed: Deed, *, suspects: bool, as_json: bool) -> int:
    """Print the newest suites of one session, write them where their sources lie, or take back what was written.

    With `suspects`, its possible bugs take the place of the suites, each as a file of its own. Raises InputError.
    """
    async with open_store() as store:
        session = await _found(store, session_id)
        if deed is Deed.UNDO:
            return _say("taken back", await undo(store, session_id, _folder(session)))
        tests = await store.tests(session_id)
        if suspects:
            tests = _possible_bugs(tests)
        if not tests:
            what = "possible bug of this session was seen" if suspects else "suite of this session was kept"
            print(f"No {what}.", file=sys.stderr)
        if deed is Deed.APPLY:
            return _say("written", await apply_suites(store, session_id, _folder(session), tests))
        overtaken = await _overtaken(store, session)
    _print(tests, deed, as_json=as_json)
    for path in overtaken:
        print(overtaken_line(path), file=sys.stderr)
    return ALL_PROVEN


async def _overtaken(store: Store, session: SessionRecord) -> list[str]:
    root = own_tree(session.repository_root)
    if root is None or not root.is_dir():
        return []
    return changed_since(root, await all_texts(store, session.session_id))


async def print_report(session_id: str, form: str) -> int:
    """Raises InputError."""
    if form not in REPORTS:
        raise InputError(f"There is no report {form}.", hint=f"Use one of: {', '.join(REPORTS)}.")
    async with open_store() as store:
        await _found(store, session_id)
        tests = not_rejected(await store.tests(session_id))
        sources = await sources_of(store, session_id, tests)
    sys.stdout.buffer.write(REPORTS[form].write(tests, sources).encode())
    return ALL_PROVEN


async def _found(store: Store, session_id: str) -> SessionRecord:
    session = await store.session(session_id, "local")
    if session is None:
        raise InputError(f"There is no session {session_id}.", hint="testwright sessions lists those that exist.")
    return session


def _possible_bugs(tests: Sequence[TestRecord]) -> list[TestRecord]:
    return [
        replace(test, test_file_path=path, test_code=code, evidence={})
        for test in tests
        for path, code in suspect_files(test.test_file_path, test.suspects)
    ]


def _print(tests: Sequence[TestRecord], deed: Deed, *, as_json: bool) -> None:
    if as_json:
        shown = [{"testFilePath": t.test_file_path, "testCode": t.test_code, "evidence": t.evidence} for t in tests]
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    elif deed is Deed.PATCH:
        sys.stdout.buffer.write(as_patch(files_to_export(tests)).encode())  # no line end of it is ours to change
    else:
        for test in tests:
            print(own_tests.shown(test))


def _folder(session: SessionRecord) -> Path:
    root = own_tree(session.repository_root)
    if root is None:
        raise InputError(
            "The files of this session came without a folder of yours.", hint="Print the suites and save them yourself."
        )
    return root


def _say(what: str, outcome: Outcome) -> int:
    for path in outcome.changed:
        print(f"{what}  {path}")
    for path in outcome.unchanged:
        print(f"there already  {path}")
    if not (outcome.changed or outcome.unchanged or outcome.refused):
        print(f"Nothing was {what}.", file=sys.stderr)
    for path in outcome.overtaken:
        print(overtaken_line(path), file=sys.stderr)
    for one in outcome.refused:
        hint = f" {one.hint}" if one.hint else ""
        print(f"not {what}  {one.path}: {one.problem}.{hint}", file=sys.stderr)
    return PARTIAL if outcome.refused else ALL_PROVEN


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
        "pin": session.pin,
    }
