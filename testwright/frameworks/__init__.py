"""The test frameworks that can be asked for, and which one a project means."""

import re
from collections.abc import Mapping, Sequence

from testwright.domain.commands import BY_COMMAND, OWN_FILE, PREFIX, command_for
from testwright.domain.ports import Framework, Instrumenter, ProjectView
from testwright.frameworks.commanded import Commanded
from testwright.frameworks.instrumenting import Istanbul
from testwright.frameworks.javascript_packages import seen_from_home
from testwright.frameworks.jest import Jest
from testwright.frameworks.mocha import Mocha
from testwright.frameworks.node_test import NodeTest
from testwright.frameworks.preferring import Preferred, preferred_javascript, preferred_python
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest
from testwright.frameworks.vitest import Vitest

FRAMEWORKS: Mapping[str, Framework] = {
    "pytest": Pytest(),
    "unittest": Unittest(),
    "vitest": Vitest(),
    "jest": Jest(),
    "mocha": Mocha(),
    "node:test": NodeTest(),
    **{f"{PREFIX}{language}": Commanded(language) for language in BY_COMMAND},
}
INSTRUMENTERS: Sequence[Instrumenter] = (Istanbul(),)

_TEST_NAME = re.compile(
    r"^(test_.*|.*_test|conftest)\.py$|\.(test|spec|stories)\.[cm]?[jt]sx?$|_(test|spec)\.(go|rb|rs)$|Tests?\.java$"
)
_TEST_FOLDERS = frozenset({"tests", "test", "__tests__", "__mocks__", "spec", "e2e", "fixtures"})
_TOOL_NAME = re.compile(r"^((setup|noxfile|fabfile)\.py|build\.rs)$|\.conf(?:ig)?\.[cm]?[jt]s$|^\.")


def preferred_framework(language: str, view: ProjectView, path: str = "") -> str:
    """The framework that a project's own files name for a language, else the usual one."""
    return preferred_because(language, view, path)[0]


def preferred_because(language: str, view: ProjectView, path: str = "") -> Preferred:
    """The same, and what says so.

    `path` is the file that it is for: a package of a monorepo may test by another one.
    """
    if language == "python":
        return preferred_python(view)
    if language in BY_COMMAND:
        return f"{PREFIX}{language}", f"{OWN_FILE} [commands.{language}]"
    return preferred_javascript(seen_from_home(path, view), tuple(FRAMEWORKS))


def is_test_or_tool(path: str) -> bool:
    """Whether a file is itself a test, belongs to tests, or configures a tool."""
    *folders, name = path.split("/")
    return bool(_TEST_NAME.search(name) or _TOOL_NAME.search(name) or _TEST_FOLDERS.intersection(folders))


def can_be_run(language: str, view: ProjectView) -> bool:
    """Whether there is a way to run tests of this language: for some it is the project that names it."""
    return language not in BY_COMMAND or command_for(language, view) is not None
