"""What a class is beside others, where asking is the class's own code: protocols refuse to be asked."""

from __future__ import annotations

import inspect
from typing import Any


def is_made_from(kind: type, other: Any) -> bool:
    """Whether it is the other or is made from it; a protocol counts where it is named as a base."""
    try:
        return issubclass(kind, other)
    except Exception:
        return isinstance(other, type) and other in getattr(kind, "__mro__", ())


def is_protocol(kind: Any) -> bool:
    return inspect.isclass(kind) and bool(getattr(kind, "_is_protocol", False))


def fits_protocol(value: Any, protocol: type) -> bool:
    """Whether it has all that a protocol asks for, by name."""
    return all(hasattr(value, name) for name in asked_for(protocol))


def asked_for(protocol: type) -> list[str]:
    """The public names of a protocol's own members, those of its bases included."""
    owners = [owner for owner in protocol.__mro__ if is_protocol(owner) and owner.__module__ != "typing"]
    annotated = [name for owner in owners for name in vars(owner).get("__annotations__", {})]
    named = [name for owner in owners for name in vars(owner)]
    return [name for name in dict.fromkeys((*named, *annotated)) if not name.startswith("_")]
