"""Whether code asks a server, and what a stand-in for that server should answer."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.sessions import Options, TestType
from testwright.writers.explorer.javascript.finding import called_function
from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.shapes import Shape, of_type, union
from testwright.writers.explorer.javascript.syntax import CLASSES, field, text_of, walk
from testwright.writers.explorer.javascript.usage import of_pattern

_ASKS = re.compile(r"\bfetch\s*\(")
_MOST_REACHED = 30


def may_be_real(options: Options) -> bool:
    """Whether tests ask a server of their own: integration is wanted, and nothing is to be replaced."""
    return TestType.INTEGRATION in options.test_types and not options.mock_external


def is_asked(function: Node | None, module: Module) -> bool:
    """Whether it asks one itself, or by functions of the project that it calls."""
    return function is not None and any(_ASKS.search(text_of(each)) for each, _ in _reached(function, module))


def answer_for(function: Node | None, module: Module) -> Shape | None:
    """The promised type, or what the code reads from `await ….json()`, or from what a function that asks gives it."""
    if function is None or not is_asked(function, module):
        return None
    if function.type in CLASSES:
        methods = [node for node in walk(function) if node.type == "method_definition"]
        found = [shape for method in methods if (shape := _promised_by(method, module)) is not None]
        return union(found) if found else None
    return next((shape for each in _reached(function, module) if (shape := _read_in(*each)) is not None), None)


def _read_in(function: Node, module: Module) -> Shape | None:
    if (promised := _promised_by(function, module)) is not None:
        return promised
    asking = [name for name, called in _called(function, module) if is_asked(*called)]
    is_answer = re.compile("|".join((r"\.json\(\)", *(rf"\b{re.escape(name)}\s*\(" for name in asking))))
    for node in walk(function):
        if node.type == "variable_declarator" and is_answer.search(text_of(field(node, "value"))):
            shape = of_pattern(field(node, "name"), function, module)
            if shape["k"] == "object":
                return {"k": "object", "props": [[name, each, False] for name, each, _ in shape["props"]]}
    return None


def _promised_by(function: Node, module: Module) -> Shape | None:
    returns = field(function, "return_type")
    shape = of_type(returns, module) if returns is not None else {"k": "any"}
    return shape if shape["k"] in ("object", "array") else None


def _reached(function: Node, module: Module) -> Iterator[tuple[Node, Module]]:
    """It and what it calls, the nearest first."""
    waiting = [(function, module)]
    for at in range(_MOST_REACHED):
        if at == len(waiting):
            return
        yield waiting[at]
        known = [node for node, _ in waiting]
        waiting += [called for _, called in _called(*waiting[at]) if called[0] not in known]


def _called(function: Node, module: Module) -> Iterator[tuple[str, tuple[Node, Module]]]:
    names = {text_of(field(node, "function")) for node in walk(function) if node.type == "call_expression"}
    for name in sorted(names):
        if (called := called_function(name, module)) is not None:
            yield name, called
