"""Packages laid out as pnpm does it: each once, in a folder of its own, with links to what it depends on beside it.

So a lock that only says who needs whom is enough, and nobody has to work out which versions can share a folder.
"""

import hashlib
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from testwright.toolchains.locked.locks import Archive, Found

STORE = "node_modules/.store"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One package, with what it needs: each name that it asks for, and the key of what it gets."""

    key: str
    name: str
    version: str
    digests: tuple[str, ...]
    zipped: str = ""
    needs: Mapping[str, str] = field(default_factory=dict)


def lay_out(
    packages: Sequence[Stored], asked: Mapping[str, Mapping[str, str]], found: Found, *, flat: bool = False
) -> None:
    """`asked` is what each package.json asks for by the folder that it lies in ("" for the root).

    Everything can be found from everywhere inside the store, as pnpm has it; with `flat` from the project too, as in
    yarn's layout.
    """
    by_key = {package.key: package for package in packages}
    anywhere: dict[str, Stored] = {}
    for package in packages:
        place = _place(package)
        found.archives.append(
            Archive(
                name=package.name,
                version=package.version,
                digests=package.digests,
                zipped=package.zipped,
                places=(place,),
            )
        )
        anywhere.setdefault(package.name, package)
        beside = place.removesuffix(package.name)
        for name, key in package.needs.items():
            if key in by_key and name != package.name:
                _link(f"{beside}{name}", by_key[key], found)
    for name, package in anywhere.items():
        _link(f"{STORE}/node_modules/{name}", package, found)
    for folder, names in asked.items():
        for name, key in names.items():
            if key in by_key:
                _link(posixpath.join(folder, "node_modules", name), by_key[key], found)
    for name, package in anywhere.items() if flat else ():
        if name not in asked.get("", {}):
            _link(f"node_modules/{name}", package, found)


def _place(package: Stored) -> str:
    readable = re.sub(r"[^\w.@-]", "+", f"{package.name}@{package.version}")[:80]
    mark = hashlib.sha256(package.key.encode()).hexdigest()[:8]
    return f"{STORE}/{readable}-{mark}/node_modules/{package.name}"


def _link(place: str, package: Stored, found: Found) -> None:
    found.links.append((place, posixpath.relpath(_place(package), posixpath.dirname(place))))
