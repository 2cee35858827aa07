"""Which of a project's test files a new one should look like."""

import itertools
import posixpath
import re
from collections.abc import Iterable

from testwright.domain.ports import ProjectView

PYTHON_TEST = re.compile(r"^\s*(?:async )?def test", re.MULTILINE)
JAVASCRIPT_TEST = re.compile(r"^\s*(?:it|test)\s*[.(]", re.MULTILINE)
_MOST_READ = 8


def nearest(suite_path: str, tests: Iterable[str], view: ProjectView, has_test: re.Pattern[str]) -> str | None:
    """The test file with the fewest folders between it and the suite; of those in one folder, the likest by name."""
    others = sorted((path for path in tests if path != suite_path), key=lambda path: _distance(suite_path, path))
    return next((path for path in others[:_MOST_READ] if has_test.search(view.text(path) or "")), None)


def _distance(suite_path: str, path: str) -> tuple[bool, int, int, str]:
    ending = posixpath.splitext(suite_path)[1]
    mine, theirs = suite_path.split("/")[:-1], path.split("/")[:-1]
    shared = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(mine, theirs, strict=False)))
    steps = len(mine) + len(theirs) - 2 * shared
    alike = len(posixpath.commonprefix([posixpath.basename(suite_path), posixpath.basename(path)]))
    return not path.endswith(ending), steps, -alike, path
