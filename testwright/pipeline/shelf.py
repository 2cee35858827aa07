"""Contents that are too large for a step's result, laid on the desk as JSON and taken back typed."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from testwright.domain.ports import Desk

T = TypeVar("T")


async def lay(desk: Desk, key: str, value: object) -> None:
    """Put a frozen dataclass down under a key."""
    await desk.put(key, _adapter(type(value)).dump_python(value, mode="json"))


async def take(desk: Desk, key: str, kind: type[T]) -> T:
    """Take back what an earlier step laid down. A missing key is a programming error, not an outcome."""
    found = await look_for(desk, key, kind)
    if found is None:
        raise LookupError(f"nothing lies on the desk under {key}")
    return found


async def look_for(desk: Desk, key: str, kind: type[T]) -> T | None:
    """The same, where it may be that nothing was laid down yet."""
    found = await desk.get(key)
    value: T | None = None if found is None else _adapter(kind).validate_python(found)
    return value


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
