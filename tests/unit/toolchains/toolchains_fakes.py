"""Projects and tools for the tests of `toolchains`, without npm, pip or a network."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from testwright.toolchains.locked.installing import LockedPackages, Tree
from testwright.toolchains.locked.locks import Lock
from testwright.toolchains.node import Node
from testwright.toolchains.shelf import Progress
from testwright.toolchains.tools import ToolResult


@dataclass
class FakeView:
    """A workspace whose `root` and `origin` are real folders."""

    root: str
    origin: str | None
    files: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def paths(self) -> Sequence[str]:
        return (*self.files, *self.texts)

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def exists(self, path: str) -> bool:
        return path in self.paths()

    def write(self, path: str, text: str) -> None:
        raise NotImplementedError

    def remove(self, path: str) -> None:
        raise NotImplementedError


@dataclass
class FakeInstaller:
    """Stands in for npm and pip: makes the folders that count and remembers how it was asked."""

    status: int | None = 0
    output: str = ""
    seconds: float = 0.0
    calls: list[tuple[str, ...]] = field(default_factory=list)

    async def __call__(self, argv: Sequence[str], *, cwd: Path, seconds: float) -> ToolResult:
        self.calls.append(tuple(argv))
        await asyncio.sleep(self.seconds)
        if self.status == 0 and "compileall" not in argv:
            place = cwd if "--target" in argv else cwd / "node_modules"
            (place / "coverage").mkdir(parents=True)
        return ToolResult(status=self.status, output=self.output)


class Sentences(list[str]):
    async def __call__(self, sentence: str) -> None:
        self.append(sentence)


@dataclass
class LockedTrees(LockedPackages):
    """Installs by remembering that it was asked to; what is installed lies at `folder`."""

    folder: Path
    installed: list[str] = field(default_factory=list)

    async def tree(self, lock: Lock) -> Tree | None:
        return Tree(folder=self.folder, lock=lock) if self.installed else None

    async def install(self, lock: Lock, progress: Progress) -> Tree:
        self.installed.append(lock.file)
        return Tree(folder=self.folder, lock=lock)


async def system_node() -> Node:
    return Node(path="/usr/bin/node", version="20.19.0")


def install_package(folder: Path, name: str, version: str) -> None:
    place = folder / "node_modules" / name
    place.mkdir(parents=True)
    (place / "package.json").write_text(json.dumps({"name": name, "version": version}))


def make_installation(prefix: Path, minor: str = "3.12") -> Path:
    """What looks like an installed Python; its program is an empty file."""
    (prefix / "bin").mkdir(parents=True)
    (prefix / "lib" / f"python{minor}").mkdir(parents=True)
    (prefix / "lib" / f"python{minor}" / "os.py").write_text("")
    python = prefix / "bin" / f"python{minor}"
    python.write_text("")
    python.chmod(0o755)
    return python


def make_venv(venv: Path, python: Path, minor: str = "3.12", packages: tuple[str, ...] = ()) -> Path:
    """A virtual environment with packages given as `name-1.2.3`."""
    site = venv / "lib" / f"python{minor}" / "site-packages"
    site.mkdir(parents=True)
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to(python)
    (venv / "pyvenv.cfg").write_text(f"home = {python.parent}\nversion = {minor}.4\n")
    for package in packages:
        name = package.partition("-")[0]
        (site / name).mkdir()
        (site / f"{package}.dist-info").mkdir()
    return venv
