"""Unpacks archives of packages. Run inside the sandbox, by itself: archives were made by strangers.

    python unpack.py PLAN ARCHIVES FOLDER

Only files and folders come out, below the folder; nothing of what comes out is run. Standard library only.
"""

import compileall
import hashlib
import json
import os
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

MiB = 1 << 20
MOST_COMPILE_SECONDS = 60


class Refused(Exception):
    pass


class Unpacking:
    def __init__(self, root: str, most_bytes: int, most_files: int) -> None:
        self.root, self.bytes, self.files = root, 0, 0
        self.most_bytes, self.most_files = most_bytes, most_files
        self._made = {root}

    def put(self, place: str, inner: str, data: bytes, executable: bool) -> None:
        path = below(self.root, f"{place}/{inner}")
        self.files += 1
        self.bytes += len(data)
        if self.files > self.most_files or self.bytes > self.most_bytes:
            raise Refused("the packages are too large when they are unpacked")
        self._make(os.path.dirname(path))
        # Made with its rights: the confined tier lets nobody change them.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with open(os.open(path, flags, 0o755 if executable else 0o644), "wb") as file:
            file.write(data)

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            self._made.add(folder)
            os.makedirs(folder, exist_ok=True)


def below(root: str, place: str) -> str:
    parts = [part for part in place.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in place or "\\" in place or place.startswith("/") or not parts:
        raise Refused("an archive holds a path that leads out of it")
    return os.path.join(root, *parts)


def files_of_npm(archive: str, most: int) -> Iterator[tuple[str, bytes, bool]]:
    """Below the one folder that everything in such an archive lies in. Links are left out, as npm does."""
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            if member.isfile():
                if member.size > most:
                    raise Refused("an archive holds a file that is too large")
                content = tar.extractfile(member)
                inner = member.name.removeprefix("./").partition("/")[2]
                if content is not None and inner:
                    yield inner, content.read(), bool(member.mode & 0o100)


ZIP_DATE, ZIP_TIME = (1984 - 1980) << 9 | 6 << 5 | 22, 21 << 11 | 50 << 5
"""As yarn dates everything."""


def of_yarn(archive: str, name: str, most: int) -> "dict[str, tuple[int, bytes]]":
    """Mode and contents of what yarn puts into its zip, in its order: folders before what lies in them."""
    found: dict[str, tuple[int, bytes]] = {}
    size = 0
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            parts = member.name.split("/")
            if member.name.startswith("/") or ".." in parts:
                continue
            parts = [part for part in parts if part not in ("", ".")]
            if len(parts) < 2 or not (member.isfile() or member.isdir() or member.issym()):
                continue
            path = "/".join(["node_modules", name, *parts[1:]])
            folders = path.split("/")[:-1]
            for end in range(1, len(folders) + 1):
                found.setdefault("/".join(folders[:end]) + "/", (0o40755, b""))
            size += member.size
            if size > most:
                raise Refused("an archive holds a file that is too large")
            if member.isdir():
                found.setdefault(path + "/", (0o40755, b""))
            elif member.issym():
                found[path] = 0o120777, member.linkname.encode()
            else:
                content = tar.extractfile(member)
                mode = 0o100755 if member.mode & 0o111 else 0o100644
                found[path] = mode, content.read() if content is not None else b""
    return found


def sha512_of_zip(entries: "dict[str, tuple[int, bytes]]") -> str:
    """Of the zip that yarn makes of these without compressing."""
    hashed, at, central = hashlib.sha512(), 0, b""
    for path, (mode, data) in entries.items():
        name = path.encode("utf-8", "surrogateescape")
        flags = 0 if name.isascii() else 0x800
        needs = 20 if path.endswith("/") else 10
        about = struct.pack(
            "<HHHHHIIIHH", needs, flags, 0, ZIP_TIME, ZIP_DATE, zlib.crc32(data), *2 * (len(data),), len(name), 0
        )
        local = b"PK\x03\x04" + about + name
        central += (
            b"PK\x01\x02" + struct.pack("<H", 0x33F) + about + struct.pack("<HHHII", 0, 0, 0, mode << 16, at) + name
        )
        hashed.update(local)
        hashed.update(data)
        at += len(local) + len(data)
    count = len(entries)
    hashed.update(central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), at, 0))
    return hashed.hexdigest()


def hold_to_lock(archive: dict[str, Any], path: str, most: int) -> None:
    if archive["zipped"] and sha512_of_zip(of_yarn(path, archive["name"], 4 * most)) != archive["zipped"]:
        raise Refused(f"{archive['name']} is not what the lock says: its hash is another")


def files_of_wheel(archive: str, most: int) -> Iterator[tuple[str, bytes, bool]]:
    with zipfile.ZipFile(archive) as whole:
        for member in whole.infolist():
            if member.is_dir():
                continue
            if member.file_size > most:
                raise Refused("an archive holds a file that is too large")
            first, _, rest = member.filename.partition("/")
            kind, _, inner = rest.partition("/")
            if not first.endswith(".data"):
                yield member.filename, whole.read(member), False
            elif kind in ("purelib", "platlib"):
                yield inner, whole.read(member), False


def unpack(plan: dict[str, Any], archives: str, root: str) -> Unpacking:
    unpacking = Unpacking(root, plan["most_bytes"], plan["most_files"])
    for archive in plan["archives"]:
        read = files_of_wheel if archive["is_wheel"] else files_of_npm
        try:
            hold_to_lock(archive, f"{archives}/{archive['file']}", plan["most_file_bytes"])
            for inner, data, executable in read(f"{archives}/{archive['file']}", plan["most_file_bytes"]):
                for place in archive["places"]:
                    unpacking.put(place, inner, data, executable)
        except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, zlib.error) as error:
            raise Refused(f"{archive['name']} is no archive that can be read") from error
    for place, target in plan["links"]:
        path = below(root, place)
        if not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(target, path)
    return unpacking


def compile_all(folder: str) -> None:
    """Nothing can be written where tests run: what is not compiled here is compiled at every start of a run."""
    deadline = time.monotonic() + MOST_COMPILE_SECONDS
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if time.monotonic() > deadline:
            return
        if os.path.isdir(path):
            compileall.compile_dir(path, quiet=2)
        elif name.endswith(".py"):
            compileall.compile_file(path, quiet=2)


def main(plan_file: str, archives: str, root: str) -> int:
    os.umask(0o022)
    with open(plan_file, encoding="utf-8") as file:
        plan = json.load(file)
    try:
        done = unpack(plan, archives, root)
    except (Refused, OSError) as error:
        print(f"refused: {error}")
        return 1
    if plan["compile"]:
        compile_all(os.path.join(root, plan["compile"]))
    print(f"unpacked {done.files} files, {done.bytes} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
