"""Other modules of the project at work: objects that their functions make, and where their names come from."""

from __future__ import annotations

import enum
import inspect
import os
import re
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

from testwright.writers.explorer.python.probe.annotations import hints_of


def factories(kind: type, unit: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions that the unit takes from other modules of the project, and that say they give such an object."""
    for name, function in vars(unit).items():
        if not inspect.isfunction(function) or not _is_of_another_module(function, unit):
            continue
        hints = hints_of(function)
        if hints.pop("return", None) is kind and kind not in hints.values():
            yield name, function


def named_constructors(kind: type) -> Iterator[tuple[str, Any]]:
    """Class methods that say they give an object of the class, which no object has to be made for."""
    for member, static in vars(kind).items():
        is_open = isinstance(static, (classmethod, staticmethod)) and not member.startswith("_")
        if is_open and hints_of(static.__func__).get("return") is kind:
            yield f"{kind.__name__}.{member}", getattr(kind, member)


def neighbours(unit: types.ModuleType) -> dict[str, type]:
    """Public classes of other modules of the project, as far as they are loaded and the unit has no such name."""
    found: dict[str, type] = {}
    for name, module in sorted(sys.modules.items()):
        if module is unit or _is_private(name) or not isinstance(module, types.ModuleType):
            continue
        file = getattr(module, "__file__", None)
        if not file or not _is_of_project(file) or os.path.basename(file).startswith(("test_", "conftest")):
            continue
        for one, value in list(vars(module).items()):
            is_public = inspect.isclass(value) and value.__module__ == name and not one.startswith(("_", "Test"))
            if is_public and value.__name__ == one and one not in vars(unit):
                found.setdefault(one, value)
    return found


def homes(texts: list[str], unit: types.ModuleType, others: Mapping[str, type]) -> dict[str, str]:
    """Where the collaborators are defined whose code these lines run, by their names; none of a private module.

    Members of enumerations and errors are values, and run nothing. Of the `others`, which the unit does not know, all
    that is named counts: nobody can import it from the unit.
    """
    text = " ".join(texts)
    named = re.findall(r"(?<![\w.])([A-Za-z_]\w*)", text) if others else ()
    found = {name: others[name].__module__ for name in named if name in others}
    for name in dict.fromkeys(re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?=[(.])", text)):
        value = vars(unit).get(name)
        is_code = inspect.isfunction(value) or (
            inspect.isclass(value) and not issubclass(value, (enum.Enum, BaseException))
        )
        if is_code and _is_of_another_module(value, unit) and not _is_private(value.__module__):
            found[name] = value.__module__
    return found


def _is_of_another_module(value: Any, unit: types.ModuleType) -> bool:
    """Whether another file of the project defines it, under the name by which one can import it there."""
    home = sys.modules.get(value.__module__)
    is_own = _is_of_project(getattr(home, "__file__", None) or os.sep)
    return home is not unit and is_own and getattr(home, value.__name__, None) is value


def _is_of_project(file: str) -> bool:
    below = os.path.relpath(os.path.realpath(file), os.path.realpath(os.getcwd()))
    return not below.startswith(os.pardir) and "site-packages" not in below and not below.startswith((".venv", "venv"))


def _is_private(module: str) -> bool:
    return re.search(r"(^|\.)_", module) is not None
