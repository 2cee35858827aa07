"""Other modules of the project at work: objects that their functions make, and where their names come from."""

from __future__ import annotations

import enum
import inspect
import os
import re
import sys
import types
import typing
from collections.abc import Iterator
from typing import Any


def factories(kind: type, unit: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """Functions that the unit takes from other modules of the project, and that say they give such an object."""
    for name, function in vars(unit).items():
        if not inspect.isfunction(function) or not _is_of_another_module(function, unit):
            continue
        hints = _hints(function)
        if hints.pop("return", None) is kind and kind not in hints.values():
            yield name, function


def homes(texts: list[str], unit: types.ModuleType) -> dict[str, str]:
    """Where the collaborators are defined whose code these lines run, by their names; none of a private module.

    Members of enumerations and errors are values, and run nothing.
    """
    found: dict[str, str] = {}
    for name in dict.fromkeys(re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?=[(.])", " ".join(texts))):
        value = vars(unit).get(name)
        is_code = inspect.isfunction(value) or (
            inspect.isclass(value) and not issubclass(value, (enum.Enum, BaseException))
        )
        if is_code and _is_of_another_module(value, unit) and not re.search(r"(^|\.)_", value.__module__):
            found[name] = value.__module__
    return found


def _is_of_another_module(value: Any, unit: types.ModuleType) -> bool:
    """Whether another file of the project defines it, under the name by which one can import it there."""
    home = sys.modules.get(value.__module__)
    file = os.path.realpath(getattr(home, "__file__", None) or os.sep)
    below = os.path.relpath(file, os.path.realpath(os.getcwd()))
    is_own = (
        not below.startswith(os.pardir) and "site-packages" not in below and not below.startswith((".venv", "venv"))
    )
    return home is not unit and is_own and getattr(home, value.__name__, None) is value


def _hints(function: Any) -> dict[str, Any]:
    try:
        return dict(typing.get_type_hints(function))
    except Exception:  # an annotation may name anything
        return {}
