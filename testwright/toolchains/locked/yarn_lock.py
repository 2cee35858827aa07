"""How the lock of yarn 1 is read; that of later ones is read elsewhere."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from testwright.toolchains.locked.locks import NPM_NAME, NPM_VERSION, Found, Lock, NoLock, good_digests, mapping
from testwright.toolchains.locked.npm_archives import is_named_for_elsewhere, npm_digests
from testwright.toolchains.locked.stores import Stored, lay_out
from testwright.toolchains.locked.yarn_later_lock import read_later_yarn_lock

_PAIR = re.compile(r'"?([^"\s]+)"? "?([^"]*?)"?')
_SHA1 = re.compile(r"#([0-9a-f]{40})$")


def read_yarn_lock(file: str, text: str, manifest: str | None) -> Lock:
    """`manifest` is the package.json beside it: the lock does not say who asks for what. Raises NoLock."""
    if "\n__metadata:" in text:
        return read_later_yarn_lock(file, text)
    try:
        asks = mapping(json.loads(manifest or ""))
    except (ValueError, RecursionError) as error:
        raise NoLock(f"{file} has no package.json beside it that can be read") from error
    found = Found()
    keys: dict[str, str] = {}
    packages = []
    for wanted, entry in _entries(text):
        stored = _stored(wanted[0], entry, found)
        if stored is not None:
            packages.append(stored)
            keys |= dict.fromkeys(wanted, stored.key)
    resolved = [_resolved(stored, keys) for stored in packages]
    wishes = {
        name: key
        for kind in ("dependencies", "devDependencies", "optionalDependencies")
        for name, wish in mapping(asks.get(kind)).items()
        if NPM_NAME.fullmatch(name) and (key := keys.get(f"{name}@{wish}"))
    }
    lay_out(resolved, {"": wishes}, found, flat=True)
    return found.lock(file, "npm", text)


def _stored(wanted: str, entry: Mapping[str, Any], found: Found) -> Stored | None:
    name, _, wish = wanted.rpartition("@") if wanted.count("@") <= 1 + wanted.startswith("@") else _alias(wanted)
    version, address = str(entry.get("version", "")), str(entry.get("resolved", ""))
    digests = npm_digests(entry.get("integrity"))
    if not digests and (found_sha1 := _SHA1.search(address)):
        digests = [f"sha1:{found_sha1[1]}"]
    good = good_digests(digests)
    if is_named_for_elsewhere(name):
        return None
    if not NPM_NAME.fullmatch(name) or not NPM_VERSION.fullmatch(version) or not good or ":" in wish:
        found.left_out.append(f"{wanted[:200]}, which does not come from a registry")
        return None
    needs = {**mapping(entry.get("dependencies")), **mapping(entry.get("optionalDependencies"))}
    return Stored(key=f"{name}@{version}", name=name, version=version, digests=good, needs=needs)


def _alias(wanted: str) -> tuple[str, str, str]:
    """`mine@npm:theirs@^1` is theirs, under another name."""
    target = wanted.partition("@npm:")[2]
    return target.rpartition("@")


def _resolved(stored: Stored, keys: Mapping[str, str]) -> Stored:
    needs = {
        name: key
        for name, wish in stored.needs.items()
        if NPM_NAME.fullmatch(name) and (key := keys.get(f"{name}@{wish}"))
    }
    return Stored(key=stored.key, name=stored.name, version=stored.version, digests=stored.digests, needs=needs)


def _entries(text: str) -> Iterator[tuple[list[str], dict[str, Any]]]:
    wanted: list[str] = []
    entry: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#") or len(line) > 20_000:
            continue
        if not line.startswith(" "):
            if wanted:
                yield wanted, entry
            wanted = [part.strip().strip('"') for part in line.rstrip(":").split(",")]
            entry = {}
        elif line.endswith(":"):
            inner = entry.setdefault(line.strip()[:-1], {})
        elif (match := _PAIR.fullmatch(line.strip())) is not None:
            (inner if line.startswith("    ") else entry)[match[1]] = match[2]
    if wanted:
        yield wanted, entry
