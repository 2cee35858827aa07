"""What can be said of a value, an object's state, or a folder: as expressions, each with the text of its value."""

from __future__ import annotations

import dataclasses
import inspect
import stat
import sys
import types
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from testwright.writers.explorer.python.probe.guard import TimeUp
from testwright.writers.explorer.python.probe.spelling import quoted, spelled

MOST_TOLD = 24
_MOST_ATTRIBUTES = 24
_MOST_ITEMS = 4
_MOST_ITEMS_TOLD = 20
_DEEPEST = 3
_CONTAINERS: dict[Any, type] = {Mapping: dict, Set: set, Sequence: list}
"""What a container is written as, so that a test shows what is in it."""
_MOST_FILES = 30
_MOST_BYTES = 2000
_CALLED = ".call_args"
_ASKED = (".asked", ".sent")
ASKED = (_CALLED, *_ASKED)
"""How expressions end that tell what something outside was asked for."""


class Observer:
    """Looks at objects of the project, whose files lie below `root`. `names` is what a test may use."""

    def __init__(self, root: str, names: dict[str, Any]) -> None:
        self.root = root
        self.names = names
        self._endless: set[tuple[type, str]] = set()
        """Properties that did not end when they were asked: they wait, until somebody else does something."""

    def is_of_project(self, value: Any) -> bool:
        file = getattr(sys.modules.get(type(value).__module__), "__file__", None)
        return str(file or "").startswith(self.root)

    def told(self, value: Any, path: str = "") -> list[tuple[str, str, str]]:
        """(expression, how, value) for what the value is made of, at most `MOST_TOLD`."""
        found: list[tuple[str, str, str]] = []
        for item in self._parts(value, path, 0):
            found.append(item)
            if len(found) >= MOST_TOLD:
                break
        return found

    def _parts(self, value: Any, path: str, depth: int) -> Iterator[tuple[str, str, str]]:
        if depth > _DEEPEST:
            return
        if depth:
            text = spelled(value, self.names)
            if text is not None:
                yield path, "equals", text
                return
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            for name in value._fields:
                yield from self._parts(getattr(value, name), f"{path}.{name}", depth + 1)
        elif isinstance(value, (list, tuple)):
            if any(self.is_of_project(item) for item in value):
                yield path, "length", str(len(value))
                for at, item in enumerate(value[:_MOST_ITEMS]):
                    yield from self._parts(item, f"{path}[{at}]", depth + 1)
        elif isinstance(value, dict):
            for key, item in list(value.items())[:_MOST_ITEMS]:
                text = spelled(key, self.names)
                if text is not None:
                    yield from self._parts(item, f"{path}[{text}]", depth + 1)
        elif self._has_parts(value) and not inspect.isroutine(value) and not inspect.isclass(value):
            for name in attributes_of(value):
                if (type(value), name) in self._endless:
                    continue
                try:
                    item = getattr(value, name)
                except TimeUp:
                    self._endless.add((type(value), name))
                    raise
                except Exception:
                    continue
                yield from self._parts(item, f"{path}.{name}", depth + 1)

    def _has_parts(self, value: Any) -> bool:
        """Objects of the project, and of a dataclass that the test has made for itself."""
        return self.is_of_project(value) or dataclasses.is_dataclass(value)

    def state(self, owner: Any, subject: str) -> dict[str, str]:
        """Public attributes and properties of an object of the project, and its items where it is a container."""
        if owner is None or not self.is_of_project(owner):
            return {}
        found = {of: text for of, how, text in self.told(owner, subject) if how == "equals"}
        for container, made in _CONTAINERS.items():
            if isinstance(owner, container) and len(owner) <= _MOST_ITEMS_TOLD:
                text = spelled(made(owner), self.names)
                if text is not None:
                    found[f"{made.__name__}({subject})"] = text
                    break
        # Asked of the class itself, an enumeration would answer for its members.
        if not found and any("__len__" in vars(base) for base in type(owner).__mro__):
            found[f"len({subject})"] = str(len(owner))
        return found


def attributes_of(value: Any) -> list[str]:
    kind = type(value)
    properties = _properties(kind)
    slots = [name for name in getattr(kind, "__slots__", ()) if isinstance(name, str)]
    own = [name for name in getattr(value, "__dict__", {}) if isinstance(name, str)]
    public = [name for name in dict.fromkeys((*own, *slots, *properties)) if name.isidentifier() and name[0] != "_"]
    return public[:_MOST_ATTRIBUTES]


def _properties(kind: type) -> tuple[str, ...]:
    known = _KNOWN.get(kind)
    if known is None:
        known = tuple(name for name in dir(kind) if isinstance(inspect.getattr_static(kind, name, None), property))
        _KNOWN[kind] = known
    return known


_KNOWN: dict[type, tuple[str, ...]] = {}


def files_in(folder: Path) -> dict[str, tuple[str, str]]:
    """For each entry its expression and text: contents of files, and what kind of thing and with which mode it is."""
    found: dict[str, tuple[str, str]] = {}
    if not folder.is_dir():
        return found
    for path in sorted(folder.rglob("*"))[:_MOST_FILES]:
        place = f"(tmp_path / {quoted(path.relative_to(folder).as_posix())})"
        mode = path.lstat().st_mode
        found[f"{place}.exists()"] = ("equals", "True")
        if stat.S_ISREG(mode) and path.stat().st_size <= _MOST_BYTES:
            try:
                text = spelled(path.read_text(encoding="utf-8"), {})
            except (OSError, ValueError):
                text = None
            if text is not None:
                found[f"{place}.read_text()"] = ("equals", text)
        if not stat.S_ISLNK(mode):
            found[f"{place}.stat().st_mode & 0o777"] = ("equals", oct(stat.S_IMODE(mode) & 0o777))
    return found


def changed_files(before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    """What a call did to a folder, the plainest fact of each entry only."""
    changes: list[tuple[str, str, str]] = []
    for of, (how, text) in after.items():
        if before.get(of) != (how, text):
            is_new = f"{of.partition(').')[0]}).exists()" not in before
            is_plain = of.endswith((".exists()", ".read_text()"))
            if is_plain if is_new else True:
                changes.append((of, how, text))
    gone = [of for of in before if of not in after and of.endswith(".exists()")]
    changes.extend((of, "equals", "False") for of in gone)
    told = {of.partition(").")[0] for of, _, _ in changes if of.endswith(".read_text()")}
    return [change for change in changes if not (change[0].endswith(".exists()") and change[0][:-10] in told)]


def asked_of(stand_ins: list[str], names: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the stand-ins of what lies outside were called with."""
    for stand_in in stand_ins:
        if isinstance(names[stand_in], types.SimpleNamespace):
            yield from _noted_by(names[stand_in], stand_in, known)
            continue
        called = getattr(names[stand_in], "call_args", None)
        if called is None:
            continue
        given = [("", each) for each in called.args] + [(f"{name}=", each) for name, each in called.kwargs.items()]
        texts = [(name, spelled(each, known)) for name, each in given]
        if all(text is not None for _, text in texts):
            told = ", ".join(f"{name}{text}" for name, text in texts)
            yield f"{stand_in}{_CALLED}", "equals", f"mock.call({told})"


def _noted_by(server: Any, name: str, known: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part in _ASKED:
        noted = getattr(server, part[1:])
        text = spelled(noted, known) if noted else None
        if text is not None:
            yield f"{name}{part}", "equals", text
