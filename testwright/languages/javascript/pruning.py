"""What a suite's shared code brings in and has, and what of it nothing uses any more, once tests were left out."""

import re
from collections.abc import Callable

from tree_sitter import Node

from testwright.languages.javascript.grammar import field, parse, string_value, text_of, walk

_NAMES = frozenset({"identifier", "type_identifier", "shorthand_property_identifier"})
"""A property's own name stands for nothing else."""
_WITHOUT_EFFECT = frozenset(
    {"identifier", "member_expression", "number", "string", "true", "false", "null", "undefined", "array", "object"}
)
_PUTS_BACK = re.compile(r"(?:afterEach|after|afterAll)$")


def names_in(code: str) -> Callable[[str], bool]:
    """Whether the code uses a name; a word of a title is none. Code that does not parse may use all that it says."""
    root = parse(code)
    if root.has_error:
        return lambda name: mentions(code, name)
    return _names_of(root).__contains__


def mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def without_unused_helpers(preamble: str, used: str) -> str:
    """Without functions and plain values of its own that neither the tests nor the rest mention, and without hooks that
    put back what nothing replaces.
    """
    root = parse(preamble)
    if root.has_error:
        return preamble
    in_tests = names_in(used)
    names = {node.id: _names_of(node) for node in root.named_children}
    kept = list(root.named_children)

    def is_used(name: str, by_others_than: Node) -> bool:
        return in_tests(name) or any(name in names[node.id] for node in kept if node is not by_others_than)

    while (gone := next((node for node in kept if _is_idle(node, kept, used, is_used)), None)) is not None:
        kept.remove(gone)
    if len(kept) == len(root.named_children):
        return preamble
    encoded = preamble.encode()
    for node in reversed([node for node in root.named_children if node not in kept]):
        encoded = encoded[: node.start_byte] + encoded[node.end_byte :]
    return re.sub(r"\n{3,}", "\n\n", encoded.decode()).strip("\n")


def without_unused_imports(preamble: str, used: str) -> str:
    """Leave out imported names that neither the tests nor the rest of the preamble mention."""
    root = parse(preamble)
    if root.has_error:
        return preamble
    imports = [node for node in root.named_children if bindings(node)]
    encoded = preamble.encode()
    rest = "\n".join([used, *(text_of(node) for node in root.named_children if node not in imports)])
    is_used = names_in(rest)
    edits: list[tuple[int, int, bytes]] = []
    for node in imports:
        bound = bindings(node)
        unused = [binding for binding in bound if not is_used(binding[1]) and binding[1] != "React"]
        if not unused:
            continue
        if len(unused) == len(bound):
            stop = node.end_byte + (encoded[node.end_byte : node.end_byte + 1] == b"\n")
            edits.append((node.start_byte, stop, b""))
            continue
        holder = unused[0][0].parent
        if holder is None or any(binding.parent != holder for binding, _ in unused):
            continue
        gone = {binding.id for binding, _ in unused}
        listed = [text_of(child) for child in holder.named_children if child.id not in gone and child.type != "comment"]
        if listed and holder.type in ("named_imports", "object_pattern"):
            edits.append((holder.start_byte, holder.end_byte, f"{{ {', '.join(listed)} }}".encode()))
    for start, stop, text in sorted(edits, reverse=True):
        encoded = encoded[:start] + text + encoded[stop:]
    return re.sub(r"\n{3,}", "\n\n", encoded.decode()).strip("\n")


def bindings(statement: Node) -> list[tuple[Node, str]]:
    """The nodes and local names that an import, or a `const … = require(…)`, brings in."""
    found: list[tuple[Node, str]] = []
    if statement.type == "import_statement":
        for node in walk(statement):
            if node.type == "import_specifier":
                found.append((node, text_of(field(node, "alias") or field(node, "name"))))
            elif node.type == "namespace_import":
                found.append((node, text_of(node.named_children[0])))
            elif node.type == "identifier" and node.parent is not None and node.parent.type == "import_clause":
                found.append((node, text_of(node)))
    elif statement.type in ("lexical_declaration", "variable_declaration") and len(statement.named_children) == 1:
        declarator = statement.named_children[0]
        value, name = field(declarator, "value"), field(declarator, "name")
        if value is None or name is None or text_of(field(value, "function")) != "require":
            return []
        if name.type == "identifier":
            return [(name, text_of(name))]
        for child in name.named_children:
            inner = field(child, "value") or child
            found.append((child, text_of(inner)))
    return found


def imported(preamble: Node) -> list[tuple[str, list[str]]]:
    """Module specifier and local names of every import of a parsed preamble."""
    found = []
    for statement in preamble.named_children:
        names = [name for _, name in bindings(statement)]
        source = string_value(field(statement, "source")) if statement.type == "import_statement" else None
        if source is None and names:
            value = field(statement.named_children[0], "value")
            arguments = field(value, "arguments")
            source = string_value(arguments.named_children[0]) if arguments and arguments.named_children else None
        if source is not None:
            found.append((source, names))
    return found


def _names_of(node: Node) -> set[str]:
    return {text_of(each) for each in walk(node) if each.type in _NAMES}


def _is_idle(node: Node, kept: list[Node], used: str, is_used: Callable[[str, Node], bool]) -> bool:
    if node.type == "function_declaration":
        return not is_used(text_of(field(node, "name")), node)
    if node.type in ("lexical_declaration", "variable_declaration"):
        declared = [child for child in node.named_children if child.type == "variable_declarator"]
        return all(_is_without_effect(each) and not is_used(text_of(field(each, "name")), node) for each in declared)
    replaced = _put_back(node)
    if not replaced:
        return False
    others = [text_of(other) for other in kept if other is not node and not _remembers(other, replaced)]
    spoken = "\n".join([used, *others])
    return not any(mentions(spoken, target.rpartition(".")[2]) for target in replaced)


def _is_without_effect(declarator: Node) -> bool:
    """An arrow function only stands there; arrays and objects count where they are empty, and call nothing."""
    name, value = field(declarator, "name"), field(declarator, "value")
    if name is None or name.type != "identifier":
        return False
    if value is None or value.type == "arrow_function":
        return True
    return value.type in _WITHOUT_EFFECT and not (value.type in ("array", "object") and value.named_children)


def _put_back(statement: Node) -> list[str]:
    """The properties that a hook sets to what they were; none where it does anything else."""
    call = statement.named_children[0] if statement.type == "expression_statement" else None
    if call is None or call.type != "call_expression" or not _PUTS_BACK.match(text_of(field(call, "function"))):
        return []
    arguments = field(call, "arguments")
    body = field(arguments.named_children[0], "body") if arguments and len(arguments.named_children) == 1 else None
    lines = body.named_children if body is not None and body.type == "statement_block" else []
    sets = [line.named_children[0] if line.named_children else line for line in lines]
    if not sets or any(each.type != "assignment_expression" for each in sets):
        return []
    targets, values = [field(each, "left") for each in sets], [field(each, "right") for each in sets]
    if any(target is None or target.type != "member_expression" for target in targets):
        return []
    if any(value is None or value.type != "identifier" for value in values):
        return []
    return [text_of(target) for target in targets]


def _remembers(node: Node, targets: list[str]) -> bool:
    """`const realFetch = globalThis.fetch`, for the hook that puts it back."""
    values = [text_of(field(child, "value")) for child in node.named_children if child.type == "variable_declarator"]
    return bool(values) and all(value in targets for value in values)
