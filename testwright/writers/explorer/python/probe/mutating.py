"""Values near a value: one character, item or step away, or joined with another text that the code knows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

_LETTERS = "aB1 -_.,:/\n"
_JOINTS = ("", " ", "\n", "\n    ", "\n\n", ": ")
_BLOCKS = ("{}\n    name: text", "{}\n    text", "{}:\n    name: text\n    other: text")
_LINES = ("{}", "    {}", "    {}: text", "{}:", "    name: {}", "- {}")


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
    other = chance.choice(texts) if texts else value
    way = chance.randrange(10)
    if way < 5:
        return _with_another_letter(value, way, chance)
    if way < 7:
        return _with_other_lines(value, other, chance)
    at = chance.randrange(len(value) + 1)
    joint = chance.choice(_JOINTS)
    return (value[:at] + other + value[at:], f"{value}{joint}{other}", f"{other}{joint}{value}")[way - 7]


def _with_another_letter(value: str, way: int, chance: random.Random) -> str:
    at = chance.randrange(len(value) + 1)
    if way == 0:
        return value[:at] + value[at + 1 :]
    if way == 1:
        return value[:at] + chance.choice(_LETTERS + "".join(value[:20])) + value[at:]
    if way == 2:
        return value[:at] + chance.choice(_LETTERS) + value[at + 1 :]
    if way == 3:
        return value.swapcase() if value.lower() != value.upper() else value + value
    return value[:at]


def _with_other_lines(value: str, other: str, chance: random.Random) -> str:
    """A line less, or one more: a line of another text, further in or with a heading; or such a heading alone."""
    lines = value.split("\n")
    at = chance.randrange(len(lines))
    if len(lines) > 1 and chance.random() < 0.3:
        del lines[at]
        return "\n".join(lines)
    if chance.random() < 0.4:
        return chance.choice(_BLOCKS).format(other.strip())
    line = chance.choice(other.split("\n"))
    indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    lines.insert(at + 1, indent + chance.choice(_LINES).format(line))
    return "\n".join(lines)
