"""Unpacks archives of packages. Run inside the sandbox, by itself: archives were made by strangers.

    python unpack.py PLAN ARCHIVES FOLDER

Only files and folders come out, below the folder; nothing of what comes out is run. Standard library only.
"""

import compileall
import json
import os
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
