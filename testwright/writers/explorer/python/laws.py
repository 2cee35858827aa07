"""Laws as tests of Hypothesis, for projects that use it."""

from __future__ import annotations

import re

from testwright.domain.ports import ProjectView
from testwright.writers.explorer.python.layout import broken
from testwright.writers.explorer.python.records import Record

_DECLARING = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.(?:cfg|py)|Pipfile|tox\.ini|[\w-]*requirements[\w-]*\.(?:txt|in))\Z"
)
_EXAMPLES = 60
HOMES = dict.fromkeys(("given", "settings", "strategies"), "hypothesis")


def uses_hypothesis(view: ProjectView) -> bool:
    """Whether the project declares it: a test may not bring along what others have to install."""
    texts = (view.text(path) for path in view.paths() if _DECLARING.search(path))
    return any(re.search(r"(?<![\w-])hypothesis(?![\w-])", text) for text in texts if text)


def code_of(name: str, record: Record) -> str:
    """The same examples in each run, and no time limit that a busy machine would miss."""
    ((word, strategy),) = record.arguments
    return "\n".join(
        [
            f"@settings(max_examples={_EXAMPLES}, derandomize=True, database=None, deadline=None)",
            f"@given({word}={strategy})",
            f"def {name}({word}):",
            broken(f"assert {record.call}", 4),
        ]
    )
