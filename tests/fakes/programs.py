"""Our own program as somebody would start it, with a limit that holds for all that it starts in turn."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

TESTWRIGHT = (sys.executable, "-m", "testwright")


def run(
    argv: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None, seconds: float = 240
) -> "subprocess.CompletedProcess[str]":
    """What it wrote and how it ended. At the limit each Python among its processes tells where it stood, and all end.

    `subprocess.run` ends only the first process, and then waits for the pipes, which the others may hold for ever.
    """
    process = subprocess.Popen(
        argv,
        cwd=cwd,
        env={**(os.environ if env is None else env), "PYTHONFAULTHANDLER": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        out, err = _where_it_stood(process)
        raise AssertionError(f"{' '.join(argv)} did not end in {seconds:g} s:\n{out}\n{err}") from None
    finally:
        _signal(process, signal.SIGKILL)
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def _where_it_stood(process: "subprocess.Popen[str]") -> tuple[str, str]:
    _signal(process, signal.SIGABRT)
    try:
        return process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
    try:
        return process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        return "", "and something outside its process group holds its output open"


def _signal(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
