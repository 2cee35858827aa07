"""What locks for npm's registry have in common: hashes as npm writes them, and packages for other machines."""

import base64
import binascii
import platform
import re
import sys
from collections.abc import Sequence
from typing import Any

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64", "i686": "ia32", "i386": "ia32"}
_OTHER_SYSTEMS = ("aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32")
_OTHER_MACHINES = (
    *("arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "ppc64le", "riscv64", "s390x", "x64", "wasm32"),
    *("armv7", "armhf", "i686", "universal"),
)


def npm_digests(integrity: Any) -> list[str]:
    """`sha512-<base64> …` in hexadecimal."""
    digests = []
    for part in str(integrity or "").split():
        algorithm, _, encoded = part.partition("-")
        try:
            digests.append(f"{algorithm}:{base64.b64decode(encoded, validate=True).hex()}")
        except (ValueError, binascii.Error):
            continue
    return digests


def is_for_here(entry: Any) -> bool:
    """By the `os`, `cpu` and `libc` that a lock writes down of a package."""
    return (
        _allows(entry.get("os"), _SYSTEMS.get(sys.platform, sys.platform))
        and _allows(entry.get("cpu"), _machine())
        and (sys.platform != "linux" or _allows(entry.get("libc"), _libc()))
    )


def is_named_for_elsewhere(name: str) -> bool:
    """For locks that write down nothing of the kind: `@esbuild/darwin-arm64` says so itself."""
    words = re.split(r"[-/.]", name)
    systems = [word for word in words if word in _OTHER_SYSTEMS]
    machines = [word for word in words if word in _OTHER_MACHINES]
    if not systems or not machines:
        return False
    other_libc = {"musl": "glibc", "gnu": "musl"}
    return (
        systems[-1] != _SYSTEMS.get(sys.platform, sys.platform)
        or machines[-1] != _machine()
        or any(other_libc.get(word.removesuffix("eabihf")) == _libc() for word in words)
    )


def _allows(wanted: Any, here: str) -> bool:
    if not isinstance(wanted, Sequence) or not wanted:
        return True
    words = [wanted] if isinstance(wanted, str) else [str(word) for word in wanted]
    if f"!{here}" in words:
        return False
    positive = [word for word in words if not word.startswith("!")]
    return not positive or here in positive or "any" in positive


def _machine() -> str:
    machine = platform.machine().lower()
    return _MACHINES.get(machine, machine)


def _libc() -> str:
    return "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
