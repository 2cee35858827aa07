"""Archives are fetched by the user's own npm and pip, on the host, and held to the lock's hashes.

These two know where this user's packages come from and with which rights: registries, mirrors, folders, proxies,
certificates, tokens. They are asked for a name and an exact version, never for an address that a lock names, from a
folder that holds nothing of the project, so that no configuration of its own has a say. They hand over archives as they
are: nothing is built, run or unpacked here, and the tokens never come near the sandbox.
"""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from testwright.domain.errors import PermanentError
from testwright.toolchains.locked.locks import Archive, Lock
from testwright.toolchains.locked.npm_archives import npm_digests
from testwright.toolchains.managed import bundled_pip, has_pip, reason_of
from testwright.toolchains.tools import Tool, ToolResult

MOST_DOWNLOADED = 1 << 30
_AT_ONCE = 200
_STRENGTH = ("sha1", "sha256", "sha384", "sha512")
_FETCHED = "make-fetch-happen:request-cache:"
_LOOK_SECONDS = 1.0
_MOST_WITHOUT_WHEELS = 12
_NPM = (
    *("npm", "cache", "add", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"),
    *("--loglevel=error", "--logs-max=0"),
)
_PIP = ("download", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-input", "--quiet", "--no-cache-dir")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Where each archive lies that came as it was locked; `left_out` are those that could not be had, with why."""

    files: Mapping[Archive, Path]
    left_out: tuple[str, ...] = ()


async def fetch(lock: Lock, folder: Path, tool: Tool, seconds: float) -> Fetched:
    """Raises PermanentError `install_failed`."""
    if lock.registry == "npm":
        return await _from_npm(lock, folder, tool, seconds)
    return await _from_pip(lock, folder, tool, seconds)


async def _from_npm(lock: Lock, folder: Path, tool: Tool, seconds: float) -> Fetched:
    specs = sorted({f"{archive.name}@{archive.version}" for archive in lock.archives})
    cache = folder / "cache"
    empty = folder / "empty"
    empty.mkdir()
    async with asyncio.timeout(seconds):
        for at in range(0, len(specs), _AT_ONCE):
            argv = (*_NPM, f"--cache={cache}", "--", *specs[at : at + _AT_ONCE])
            result = await _bounded(tool, argv, folder, empty, seconds)
            if result.status != 0:
                raise not_installed(f"npm could not fetch them: {reason_of(result)}")
    kept = cache / "_cacache"
    hashed = [archive for archive in lock.archives if archive.digests]
    found = await asyncio.to_thread(_by_digest, kept / "content-v2", hashed)
    if len(hashed) < len(lock.archives):
        found |= await asyncio.to_thread(_by_address, kept, [one for one in lock.archives if not one.digests])
    for archive in lock.archives:
        if archive not in found:
            raise not_installed(f"{archive.name} {archive.version} is not what the lock says: its hash is another")
    return Fetched(files=found)


async def _from_pip(lock: Lock, folder: Path, tool: Tool, seconds: float) -> Fetched:
    """What has no wheel for this Python would have to be built by code of its own: it is left out, and said so."""
    wheels, wanted = folder / "wheels", list(lock.archives)
    left_out: list[str] = []
    while wanted:
        requirements = folder / "requirements.txt"
        requirements.write_text("".join(map(_requirement, wanted)), encoding="utf-8")
        argv = (*_pip(), *_PIP, "--dest", str(wheels), "-r", str(requirements))
        result = await _bounded(tool, argv, folder, folder, seconds)
        if result.status == 0:
            break
        missing = next((archive for archive in wanted if _says_none_fits(result, archive)), None)
        if missing is None or len(left_out) >= _MOST_WITHOUT_WHEELS:
            raise not_installed(f"pip could not fetch them: {reason_of(result)}")
        wanted.remove(missing)
        left_out.append(f"{missing.name} {missing.version}, of which there is no wheel for this Python")
    found = await asyncio.to_thread(_by_digest, wheels, wanted)
    return Fetched(files=found, left_out=tuple(left_out))


def _pip() -> Sequence[str]:
    if has_pip():
        return (sys.executable, "-m", "pip")
    if wheel := bundled_pip():
        return (sys.executable, f"{wheel}/pip")
    raise not_installed("there is no pip here")


def _requirement(archive: Archive) -> str:
    marker = f" ; {archive.marker}" if archive.marker else ""
    hashes = "".join(f" --hash={digest}" for digest in archive.digests)
    return f"{archive.name}=={archive.version}{marker}{hashes}\n"


def _says_none_fits(result: ToolResult, archive: Archive) -> bool:
    return f"No matching distribution found for {archive.name}=={archive.version}" in result.output


async def _bounded(tool: Tool, argv: Sequence[str], folder: Path, cwd: Path, seconds: float) -> ToolResult:
    """Ended when more comes than anybody should need."""
    task = asyncio.create_task(tool(argv, cwd=cwd, seconds=seconds))
    try:
        while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
            if await asyncio.to_thread(_size, folder) > MOST_DOWNLOADED:
                raise not_installed(f"they are larger than {MOST_DOWNLOADED >> 20} MiB")
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})


def _by_digest(folder: Path, archives: Sequence[Archive]) -> dict[Archive, Path]:
    """The strongest hash that a lock gives is the one that counts."""
    wanted: dict[str, list[Archive]] = {}
    for archive in archives:
        for digest in _strongest(archive.digests):
            wanted.setdefault(digest, []).append(archive)
    algorithms = {digest.partition(":")[0] for digest in wanted}
    found: dict[Archive, Path] = {}
    for parent, _, names in os.walk(folder):
        for path in (Path(parent, name) for name in names):
            for algorithm in algorithms:
                with path.open("rb") as file:
                    digest = f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"
                found |= dict.fromkeys(wanted.get(digest, ()), path)
    return found


def _by_address(cache: Path, archives: Sequence[Archive]) -> dict[Archive, Path]:
    """By where npm had each from, and the hash that the registry gave for it and npm has held it to."""
    wanted = {_end_of_address(archive): archive for archive in archives}
    found: dict[Archive, Path] = {}
    for parent, _, names in os.walk(cache / "index-v5"):
        for line in (line for name in names for line in Path(parent, name).read_text("utf-8").splitlines()):
            told = json.loads(line.partition("\t")[2] or "{}")
            address = unquote(urlsplit(str(told.get("key", "")).removeprefix(_FETCHED)).path)
            archive = wanted.get("/".join(address.split("/")[-4:] if "@" in address else address.split("/")[-3:]))
            digests = npm_digests(told.get("integrity"))
            if archive is not None and digests:
                algorithm, _, digest = digests[0].partition(":")
                found[archive] = cache / "content-v2" / algorithm / digest[:2] / digest[2:4] / digest[4:]
    return {archive: path for archive, path in found.items() if path.is_file()}


def _end_of_address(archive: Archive) -> str:
    return f"{archive.name}/-/{archive.name.rpartition('/')[2]}-{archive.version}.tgz"


def _strongest(digests: Sequence[str]) -> list[str]:
    best = max(_STRENGTH.index(digest.partition(":")[0]) for digest in digests)
    return [digest for digest in digests if digest.startswith(f"{_STRENGTH[best]}:")]


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total


def not_installed(why: str) -> PermanentError:
    return PermanentError(
        f"The project's packages could not be installed: {why}.",
        code="install_failed",
        hint="Install them in the project yourself, or start without --install.",
        retryable=True,
    )
