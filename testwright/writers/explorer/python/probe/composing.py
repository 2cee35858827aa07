"""Expressions put into each other: a schema within a schema, a class in a list, a rule behind a key."""

from __future__ import annotations

import ast
import copy
import random

from testwright.writers.explorer.python.probe.scenarios import Choice, value_of

_LONGEST = 110
_AROUND = ("[{}]", "[{}, {}]", '{{"a": {}}}', '{{"a": {}, "b": {}}}', "{{{}: {}}}", "({}, {})")


def takes_anything(choices: list[Choice]) -> bool:
    """Whether literals and objects of the project are both worth trying, so that they may stand in each other."""
    has_calls = any(value_of(choice.text) is NotImplemented and choice.text[-1:] == ")" for choice in choices)
    return has_calls and any(choice.text[:1] in "[{" for choice in choices)


def composed(choice: Choice, others: list[Choice], chance: random.Random) -> Choice | None:
    """The choice with a part of it exchanged for another choice, or with others around it; None if that gets long."""
    other, third = chance.choice(others), chance.choice(others)
    text = _with_part(choice.text, other.text, chance) if chance.random() < 0.5 else None
    if text is None:
        text = chance.choice(_AROUND).format(choice.text, other.text if chance.random() < 0.7 else third.text)
    if len(text) > _LONGEST:
        return None
    return Choice(text, tuple(dict.fromkeys((*choice.setup, *other.setup, *third.setup))), invented=True)


def _with_part(text: str, other: str, chance: random.Random) -> str | None:
    """One argument, item or value within the text is another expression."""
    try:
        tree, given = ast.parse(text, mode="eval"), ast.parse(other, mode="eval").body
    except (SyntaxError, ValueError):
        return None
    places = [
        (parts, at)
        for node in ast.walk(tree)
        for parts in _parts(node)
        for at, part in enumerate(parts)
        if isinstance(part, ast.expr)
    ]
    if not places:
        return None
    parts, at = chance.choice(places)
    parts[at] = copy.deepcopy(given)
    return ast.unparse(tree)


def _parts(node: ast.AST) -> list[list[ast.expr]]:
    if isinstance(node, ast.Call):
        return [node.args]
    if isinstance(node, (ast.List, ast.Tuple)):
        return [node.elts]
    return [node.keys, node.values] if isinstance(node, ast.Dict) else []  # type: ignore[list-item]
