"""A project's packages, from its own lock file, when somebody agrees: fetched, held to their hashes, unpacked inside
the sandbox, and kept outside of the project for every run of it.
"""

import asyncio
import hashlib
import json
import os
import platform
import posixpath
import shutil
import stat
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Limits, Mount
from testwright.toolchains.locked import unpack
from testwright.toolchains.locked.fetching import Fetched, fetch, not_installed
from testwright.toolchains.locked.locks import Archive, Lock
from testwright.toolchains.python import own_interpreter
from testwright.toolchains.shelf import Progress, Shelf
from testwright.toolchains.tools import Tool, run_tool

SECONDS = 600.0
MOST_MIB = 2048
MOST_FILES = 200_000
MOST_FILE_MIB = 256
_LAYOUT = "1"
"""Part of the name of what is installed: raised when it is laid out in another way."""
_FETCHED, _KEPT = "/opt/testwright/fetched", "/opt/testwright/kept"
_NOTES = "testwright-installed.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What is installed for a lock: node_modules folders as in the project, or a virtual environment of Python."""

    folder: Path
    lock: Lock
    left_out: tuple[str, ...] = ()

    @property
    def venv(self) -> Path:
        return self.folder / "venv"


class LockedPackages:
    """`sandbox` unpacks. Below `cache` stands each tree under the hash of its lock."""

    def __init__(self, cache: Path, sandbox: Sandbox, *, tool: Tool = run_tool, seconds: float = SECONDS) -> None:
        self._shelf = Shelf(cache / "installed", seconds)
        self._sandbox = sandbox
        self._tool = tool
        self._seconds = seconds

    async def tree(self, lock: Lock) -> Tree | None:
        """What was installed of it before."""
        return await asyncio.to_thread(self._read, lock)

    async def install(self, lock: Lock, progress: Progress) -> Tree:
        """Raises PermanentError `install_failed`."""
        await self._shelf.once(_name(lock), lock.title, lambda target: self._make(lock, target), progress)
        tree = await self.tree(lock)
        assert tree is not None
        return tree

    def _read(self, lock: Lock) -> Tree | None:
        folder = self._shelf.has(_name(lock))
        if folder is None:
            return None
        notes = json.loads((folder / _NOTES).read_text(encoding="utf-8"))
        return Tree(folder=folder, lock=lock, left_out=(*lock.left_out, *notes["leftOut"]))

    async def _make(self, lock: Lock, target: Path) -> None:
        work = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="testwright-install-"))
        try:
            fetched = await self._fetched(lock, work)
            await self._unpack(lock, fetched, work, target)
            await asyncio.to_thread(_finish, lock, fetched, target)
        finally:
            await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)

    async def _fetched(self, lock: Lock, work: Path) -> Fetched:
        folder = work / "fetching"
        folder.mkdir()
        try:
            async with asyncio.timeout(self._seconds):
                return await fetch(lock, folder, self._tool, self._seconds)
        except TimeoutError as error:
            raise not_installed(f"they were not here within {self._seconds:.0f} s") from error

    async def _unpack(self, lock: Lock, fetched: Fetched, work: Path, target: Path) -> None:
        """The archives alone go in, under names of ours; the folder comes out."""
        archives, workspace = work / "archives", work / "workspace"
        kept = target / "tree"
        await asyncio.to_thread(_lay_ready, lock, fetched, archives, workspace)
        kept.mkdir(mode=0o755)
        for folder in (work, target):  # whoever unpacks is another user where we are root
            folder.chmod(0o755)
        python = own_interpreter()
        command = Command(
            argv=(python.path, "-I", "-S", "-B", "unpack.py", "plan.json", _FETCHED, _KEPT),
            workspace=str(workspace),
            mounts=(*python.mounts, Mount(host=str(archives), inside=_FETCHED)),
            keeps=Mount(host=str(kept), inside=_KEPT),
            limits=Limits(
                wall=timedelta(seconds=self._seconds),
                cpu=timedelta(seconds=self._seconds),
                file_mib=MOST_FILE_MIB,
                kept_mib=MOST_MIB + MOST_MIB // 2,  # with what is compiled
                kept_files=2 * MOST_FILES,
            ),
        )
        completed = await self._sandbox.run(command)
        if completed.reason != "exit":
            raise not_installed(f"the sandbox ended unpacking them: {completed.reason}")
        if completed.exit_status != 0:
            said = completed.log.strip().splitlines()[-1:] or ["no reason was given"]
            raise not_installed(f"they could not be unpacked ({said[0].removeprefix('refused: ')[:200]})")


