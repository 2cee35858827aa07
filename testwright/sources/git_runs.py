"""git, run on repositories of strangers.

A repository's own settings can make git run anything: hooks, a file watcher, filters, diff programs, a pager, gpg. So
only commands are given that read objects and none of these, and what could reach out is switched off besides.
"""

import os
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from testwright.domain.errors import InputError

_NOTHING_OUTSIDE = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    # Nothing below runs what the folder's owner wrote, so that it does not matter who that is.
    "-c",
    "safe.directory=*",
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
)
_SECONDS = 30.0
_MOST_BYTES = 64 << 20
_MOST_SAID = 400


class GitRefused(InputError):
    """git ended with an error. `said` is its own words, without terminal codes."""

    def __init__(self, said: str) -> None:
        super().__init__(f"git says: {said or 'nothing'}.", code="git_refused")
        self.said = said


def environment(home: str = "/nonexistent", protocols: str = "none") -> dict[str, str]:
    """All that git hears of the outside: no configuration of the user's or the system's, no prompt, no proxy."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }


def git(
    folder: Path,
    arguments: Sequence[str],
    *,
    seconds: float = _SECONDS,
    most_bytes: int = _MOST_BYTES,
    given: bytes = b"",
    also: Mapping[str, str] | None = None,
) -> bytes:
    """What a git command writes. Raises GitRefused, or InputError `git_missing` and `git_slow`."""
    program = shutil.which("git")
    if program is None:
        raise InputError("There is no git here.", code="git_missing", hint="Install git.")
    process = subprocess.Popen(
        [program, *_NOTHING_OUTSIDE, *arguments],
        cwd=folder,
        env={**environment(), **(also or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    late = threading.Timer(seconds, process.kill)
    late.start()
    errors: list[bytes] = []
    others = [
        threading.Thread(target=_feed, args=(process, given), daemon=True),
        threading.Thread(target=lambda: errors.append(_drained(process)), daemon=True),
    ]
    try:
        for other in others:
            other.start()
        assert process.stdout is not None
        written = process.stdout.read(most_bytes + 1)
        if len(written) > most_bytes:
            raise InputError("git has more to say than there is room for.", code="git_slow")
        status = process.wait()
    finally:
        timed_out = late.finished.is_set()
        late.cancel()
        process.kill()
        process.wait()
        for other in others:
            other.join(1.0)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    if timed_out:
        raise InputError(
            f"git took longer than {seconds:g} s.", code="git_slow", hint="Try again on a quieter machine."
        )
    if status != 0:
        raise GitRefused(in_one_line(b"".join(errors)))
    return written


def in_one_line(words: bytes) -> str:
    text = " ".join(words.decode("utf-8", "replace").split())
    plain = "".join(character for character in text if character.isprintable())
    return plain[:_MOST_SAID].removeprefix("fatal: ").rstrip(".")


def _feed(process: "subprocess.Popen[bytes]", given: bytes) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(given)
        process.stdin.close()
    except OSError:  # it has ended, and says why
        return


def _drained(process: "subprocess.Popen[bytes]") -> bytes:
    assert process.stderr is not None
    try:
        kept = process.stderr.read(1 << 14)
        while process.stderr.read(1 << 16):
            pass
    except (OSError, ValueError):
        return b""
    return kept
