"""How pnpm's lock is read, versions 6 and 9."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from testwright.toolchains.locked.indented import read_indented
from testwright.toolchains.locked.locks import NPM_NAME, NPM_VERSION, Found, Lock, NoLock, good_digests, mapping
from testwright.toolchains.locked.npm_archives import is_for_here, npm_digests
from testwright.toolchains.locked.stores import Stored, lay_out

_KINDS = ("dependencies", "devDependencies", "optionalDependencies")


def read_pnpm_lock(file: str, text: str) -> Lock:
    """Raises NoLock."""
    whole = read_indented(text)
    version = str(whole.get("lockfileVersion", ""))
    if version.partition(".")[0] not in ("6", "9"):
        raise NoLock(f"{file} is of version {version[:20] or 'none'}; 6 and 9 can be read")
    found = Found()
    known = mapping(whole.get("packages"))
    snapshots = mapping(whole.get("snapshots")) or known
    packages = [stored for key, entry in snapshots.items() if (stored := _stored(key, mapping(entry), known, found))]
    asked = {}
    for folder, importer in (mapping(whole.get("importers")) or {".": whole}).items():
        if folder.startswith("/") or ".." in folder.split("/"):
            found.left_out.append("what a package outside of the project asks for")
            continue
        folder = "" if folder == "." else folder
        asked[folder] = dict(_asked(folder, mapping(importer), found))
    lay_out(packages, asked, found)
    return found.lock(file, "npm", text)


def _stored(key: str, entry: Mapping[str, Any], known: Mapping[str, Any], found: Found) -> Stored | None:
    plain = key.removeprefix("/").partition("(")[0]
    name, _, version = plain.rpartition("@")
    described = mapping(known.get(key.partition("(")[0])) or entry
    if not is_for_here(described):
        return None
    resolution = mapping(described.get("resolution"))
    digests = good_digests(npm_digests(resolution.get("integrity")))
    if not NPM_NAME.fullmatch(name) or not NPM_VERSION.fullmatch(version) or "tarball" in resolution or not digests:
        found.left_out.append(f"{plain[:200]}, which does not come from a registry")
        return None
    needs = {}
    for kind in ("dependencies", "optionalDependencies"):
        for wanted, got in mapping(entry.get(kind)).items():
            if NPM_NAME.fullmatch(wanted) and (target := _key(wanted, str(got))):
                needs[wanted] = target
    return Stored(key=key.removeprefix("/"), name=name, version=version, digests=digests, needs=needs)


def _asked(folder: str, importer: Mapping[str, Any], found: Found) -> Iterator[tuple[str, str]]:
    for kind in _KINDS:
        for name, value in mapping(importer.get(kind)).items():
            got = str(mapping(value).get("version", value))
            if not NPM_NAME.fullmatch(name):
                continue
            if got.startswith("link:"):
                _link_to_sibling(folder, name, got.removeprefix("link:"), found)
            elif key := _key(name, got):
                yield name, key


def _key(name: str, got: str) -> str | None:
    """`1.2.3(peer@1)` of a name, or another package's whole key under that name."""
    if ":" in got.partition("(")[0]:
        return None
    got = got.removeprefix("/")
    return got if "@" in got.partition("(")[0] else f"{name}@{got}"


def _link_to_sibling(folder: str, name: str, where: str, found: Found) -> None:
    target = posixpath.normpath(posixpath.join(folder, where))
    if target.startswith(("/", "..")) or "\0" in target:
        found.left_out.append(f"{name}, which lies outside of the project")
        return
    place = posixpath.join(folder, "node_modules", name)
    found.links.append((place, posixpath.relpath(target, posixpath.dirname(place))))
