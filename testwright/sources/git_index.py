"""Which files are not as git last had them. Git itself is not run: a repository's settings can make it run anything."""

import hashlib
import os
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.paths import BadPath
from testwright.sources.descriptors import read_bytes

_MOST_INDEX_BYTES = 1 << 26
_FIXED = struct.Struct(">10I20sH")
_CHECKSUM_BYTES = 20
_EXTENDED = 0x4000
_STAGE = 0x3000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    mtime_ns: int
    size: int
    sha1: bytes


def changed_files(root: Path, paths: Iterable[str]) -> frozenset[str] | None:
    """Those that git's index does not know, or knows otherwise; None when the folder is no plain checkout.

    What was staged counts as known: git has it.
    """
    data = _index_of(root)
    try:
        entries = dict(_entries(data)) if data is not None else None
    except (struct.error, ValueError, IndexError):
        return None
    if entries is None:
        return None
    return frozenset(path for path in paths if _has_changed(root, path, entries.get(path.encode())))


def _index_of(root: Path) -> bytes | None:
    index = root / ".git" / "index"
    try:
        if not stat.S_ISREG(index.lstat().st_mode):
            return None
        with index.open("rb") as file:
            data = file.read(_MOST_INDEX_BYTES + 1)
    except OSError:
        return None
    body, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
    # Other hashes than SHA-1 are longer, so that the checksum does not fit; a repository may also leave it out.
    sound = checksum in (hashlib.sha1(body, usedforsecurity=False).digest(), bytes(_CHECKSUM_BYTES))
    return body if len(data) <= _MOST_INDEX_BYTES and data[:4] == b"DIRC" and sound else None


def _entries(data: bytes) -> Iterator[tuple[bytes, _Entry]]:
    version, count = struct.unpack_from(">2I", data, 4)
    if version not in (2, 3, 4):
        raise ValueError(f"version {version}")
    at, name = 12, b""
    for _ in range(count):
        begin = at
        _, _, seconds, nanoseconds, _, _, _, _, _, size, sha1, flags = _FIXED.unpack_from(data, at)
        at += _FIXED.size + (2 if flags & _EXTENDED and version > 2 else 0)
        if version == 4:  # a name says only in what it differs from the one before it
            cut, at = _number(data, at)
            end = data.index(b"\0", at)
            name = name[: len(name) - cut] + data[at:end]
            at = end + 1
        else:
            end = data.index(b"\0", at)
            name = data[at:end]
            at = begin + (end - begin + 8) // 8 * 8
        if not flags & _STAGE:
            yield name, _Entry(mtime_ns=seconds * 10**9 + nanoseconds, size=size, sha1=sha1)


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        value = (value + 1) << 7 | data[at] & 0x7F
    return value, at + 1


def _has_changed(root: Path, path: str, entry: _Entry | None) -> bool:
    if entry is None:
        return True
    try:
        found = os.lstat(root / path)
    except OSError:
        return True
    if found.st_size == entry.size and found.st_mtime_ns == entry.mtime_ns:
        return False
    try:
        text = read_bytes(root, path)
    except BadPath:
        return True
    # A checkout may have turned the ends of lines into another system's.
    return text is None or entry.sha1 not in (_blob(text), _blob(text.replace(b"\r\n", b"\n")))


def _blob(text: bytes) -> bytes:
    return hashlib.sha1(b"blob %d\0" % len(text) + text, usedforsecurity=False).digest()
