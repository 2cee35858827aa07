"""Where in its module a function or class stands that is known by its lines or its name."""

from tree_sitter import Node

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.syntax import CLASSES, FUNCTIONS, walk


def function_at(module: Module, line: int, end_line: int, wanted: frozenset[str] = FUNCTIONS) -> Node | None:
    """The outermost function (or class) that ends on `end_line` and begins on or after `line`."""
    for node in walk(module.root):
        if node.type in wanted and node.end_point.row + 1 == end_line and node.start_point.row + 1 >= line:
            return node
    return None


def class_at(module: Module, line: int, end_line: int) -> Node | None:
    return function_at(module, line, end_line, CLASSES)


def called_function(name: str, module: Module) -> tuple[Node, Module] | None:
    """The function of this name, with the module of the project that defines it."""
    if name in module.functions:
        return module.functions[name], module
    if (found := module.neighbour(name)) is not None and found[1] in found[0].functions:
        return found[0].functions[found[1]], found[0]
    return None
