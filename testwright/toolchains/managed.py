"""Runners that Testwright brings itself: installed once from a committed lock file, then only mounted."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from testwright.domain.errors import PermanentError
from testwright.toolchains.shelf import Progress, Shelf
from testwright.toolchains.tools import Tool, ToolResult, run_tool

NODE_RUNNERS = ("vitest", "jest", "mocha")
LOCK_FILES = Path(str(files("testwright.toolchains"))) / "managed"
INSTALL_SECONDS = 600.0
_TOOL_PREFIX = re.compile(r"^(npm (error|ERR!)|ERROR:|error:)\s*")
_ABSOLUTE_PATH = re.compile(r"(?<![\w:/])/[\w.@-]+(/[\w.@-]+)+")


class ManagedRunners:
    """What lies in the cache, by the hash of its lock file: a new lock file never meets an old installation."""

    def __init__(self, cache: Path, *, tool: Tool = run_tool, seconds: float = INSTALL_SECONDS) -> None:
        self._cache = cache
        self._tool = tool
        self._seconds = seconds
        self._shelf = Shelf(cache, seconds)

    def installed_node(self, name: str) -> Path | None:
        folder = self._cache / f"{name}-{_hash(LOCK_FILES / name / 'package-lock.json')}"
        return folder / "node_modules" if folder.is_dir() else None

    async def node(self, name: str, progress: Progress) -> Path:
        """The node_modules folder of one of NODE_RUNNERS."""
        lock_folder = LOCK_FILES / name
        folder = self._cache / f"{name}-{_hash(lock_folder / 'package-lock.json')}"

        async def install(target: Path) -> ToolResult:
            for file in ("package.json", "package-lock.json"):
                shutil.copyfile(lock_folder / file, target / file)
            argv = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            return await self._tool(argv, cwd=target, seconds=self._seconds)

        await self._once(folder, f"{name} {managed_version(name)}", install, progress)
        return folder / "node_modules"

    async def python(self, version: str, progress: Progress) -> Path:
        """A folder for PYTHONPATH with pytest and coverage, for an interpreter such as "3.12"."""
        lock = LOCK_FILES / "python" / "requirements.lock"
        folder = self._cache / f"python-{version}-{_hash(lock)}"

        async def install(target: Path) -> ToolResult:
            last = ToolResult(status=None, output="There is no pip here")
            for argv in _pip_commands(target, version, lock):
                last = await self._tool(argv, cwd=target, seconds=self._seconds)
                if last.status == 0:
                    await self._compile(target, version)
                    return last
            return last

        await self._once(folder, f"pytest {managed_version('pytest')} for Python {version}", install, progress)
        return folder

    async def _once(
        self, folder: Path, what: str, install: Callable[[Path], Awaitable[ToolResult]], progress: Progress
    ) -> None:
        async def make(target: Path) -> None:
            result = await install(target)
            if result.status != 0:
                raise _not_installed(what, result)

        await self._shelf.once(folder.name, what, make, progress)

    async def _compile(self, target: Path, version: str) -> None:
        """Nothing can be written in the sandbox: what is not compiled here is compiled at every start of a run.

        Only our own Python is asked; for another one, and where a file cannot be compiled, it stays as it is.
        """
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            argv = (sys.executable, "-I", "-m", "compileall", "-q", ".")
            await self._tool(argv, cwd=target, seconds=self._seconds)


def managed_version(name: str) -> str:
    """The version the lock file holds of `pytest`, `coverage`, or one of NODE_RUNNERS."""
    if name in NODE_RUNNERS:
        lock = json.loads((LOCK_FILES / name / "package-lock.json").read_text())
        return str(lock["packages"][f"node_modules/{name}"]["version"])
    for line in (LOCK_FILES / "python" / "requirements.lock").read_text().splitlines():
        if line.startswith(f"{name}=="):
            return line.removeprefix(f"{name}==").split()[0]
    raise KeyError(name)


def managed_packages(name: str) -> frozenset[str]:
    """The packages a test may import because a managed runner for Node brings them."""
    manifest = json.loads((LOCK_FILES / name / "package.json").read_text())
    return frozenset(manifest["dependencies"])


def _hash(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()[:16]


def _pip_commands(target: Path, version: str, lock: Path) -> list[Sequence[str]]:
    """Ways to install for another Python than ours, best first. None of them runs the project's interpreter."""
    options = ["--target", str(target), "--require-hashes", "--only-binary=:all:", "--python-version", version]
    pip_options = ["install", "--no-input", "--disable-pip-version-check", "--no-deps", "--no-compile", "--quiet"]
    commands: list[Sequence[str]] = []
    if has_pip():
        commands.append((sys.executable, "-m", "pip", *pip_options, *options, "-r", str(lock)))
    elif wheel := bundled_pip():
        commands.append((sys.executable, f"{wheel}/pip", *pip_options, *options, "-r", str(lock)))
    if uv := shutil.which("uv"):
        commands.append((uv, "pip", "install", "--quiet", *options, "-r", str(lock)))
    return commands


def has_pip() -> bool:
    return find_spec("pip") is not None


def bundled_pip() -> Path | None:
    """The pip that Python ships for `ensurepip`. A wheel can be run where it lies."""
    spec = find_spec("ensurepip")
    if spec is None or spec.origin is None:
        return None
    return next(iter(sorted((Path(spec.origin).parent / "_bundled").glob("pip-*.whl"))), None)


def _not_installed(what: str, result: ToolResult) -> PermanentError:
    return PermanentError(
        f"{what} could not be installed: {reason_of(result)}",
        code="runner_missing",
        hint="Check the network connection and press Retry, or install the test framework in the project itself.",
        retryable=True,
    )


def reason_of(result: ToolResult) -> str:
    """The first line that says something, without this machine's paths."""
    lines = (_TOOL_PREFIX.sub("", line).strip() for line in result.output.splitlines())
    telling = [line for line in lines if len(line) > 20 and not line.startswith(("code ", "errno "))]
    return _ABSOLUTE_PATH.sub("…", telling[0])[:200] if telling else "the installer gave no reason"
