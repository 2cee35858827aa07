"""How npm's own lock is read: package-lock.json and npm-shrinkwrap.json, version 2 and 3."""

import json
import posixpath
import re
from typing import Any

from testwright.toolchains.locked.locks import (
    NPM_NAME,
    NPM_VERSION,
    Archive,
    Found,
    Lock,
    NoLock,
    good_digests,
    mapping,
)
from testwright.toolchains.locked.npm_archives import is_for_here, npm_digests

_FOLDER = r"(?!\.\.?/|node_modules/)[^/\0]+/"
_PLACE = re.compile(rf"(?:{_FOLDER})*(?:node_modules/{NPM_NAME.pattern}/?)+")
_MOST_DEEP = 32


def read_package_lock(file: str, text: str) -> Lock:
    """Raises NoLock."""
    try:
        packages = mapping(mapping(json.loads(text)).get("packages"))
    except (ValueError, RecursionError) as error:
        raise NoLock(f"{file} is not JSON") from error
    if not packages:
        raise NoLock(f"{file} is of an older kind: run `npm install --package-lock-only` with npm 7 or later")
    found = Found()
    for place, entry in packages.items():
        if "node_modules/" in f"{place}/" and isinstance(entry, dict):
            _read(place, entry, found)
    return found.lock(file, "npm", text)


def _read(place: str, entry: dict[str, Any], found: Found) -> None:
    if not _PLACE.fullmatch(place) or place.count("/") > _MOST_DEEP:
        found.left_out.append("a package whose place is no place below node_modules")
        return
    if entry.get("link") is True:
        _link(place, str(entry.get("resolved", "")), found)
        return
    if entry.get("inBundle") is True or not is_for_here(entry):
        return
    name = str(entry.get("name") or place.rpartition("node_modules/")[2])
    version = str(entry.get("version", ""))
    resolved = str(entry.get("resolved") or "https:")
    digests = good_digests(npm_digests(entry.get("integrity")))
    if not NPM_NAME.fullmatch(name) or not NPM_VERSION.fullmatch(version):
        found.left_out.append(f"{place[:200]}, which names no exact version")
    elif not resolved.startswith(("https:", "http:")):
        found.left_out.append(f"{name}, which does not come from a registry")
    elif not digests:
        found.left_out.append(f"{name}, which is locked without a hash")
    else:
        found.archives.append(Archive(name=name, version=version, digests=digests, places=(place,)))


def _link(place: str, target: str, found: Found) -> None:
    """A package of the workspace. One that lies elsewhere on somebody's disk is not here."""
    parts = target.split("/")
    if not target or target.startswith("/") or ".." in parts or "\0" in target:
        found.left_out.append(f"{place}, which lies outside of the project")
        return
    found.links.append((place, posixpath.relpath(target, posixpath.dirname(place))))
