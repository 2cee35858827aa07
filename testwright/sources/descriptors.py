"""Reading and writing one file below a folder that somebody hostile may be changing at the same time.

The walk goes folder by folder with descriptors and follows no link, so nothing that is swapped in between the check and
the use leads anywhere else.
"""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testwright.domain.paths import accept_path

MOST_TEXT_BYTES = 1 << 20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def read_bytes(root: Path, path: str, most_bytes: int = MOST_TEXT_BYTES) -> bytes | None:
    """A regular file's contents; None when it is missing, a link, something else, or too large.

    Raises BadPath for a path that leaves the root.
    """
    *folders, name = accept_path(path).split("/")
    try:
        with _folder(root, folders) as folder, os.fdopen(os.open(name, _READ, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            data = file.read(most_bytes + 1)  # its size may change while it is read
    except OSError:
        return None
    return data if len(data) <= most_bytes else None


def create_file(root: Path, path: str, data: bytes, *, for_everybody: bool = False) -> None:
    """Make a new file and the folders above it. Raises FileExistsError, also for a link that leads nowhere.

    `for_everybody` makes it readable by other users whatever our umask says.
    """
    *folders, name = accept_path(path).split("/")
    with (
        _folder(root, folders, make=True, for_everybody=for_everybody) as folder,
        os.fdopen(os.open(name, _WRITE, 0o644, dir_fd=folder), "wb") as file,
    ):
        file.write(data)
        if for_everybody:
            os.fchmod(file.fileno(), 0o644)


def replace_file(root: Path, path: str, data: bytes) -> None:
    """Put a file in the place of one that is there, whole or not at all; it keeps the old one's rights.

    Raises FileNotFoundError when there is none.
    """
    *folders, name = accept_path(path).split("/")
    making = f".{secrets.token_hex(8)}.making"
    with _folder(root, folders) as folder:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if not stat.S_ISREG(mode):
            raise FileNotFoundError(path)
        try:
            with os.fdopen(os.open(making, _WRITE, 0o600, dir_fd=folder), "wb") as file:
                file.write(data)
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            os.rename(making, name, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(making, dir_fd=folder)
            raise


def remove_file(root: Path, path: str) -> None:
    """Remove a file or link if it is there."""
    *folders, name = accept_path(path).split("/")
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), _folder(root, folders) as folder:
        os.unlink(name, dir_fd=folder)


def missing_folders(root: Path, path: str) -> tuple[str, ...]:
    """Which of the folders above a file are not there, the outermost first."""
    *folders, _ = accept_path(path).split("/")
    paths = ["/".join(folders[: number + 1]) for number in range(len(folders))]
    return tuple(folder for folder in paths if not os.path.lexists(root / folder))


def remove_empty_folder(root: Path, path: str) -> None:
    """Remove a folder unless something is in it by now."""
    *folders, name = accept_path(path).split("/")
    with contextlib.suppress(OSError), _folder(root, folders) as above:
        os.rmdir(name, dir_fd=above)


@contextmanager
def _folder(root: Path, parts: Sequence[str], *, make: bool = False, for_everybody: bool = False) -> Iterator[int]:
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o755, dir_fd=here)
                    if for_everybody:
                        os.chmod(part, 0o755, dir_fd=here)
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)
