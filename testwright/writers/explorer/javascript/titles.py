"""Titles that tell a test from its siblings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from testwright.writers.explorer.javascript.plan import Target
from testwright.writers.explorer.javascript.printing import brief, quoted

_LEFT_OUT: dict[str, Any] = {"$": "left out"}


def unique(title: str, names: Mapping[str, tuple[dict[str, Any], Target]], each: dict[str, Any], target: Target) -> str:
    """Of namesakes the later one says how its call differs.

    Reports call tests by title alone, so a title that another function's test has gets this function's name.
    """
    name, count = title, 2
    if name in names and names[name][1] is not target:
        name = title = f"{target.symbol.name} {title}"
    if name in names:
        for difference in _differences(each, names[name][0], target):
            if f"{title}, {difference}" not in names:
                return f"{title}, {difference}"
    while name in names:
        name = f"{title} ({count})"
        count += 1
    return name


_OPTIONS = re.compile(r"(?:options?|opts?|config|settings|flags)\Z|\w+(?:Options|Opts|Config|Settings)\Z")
_MOST_OPTIONS = 3


def given_words(args: list[Any], others: list[Any], target: Target) -> str:
    """` for 'alpha', 2 with strict and base 16`: what a call is given, its options by their names."""
    options = _options_in(args, target)
    # What answers is told at the end.
    plain = [arg for arg in (args if options is None else args[:-1]) if arg != {"$": "address", "v": ""}]
    shown = shown_beside(plain, others)
    return (f" for {shown}" if shown else "") + (f" with {_listed(options)}" if options else "")


def _options_in(args: list[Any], target: Target) -> list[str] | None:
    """The last argument in words, where it holds options: none at all for an empty object."""
    parameters = target.spec["params"]
    if _is_flag(args, parameters):
        return [str(parameters[len(args) - 1]["name"])]
    is_last = 1 <= len(args) <= len(parameters) and not parameters[len(args) - 1]["rest"]
    if not is_last or not _is_object(args[-1]) or not _OPTIONS.match(str(parameters[len(args) - 1]["name"])):
        return None
    told = [key if value is True else f"{key} {brief(value, 24)}" for key, value in args[-1]["v"]]
    return told if len(told) <= _MOST_OPTIONS else [*told[:_MOST_OPTIONS], f"{len(told) - _MOST_OPTIONS} more"]


def _is_flag(args: list[Any], parameters: list[dict[str, Any]]) -> bool:
    """A last `true` whose name says what it is."""
    if not 2 <= len(args) <= len(parameters) or args[-1] is not True or parameters[len(args) - 1]["rest"]:
        return False
    return re.fullmatch(r"[a-z]\w{2,}", str(parameters[len(args) - 1]["name"])) is not None


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shown_beside(args: list[Any], others: list[Any]) -> str:
    """Arguments for a title; where one is too long to be shown whole, what differs from the sibling's comes first."""
    pairs = zip(args, [*others, *[_LEFT_OUT] * len(args)], strict=False)
    return ", ".join(brief(_differing_first(mine, theirs)) for mine, theirs in pairs)


def _differing_first(mine: Any, theirs: Any) -> Any:
    if not (_is_object(mine) and _is_object(theirs)) or "…" not in brief(mine):
        return mine
    old = dict(theirs["v"])
    return {**mine, "v": sorted(mine["v"], key=lambda pair: old.get(pair[0], _LEFT_OUT) == pair[1])}


def _differences(each: dict[str, Any], other: dict[str, Any], target: Target) -> Iterator[str]:
    parameters = [str(parameter["name"]) for parameter in target.spec["params"]]
    yield from _between(each["args"], other["args"], parameters)
    for step, before in zip(each["steps"], other["steps"], strict=False):
        if step != before and isinstance(step.get("args"), list) and "name" in step:
            shown = ", ".join(brief(arg, 30) for arg in step["args"])
            yield f"after {step['name']}({shown})"
    if each.get("answer") and other.get("answer"):
        yield from _of_value(each["answer"]["body"], other["answer"]["body"], "answer")


def _between(args: list[Any], others: list[Any], parameters: list[str]) -> Iterator[str]:
    for index in range(max(len(args), len(others))):
        mine = args[index] if index < len(args) else _LEFT_OUT
        theirs = others[index] if index < len(others) else _LEFT_OUT
        if mine != theirs:
            name = parameters[min(index, len(parameters) - 1)] if parameters else ""
            yield from _of_value(mine, theirs, name)


def _of_value(mine: Any, theirs: Any, name: str) -> Iterator[str]:
    """Of objects the members that differ, else the whole value."""
    if _is_object(mine) and _is_object(theirs):
        old, new = dict(theirs["v"]), dict(mine["v"])
        for key in [*new, *(key for key in old if key not in new)]:
            if new.get(key, _LEFT_OUT) != old.get(key, _LEFT_OUT):
                yield from _of_value(new.get(key, _LEFT_OUT), old.get(key, _LEFT_OUT), key)
        return
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for one, two in zip(mine, theirs, strict=True):
            if one != two:
                yield from _of_value(one, two, name)
        return
    if isinstance(mine, str) and isinstance(theirs, str) and brief(mine) == brief(theirs):
        yield f"with {name} ending in {quoted(mine[-12:].lstrip())}"
        return
    yield f"without {name}" if mine == _LEFT_OUT else f"with {name} {brief(mine)}"


def _is_object(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.get("$") == "object"
