"""Stand-ins for a collaborator of which only the use is known: what is read from it, and what is called."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from testwright.writers.explorer.python.probe.trees import nodes

_MOST_FAKES = 10
_DEEPEST = 4
_BY_WORD: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("exception", "error", "exc"), ('ValueError("wrong")', "None")),
    (("is_", "has_", "failed", "done", "ok", "enabled", "closed"), ("True", "False")),
    (("name", "text", "title", "message", "path", "url", "key"), ('"hello"', '""')),
    (("count", "number", "size", "len", "time", "seconds", "attempt", "total", "index", "delay"), ("3", "0", "1")),
    (("args", "items", "values", "list", "rows", "children"), ("(1, 2)", "()")),
    (("kwargs", "options", "config", "headers"), ("{}", '{"a": 1}')),
)
_ANY = ("1", "None", '"hello"', "True")


@dataclass
class Use:
    """How a thing is used: whether it is called, and what is read from it."""

    is_called: bool = False
    parts: dict[str, Use] = field(default_factory=dict)


def use_of(trees: list[ast.AST], name: str) -> Use:
    """Attributes that the code reads from the name, and from those in turn."""
    use = Use()
    for tree in trees:
        for node in nodes(tree):
            path = _path(node, name)
            place = use
            for part in path[:_DEEPEST]:
                place = place.parts.setdefault(part, Use())
            if isinstance(node, ast.Call) and (called := _path(node.func, name)):
                place = use
                for part in called[:_DEEPEST]:
                    place = place.parts.setdefault(part, Use())
                place.is_called = True
    return use


def fakes_for(use: Use) -> list[str]:
    """Expressions that make objects with just these parts, one thing varied at a time."""
    if not use.parts:
        return []
    variants = {name: _variants(name, part) for name, part in use.parts.items()}
    first = {name: texts[0] for name, texts in variants.items()}
    rows = [first]
    rows += [{**first, name: text} for name, texts in variants.items() for text in texts[1:]]
    return list(dict.fromkeys(_written(row) for row in rows))[:_MOST_FAKES]


def _variants(name: str, use: Use) -> list[str]:
    if use.parts:
        texts = [*fakes_for(use), "None"]
    else:
        texts = list(next((values for words, values in _BY_WORD if any(word in name for word in words)), _ANY))
    return [f"lambda *args: {text}" for text in texts] if use.is_called else texts


def _written(row: dict[str, str]) -> str:
    return f"SimpleNamespace({', '.join(f'{name}={text}' for name, text in row.items())})"


def _path(node: ast.AST, name: str) -> list[str]:
    """`a.b.c` as ["b", "c"] when the name is `a`; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return parts[::-1] if isinstance(node, ast.Name) and node.id == name else []
