"""Which Python a project runs on, and what is installed for it. Files are read; no interpreter is started here."""

import os
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from testwright.domain.projects import Mount

_VENV_NAMES = (".venv", "venv", "env")
_INTERPRETER = re.compile(r"python(3(\.\d+)?)?")
_MOST_HOPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """`packages` is the site-packages folder of the project's virtual environment, None for our own interpreter."""

    path: str
    version: str
    mounts: tuple[Mount, ...]
    packages: Path | None = None

    @property
    def minor(self) -> str:
        return ".".join(self.version.split(".")[:2])

    def version_of(self, package: str) -> str | None:
        """The installed version by its dist-info folder; what has none is not counted as installed."""
        if self.packages is None or not (self.packages / package).is_dir():
            return None
        for folder in sorted(self.packages.glob(f"{package}-*.dist-info")):
            return folder.name.removesuffix(".dist-info").partition("-")[2]
        return None


def own_interpreter() -> Interpreter:
    """The interpreter below our own virtual environment, without anything that was installed into it."""
    path = os.path.realpath(sys.executable)
    return Interpreter(path=path, version=platform.python_version(), mounts=_installation(Path(path)) or ())


def project_interpreter(origin: str | None, instead: Path | None = None, near: str = "") -> Interpreter | None:
    """The virtual environment that stands for the project's own (`instead`), else the project's: in the folder of a
    source, or the next above it that has one; or None.

    A repository may come with a hostile "virtual environment" whose links name any place of this machine. So only
    what looks like a Python installation is mounted, and of that only `bin` and `lib`.
    """
    folders = PurePosixPath(near).parents or [PurePosixPath()]
    own = [Path(origin, folder, name) for folder in folders for name in _VENV_NAMES] if origin is not None else []
    for venv in [*([instead] if instead is not None else []), *own]:
        if venv.is_dir() and not venv.is_symlink() and (found := _read_venv(venv)):
            return found
    return None


def _read_venv(venv: Path) -> Interpreter | None:
    python = venv / "bin" / "python"
    try:
        config = (venv / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")[:10_000]
    except OSError:
        return None
    packages = next(iter(sorted(venv.glob("lib/python3.*/site-packages"))), None)
    mounts = _chain_mounts(python, venv)
    if packages is None or mounts is None:
        return None
    minor = packages.parent.name.removeprefix("python")
    pairs = dict(_pairs(config))
    version = pairs.get("version") or pairs.get("version_info") or minor
    return Interpreter(
        path=str(python),
        version=".".join(version.split(".")[:3]) if version.startswith(minor) else minor,
        mounts=(Mount(host=str(venv), inside=str(venv)), *mounts),
        packages=packages,
    )


def _pairs(config: str) -> list[tuple[str, str]]:
    lines = (line.partition("=") for line in config.splitlines())
    return [(key.strip(), value.strip()) for key, separator, value in lines if separator]


def _chain_mounts(python: Path, venv: Path) -> tuple[Mount, ...] | None:
    """All installations that the interpreter's links pass through; None when one is none or the chain is broken.

    Tools such as uv link to a folder that is a link itself, so a place is mounted both as written and as it really is.
    """
    mounts: dict[str, Mount] = {}
    here = python
    for _ in range(_MOST_HOPS):
        if not here.is_relative_to(venv):
            places = _installation(here)
            if places is None:
                return None
            mounts |= {mount.inside: mount for mount in places}
        if not here.is_symlink():
            break
        here = Path(os.path.normpath(here.parent / os.readlink(here)))
    real = Path(os.path.realpath(python))
    places = _installation(real)
    if places is None or not os.access(real, os.X_OK):
        return None
    mounts |= {mount.inside: mount for mount in places}
    return tuple(mounts.values())


def _installation(python: Path) -> tuple[Mount, ...] | None:
    """The mounts for the installation that `python` belongs to: none below /usr, None when it looks like no such."""
    prefix = python.parent.parent
    if python.parent.name != "bin" or not _INTERPRETER.fullmatch(python.name):
        return None
    if prefix == Path("/usr") or prefix.is_relative_to("/usr") or prefix == Path("/"):
        return ()
    if not any(prefix.glob("lib/python3.*/os.py")):
        return None
    folders = (prefix / name for name in ("bin", "lib"))
    return tuple(Mount(host=os.path.realpath(folder), inside=str(folder)) for folder in folders)
