"""Strings that a regular expression accepts, made by walking the parsed expression."""

from __future__ import annotations

import random
import re
import string
import warnings
from collections.abc import Sequence
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        import re._parser as _parser  # type: ignore[import-not-found]
    except ImportError:
        import sre_parse as _parser

_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_NOT_DIGIT": "abc-",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "abc1",
    "CATEGORY_WORD": string.ascii_lowercase + string.digits,
    "CATEGORY_NOT_WORD": " -.",
}
_MOST_REPEATS = 4


def matching(pattern: re.Pattern[str], chance: random.Random, count: int) -> list[str]:
    """Up to `count` different strings in which the pattern is found, shortest first."""
    try:
        parsed = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    except Exception:
        return []
    found: set[str] = set()
    for _ in range(count * 6):
        try:
            text = "".join(_walk(parsed, chance, {}))
        except RecursionError:
            break
        if len(text) <= 120 and pattern.search(text):
            found.add(text)
        if len(found) >= count:
            break
    return sorted(found, key=lambda text: (len(text), text))


def _walk(items: Any, chance: random.Random, groups: dict[int, str]) -> list[str]:
    parts: list[str] = []
    for operation, argument in items:
        parts.append(_piece(str(operation), argument, chance, groups))
    return parts


def _piece(operation: str, argument: Any, chance: random.Random, groups: dict[int, str]) -> str:
    if operation == "LITERAL":
        return chr(argument)
    if operation == "NOT_LITERAL":
        return chance.choice([letter for letter in "ab1 " if ord(letter) != argument])
    if operation == "ANY":
        return chance.choice("abc1")
    if operation == "IN":
        return _member(argument, chance)
    if operation == "BRANCH":
        return "".join(_walk(chance.choice(argument[1]), chance, groups))
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        is_least = chance.random() < 0.4
        times = (
            int(least)
            if is_least
            else chance.randint(int(least), max(int(least), min(int(most), int(least) + _MOST_REPEATS)))
        )
        return "".join("".join(_walk(inner, chance, groups)) for _ in range(min(times, 40)))
    if operation in ("SUBPATTERN", "ATOMIC_GROUP"):
        text = "".join(_walk(argument[-1] if operation == "SUBPATTERN" else argument, chance, groups))
        if operation == "SUBPATTERN" and argument[0]:
            groups[argument[0]] = text
        return text
    if operation == "GROUPREF":
        return groups.get(argument, "")
    if operation == "GROUPREF_EXISTS":
        number, yes, no = argument
        chosen = yes if number in groups else no
        return "".join(_walk(chosen, chance, groups)) if chosen else ""
    return ""  # anchors and look-arounds take no room; the match afterwards tells whether they hold


def _member(options: Sequence[Any], chance: random.Random) -> str:
    if str(options[0][0]) == "NEGATE":
        excluded = {letter for letter in string.printable[:95] if _belongs(options[1:], letter)}
        allowed = [letter for letter in string.ascii_lowercase + string.digits + " .-" if letter not in excluded]
        return chance.choice(allowed or ["~"])
    # of a class with a blank in it the blank reads best
    is_blank = (str(options[0][0]), options[0][1]) == ("LITERAL", 32) and chance.random() < 0.7
    operation, argument = options[0] if is_blank else chance.choice(list(options))
    if str(operation) == "LITERAL":
        return chr(argument)
    if str(operation) == "RANGE":
        return chr(chance.randint(argument[0], min(argument[1], argument[0] + 40)))
    return chance.choice(_CATEGORIES.get(str(argument), "a"))


def _belongs(options: Sequence[Any], letter: str) -> bool:
    for operation, argument in options:
        name = str(operation)
        if name == "LITERAL" and chr(argument) == letter:
            return True
        if name == "RANGE" and argument[0] <= ord(letter) <= argument[1]:
            return True
        if name == "CATEGORY" and letter in _CATEGORIES.get(str(argument), ""):
            return True
    return False
