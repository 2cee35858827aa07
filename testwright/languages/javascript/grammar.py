"""Parsed JavaScript and TypeScript, and the few questions everybody asks of it."""

import re
from collections.abc import Iterator

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
_IMPORTED_TYPE = re.compile(rb"""<\s*(?:typeof\s+)?import\(\s*(['"])[^'"\n]*\1\s*\)[\w.]*\s*>""")
_GAP = re.compile(r"<any {3,}>")
CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "class"})


def parse(text: str, path: str = "") -> Node:
    """The tree with the fewest errors of the grammars that fit the file's name; any of them when there is no name."""
    if path.endswith((".ts", ".mts", ".cts")):
        grammars: tuple[Language, ...] = (_TYPESCRIPT,)
    elif path.endswith(".tsx"):
        grammars = (_TSX,)
    elif path:
        grammars = (_JAVASCRIPT, _TSX)
    else:
        grammars = (_TSX, _TYPESCRIPT, _JAVASCRIPT)
    encoded = text.encode("utf-8", "replace")
    roots = []
    for grammar in grammars:
        plain = _without_imported_types(encoded)
        for version in dict.fromkeys((encoded, _with_members_ended(encoded), plain, _with_members_ended(plain))):
            root = Parser(grammar).parse(version).root_node
            if not root.has_error:
                return root
            roots.append(root)
    return roots[0]


def _with_members_ended(encoded: bytes) -> bytes:
    """The grammar reads a call signature on a line of its own as type arguments of the line before; no byte moves."""
    return re.sub(rb"(\n[ \t]*)[ \t](?=<)", rb"\1;", encoded)


def _without_imported_types(encoded: bytes) -> bytes:
    """The grammar knows no `import('…')` among type arguments: `f<typeof import('./a')>()`, as with `vi.mock`."""
    return _IMPORTED_TYPE.sub(lambda found: b"<any".ljust(len(found[0]) - 1) + b">", encoded)


def without_gaps(text: str) -> str:
    """What such type arguments are in a text that is written anew."""
    return _GAP.sub("<any>", text)


def error_line(root: Node) -> int | None:
    """The line, from 1, of the first thing that does not parse."""
    if not root.has_error:
        return None
    for node in walk(root):
        if node.type == "ERROR" or node.is_missing:
            return node.start_point.row + 1
    return 1


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in the order of the text."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


def above(node: Node) -> Iterator[Node]:
    """What the node stands in, from the inside out."""
    around = node.parent
    while around is not None:
        yield around
        around = around.parent


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def field(node: Node | None, name: str) -> Node | None:
    return node.child_by_field_name(name) if node is not None else None


def unwrap(node: Node | None) -> Node | None:
    """The expression inside parentheses, `as`, `satisfies` and `!`."""
    while node is not None and node.type in (
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
    ):
        node = node.named_children[0] if node.named_children else None
    return node


def string_value(node: Node | None) -> str | None:
    """What a string literal (or a template without holes) says; None for anything else."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    said = ""
    for child in node.named_children:
        if child.type == "string_fragment":
            said += text_of(child)
        elif child.type == "escape_sequence":
            said += _unescape(text_of(child))
        else:
            return None
    return said


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


def _unescape(sequence: str) -> str:
    body = sequence[1:]
    if body[:1] in ("x", "u") and len(body) > 1:
        try:
            return chr(int(body[1:].strip("{}"), 16))
        except ValueError:
            return body
    return _ESCAPES.get(body, body)


def doc_of(node: Node) -> str | None:
    """The JSDoc comment right before a statement, without its stars."""
    before = node.prev_named_sibling
    if before is None or before.type != "comment":
        return None
    comment = text_of(before)
    if not comment.startswith("/**") or node.start_point.row - before.end_point.row > 1:
        return None
    lines = [line.strip().removeprefix("*").strip() for line in comment[3:-2].splitlines()]
    return "\n".join(lines).strip() or None


def specifiers(root: Node) -> list[str]:
    """The modules that a file imports, requires or passes on, as written, each once."""
    found: list[str] = []
    for node in walk(root):
        named: str | None = None
        if node.type in ("import_statement", "export_statement"):
            named = string_value(field(node, "source"))
        elif node.type == "call_expression" and text_of(field(node, "function")) in ("require", "import"):
            arguments = field(node, "arguments")
            named = string_value(arguments.named_children[0]) if arguments and arguments.named_children else None
        if named is not None and named not in found:
            found.append(named)
    return found
