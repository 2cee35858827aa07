"""Parts of the unit's syntax tree, walked and written out once: every parameter of every function asks for them again.

Nodes are equal only to themselves, so that what is known of one is never mistaken for another's.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator

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


def lines_and_forks(trees: Iterable[ast.AST]) -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """The lines on which statements of functions begin, and first and last line of what their decisions look at."""
    known = tuple(trees)
    return (
        frozenset(line for tree in known for line in _lines(tree)),
        frozenset(fork for tree in known for fork in _forks(tree)),
    )


def _lines(node: ast.AST) -> Iterator[int]:
    """Lines of the statements that a call itself can run: none of functions and classes that it only defines."""
    for child in ast.iter_child_nodes(node):
        is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if isinstance(child, ast.stmt) and not is_text:
            yield child.lineno
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _lines(child)


def _forks(tree: ast.AST) -> Iterator[tuple[int, int]]:
    for node in nodes(tree):
        if isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, ast.Constant):
            yield node.test.lineno, node.test.end_lineno or node.test.lineno
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            yield node.lineno, node.iter.end_lineno or node.lineno
