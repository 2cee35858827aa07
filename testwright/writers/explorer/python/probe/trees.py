"""Parts of the unit's syntax tree, walked and written out once: every parameter of every function asks for them again.

Nodes are equal only to themselves, so that what is known of one is never mistaken for another's.
"""

from __future__ import annotations

import ast
import functools

_MOST_TREES = 1024
_MOST_TEXTS = 16384


@functools.lru_cache(maxsize=_MOST_TREES)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """The tree and all that is in it."""
    return tuple(ast.walk(tree))


@functools.lru_cache(maxsize=_MOST_TEXTS)
def unparsed(tree: ast.AST) -> str:
    """The tree as source text."""
    return ast.unparse(tree)
