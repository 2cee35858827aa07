"""Suites to take away: a zip of the files, or a patch that `git apply` takes. The same suites make the same bytes."""

import difflib
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from testwright.domain.insertions import without
from testwright.domain.records import TestRecord
from testwright.domain.sessions import Decision

_NO_NEWLINE = "\\ No newline at end of file\n"
_THE_OLDEST_DAY = (1980, 1, 1, 0, 0, 0)
"""What a zip can date back to. The hour of the download says nothing about the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A test file's whole text. `before` is what stands there before; None for a new file."""

    path: str
    text: str
    before: str | None = None
    test_id: str = ""


def not_rejected(tests: Iterable[TestRecord]) -> list[TestRecord]:
    return [test for test in tests if test.decision is not Decision.REJECTED]


def files_to_export(tests: Iterable[TestRecord]) -> list[ExportedFile]:
    """What there is to take away: not what was rejected, and no file of which only possible bugs are left."""
    return [
        ExportedFile(path=test.test_file_path, text=test.test_code, before=_before(test), test_id=test.test_id)
        for test in not_rejected(tests)
        if test.test_code
    ]


def _before(test: TestRecord) -> str | None:
    """The suite that the tests were added to, as it was; None when they have a file of their own."""
    added = test.evidence.get("addedTo")
    return without(test.test_code.encode(), added["ranges"]).decode() if added is not None else None


def as_zip(files: Sequence[ExportedFile]) -> bytes:
    """The files under their repository-relative paths."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, _THE_OLDEST_DAY)
            entry.external_attr = 0o100644 << 16  # a regular file that everybody may read, also where umask says less
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.text)
    return buffer.getvalue()


def as_patch(files: Sequence[ExportedFile]) -> str:
    """A unified diff in git's own form; empty when nothing differs."""
    return "".join(line for file in files for line in _diff(file))


def _diff(file: ExportedFile) -> Iterator[str]:
    if file.text in (file.before, ""):
        return
    old, new = _git_name(f"a/{file.path}"), _git_name(f"b/{file.path}")
    yield f"diff --git {old} {new}\n"
    if file.before is None:
        yield "new file mode 100644\n"
    # A name with a blank in it ends in a tab, as git writes it: without one, patch(1) takes what follows for a date.
    end = "\t" if " " in file.path else ""
    header = len(("--- ", "+++ "))
    lines = difflib.unified_diff(_lines(file.before or ""), _lines(file.text), "old", "new")
    for number, line in enumerate(lines):
        if number < header:
            continue
        if number == header:
            yield "--- /dev/null\n" if file.before is None else f"--- {old}{end}\n"
            yield f"+++ {new}{end}\n"
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}"


def _lines(text: str) -> list[str]:
    """By line feeds alone, as git counts: `str.splitlines` would also cut at a form feed inside a string."""
    *whole, rest = text.split("\n")
    lines = [f"{line}\n" for line in whole]
    return [*lines, rest] if rest else lines


def _git_name(path: str) -> str:
    return '"{}"'.format(path.replace('"', '\\"')) if '"' in path else path
