"""Python's syntax tree, and the few questions that are asked of it again and again."""

from collections.abc import Iterator

import tree_sitter_python
from tree_sitter import Language, Node, Parser

_PYTHON = Language(tree_sitter_python.language())
_MOST_QUOTED = 60
_DEFINITIONS = ("function_definition", "class_definition")


def parse(text: str) -> Node:
    return Parser(_PYTHON).parse(text.encode("utf-8", "replace")).root_node


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def line_of(node: Node) -> int:
    return node.start_point.row + 1


def at(node: Node) -> str:
    """Where something stands, and what: a reader may have his own file before him, whose lines count otherwise."""
    said = text_of(node).strip().split("\n")[0].replace("`", "'")
    return f"Line {line_of(node)} (`{said if len(said) <= _MOST_QUOTED else said[: _MOST_QUOTED - 1] + '…'}`)"


def above(node: Node) -> Iterator[Node]:
    """What the node stands in, from the inside out."""
    around = node.parent
    while around is not None:
        yield around
        around = around.parent


def is_in_an_inner_function(node: Node) -> bool:
    """Whether it stands in a function that is defined inside of another one."""
    return sum(each.type in ("function_definition", "lambda") for each in above(node)) > 1


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, in source order; not recursive, since the nesting is somebody else's."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))


def walk_own(node: Node) -> Iterator[Node]:
    """Everything below the node that belongs to it, not to a function or class inside it."""
    waiting = list(reversed(node.children))
    while waiting:
        current = waiting.pop()
        yield current
        if current.type not in (*_DEFINITIONS, "lambda"):
            waiting.extend(reversed(current.children))


def first_error(root: Node) -> Node | None:
    if not root.has_error:
        return None
    return next((node for node in walk(root) if node.is_error or node.is_missing), root)


def identifiers(node: Node) -> set[str]:
    """All names mentioned, without attribute names and names of keyword arguments."""
    names = set()
    for found in walk(node):
        if found.type == "identifier" and not is_label(found):
            names.add(text_of(found))
    return names


def definition_of(node: Node) -> Node | None:
    """The function or class that a top-level statement defines, below its decorators."""
    if node.type == "decorated_definition":
        return node.child_by_field_name("definition")
    return node if node.type in _DEFINITIONS else None


def decorators_of(node: Node) -> list[str]:
    """The decorators' texts without the @, of a definition or of what wraps it."""
    wrapper = node if node.type == "decorated_definition" else node.parent
    if wrapper is None or wrapper.type != "decorated_definition":
        return []
    return [text_of(child)[1:].strip() for child in wrapper.children if child.type == "decorator"]


def name_of(definition: Node) -> str:
    return text_of(definition.child_by_field_name("name"))


def imported_modules(root: Node) -> Iterator[tuple[str, Node]]:
    """Every module that is imported anywhere, as written (`a.b`, `.c`), with its statement."""
    for node in walk(root):
        if node.type == "import_statement":
            for name in node.children_by_field_name("name"):
                target = name.child_by_field_name("name") if name.type == "aliased_import" else name
                yield text_of(target), node
        elif node.type == "import_from_statement":
            yield text_of(node.child_by_field_name("module_name")), node
        elif node.type == "future_import_statement":
            yield "__future__", node


def bound_names(statement: Node) -> dict[str, Node]:
    """What an import statement binds: each local name with the node that binds it."""
    bound: dict[str, Node] = {}
    for name in statement.children_by_field_name("name"):
        if name.type == "aliased_import":
            bound[text_of(name.child_by_field_name("alias"))] = name
        elif statement.type == "import_statement":
            bound[text_of(name).split(".")[0]] = name
        else:
            bound[text_of(name)] = name
    return bound


def string_value(node: Node) -> str | None:
    """The text of a plain string literal; None for anything else (f-strings with fields included)."""
    if node.type != "string" or any(child.type == "interpolation" for child in node.children):
        return None
    return "".join(text_of(child) for child in node.children if child.type == "string_content")


def is_label(node: Node) -> bool:
    """Whether an identifier names an attribute or a keyword argument, so that it stands for no name in scope."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node
