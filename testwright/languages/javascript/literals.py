"""The small changes that are tried on what is written down literally: numbers, truths, texts; in JSX too."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from testwright.languages.javascript.grammar import field, text_of
from testwright.languages.javascript.switches import ON, Change, around, instead, shown

_NAMED_PLACES = {
    "pair": "key",
    "pair_pattern": "key",
    "method_definition": "name",
    "field_definition": "property",
    "public_field_definition": "name",
}
_NOT_VALUES = frozenset(
    {
        "expression_statement",
        "export_statement",
        "import_attribute",
        "jsx_attribute",
        "literal_type",
        "property_signature",
    }
)
_JSX_BLANKS = " \t\r\n"
_SHOWN_ATTRIBUTES = re.compile(r"^(aria-[\w-]+|alt|href|label|name|placeholder|role|src|title|type|value)$")
_HANDLERS = re.compile(r"^on[A-Z]")
_DULL_ATTRIBUTES = re.compile(r"^(className|class|key|style|data-[\w-]+)$")


def number(node: Node) -> Iterator[Change]:
    if not node.is_named or not _is_value(node):
        return
    parent = node.parent
    is_negative = parent is not None and parent.type == "unary_expression" and text_of(parent)[:1] == "-"
    other = _next(text_of(node), negative=is_negative)
    if other is not None:
        yield instead("constant", node, other)


def _next(said: str, *, negative: bool) -> str | None:
    plain = said.replace("_", "")
    if plain.endswith("n"):
        return f"{int(plain[:-1], 0) + 1}n" if re.fullmatch(r"[1-9]\d*n|0n|0[xX][0-9a-fA-F]+n", plain) else None
    if re.fullmatch(r"0|[1-9]\d*|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+", plain):
        value = int(plain, 0)
        return "0" if value == 1 and not negative else str(value + 1)
    if re.fullmatch(r"\d*\.\d+|\d+\.", plain):
        return f"{float(plain) + 1:.12g}"
    return f"({said} + 1)" if re.fullmatch(r"[\d.]+[eE][+-]?\d+", plain) else None


def truth(node: Node) -> Iterator[Change]:
    parent = node.parent
    # `while (true)` and its like are left by other means, and would not be entered at all.
    is_loop = (
        parent is not None and parent.parent is not None and parent.parent.type in ("while_statement", "do_statement")
    )
    if node.is_named and _is_value(node) and not is_loop:
        yield instead("constant", node, "false" if node.type == "true" else "true")


def string(node: Node) -> Iterator[Change]:
    if _is_value(node) and not _is_named_type(node):
        yield instead("string", node, '"mutant"' if len(text_of(node)) == 2 else '""')


def template(node: Node) -> Iterator[Change]:
    parent = node.parent
    is_tagged = parent is not None and parent.type == "call_expression" and field(parent, "arguments") == node
    has_text = any(child.type in ("string_fragment", "escape_sequence") for child in node.named_children)
    if has_text and not is_tagged and _is_value(node):
        yield instead("string", node, '""')


def _is_value(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type in _NOT_VALUES:
        return False
    place = _NAMED_PLACES.get(parent.type)
    return place is None or field(parent, place) != node


def _is_named_type(node: Node) -> bool:
    """`typeof x === 'function'`: what there is to change is the comparison."""
    sides = [field(node.parent, "left"), field(node.parent, "right")]
    return any(side is not None and side.type == "unary_expression" and text_of(side)[:6] == "typeof" for side in sides)


def is_dull(attribute: Node) -> bool:
    """What a test should not depend on: looks, keys, hooks for styles and tests."""
    name = attribute.named_children[0] if attribute.named_children else None
    return _DULL_ATTRIBUTES.match(text_of(name)) is not None


def jsx_attribute(node: Node) -> Iterator[Change]:
    name, value = (*node.named_children, None, None)[:2]
    if value is not None and value.type == "jsx_expression" and _HANDLERS.match(text_of(name)):
        yield from _handler(node, value)
        return
    said = text_of(value)[1:-1]
    if value is None or value.type != "string" or re.search(r"[&\\\r\n]", said):
        return
    if _SHOWN_ATTRIBUTES.match(text_of(name)):
        other = '"mutant"' if not said else '""'
        yield around("string", value, f"{{{ON} ? {other} : ", "}", after=other)


def _handler(attribute: Node, value: Node) -> Iterator[Change]:
    """Nobody listens any more. A function that is written right there has changes of its own."""
    handler = next((child for child in value.named_children if child.type != "comment"), None)
    if handler is not None and handler.type not in ("arrow_function", "function_expression", "undefined", "null"):
        change = around("statement", handler, f"({ON} ? undefined : ", ")", after="(removed)", rank=-1)
        yield replace(change, before=shown(text_of(attribute)))


def jsx_text(node: Node) -> Iterator[Change]:
    """Text becomes an expression that says the same; the blank lines around it, which say nothing, stay outside."""
    said = text_of(node)
    neighbours = (node.prev_sibling, node.next_sibling)
    if any(other is not None and other.type == "html_character_reference" for other in neighbours):
        return  # all of it is one text, and would become two
    quote = next((mark for mark in "\"'`" if mark not in said), None)
    if quote is None or not re.search(r"\w", said) or re.search(r"[&\\]|\$\{", said):
        return
    lead = said[: len(said) - len(said.lstrip(_JSX_BLANKS))]
    tail = said[len(said.rstrip(_JSX_BLANKS)) :]
    first = 0 if "\n" not in lead else len(lead.encode())
    last = 0 if "\n" not in tail else len(tail.encode())
    core = (node.text or b"")[first : len(node.text or b"") - last]
    if b"\n" in core or b"\r" in core or b"\t" in core:
        return
    row = node.start_point.row + 1 + lead.count("\n")
    yield Change(
        operator="string",
        start=node.start_byte + first,
        end=node.end_byte - last,
        line=row,
        end_line=row,
        before=shown(said),
        after='""',
        prefix=f'{{{ON} ? "" : {quote}',
        suffix=f"{quote}}}",
    )
