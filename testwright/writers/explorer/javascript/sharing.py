"""What a call is given and what it gives back often hold the same object: it is written once, under a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from testwright.writers.explorer.javascript.packages import KEYWORDS
from testwright.writers.explorer.javascript.printing import holds, source
from testwright.writers.explorer.javascript.writing import Style

_LEAST = 60
"""Characters: what is shorter reads best where it stands."""
_KINDS = ("spy", "quiet", "fn", "code", "file", "awaited", "address", "cut", "symbol", "misfit")
Shared = tuple[list[str], list[Any], Any]


def shared(args: list[Any], result: Any, taken: set[str], style: Style) -> Shared:
    """Statements that name the largest such object, and the call and the result with its name in its places."""
    places: dict[str, list[str]] = {}
    trees: dict[str, Any] = {}
    for name, tree in _objects([args, result], ""):
        key = json.dumps(tree)
        places.setdefault(key, []).append(name)
        trees[key] = tree
    again = [key for key, names in places.items() if len(names) > 1 and _is_worth_a_name(trees[key], style)]
    if not again:
        return [], args, result
    key = max(again, key=len)
    name = next((each for each in map(_variable, places[key]) if each not in taken), "")
    if not name:
        return [], args, result
    end = " as const" if style.is_typed else ""
    line = f"const {name} = {source(trees[key], style.mock, 0, len(name) + 9)}{end}"
    named = {"$": "code", "v": name}
    return [line, ""], _replaced(args, trees[key], named), _replaced(result, trees[key], named)


def _objects(tree: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each object within, with the member that holds it, or whose list does."""
    if isinstance(tree, list):
        for item in tree:
            yield from _objects(item, name)
    elif isinstance(tree, dict) and tree.get("$") == "object":
        yield name, tree
        for key, value in tree["v"]:
            yield from _objects(value, key)


def _is_worth_a_name(tree: Any, style: Style) -> bool:
    # `as const` would make lists within read-only, which parameters seldom are.
    is_plain = not (style.is_typed and _has_list(tree))
    return is_plain and not holds(tree, *_KINDS) and len(source(tree, style.mock, -1000)) >= _LEAST


def _has_list(tree: Any) -> bool:
    return isinstance(tree, list) or (isinstance(tree, dict) and any(_has_list(value) for _, value in _members(tree)))


def _members(tree: dict[str, Any]) -> list[list[Any]]:
    return tree["v"] if tree.get("$") == "object" else []


def _variable(name: str) -> str:
    single = re.sub(r"ies$", "y", name) if name.endswith("ies") else re.sub(r"(?<!s)s$", "", name)
    return single if re.fullmatch(r"[a-z]\w{2,}", single) and single not in KEYWORDS else "given"


def _replaced(tree: Any, old: Any, new: Any) -> Any:
    if tree == old:
        return new
    if isinstance(tree, list):
        return [_replaced(item, old, new) for item in tree]
    if isinstance(tree, dict) and isinstance(tree.get("v"), list) and tree.get("$") in ("object", "instance"):
        return {**tree, "v": [[key, _replaced(value, old, new)] for key, value in tree["v"]]}
    return tree
