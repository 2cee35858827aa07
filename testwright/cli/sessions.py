"""`testwright sessions`: what was generated, newest first."""

import json
import sys

from testwright.cli.exits import ALL_PROVEN
from testwright.domain.records import SessionRecord
from testwright.settings import read_settings
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
