"""A small project on disk, and the real sandbox and runner that its tests are run with."""

from collections.abc import Sequence
from pathlib import Path

import platformdirs
import pytest

from testwright.domain.errors import TestwrightError
from testwright.domain.ports import Sandbox
from testwright.domain.projects import Runner
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


async def _quiet(_: str) -> None:
    """Nobody listens to the install."""
