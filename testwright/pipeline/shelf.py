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
    found = await desk.get(key)
    if found is None:
        raise LookupError(f"nothing lies on the desk under {key}")
    value: T = _adapter(kind).validate_python(found)
    return value


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)
