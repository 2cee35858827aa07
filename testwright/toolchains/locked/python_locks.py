"""How the locks of Python projects are read: uv.lock, poetry.lock, pdm.lock, Pipfile.lock, requirements with hashes."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from testwright.toolchains.locked.locks import Archive, Found, Lock, NoLock, good_digests, mapping

_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")
_VERSION = re.compile(r"[A-Za-z0-9][\w.!+-]*")
_MARKER = re.compile(r"[\w\s.'\"<>=!~(),*-]*")
_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w\s,.-]*\])?\s*==\s*(?P<version>[^\s;,]+)\s*(?:;(?P<marker>.*))?"
)
_HASH = re.compile(r"--hash[=\s]+(sha(?:256|384|512):[0-9a-f]+)")
_FOR_TESTS = re.compile(r"(?:^|[-_])(?:dev|develop|development|tests?|testing|ci)(?:$|[-_])", re.IGNORECASE)


def read_uv_lock(file: str, text: str) -> Lock:
    """The project's packages with all extras, and the groups that are for developing and testing. Raises NoLock."""
    packages = [mapping(package) for package in _tables(file, text)]
    found, wanted = Found(), _wanted_of_uv(packages)
    for number, package in enumerate(packages):
        if number not in wanted:
            continue
        files = [*_list(package.get("wheels")), package.get("sdist")]
        digests = [str(mapping(one).get("hash", "")) for one in files]
        where = mapping(package.get("source"))
        if "registry" not in where:
            found.left_out.append(f"{_said(package)}, which does not come from a registry")
            continue
        marker = _either(wanted[number])
        forks = _either({str(one) for one in _list(package.get("resolution-markers"))})
        _add(found, package, digests, _both(marker, forks))
    return found.lock(file, "pypi", text)


def _wanted_of_uv(packages: list[Mapping[str, Any]]) -> dict[int, set[str]]:
    """The packages that are wanted, by number, each with the markers under which somebody asks for it."""
    by_name: dict[str, list[int]] = {}
    for number, package in enumerate(packages):
        by_name.setdefault(str(package.get("name")), []).append(number)
    wanted: dict[int, set[str]] = {}
    own = [package for package in packages if _is_own(package)]
    waiting = [edge for package in own for edge in _edges_of_own(package)]
    followed: set[tuple[int, str]] = set()
    while waiting:
        edge = waiting.pop()
        for number in by_name.get(str(edge.get("name")), ()):
            package = packages[number]
            if _is_own(package) or edge.get("version", package.get("version")) != package.get("version"):
                continue
            wanted.setdefault(number, set()).add(str(edge.get("marker", "")))
            for extra in {"", *map(str, _list(edge.get("extra")))} - {gone for at, gone in followed if at == number}:
                followed.add((number, extra))
                optional = mapping(package.get("optional-dependencies"))
                waiting += map(mapping, _list(optional.get(extra) if extra else package.get("dependencies")))
    return wanted


def _is_own(package: Mapping[str, Any]) -> bool:
    return bool({"virtual", "editable"} & set(mapping(package.get("source"))))


def _edges_of_own(package: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    groups = mapping(package.get("dev-dependencies"))
    for_tests = [edges for name, edges in groups.items() if _FOR_TESTS.search(name)]
    extras = mapping(package.get("optional-dependencies")).values()
    for edges in (package.get("dependencies"), *extras, *for_tests):
        yield from map(mapping, _list(edges))


def read_poetry_lock(file: str, text: str) -> Lock:
    """poetry.lock and pdm.lock. Raises NoLock."""
    found = Found()
    for package in map(mapping, _tables(file, text)):
        groups = [str(group) for group in _list(package.get("groups"))] or ["main"]
        if not any(group in ("main", "default") or _FOR_TESTS.search(group) for group in groups):
            continue
        if mapping(package.get("source")).get("type") in ("git", "url", "directory", "file") or "git" in package:
            found.left_out.append(f"{_said(package)}, which does not come from a registry")
            continue
        digests = [str(mapping(one).get("hash", "")) for one in _list(package.get("files"))]
        marker = package.get("markers", package.get("marker", ""))
        _add(found, package, digests, marker if isinstance(marker, str) else "")
    return found.lock(file, "pypi", text)


def read_pipfile_lock(file: str, text: str) -> Lock:
    """Raises NoLock."""
    try:
        whole = mapping(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise NoLock(f"{file} is not JSON") from error
    found = Found()
    for name, entry in {**mapping(whole.get("develop")), **mapping(whole.get("default"))}.items():
        package = {"name": name, "version": str(mapping(entry).get("version", "")).removeprefix("==")}
        digests = [str(one) for one in _list(mapping(entry).get("hashes"))]
        _add(found, package, digests, str(mapping(entry).get("markers", "")))
    return found.lock(file, "pypi", text)


def read_requirements(file: str, text: str) -> Lock:
    """Only where every line is pinned and hashed: anything less is a wish and no lock. Raises NoLock."""
    found = Found()
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        said = re.sub(r"(?:^|\s)#.*", "", line).strip()
        if not said or re.match(
            r"(?:-i|--(?:index-url|extra-index-url|trusted-host|only-binary|no-binary|prefer-binary))\b", said
        ):
            continue  # where packages come from is for the user's own client to say
        digests, pinned = _HASH.findall(said), _PINNED.fullmatch(said.partition(" --hash")[0].strip())
        if pinned is None or not digests:
            raise NoLock(f"{file} is not locked by hashes (`pip-compile --generate-hashes` or `uv export` makes one)")
        _add(found, pinned.groupdict(), digests, pinned["marker"] or "")
    return found.lock(file, "pypi", text)


def _tables(file: str, text: str) -> list[Any]:
    try:
        return _list(tomllib.loads(text).get("package"))
    except (ValueError, RecursionError) as error:
        raise NoLock(f"{file} is not TOML") from error


def _add(found: Found, package: Mapping[str, Any], digests: Iterable[str], marker: str) -> None:
    name, version = str(package.get("name", "")), str(package.get("version", ""))
    good = good_digests(tuple(digest for digest in digests if digest.startswith("sha")))
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version) or not good or not _is_plain(marker):
        found.left_out.append(f"{_said(package)}, which names no exact version with hashes")
        return
    found.archives.append(Archive(name=name, version=version, digests=good, marker=" ".join(marker.split())))


def _is_plain(marker: str) -> bool:
    return _MARKER.fullmatch(marker) is not None and "--" not in marker


def _either(markers: set[str]) -> str:
    """Under any of these; an empty one asks for nothing."""
    return "" if not markers or "" in markers else " or ".join(f"({marker})" for marker in sorted(markers))


def _both(one: str, other: str) -> str:
    return f"({one}) and ({other})" if one and other else one or other


def _said(package: Mapping[str, Any]) -> str:
    return str(package.get("name", "a package without a name"))[:100]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


READERS: Mapping[str, Callable[[str, str], Lock]] = {
    "uv.lock": read_uv_lock,
    "poetry.lock": read_poetry_lock,
    "pdm.lock": read_poetry_lock,
    "Pipfile.lock": read_pipfile_lock,
}
"""The best first. Requirements come after them."""
