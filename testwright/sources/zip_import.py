"""A project in a zip, as a folder of our own. Whoever made the archive may have meant harm with every field of it."""

import hashlib
import io
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.paths import BadPath, accept_path, same_file_key
from testwright.sources.descriptors import create_file
from testwright.sources.keeping import Imported, keep

_LEFT_OUT = frozenset({".git", ".hg", ".svn", "node_modules", "__macosx", "__pycache__", ".venv", "venv"})
_MOST_LISTING_BYTES = 32 << 20
_SMALL_ENOUGH = 8 << 20
_ENCRYPTED = 0x1
# Python's reader believes what an archive says of itself, such as that an entry lies before its beginning.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, LookupError),
)
_END_OF_LISTING = b"PK\x05\x06"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    """`most_times` is how many times larger than the archive its contents may be, beyond a few megabytes."""

    most_bytes: int = 300 << 20
    most_files: int = 100_000
    most_times: int = 100


def import_zip(data: bytes, name: str, imports: Path, limits: ZipLimits | None = None) -> Imported:
    """Unpack into a folder below `imports`. Raises InputError `bad_zip` or `project_too_large`, and has kept nothing.

    Links, installed packages and a repository's own data are left out; a folder that holds all the rest is opened.
    """
    imports.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=imports))
    try:
        _unpack(data, making, limits or ZipLimits())
        pin = hashlib.sha256(data).hexdigest()
        return keep(_only_folder_of(making), imports, name=_plain(name), kind="zip", pin=pin, address=None)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _unpack(data: bytes, target: Path, limits: ZipLimits) -> None:
    _refuse_long_listing(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _unpack_entries(archive, target, limits, len(data))
    except _DAMAGED as error:
        raise _bad("is damaged, or no zip") from error
    except OSError as error:
        raise _bad("holds two files where only one can be, or a name that cannot be written") from error


def _refuse_long_listing(data: bytes) -> None:
    """Before it is read as a whole, which takes many times its size."""
    end = data.rfind(_END_OF_LISTING)
    if end < 0 or len(data) < end + 22:
        raise _bad("is damaged, or no zip")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    if size > _MOST_LISTING_BYTES:
        raise _too_large("its listing alone is too long")


def _unpack_entries(archive: zipfile.ZipFile, target: Path, limits: ZipLimits, packed: int) -> None:
    entries = list(_files(archive))
    if len(entries) > limits.most_files:
        raise _too_large(f"{len(entries):,} files")
    most = min(limits.most_bytes, max(_SMALL_ENOUGH, packed * limits.most_times))
    left, seen = most, set[str]()
    for path, entry in entries:
        key = same_file_key(path)
        if key in seen:
            raise _bad(f"holds {path} twice, or in two spellings")
        seen.add(key)
        text = _contents(archive, entry, left)
        left -= len(text)
        create_file(target, path, text)


def _files(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    for entry in archive.infolist():
        if entry.is_dir() or not _LEFT_OUT.isdisjoint(entry.filename.lower().split("/")[:-1]):
            continue
        mode = entry.external_attr >> 16
        kind = stat.S_IFMT(mode)
        if kind not in (0, stat.S_IFREG, stat.S_IFLNK):
            raise _bad("holds something that is no file")
        if entry.flag_bits & _ENCRYPTED:
            raise _bad("is encrypted")
        if kind != stat.S_IFLNK:
            yield _accepted(entry.orig_filename), entry


def _accepted(name: str) -> str:
    try:
        return accept_path(name)
    except BadPath as reason:
        raise _bad(f"holds a file whose path {reason}") from reason


def _contents(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """What really is in there, whatever its size is said to be."""
    with archive.open(entry) as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise _too_large("its contents are out of all proportion, or more than there is room for")
    return text


def _only_folder_of(making: Path) -> Path:
    """Archives of a repository hold one folder with all the rest in it."""
    inside = list(making.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        return inside[0]
    if not inside:
        raise _bad("holds no file")
    return making


def _plain(name: str) -> str:
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".zip")
    return re.sub(r"[^A-Za-z0-9._-]", "-", stem).strip("-.") or "upload"


def _bad(problem: str) -> InputError:
    return InputError(
        f"The zip {problem}.",
        code="bad_zip",
        hint="Zip the project's own files again, with paths relative to the project.",
        fields=(FieldProblem("file", problem),),
    )


def _too_large(found: str) -> InputError:
    return InputError(
        f"The zip is too large: {found}.",
        status=413,
        code="project_too_large",
        hint="Leave out installed packages and data, or give the folder instead.",
        fields=(FieldProblem("file", "is too large"),),
    )
