"""How the lock of yarn 2 and later is read.

Its hashes are not of the archives that the registry has, but of what yarn makes of them: zips. Those that are not
compressed can be made again byte for byte (`unpack.py` does); how others are compressed is known to yarn alone, and of
what is for some machines only it notes no hash. There the lock's exact version counts, and npm holds what comes to the
hash that the registry gives for it: as much as yarn itself does in the latter case.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from testwright.toolchains.locked.indented import read_indented
from testwright.toolchains.locked.locks import NPM_NAME, NPM_VERSION, Found, Lock, mapping
from testwright.toolchains.locked.npm_archives import is_for_here
from testwright.toolchains.locked.stores import Stored, lay_out

_RESOLVED = re.compile(r"(?P<name>(?:@[^@/]+/)?[^@/]+)@(?P<how>npm|workspace|patch):(?P<what>.*)")
_UNCOMPRESSED = re.compile(r"\d{1,3}c0/(?P<sha512>[0-9a-f]{128})")
_CONDITION = re.compile(r"(os|cpu|libc)=([\w-]+)")


def read_later_yarn_lock(file: str, text: str) -> Lock:
    """What it patches is taken as the registry has it, and said so. Raises NoLock."""
    entries = {key: mapping(entry) for key, entry in read_indented(text).items() if key != "__metadata"}
    found = Found()
    packages: list[Stored] = []
    keys: dict[str, str] = {}
    asked: dict[str, Mapping[str, str]] = {}
    for wanted, entry in entries.items():
        resolved = _RESOLVED.fullmatch(str(entry.get("resolution", "")))
        if resolved is None:
            found.left_out.append(f"{wanted[:200]}, which does not come from a registry")
        elif resolved["how"] == "workspace":
            _add_workspace(resolved["what"], entry, asked, found)
        elif resolved["how"] == "patch":
            _say_patched(resolved, found)
        elif (stored := _stored(resolved["name"], resolved["what"], entry, found)) is not None:
            packages.append(stored)
            keys |= dict.fromkeys(wanted.split(", "), stored.key)
    siblings = {
        str(entry["resolution"]).partition("@workspace:")[0]: folder
        for entry in entries.values()
        if (folder := _folder(str(entry.get("resolution", "")))) is not None
    }
    for folder, needs in asked.items():
        for name in set(needs) & set(siblings):
            _link(folder, name, siblings[name], found)
    placed = [
        Stored(
            key=package.key,
            name=package.name,
            version=package.version,
            digests=(),
            zipped=package.zipped,
            needs=dict(_answered(package.needs, keys)),
        )
        for package in packages
    ]
    lay_out(placed, {folder: dict(_answered(needs, keys)) for folder, needs in asked.items()}, found, flat=True)
    return found.lock(file, "npm", text)


def _stored(name: str, version: str, entry: Mapping[str, Any], found: Found) -> Stored | None:
    version = unquote(version.partition("::")[0])
    conditions: dict[str, list[str]] = {}
    for what, value in _CONDITION.findall(str(entry.get("conditions", ""))):
        conditions.setdefault(what, []).append(value)
    if not is_for_here(conditions):
        return None
    hashed = _UNCOMPRESSED.fullmatch(str(entry.get("checksum", "")))
    if not NPM_NAME.fullmatch(name) or not NPM_VERSION.fullmatch(version):
        found.left_out.append(f"{name[:200]}, which names no exact version")
        return None
    needs = {str(each): str(wish) for each, wish in mapping(entry.get("dependencies")).items()}
    key = f"{name}@{version}"
    return Stored(
        key=key, name=name, version=version, digests=(), zipped=hashed["sha512"] if hashed else "", needs=needs
    )


def _answered(needs: Mapping[str, str], keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What each name gets. A wish may be for a patched package, which is taken as its registry has it."""
    for name, wish in needs.items():
        if wish.startswith("patch:"):
            wish = unquote(wish.removeprefix("patch:").partition("#")[0]).rpartition("@")[2]
        if NPM_NAME.fullmatch(name) and (key := keys.get(f"{name}@{wish}")):
            yield name, key


def _add_workspace(folder: str, entry: Mapping[str, Any], asked: dict[str, Mapping[str, str]], found: Found) -> None:
    folder = posixpath.normpath(folder)
    if folder.startswith(("/", "..")) or "\0" in folder:
        found.left_out.append("what a package outside of the project asks for")
        return
    needs = {str(name): str(wish) for name, wish in mapping(entry.get("dependencies")).items()}
    asked["" if folder == "." else folder] = needs


def _folder(resolution: str) -> str | None:
    resolved = _RESOLVED.fullmatch(resolution)
    if resolved is None or resolved["how"] != "workspace":
        return None
    folder = posixpath.normpath(resolved["what"])
    return None if folder.startswith(("/", "..")) or "\0" in folder else folder


def _link(folder: str, name: str, target: str, found: Found) -> None:
    if NPM_NAME.fullmatch(name):
        place = posixpath.join(folder, "node_modules", name)
        found.links.append((place, posixpath.relpath(target, posixpath.dirname(place))))


def _say_patched(resolved: "re.Match[str]", found: Found) -> None:
    """What yarn patches by itself concerns only how it runs programs; others are the project's own wish."""
    if "builtin<" not in resolved["what"]:
        found.left_out.append(f"the project's patch of {resolved['name'][:200]}")
