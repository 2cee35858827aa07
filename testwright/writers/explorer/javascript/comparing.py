"""A copy of a source that tells what it compares, for the search alone: what is recorded comes from the source itself.

Each side of a comparison is put through a call that gives it back: `a === b` becomes
`__testwright_compared__(1, a) === __testwright_compared__(-1, b)`. So operators, their order and what they pass over
stay as they are, and no line moves.
"""

from collections.abc import Iterator

from tree_sitter import Node

from testwright.writers.explorer.javascript.syntax import field, parse, text_of, walk

_TELLS = "__testwright_compared__"
_OPERATORS = frozenset({"===", "!==", "==", "!=", "<", "<=", ">", ">=", "in"})
_METHODS = frozenset({"includes", "startsWith", "endsWith", "has"})
_SAYS_NOTHING = frozenset({"null", "undefined", "true", "false"})
_SIGNS = frozenset({"-", "+", "~"})
"""Of what is numbers. What `typeof`, `!` and `void` give is no input's value."""
_IN_NO_CALL = frozenset({"sequence_expression", "spread_element", "super", "private_property_identifier", "import"})
_CONSTANT = frozenset({"enum_body", "enum_assignment", "decorator"})
"""What TypeScript works out itself, and what may hold no more than a name with its arguments."""


def traced(text: str, path: str) -> str | None:
    """None where nothing is compared, or the text does not parse before or afterwards."""
    root = parse(text, path)
    pairs = [] if root.has_error else [sides for node in walk(root) if (sides := _compared_in(node))]
    if not pairs:
        return None
    pieces: list[tuple[int, int, int, str]] = []
    for number, pair in enumerate(pairs, start=1):
        for side, nodes in ((number, pair[:1]), (-number, pair[1:])):
            for node in nodes:
                # Of pieces at one place, what closes comes before what opens, and the outer opens first.
                pieces.append((node.start_byte, 1, -node.end_byte, f" {_TELLS}({side}, "))
                pieces.append((node.end_byte, 0, 0, ")"))
    told = _with(text.encode("utf-8", "replace"), pieces)
    return None if parse(told, path).has_error else told


def _with(original: bytes, pieces: list[tuple[int, int, int, str]]) -> str:
    result, done = bytearray(), 0
    for place, _, _, piece in sorted(pieces):
        result += original[done:place] + piece.encode()
        done = place
    return (result + original[done:]).decode("utf-8", "replace")


def _compared_in(node: Node) -> list[Node]:
    """One side, and what it is compared with. Nothing where either may not be moved, or tells of no input."""
    sides: list[Node | None] = []
    if node.type == "binary_expression" and text_of(field(node, "operator")) in _OPERATORS:
        sides = [field(node, "left"), field(node, "right")]
    elif node.type == "switch_statement":
        value, body = field(node, "value"), field(node, "body")
        cases = body.named_children if body is not None else []
        sides = [_inside(value), *(found for case in cases if (found := field(case, "value")) is not None)]
    elif node.type == "call_expression":
        sides = _searched(node)
    known = [side for side in sides if side is not None]
    is_whole = 1 < len(known) == len(sides) and not any(side.type in _IN_NO_CALL for side in known)
    if not is_whole or not all(map(_is_telling, known[:2])) or any(above.type in _CONSTANT for above in _above(node)):
        return []
    return known


def _searched(call: Node) -> list[Node | None]:
    """Whatever is looked through, and what is looked for. A receiver with `?.` must stay in one chain with the call."""
    callee, arguments = field(call, "function"), field(call, "arguments")
    if callee is None or callee.type != "member_expression" or text_of(field(callee, "property")) not in _METHODS:
        return []
    owner = field(callee, "object")
    wanted = [child for child in arguments.named_children if child.type != "comment"] if arguments else []
    if owner is None or not wanted or arguments is None or arguments.type != "arguments" or "?." in text_of(owner):
        return []
    return [owner, wanted[0]]


def _inside(value: Node | None) -> Node | None:
    inner = [child for child in value.named_children if child.type != "comment"] if value is not None else []
    return inner[0] if len(inner) == 1 else None


def _is_telling(node: Node) -> bool:
    if node.type == "unary_expression":
        return text_of(field(node, "operator")) in _SIGNS
    return node.type not in _SAYS_NOTHING


def _above(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        yield above
        above = above.parent
