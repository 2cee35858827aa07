"""The test frameworks that can be asked for, and which one a project means."""

import json
import re
from collections.abc import Mapping

from testwright.domain.ports import Framework, ProjectView
from testwright.frameworks.jest import Jest
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest
from testwright.frameworks.vitest import Vitest

FRAMEWORKS: Mapping[str, Framework] = {
    "pytest": Pytest(),
    "unittest": Unittest(),
    "vitest": Vitest(),
    "jest": Jest(),
}

_TEST_NAME = re.compile(r"^(test_.*|.*_test|conftest)\.py$|\.(test|spec|stories)\.[cm]?[jt]sx?$")
_TEST_FOLDERS = frozenset({"tests", "test", "__tests__", "__mocks__", "spec", "e2e", "fixtures"})
_TOOL_NAME = re.compile(r"^(setup|noxfile|fabfile)\.py$|\.config\.[cm]?[jt]s$|^\.")


def preferred_framework(language: str, view: ProjectView) -> str:
    """The framework that a project's own files name for a language, else the usual one."""
    if language == "python":
        return "pytest"
    declared = _declared_packages(view)
    configured = {
        name for name in ("vitest", "jest") if any(path.startswith(f"{name}.config.") for path in view.paths())
    }
    for name in ("vitest", "jest"):
        if name in configured or name in declared:
            return name
    return "vitest"


def is_test_or_tool(path: str) -> bool:
    """Whether a file is itself a test, belongs to tests, or configures a tool."""
    *folders, name = path.split("/")
    return bool(_TEST_NAME.search(name) or _TOOL_NAME.search(name) or _TEST_FOLDERS.intersection(folders))


def _declared_packages(view: ProjectView) -> frozenset[str]:
    try:
        manifest = json.loads(view.text("package.json") or "{}")
    except ValueError:
        return frozenset()
    kinds = ("dependencies", "devDependencies", "peerDependencies")
    found = (manifest.get(kind) for kind in kinds) if isinstance(manifest, dict) else ()
    return frozenset(name for group in found if isinstance(group, dict) for name in group)
