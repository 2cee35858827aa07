"""What annotations say, each for itself: one that cannot be read costs none of the others."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
import typing
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def hints_of(owner: Any) -> dict[str, Any]:
    """Types by the name of the parameter or field, `return` among them; those that can be resolved."""
    plain = inspect.unwrap(getattr(owner, "__func__", owner)) if callable(owner) else owner
    try:
        return dict(typing.get_type_hints(plain))
    except Exception:  # an annotation may name anything
        return dict(_one_by_one(plain))


def _one_by_one(owner: Any) -> Iterator[tuple[str, Any]]:
    module = sys.modules.get(str(getattr(owner, "__module__", "")))
    known = vars(module) if module is not None else {}
    unloaded = _for_the_checker(module) if module is not None else {}
    for name, annotation in (getattr(owner, "__annotations__", None) or {}).items():
        holder = _Holder()
        holder.__annotations__ = {name: annotation}
        try:
            yield name, typing.get_type_hints(holder, {**unloaded, **known}, {})[name]
        except Exception:
            continue


class _Holder:
    """Has one annotation at a time."""

    __annotations__: dict[str, Any]


@functools.lru_cache(maxsize=256)
def _for_the_checker(module: ModuleType) -> dict[str, Any]:
    """Names that the module imports under `if TYPE_CHECKING:`."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    blocks = [
        node.body for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    ]
    return {name: value for block in blocks for node in block for name, value in _imported(node, module)}


def _imported(node: ast.stmt, module: ModuleType) -> Iterator[tuple[str, Any]]:
    package = getattr(module, "__package__", None) or module.__name__
    if isinstance(node, ast.Import):
        for alias in node.names:
            loaded = _loaded(alias.name, package)
            name = alias.asname or alias.name.partition(".")[0]
            yield name, loaded if alias.asname else sys.modules.get(name)
    elif isinstance(node, ast.ImportFrom):
        home = _loaded("." * node.level + (node.module or ""), package)
        for alias in node.names:
            whole = f"{getattr(home, '__name__', package)}.{alias.name}"
            yield alias.asname or alias.name, getattr(home, alias.name, None) or _loaded(whole, package)


def _loaded(name: str, package: str) -> Any:
    try:
        return importlib.import_module(name, package) if name.strip(".") else importlib.import_module(package)
    except Exception:
        return None
