"""Real files and folders of a test, for code that takes paths."""

from __future__ import annotations

import re

from testwright.writers.explorer.python.probe.scenarios import Choice

_LOOKS_AT_FILES = re.compile(
    r"(?:io\.)?open|os\.(?:path\.(?:exists|is\w+|getsize)|stat|listdir|walk|unlink|remove)|(?:pathlib\.)?Path"
    r"|.+\.(?:read_text|exists|is_file)"
)
_LISTS = re.compile(r"(?:os\.)?(?:listdir|scandir|walk)|.+\.iterdir")
_FOLDER = '(tmp_path / "folder").mkdir()'
_FULL = (
    '(tmp_path / "folder" / "inner").mkdir(parents=True)',
    '(tmp_path / "folder" / "notes.txt").write_text("a")',
)
_FILE = ('file = tmp_path / "file.txt"', 'file.write_text("a=1\\nb=2\\n")')
_LINK = ('link = tmp_path / "link"', "link.symlink_to(file)")


def paths(calls: frozenset[str]) -> list[Choice]:
    """For code that makes these calls."""
    return [
        Choice("file", _FILE),
        *(Choice(f'tmp_path / "{pattern}"', (*_FILE, _FOLDER)) for pattern in _patterns(calls)),
        Choice('tmp_path / "folder"', (_FOLDER,)),
        Choice("tmp_path"),
        Choice('tmp_path / "missing.txt"'),
        Choice("file", ('file = tmp_path / "file.txt"', 'file.write_text("")')),
        Choice('tmp_path / "folder"', _FULL),
        Choice("link", (*_FILE, *_LINK)),
        Choice('tmp_path / "missing" / "inner"'),
        Choice('file / "inner"', _FILE),
        Choice('Path("docs/readme.txt")'),
    ]


def texts(calls: frozenset[str]) -> tuple[list[Choice], list[Choice]]:
    """Paths as text: what comes before any other text, for code that looks at files, and what comes later."""
    file = [Choice("str(file)", _FILE)]
    folders = [Choice('str(tmp_path / "folder")', lines) for lines in (_FULL, (_FOLDER,))]
    if any(map(_LISTS.fullmatch, calls)):
        return folders, file
    several = [Choice(f'str(tmp_path / "{pattern}")', (*_FILE, _FOLDER)) for pattern in _patterns(calls)]
    return (file if any(map(_LOOKS_AT_FILES.fullmatch, calls)) else []), [*file, *several]


def _patterns(calls: frozenset[str]) -> tuple[str, ...]:
    """What stands for several files, where the code looks for such."""
    return ("*", "**/*.txt") if any(call.endswith("glob") for call in calls) else ()
