"""Rounds that a terminal walks itself: who walks them, and whether that process is still there."""

import os
import re
import uuid

_RUN_ID = re.compile(r"cli-(\d+)-[0-9a-f]{32}")


def own_run_id() -> str:
    return f"cli-{os.getpid()}-{uuid.uuid4().hex}"


def is_gone(run_id: str | None) -> bool:
    """Whether the process that claimed a round has certainly ended. A number used anew by another one says no."""
    found = _RUN_ID.fullmatch(run_id or "")
    if found is None:
        return False
    try:
        os.kill(int(found[1]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # somebody else's process
        return False
    return False
