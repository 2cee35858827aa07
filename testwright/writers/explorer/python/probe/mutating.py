"""Values near a value: one character, item or step away, or joined with another text that the code knows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

_LETTERS = "aB1 -_.,:/\n"
_JOINTS = ("", " ", "\n", "\n    ", "\n\n", ": ")


def near(value: Any, texts: Sequence[str], chance: random.Random) -> Any:
    """`texts` are what a text may be joined with. A value of a kind that has no neighbours comes back as it is."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return chance.choice([value + 1, value - 1, -value, value * 10, value // 2 if value == value else 0, value * 2])
    if isinstance(value, str):
        return _near_text(value, texts, chance)
    if isinstance(value, bytes):
        return _near_text(value.decode("latin-1"), texts, chance).encode("latin-1", "replace")
    if isinstance(value, (list, tuple)):
        return type(value)(_near_items(list(value), texts, chance))
    if isinstance(value, dict) and value:
        return _near_dict(dict(value), texts, chance)
    return value


def _near_items(items: list[Any], texts: Sequence[str], chance: random.Random) -> list[Any]:
    if items and chance.random() < 0.5:
        at = chance.randrange(len(items))
        items[at] = near(items[at], texts, chance)
    elif items and chance.random() < 0.5:
        items.pop(chance.randrange(len(items)))
    elif items:
        items.append(chance.choice(items))
    return items


def _near_dict(changed: dict[Any, Any], texts: Sequence[str], chance: random.Random) -> dict[Any, Any]:
    key = chance.choice(list(changed))
    if chance.random() < 0.3:
        del changed[key]
    else:
        changed[key] = near(changed[key], texts, chance)
    return changed


def _near_text(value: str, texts: Sequence[str], chance: random.Random) -> str:
    at = chance.randrange(len(value) + 1)
    way = chance.randrange(8)
    if way == 0:
        return value[:at] + value[at + 1 :]
    if way == 1:
        return value[:at] + chance.choice(_LETTERS + "".join(value[:20])) + value[at:]
    if way == 2:
        return value[:at] + chance.choice(_LETTERS) + value[at + 1 :]
    if way == 3:
        return value.swapcase() if value.lower() != value.upper() else value + value
    if way == 4:
        return value[:at]
    other = chance.choice(texts) if texts else value
    if way == 5:
        return value[:at] + other + value[at:]
    joint = chance.choice(_JOINTS)
    return f"{value}{joint}{other}" if way == 6 else f"{other}{joint}{value}"
