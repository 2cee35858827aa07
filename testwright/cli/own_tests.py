"""What a terminal says of the tests that a project has already: those that fail, and those that got company."""

from collections.abc import Iterator
from typing import Any

from testwright.domain.records import TestRecord
from testwright.sources.export import as_patch, files_to_export

_MOST_NAMES = 5


def shown(test: TestRecord) -> str:
    """The suite's text; of one that tests were added to, what is new in it, as a patch."""
    if "addedTo" in test.evidence:
        return as_patch(files_to_export([test]))
    return f"# ---- {test.test_file_path}\n{test.test_code}"


def notes(test: TestRecord) -> Iterator[str]:
    """What has to be known of the project's own tests of this file."""
    failures = test.evidence.get("ownFailures", ())
    if failures:
        names = [_name(failure) for failure in failures[:_MOST_NAMES]]
        more = f" and {len(failures) - len(names)} more" if len(failures) > len(names) else ""
        fail = "test of the project's own fails, and was" if len(failures) == 1 else "of its own tests fail, and were"
        yield f"  ! {len(failures)} {fail} left alone: {', '.join(names)}{more}"
    if test.evidence.get("notAddedBecause"):
        yield f"  ! put into a file of their own: {test.evidence['notAddedBecause']}"


def _name(failure: dict[str, Any]) -> str:
    return str(failure.get("name") or failure.get("path") or "")
