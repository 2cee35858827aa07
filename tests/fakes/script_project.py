"""A small project on disk, and the real sandbox and runner that its tests are run with."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import platformdirs
import pytest

from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Sandbox
from testwright.domain.projects import Limits, Runner, RunOrder
from testwright.domain.verdicts import Outcome, RunReport
from testwright.frameworks import FRAMEWORKS
from testwright.sandboxes.choose import choose
from testwright.toolchains.finder import InstalledToolchains


class ScriptProject:
    """A Workspace that is the folder itself: what is written is there."""

    origin: str | None = None

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o755)
        self._root = root
        self.root = str(root)

    def paths(self) -> Sequence[str]:
        return sorted(str(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())

    def text(self, path: str) -> str | None:
        file = self._root / path
        return file.read_text() if file.is_file() else None

    def exists(self, path: str) -> bool:
        return (self._root / path).exists()

    def write(self, path: str, text: str) -> None:
        (self._root / path).parent.mkdir(parents=True, exist_ok=True)
        (self._root / path).write_text(text)

    def remove(self, path: str) -> None:
        (self._root / path).unlink()


async def sandbox_and_runner(framework: str, project: ScriptProject) -> tuple[Sandbox, Runner]:
    """Skips the test, with the reason, where this framework cannot be run."""
    try:
        sandbox = await choose(at_once=1)
        toolchains = InstalledToolchains(platformdirs.user_cache_path("testwright"))
        return sandbox, await toolchains.runner(framework, project, _quiet)
    except TestwrightError as missing:
        pytest.skip(f"cannot run {framework} here: {missing.message}")


async def report_of(name: str, suite: str, tmp_path: Path, unit: str = "exports.f = () => 1\n") -> RunReport:
    folder = ScriptProject(tmp_path / "ws")
    folder.write("package.json", '{"name": "unit", "private": true}')
    folder.write("unit.js", unit)
    folder.write("test/unit.test.js", suite)
    sandbox, runner = await sandbox_and_runner(name, folder)
    limit = timedelta(seconds=60)
    order = RunOrder(
        source_path="unit.js",
        suite_paths=("test/unit.test.js",),
        coverage=False,
        limits=Limits(wall=limit, cpu=limit),
    )
    completed = await sandbox.run(FRAMEWORKS[name].command(order, runner, folder.root))
    report = FRAMEWORKS[name].read(completed, order)
    assert isinstance(report, RunReport), report
    return report


def failures_in(report: RunReport) -> dict[str, str]:
    return {outcome.name: outcome.message for outcome in report.outcomes if outcome.outcome is not Outcome.PASSED}


async def _quiet(_: str) -> None:
    """Nobody listens to the install."""
