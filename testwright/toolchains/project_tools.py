"""Programs that a project has installed for itself besides its runner: type checkers and formatters."""

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path, PurePosixPath

from testwright.domain.errors import PermanentError
from testwright.domain.projects import InstalledTool
from testwright.toolchains.node import Installed, Node
from testwright.toolchains.python import Interpreter


async def npm_tool(
    package: str, places: Sequence[Installed], find_node: Callable[[], Awaitable[Node]]
) -> InstalledTool | None:
    """A package of the project's node_modules that has a program of its own, started by Node."""
    home = next((place for place in places if place.version_of(package)), None)
    entry = _entry(home, package) if home is not None else None
    if home is None or entry is None:
        return None
    try:
        node = await find_node()
    except PermanentError:  # the runner says so, where it needs one
        return None
    return InstalledTool(
        name=package,
        version=home.version_of(package) or "",
        program=(node.path, f"{home.inside}/{package}/{entry}"),
        mounts=(*node.mounts, *(place.mount for place in places)),
        env=node.env,
    )


def pypi_tool(package: str, python: Interpreter | None) -> InstalledTool | None:
    """A package of the project's virtual environment that can be started as a module."""
    version = python.version_of(package) if python is not None else None
    if python is None or version is None:
        return None
    return InstalledTool(
        name=package, version=version, program=(python.path, "-m", package), mounts=python.mounts, env=()
    )


def _entry(home: Installed, package: str) -> str | None:
    """The program's file, below the package: the one that is named after it, else the first."""
    try:
        manifest = json.loads((home.folder / package / "package.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    programs = manifest.get("bin") if isinstance(manifest, dict) else None
    if isinstance(programs, dict):
        own = package.rpartition("/")[2]
        programs = programs.get("tsc" if own == "typescript" else own) or next(iter(programs.values()), None)
    if not isinstance(programs, str) or ".." in PurePosixPath(programs).parts:
        return None
    entry = str(PurePosixPath(programs))
    return entry if Path(home.folder, package, entry).is_file() else None
