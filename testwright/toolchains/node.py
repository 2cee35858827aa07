"""What a JavaScript project has installed, and which Node runs it. Files are read, nothing is run but `node -p`."""

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from testwright.domain.errors import PermanentError
from testwright.domain.ports import Workspace
from testwright.domain.projects import WORKSPACE, Mount
from testwright.toolchains.tools import Tool, run_tool

OLDEST_NODE = 20
FALLBACK = "/node_modules"
"""Where Node looks last from anywhere, so what lies here never hides a project's own package."""
_ROOT = f"{WORKSPACE}/node_modules"
_MOST_PACKAGES = 200
_MOST_MANIFEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js program; one file is all there is to it, so only the file is mounted."""

    path: str
    version: str

    @property
    def mounts(self) -> tuple[Mount, ...]:
        return () if self.path.startswith("/usr/") else (Mount(host=self.path, inside=self.path),)

    @property
    def env(self) -> tuple[tuple[str, str], ...]:
        """So that what calls plain `node` finds the same one."""
        if self.path.startswith("/usr/"):
            return ()
        return (("PATH", f"{PurePosixPath(self.path).parent}:/usr/local/bin:/usr/bin:/bin"),)


async def find_node(*, tool: Tool = run_tool) -> Node:
    """Asks the program itself, because what is on the PATH may be a version manager's shim."""
    found = shutil.which("node")
    hint = f"Install Node.js {OLDEST_NODE} or newer (https://nodejs.org) and start Testwright again."
    if found is None:
        raise PermanentError("Node.js is not installed here", code="runner_missing", hint=hint, retryable=True)
    question = 'process.execPath + "\\n" + process.versions.node'
    result = await tool((found, "-p", question), cwd=Path("/"), seconds=20)
    lines = result.output.split("\n")
    if result.status != 0 or len(lines) < 2:
        raise PermanentError("Node.js does not start here", code="runner_missing", hint=hint, retryable=True)
    path, version = str(await asyncio.to_thread(Path(lines[0]).resolve)), lines[1].strip()
    if int(version.split(".")[0]) < OLDEST_NODE:
        message = f"Node.js {version} is too old"
        raise PermanentError(message, code="runner_missing", hint=hint, retryable=True)
    return Node(path=path, version=version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One node_modules folder of the project, and where it is mounted. `folder` is its real place on the host."""

    folder: Path
    inside: str

    @property
    def mount(self) -> Mount:
        return Mount(host=str(self.folder), inside=self.inside)

    def version_of(self, package: str) -> str | None:
        manifest = _manifest(self.folder / package / "package.json")
        return str(manifest["version"]) if manifest and "version" in manifest else None


def installed_packages(
    view: Workspace, near: str = "", instead: Path | None = None, at: str = ""
) -> tuple[Installed, ...]:
    """The project's node_modules folders, those that a source would look into first: its own package's, its root's,
    those of other packages, and a monorepo's above them. `instead` is a tree that stands for the packages at `at`.

    A link in the place of a node_modules folder is passed over: it could lead anywhere on this machine. So is a folder
    for which the workspace has no mount point.
    """
    found = _installed_in(view, instead, at) if instead is not None else []
    own = _installed_in(view, Path(view.origin)) if view.origin is not None else []
    if view.origin is not None and (above := _above(Path(view.origin))):
        has_root = any(each.inside == _ROOT for each in (*found, *own))
        can_mount = (Path(view.root) / "node_modules").is_dir() and not has_root
        own.append(Installed(folder=above, inside=_ROOT if can_mount else FALLBACK))
    found += [each for each in own if each.inside not in {other.inside for other in found}]
    where = [str(PurePosixPath(WORKSPACE) / parent / "node_modules") for parent in PurePosixPath(near).parents]
    return tuple(sorted(found, key=lambda each: where.index(each.inside) if each.inside in where else len(where)))


def _installed_in(view: Workspace, origin: Path, at: str = "") -> list[Installed]:
    """`origin` is the host's folder for what is at `at` in the project."""
    root = Path(view.root)
    found = []
    manifests = [path for path in view.paths() if path == "package.json" or path.endswith("/package.json")]
    for parent in dict.fromkeys([at or ".", *(str(PurePosixPath(path).parent) for path in manifests[:_MOST_PACKAGES])]):
        if not PurePosixPath(parent).is_relative_to(at):
            continue
        folder = origin / PurePosixPath(parent).relative_to(at) / "node_modules"
        if is_real_folder(folder) and (root / parent / "node_modules").is_dir():
            found.append(Installed(folder=folder, inside=str(PurePosixPath(WORKSPACE) / parent / "node_modules")))
    return found


def has_node_modules(origin: Path) -> bool:
    """The project's own, or a monorepo's above it. (A folder of a package alone does not make an installed project.)"""
    return is_real_folder(origin / "node_modules") or _above(origin) is not None


def version_of(package: str, places: Sequence[Installed]) -> str | None:
    return next((version for place in places if (version := place.version_of(package))), None)


def _above(origin: Path) -> Path | None:
    """A monorepo's node_modules above the registered folder, never above the repository."""
    if (origin / ".git").exists():
        return None
    for parent in origin.parents:
        if (parent / ".git").exists():
            folder = parent / "node_modules"
            return folder if is_real_folder(folder) else None
    return None


def is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _manifest(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            manifest = json.loads(file.read(_MOST_MANIFEST_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) else None
