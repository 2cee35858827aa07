"""Looking for configuration files, from a file's own folder up to the project's, and at which files they name."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from configparser import Error as IniError
from posixpath import normpath
from typing import Any

from testwright.domain.ports import ProjectView


def folders_above(path: str) -> Iterator[str]:
    """The folders that a file lies in, the nearest first; "" is the project's own."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def nearest(names: Sequence[str], path: str, view: ProjectView) -> str | None:
    """The first of these files that is there, looking in the nearest folder first."""
    for folder in folders_above(path):
        for name in names:
            place = f"{folder}/{name}" if folder else name
            if view.exists(place):
                return place
    return None


def is_named_by(pattern: str, path: str) -> bool:
    """Whether a pattern (`tests`, `src/**/*.ts`, `.`) names the file or a folder that it lies in."""
    pattern = normpath(pattern.strip())
    if pattern == ".":
        return True
    wild = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(wild.replace(r"\?", "[^/]") + "(?:/.*)?", path) is not None


def texts_in(listed: Any) -> tuple[str, ...]:
    """The strings of a list; nothing where it is none."""
    return tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()


def toml_table(text: str | None, *keys: str) -> dict[str, Any] | None:
    """The table below these keys, None where there is none."""
    try:
        found: Any = tomllib.loads(text or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def ini_section(text: str | None, name: str) -> dict[str, str] | None:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text or "")
    except IniError:
        return None
    return dict(parser[name]) if parser.has_section(name) else None
