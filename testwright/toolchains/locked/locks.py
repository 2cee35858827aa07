"""What a project has locked: exact packages with their hashes, and where each of them belongs.

Only text is read here. Whatever it says comes from a stranger: a name, a version or a place that does not look like one
is left out and said so, never handed on.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

_DIGEST = re.compile(r"sha(?:1|256|384|512):[0-9a-f]{40,128}")
NPM_NAME = re.compile(r"(?:@[A-Za-z0-9~][\w.~-]*/)?[A-Za-z0-9~_][\w.~-]*")
NPM_VERSION = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
MOST_PACKAGES = 5000
MOST_LOCK_BYTES = 32 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One package as its registry hands it out. It is what one of `digests` says (`sha512:…`), or it is not used.

    `places` are folders below the tree that it is unpacked into. `marker` says on which Python it is wanted. `zipped`
    stands for `digests` in a lock of yarn 4: the SHA-512 of the zip that yarn makes of it. Where it is empty as well,
    the lock has no hash that can be checked, and the registry's own has to do.
    """

    name: str
    version: str
    digests: tuple[str, ...]
    zipped: str = ""
    places: tuple[str, ...] = ()
    marker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What one lock file asks for. `registry` is npm or pypi; `links` are (place, where it leads, from there).

    `left_out` says of packages that cannot be had this way why not. `at` is its folder in the repository.
    """

    file: str
    registry: str
    digest: str
    archives: tuple[Archive, ...]
    links: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()
    at: str = ""

    @property
    def path(self) -> str:
        return str(PurePosixPath(self.at, self.file))

    @property
    def title(self) -> str:
        count = len({(archive.name, archive.version) for archive in self.archives})
        return f"{count} {'package' if count == 1 else 'packages'} from {self.path}"


class NoLock(Exception):
    """Why a file that is there is no lock to install from, in words."""


@dataclass(slots=True)
class Found:
    """What a reader has collected so far."""

    archives: list[Archive] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def lock(self, file: str, registry: str, text: str) -> Lock:
        if len(self.archives) > MOST_PACKAGES:
            raise NoLock(f"{file} names more than {MOST_PACKAGES} packages")
        return Lock(
            file=file,
            registry=registry,
            digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            archives=tuple(self.archives),
            links=tuple(dict.fromkeys(self.links)),
            left_out=tuple(dict.fromkeys(self.left_out)),
        )


def good_digests(digests: Sequence[str]) -> tuple[str, ...]:
    return tuple(digest for digest in digests if _DIGEST.fullmatch(digest))


def mapping(value: Any) -> Mapping[str, Any]:
    """What should be an object, or an empty one."""
    return value if isinstance(value, dict) else {}
