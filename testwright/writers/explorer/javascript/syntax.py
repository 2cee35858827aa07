"""Parsed source for the explorer: the grammar that fits a path, and small questions about nodes."""

import re
from collections.abc import Iterator
from typing import Any

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

_JAVASCRIPT = Language(tree_sitter_javascript.language())
_TYPESCRIPT = Language(tree_sitter_typescript.language_typescript())
_TSX = Language(tree_sitter_typescript.language_tsx())

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})
UNDEFINED: dict[str, Any] = {"$": "undefined"}


def parse(text: str, path: str) -> Node:
    grammar = _TYPESCRIPT if path.endswith((".ts", ".mts", ".cts")) else _TSX if path.endswith("x") else _JAVASCRIPT
    encoded = text.encode("utf-8", "replace")
    root = Parser(grammar).parse(encoded).root_node
    if not root.has_error:
        return root
    # The grammar reads a call signature on a line of its own as type arguments of the line before; no byte moves.
    ended = Parser(grammar).parse(re.sub(rb"(\n[ \t]*)[ \t](?=<)", rb"\1;", encoded)).root_node
    return root if ended.has_error else ended


def walk(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def field(node: Node | None, name: str) -> Node | None:
    return node.child_by_field_name(name) if node is not None else None


def unwrap(node: Node | None) -> Node | None:
    while node is not None and node.type in (
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "parenthesized_type",
        "readonly_type",
    ):
        node = node.named_children[0] if node.named_children else None
    return node


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def said(node: Node | None) -> str | None:
    """What a string literal says."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    found = ""
    for child in node.named_children:
        if child.type == "string_fragment":
            found += text_of(child)
        elif child.type == "escape_sequence":
            body = text_of(child)[1:]
            if body[:1] in ("u", "x"):
                try:
                    found += chr(int(body[1:].strip("{}"), 16))
                except ValueError:
                    return None
            else:
                found += _ESCAPES.get(body, body)
        else:
            return None
    return found


class NotLiteral(ValueError):
    """An expression whose value only a run can tell."""


def literal(node: Node | None) -> Any:
    """A literal's value as the probe's plain data. Raises NotLiteral."""
    node = unwrap(node)
    if node is None:
        raise NotLiteral
    kind, text = node.type, text_of(node)
    if kind == "literal_type":
        return literal(node.named_children[0]) if node.named_children else literal_word(text)
    if kind in ("string", "template_string"):
        value = said(node)
        if value is None:
            raise NotLiteral
        return value
    if kind == "number":
        return number(text)
    if kind == "unary_expression" and text.startswith(("-", "+")):
        value = literal(field(node, "argument"))
        if not isinstance(value, int | float):
            raise NotLiteral
        return -value if text.startswith("-") else value
    if kind in ("true", "false", "null", "undefined", "identifier"):
        return literal_word(text)
    if kind == "regex":
        return {"$": "regexp", "v": text_of(field(node, "pattern")), "f": text_of(field(node, "flags"))}
    if kind == "array":
        return [literal(child) for child in node.named_children if child.type != "comment"]
    if kind == "object":
        return {"$": "object", "v": [_pair(child) for child in node.named_children if child.type != "comment"]}
    if kind in ("arrow_function", "function_expression"):
        return {"$": "code", "v": text}
    raise NotLiteral


def literal_word(text: str) -> Any:
    words: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
    if text not in words:
        raise NotLiteral
    return words[text]


def _pair(node: Node) -> list[Any]:
    if node.type != "pair":
        raise NotLiteral
    key = field(node, "key")
    name = said(key) if key is not None and key.type == "string" else text_of(key)
    if name is None or (key is not None and key.type == "computed_property_name"):
        raise NotLiteral
    return [name, literal(field(node, "value"))]


def number(text: str) -> int | float:
    text = text.replace("_", "")
    if text.endswith("n"):
        raise NotLiteral
    try:
        value = int(text, 0) if text.lower().startswith(("0x", "0b", "0o")) else float(text)
    except ValueError:
        raise NotLiteral from None
    if abs(value) > 9e15:
        raise NotLiteral
    return int(value) if value == int(value) else value
