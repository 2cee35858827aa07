"""Which names a module has at its top level and where each comes from; and other names for them."""

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from testwright.languages.python.syntax import bound_names, definition_of, is_label, name_of, parse, text_of, walk

IMPORTS = ("import_statement", "import_from_statement")
_BRANCHES = ("if_statement", "try_statement", "with_statement", "else_clause", "except_clause", "block", "elif_clause")
HERE = ""
"""The origin of what the file defines itself."""


def origins(root: Node) -> dict[str, str]:
    """Each top-level name with its origin, `package.module:name` for what is imported."""
    found: dict[str, str] = {}
    for node in _statements(root):
        if node.type in IMPORTS:
            found |= imported(node)
        else:
            found |= dict.fromkeys(defined(node), HERE)
    return found


def imported(statement: Node) -> dict[str, str]:
    """What an import statement binds, each with its origin."""
    module = statement.child_by_field_name("module_name")
    found: dict[str, str] = {}
    for local, node in bound_names(statement).items():
        name = node.child_by_field_name("name") if node.type == "aliased_import" else node
        found[local] = f"{text_of(module)}:{text_of(name)}" if module is not None else f"{text_of(name)}:"
    return found


def defined(node: Node) -> list[str]:
    """The names that a top-level statement defines or assigns."""
    definition = definition_of(node)
    if definition is not None:
        return [name_of(definition)]
    if node.type == "expression_statement" and node.named_children:
        left = node.named_children[0].child_by_field_name("left")
        return [text_of(each) for each in walk(left) if each.type == "identifier"] if left is not None else []
    return []


def is_same(one: str, other: str) -> bool:
    """Whether two origins are one thing, which a package may pass on from one of its modules."""
    (module, _, name), (other_module, _, other_name) = one.partition(":"), other.partition(":")
    if one == HERE or other == HERE or name != other_name:
        return False
    shorter, longer = sorted((module, other_module), key=len)
    return longer == shorter or (bool(name) and longer.startswith(f"{shorter}."))


def renamed(code: str, names: Mapping[str, str]) -> str:
    """The code with other names for some things; attributes and keywords of calls are no names of things."""
    if not names:
        return code
    encoded = code.encode()
    found = [node for node in walk(parse(code)) if node.type == "identifier" and text_of(node) in names]
    for node in sorted(found, key=lambda node: -node.start_byte):
        if not is_label(node):
            encoded = encoded[: node.start_byte] + names[text_of(node)].encode() + encoded[node.end_byte :]
    return encoded.decode()


def fresh(name: str, taken: Mapping[str, object]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _statements(root: Node) -> Iterator[Node]:
    """Top-level statements, those below an `if` or a `try` among them."""
    for node in root.named_children:
        if node.type in _BRANCHES:
            yield from _statements(node)
        else:
            yield node
