"""Private copies of projects. What the user edits meanwhile, and what a suite writes, never meet."""

import asyncio
import contextlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path, PurePosixPath

from testwright.domain.errors import PermanentError
from testwright.domain.paths import BadPath
from testwright.domain.records import Assignment
from testwright.sources.build_files import missing_build_files
from testwright.sources.descriptors import create_file, remove_file
from testwright.sources.folder import FolderView

MOST_BYTES = 300 << 20
MOST_FILES = 100_000
_MOST_PACKAGES = 200
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


# jest looks for a configuration in the root even when it is given another one, and ends when there is no package.json.
_NEED_A_MANIFEST = frozenset({"jest", "vitest"})


class CopiedWorkspace:
    """One file's copy. It shares unchanged files with its siblings as hard links, so nothing is changed in place."""

    def __init__(self, folder: Path, origin: str | None) -> None:
        self._folder = folder
        self._origin = origin
        self._view = FolderView(folder, obey_gitignore=False)
        self._paths: set[str] | None = None

    @property
    def root(self) -> str:
        return str(self._folder)

    @property
    def origin(self) -> str | None:
        return self._origin

    def paths(self) -> Sequence[str]:
        if self._paths is None:
            self._paths = set(self._view.walk())
        return sorted(self._paths)

    def text(self, path: str) -> str | None:
        return self._view.text(path)

    def exists(self, path: str) -> bool:
        return self._view.exists(path)

    def in_the_way(self, path: str) -> str | None:
        if self._origin is None:
            return None
        for above in reversed(PurePosixPath(path).parents[:-1]):
            with contextlib.suppress(OSError):
                if not stat.S_ISDIR(os.lstat(Path(self._origin, above)).st_mode):
                    return str(above)
        return path if os.path.lexists(Path(self._origin, path)) else None

    def write(self, path: str, text: str) -> None:
        _replace(self._folder, path, text)
        if self._paths is not None:
            self._paths.add(path)

    def remove(self, path: str) -> None:
        remove_file(self._folder, path)
        if self._paths is not None:
            self._paths.discard(path)


