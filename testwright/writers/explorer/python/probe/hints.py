"""Whether a value is what an annotation says: yes, no, or not to be told."""

from __future__ import annotations

import collections.abc
import dataclasses
import decimal
import enum
import inspect
import types
import typing
from collections.abc import Iterable
from typing import Any

_MOST_ITEMS = 50
_DEEPEST = 5
_SURE = frozenset({str, int, float, bool, bytes, complex, type(None)})
_BARE = frozenset({list, dict, set, frozenset, tuple})
_PLAIN = ("builtins", "datetime", "decimal", "fractions", "pathlib", "collections", "uuid", "re")


def fits(value: Any, hint: Any, depth: int = 0) -> bool | None:
    """None when the annotation leaves it open, or is beyond us: nobody is accused on a guess."""
    if hint is None or hint is type(None):
        return value is None
    if depth > _DEEPEST or hint in (Any, object, inspect.Parameter.empty) or isinstance(hint, (str, typing.TypeVar)):
        return None
    if hasattr(hint, "__supertype__"):  # a NewType
        return fits(value, hint.__supertype__, depth + 1)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is not None:
        return _fits_generic(value, origin, arguments, depth)
    return _fits_class(value, hint, depth) if isinstance(hint, type) else None


def _fits_generic(value: Any, origin: Any, arguments: tuple[Any, ...], depth: int) -> bool | None:
    if origin is typing.Annotated or origin in (typing.Final, typing.ClassVar):
        return fits(value, arguments[0], depth + 1)
    if origin is typing.Union or origin is types.UnionType:
        answers = [fits(value, argument, depth + 1) for argument in arguments]
        return True if True in answers else None if None in answers else False
    if origin is typing.Literal:
        return any(type(value) is type(argument) and value == argument for argument in arguments)
    if origin is collections.abc.Callable:
        return None if callable(value) else False
    if not isinstance(origin, type) or not _is_plain(type(value)):
        return None
    if issubclass(origin, (collections.abc.Iterator, collections.abc.Awaitable, collections.abc.AsyncIterable)):
        return None
    try:
        if not isinstance(value, origin):
            return False
    except TypeError:
        return None
    if isinstance(value, dict) and len(arguments) == 2:
        pairs = list(value.items())[:_MOST_ITEMS]
        return _together(
            fits(item, hint, depth + 1) for pair in pairs for item, hint in zip(pair, arguments, strict=True)
        )
    if isinstance(value, tuple) and origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
        if len(value) != len(arguments):
            return False
        return _together(fits(item, hint, depth + 1) for item, hint in zip(value, arguments, strict=True))
    if isinstance(value, (list, tuple, set, frozenset, collections.deque)) and arguments:
        return _together(fits(item, arguments[0], depth + 1) for item in list(value)[:_MOST_ITEMS])
    return True if isinstance(value, (str, bytes)) else None


def _fits_class(value: Any, hint: type, depth: int) -> bool | None:
    if getattr(hint, "_is_protocol", False):
        return None
    if typing.is_typeddict(hint):
        return None if isinstance(value, dict) else False
    if not _is_plain(type(value)) and not isinstance(value, hint):
        return None
    if hint is float or hint is complex:
        return isinstance(value, (int, hint))
    try:
        if not isinstance(value, hint):
            return False
    except TypeError:
        return None
    if hint in _SURE or isinstance(value, enum.Enum) or hint is decimal.Decimal or hint.__module__ == "datetime":
        return True
    if hint in _BARE:
        return None if value else True
    if dataclasses.is_dataclass(value):
        hints = typing.get_type_hints(type(value))
        fields = dataclasses.fields(value)
        return _together(
            fits(getattr(value, field.name, None), hints.get(field.name, Any), depth + 1) for field in fields
        )
    return None


def _together(answers: Iterable[bool | None]) -> bool | None:
    told = list(answers)
    return False if False in told else None if None in told else True


def _is_plain(kind: type) -> bool:
    """Types that have no relatives by behaviour, as numpy's numbers have."""
    return kind.__module__ in _PLAIN


def spoken(hint: Any) -> str:
    """The annotation as its author wrote it, more or less."""
    if hint is None or hint is type(None):
        return "None"
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint.__qualname__
    return str(hint).replace("typing.", "").replace("NoneType", "None")