def _lay_ready(lock: Lock, fetched: Fetched, archives: Path, workspace: Path) -> None:
    for folder in (archives, workspace):
        folder.mkdir(mode=0o755)
        folder.chmod(0o755)
    names: dict[Path, str] = {}
    for path in fetched.files.values():
        if path not in names:
            names[path] = f"{len(names)}.{'whl' if path.suffix == '.whl' else 'tgz'}"
            shutil.copyfile(path, archives / names[path])
            (archives / names[path]).chmod(0o644)
    is_npm = lock.registry == "npm"
    plan = {
        "archives": [
            {
                "name": archive.name,
                "file": names[path],
                "zipped": archive.zipped,
                "is_wheel": not is_npm,
                "places": list(archive.places) if is_npm else [_site_packages()],
            }
            for archive, path in fetched.files.items()
        ],
        "links": lock.links,
        "compile": "" if is_npm else _site_packages(),
        "most_bytes": MOST_MIB << 20,
        "most_files": MOST_FILES,
        "most_file_bytes": MOST_FILE_MIB << 20,
    }
    (workspace / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    shutil.copyfile(unpack.__file__, workspace / "unpack.py")
    for file in workspace.iterdir():
        file.chmod(0o644)


def _finish(lock: Lock, fetched: Fetched, target: Path) -> None:
    """From here on what was unpacked is ours, and nobody's program can change it."""
    tree = target / "tree"
    _take_over(tree, tree)
    if lock.registry == "pypi":
        python = own_interpreter()
        (tree / _site_packages()).mkdir(parents=True, exist_ok=True)
        (tree / "bin").mkdir(exist_ok=True)
        (tree / "bin" / "python").symlink_to(python.path)
        home = posixpath.dirname(python.path)
        (tree / "pyvenv.cfg").write_text(
            f"home = {home}\ninclude-system-site-packages = false\nversion = {python.version}\n", encoding="utf-8"
        )
        tree.rename(target / "venv")
    else:
        for entry in list(tree.iterdir()):
            entry.rename(target / entry.name)
        tree.rmdir()
    notes = {"lock": lock.file, "packages": _listed(list(fetched.files)), "leftOut": fetched.left_out}
    (target / _NOTES).write_text(json.dumps(notes, indent=1), encoding="utf-8")


def _take_over(folder: Path, root: Path) -> None:
    """Files, folders and links that stay inside, and nothing else. Raises PermanentError."""
    _own(folder)
    folder.chmod(0o755)
    for entry in os.scandir(folder):
        path, found = Path(entry.path), entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(found.st_mode):
            _take_over(path, root)
        elif stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
            _own(path)
            path.chmod(0o755 if found.st_mode & stat.S_IXUSR else 0o644)
        elif stat.S_ISLNK(found.st_mode) and _stays_below(root, path):
            _own(path)
        else:
            raise not_installed("something else than files came out of them")


def _stays_below(root: Path, link: Path) -> bool:
    """A package of the workspace lies where the project does, in whose place this tree stands."""
    target = os.readlink(link)
    where = os.path.normpath(os.path.join(link.parent, target))
    return not target.startswith("/") and where.startswith(f"{root}/")


def _own(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, 0, 0, follow_symlinks=False)


def _site_packages() -> str:
    return f"lib/python{own_interpreter().minor}/site-packages"


def _listed(archives: Sequence[Archive]) -> list[str]:
    return sorted({f"{archive.name} {archive.version}" for archive in archives})


def _name(lock: Lock) -> str:
    """The same lock on another system, or for another Python, is another tree."""
    about = [_LAYOUT, lock.digest, lock.registry, sys.platform, platform.machine()]
    about += [own_interpreter().path] if lock.registry == "pypi" else []
    return f"{lock.registry}-{hashlib.sha256(' '.join(about).encode()).hexdigest()[:24]}"