class CopiedWorkspaces:
    """Below `home/work`: one snapshot for each session and round, and from it a copy for each file.

    work/<session>/<round>/snapshot      as the user's folder was when the round's first file began
    work/<session>/<round>/<n>/project   the n-th file's copy, with the session's own texts laid over
    """

    def __init__(self, home: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._work = home / "work"
        self._most_bytes = most_bytes
        self._locks: dict[Path, asyncio.Lock] = {}

    async def open(self, assignment: Assignment) -> CopiedWorkspace:
        round_folder = self._round(assignment.session_id, assignment.round)
        project = round_folder / str(assignment.file_index) / "project"
        async with self._locks.setdefault(round_folder, asyncio.Lock()):
            if not await asyncio.to_thread(project.is_dir):
                await asyncio.to_thread(self._make, assignment, round_folder, project)
        return CopiedWorkspace(project, assignment.repository_root)

    async def close(self, assignment: Assignment) -> None:
        folder = self._round(assignment.session_id, assignment.round) / str(assignment.file_index)
        await asyncio.to_thread(_delete, folder)

    async def close_round(self, session_id: str, round: int) -> None:
        """The round is over: its snapshot goes too."""
        folder = self._round(session_id, round)
        self._locks.pop(folder, None)
        await asyncio.to_thread(_delete, folder)
        with contextlib.suppress(OSError):  # other rounds may still be there
            await asyncio.to_thread(folder.parent.rmdir)

    async def sweep(self, running: Callable[[], Awaitable[Collection[str]]]) -> None:
        """Delete what sessions other than the running ones have left behind."""
        # Look first, ask then: a session that begins in between is running by the time we ask.
        found = await asyncio.to_thread(lambda: list(self._work.iterdir()) if self._work.is_dir() else [])
        keep = await running()
        for folder in found:
            if folder.name not in keep:
                await asyncio.to_thread(_delete, folder)

    def _round(self, session_id: str, round: int) -> Path:
        if not _SESSION_ID.fullmatch(session_id):
            raise ValueError("a session's id must be fit for a folder's name")
        return self._work / session_id / str(round)

    def _make(self, assignment: Assignment, round_folder: Path, project: Path) -> None:
        round_folder.mkdir(parents=True, exist_ok=True)
        snapshot = round_folder / "snapshot"
        if assignment.repository_root is not None and not snapshot.is_dir():
            _build(snapshot, lambda target: self._copy(Path(str(assignment.repository_root)), target))
        project.parent.mkdir(exist_ok=True)
        _build(project, lambda target: self._lay_out(assignment, snapshot, target))

    def _copy(self, origin: Path, target: Path) -> None:
        if not origin.is_dir():
            raise PermanentError(
                "The project's folder is gone.",
                code="repository_missing",
                hint="Put it back, or register it again.",
                retryable=True,
            )
        size, made = 0, {""}
        paths = FolderView(origin).paths()
        if len(paths) > MOST_FILES:
            raise self._too_large(f"{len(paths):,} files")
        for path in paths:
            _make_parents(target, path, made)
            with contextlib.suppress(FileNotFoundError):  # the user may delete a file meanwhile
                size += _copy_file(origin / path, target / path)
            if size > self._most_bytes:
                raise self._too_large(f"more than {self._most_bytes >> 20} MB")
        for path, text in missing_build_files(FolderView(origin)):
            with contextlib.suppress(BadPath, OSError):
                create_file(target, path, text.encode(), for_everybody=True)
        for folder in package_folders(origin, paths):
            point = target / folder / "node_modules"
            point.mkdir(exist_ok=True)
            point.chmod(0o755)

    def _too_large(self, found: str) -> PermanentError:
        return PermanentError(
            f"The project is too large to copy: {found}.",
            code="project_too_large",
            hint="Register a smaller folder, or name large data in .gitignore.",
            retryable=True,
        )

    def _lay_out(self, assignment: Assignment, snapshot: Path, target: Path) -> None:
        if assignment.repository_root is not None:
            _link_tree(snapshot, target)
        if assignment.aside is not None:
            with contextlib.suppress(BadPath):
                remove_file(target, assignment.aside)
        for path, text in assignment.overlay.items():
            try:
                _replace(target, path, text)
            except (BadPath, OSError) as error:
                message = f"{path} cannot be put into the project's copy."
                raise PermanentError(message, code="invalid_path", hint="Rename the file.") from error
        if assignment.source.framework in _NEED_A_MANIFEST and not (target / "package.json").exists():
            _replace(target, "package.json", '{ "private": true }\n')


def package_folders(origin: Path, paths: Sequence[str]) -> list[str]:
    """Folders of the project that have a node_modules of their own, or get one from a monorepo above: mount points."""
    manifests = [path for path in paths if path == "package.json" or path.endswith("/package.json")]
    folders = dict.fromkeys([".", *(str(PurePosixPath(path).parent) for path in manifests[:_MOST_PACKAGES])])
    found = [folder for folder in folders if _is_real_folder(origin / folder / "node_modules")]
    if "." not in found:  # nothing is installed here: what stands for it may have a folder for each package
        found += [folder for folder in folders if folder not in found] if manifests else []
    return found


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _build(folder: Path, fill: Callable[[Path], None]) -> None:
    """All or nothing: a crash half-way leaves a folder that nobody takes for the whole."""
    target = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        target.chmod(0o755)  # the sandbox reads it as another user
        fill(target)
        target.rename(folder)
    finally:
        _delete(target)


def _make_parents(target: Path, path: str, made: set[str]) -> None:
    parent = path.rpartition("/")[0]
    if parent not in made:
        _make_parents(target, parent, made)
        (target / parent).mkdir(exist_ok=True)
        (target / parent).chmod(0o755)  # whatever our umask says
        made.add(parent)


def _copy_file(source: Path, target: Path) -> int:
    """Bytes, never a link to the user's own file. Readable by everybody, executable where it was."""
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as reader, target.open("xb") as writer:
        shutil.copyfileobj(reader, writer, 1 << 18)
        found = os.fstat(descriptor)
        os.fchmod(writer.fileno(), 0o755 if found.st_mode & 0o111 else 0o644)
    return found.st_size


def _link_tree(snapshot: Path, target: Path) -> None:
    for entry in os.scandir(snapshot):
        place = target / entry.name
        if entry.is_dir(follow_symlinks=False):
            place.mkdir()
            place.chmod(0o755)
            _link_tree(Path(entry.path), place)
        else:
            os.link(entry.path, place)


def _replace(root: Path, path: str, text: str) -> None:
    """Never in place: the old file may be a hard link to everybody else's."""
    remove_file(root, path)
    create_file(root, path, text.encode(), for_everybody=True)


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
