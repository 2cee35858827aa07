"""Which functions cannot give a result without another module of the project: their tests are of both together."""

from tree_sitter import Node

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.syntax import FUNCTIONS, field, text_of

_MAY_NOT_RUN = frozenset(
    {
        *("if_statement", "ternary_expression", "switch_case", "switch_default", "catch_clause"),
        *("for_statement", "for_in_statement", "while_statement", "do_statement"),
    }
)
_MAY_BE_SKIPPED = frozenset({"&&", "||", "??"})


def seams_of(function: Node | None, module: Module) -> tuple[str, ...]:
    """Names of other modules' functions that every call passes which comes to a result."""
    if function is None:
        return ()
    found: dict[str, None] = {}
    returns = [node.start_byte for node in _inside(function) if node.type == "return_statement"]
    first_return = min(returns, default=function.end_byte)
    for node in _inside(function):
        name = text_of(field(node, "function")) if node.type == "call_expression" else ""
        neighbour = module.neighbour(name) if name else None
        if neighbour is None or neighbour[1] not in neighbour[0].functions or not _always_runs(node, function):
            continue
        if node.start_byte < first_return or _is_within_first_return(node, first_return):
            found[name] = None
    return tuple(found)


def _inside(function: Node) -> list[Node]:
    """The nodes of the function's own body, without those of functions in it."""
    waiting, found = list(function.children), []
    while waiting:
        node = waiting.pop()
        if node.type in FUNCTIONS:
            continue
        found.append(node)
        waiting.extend(node.children)
    return found


def _always_runs(call: Node, function: Node) -> bool:
    node = call
    while node.parent is not None and node.parent != function:
        above = node.parent
        if above.type in _MAY_NOT_RUN and node not in (field(above, "condition"), field(above, "right")):
            return False
        is_second = above.type == "binary_expression" and field(above, "right") == node
        if is_second and text_of(field(above, "operator")) in _MAY_BE_SKIPPED:
            return False
        node = above
    return True


def _is_within_first_return(call: Node, first_return: int) -> bool:
    node: Node | None = call
    while node is not None and node.type != "return_statement":
        node = node.parent
    return node is not None and node.start_byte == first_return
