"""Files that a project's build makes and its code imports: a checkout that was never built lacks them.

What is missing is put into our private copies alone, so that the code can be run as it lies there.
"""

import tomllib
from collections.abc import Iterator
from typing import Any

from testwright.domain.paths import BadPath, accept_path
from testwright.domain.ports import ProjectView

_VERSION = '''"""The version of a checkout that was not built."""

__version__ = version = "0.0.0"
__version_tuple__ = version_tuple = (0, 0, 0)
__commit_id__ = commit_id = None
'''
_PLACES = (
    ("hatch", "build", "hooks", "vcs", "version-file"),
    ("setuptools_scm", "version_file"),
    ("setuptools_scm", "write_to"),
    ("pdm", "version", "write_to"),
)


def missing_build_files(view: ProjectView) -> Iterator[tuple[str, str]]:
    """Paths and texts of what the build is configured to write, and what is not there."""
    for path in dict.fromkeys(_version_files(view)):
        try:
            accepted = accept_path(path.removeprefix("./"))
        except BadPath:
            continue
        if accepted.endswith(".py") and not view.exists(accepted):
            yield accepted, _VERSION


def _version_files(view: ProjectView) -> Iterator[str]:
    try:
        project: Any = tomllib.loads(view.text("pyproject.toml") or "")
    except (ValueError, RecursionError):
        return
    for names in _PLACES:
        found = project.get("tool")
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, str):
            yield found
