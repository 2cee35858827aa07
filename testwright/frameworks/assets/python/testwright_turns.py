"""Runs a suite several times from one start, each time in a forked child in which nothing of the project is loaded yet.

So a turn is an ordinary run in all but its start. One comes after the other, and finds the scratch folder as the first
one did. What it tells comes through a pipe, and its parent alone writes the report. Standard library only, and syntax
that Python 3.8 reads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from typing import Any

from testwright_children import Ended, InChild, Job, in_children
from testwright_clock import stop_clock
from testwright_run import CHANCE, FINDINGS, IS_SANDBOXED, WISHES


def take_turns() -> None:
    """Come back once in each child, which goes on as an ordinary run, and in the parent when all of them have ended."""
    turns, WISHES.turns = WISHES.turns, []
    before = left_behind()
    try:
        for turn in turns:
            until = time.monotonic() + WISHES.turn_seconds
            for ended in in_children([Job(turn, WISHES.turn_seconds, prints=True)], until, most=1):
                FINDINGS.turns.append({"status": ended.status, "report": told(ended)})
            for path in left_behind() - before:
                remove(path)
    except InChild as child:
        become(child)


def become(child: InChild) -> None:
    turn = child.key
    WISHES.only, WISHES.alone_seconds = frozenset(), 0.0
    WISHES.seed = CHANCE.seed = turn["seed"]
    FINDINGS.turns, FINDINGS.started = [], time.monotonic()
    if turn["clock"]:
        os.environ.update(TZ=turn["zone"], TESTWRIGHT_CLOCK=turn["clock"])
        time.tzset()
        WISHES.frozen = stop_clock()

    def tell(whole: dict[str, Any]) -> None:
        if whole["finished"]:
            with contextlib.suppress(OSError):
                child.tell(turn=whole, closing=True)

    FINDINGS.tell = tell


def told(ended: Ended) -> dict[str, Any] | None:
    return next((event["turn"] for event in reversed(ended.events) if isinstance(event.get("turn"), dict)), None)


def left_behind() -> set[str]:
    """What lies in the scratch folder."""
    scratch = os.environ.get("TMPDIR", "") if IS_SANDBOXED else ""
    return {os.path.join(scratch, name) for name in os.listdir(scratch)} if scratch else set()


def remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        os.unlink(path)
