"""Calls that tell which boundary cases a function was called with, built into its text beside the switches.

An edge goes by its number with a minus sign before it, which no mutant has.
"""

import json
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from testwright.domain.edges import LONG, Edge
from testwright.domain.mutants import SWITCH
from testwright.languages.javascript.edges import functions_in, names_taken, refusals_in
from testwright.languages.javascript.grammar import field, string_value
from testwright.languages.javascript.switches import Change


def watched(root: Node, path: str, edges: Sequence[Edge]) -> Iterator[Change]:
    functions = list(functions_in(root, path))
    for edge in edges:
        # A static method may have the name of another, with other parameters.
        for name, function in functions:
            if name == edge.symbol:
                yield from _watching(edge, function)


def _watching(edge: Edge, function: Node) -> Iterator[Change]:
    told = f"{SWITCH}({-edge.number})"
    if edge.check == "refused":
        for node in refusals_in(function):
            if node.start_point.row + 1 == edge.line:
                yield _around(node, node.start_byte, node.end_byte, f"{{ {told}; ", " }")
    elif (body := field(function, "body")) is not None and edge.parameter in names_taken(function):
        condition = f"{_condition(edge)} && {told}"
        if body.type == "statement_block":
            start = _after_directives(body)
            yield _around(body, start, start, f"; {condition};", "")
        else:
            yield _around(body, body.start_byte, body.end_byte, f"({condition}, ", ")")


def _condition(edge: Edge) -> str:
    name, value = edge.parameter, edge.value
    is_text, is_list = f"typeof {name} === 'string'", f"Array.isArray({name})"
    is_object = f"{name} !== null && typeof {name} === 'object'"
    match edge.check:
        case "empty":
            is_plain = f"Object.getPrototypeOf({name}) === Object.prototype && Object.keys({name}).length === 0"
            return f"({name} === '' || ({is_list} && {name}.length === 0) || ({is_object} && {is_plain}))"
        case "none":
            return f"({name} === null || {name} === undefined)"
        case "negative":
            return f"(typeof {name} === 'number' && {name} < 0)"
        case "long":
            return f"({is_text} && {name}.length > {LONG})"
        case "foreign":
            return f"({is_text} && /[^\\x00-\\x7f]/.test({name}))"
        case "length":
            return f"(({is_text} || {is_list}) && {name}.length === {value})"
        case "lacks":
            return f"({is_object} && !({value} in {name}))"
        case _:
            return f"({name} === {json.dumps(json.loads(value))})"


def _after_directives(block: Node) -> int:
    """'use strict' is one only where nothing stands before it."""
    place = block.start_byte + 1
    for child in block.named_children:
        inner = child.named_children[0] if child.type == "expression_statement" and child.named_children else None
        if inner is None or string_value(inner) is None:
            break
        place = child.end_byte
    return place


def _around(node: Node, start: int, end: int, prefix: str, suffix: str) -> Change:
    return Change(
        operator="",
        start=start,
        end=end,
        line=node.start_point.row + 1,
        end_line=node.end_point.row + 1,
        before="",
        after="",
        prefix=prefix,
        suffix=suffix,
        rank=-2,
    )
