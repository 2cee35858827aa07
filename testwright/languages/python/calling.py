"""What is called, by its full name: rules about `subprocess.run` hold for `sp.run`, and for `run` by itself, too."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from tree_sitter import Node

from testwright.languages.python.namespaces import IMPORTS, imported
from testwright.languages.python.syntax import string_value, text_of, walk

Names = Mapping[str, str]
"""What local names stand for: `sp` for subprocess, `leave` for os._exit."""

_DOTTED = re.compile(r"\w+(?:\.\w+)+")
_IMPORTERS = ("__import__", "importlib.import_module")


def names_of(*roots: Node) -> dict[str, str]:
    """Of all imports, those inside of functions too, and of names that are given to things; later ones win."""
    found: dict[str, str] = {}
    for node in chain.from_iterable(walk(root) for root in roots):
        if node.type in IMPORTS:
            for local, origin in imported(node).items():
                module, _, name = origin.partition(":")
                is_dotted = not name and "." in module and local == module.split(".")[0]
                found[local] = local if is_dotted else f"{module}.{name}" if name else module
        elif node.type == "assignment":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and left.type == "identifier" and right is not None:
                full = full_name(right, found)
                if _DOTTED.fullmatch(full) and full.split(".")[0] in found.values():
                    found[text_of(left)] = full
    return found


def full_name(node: Node | None, names: Names) -> str:
    """As the standard library calls it; what stands for nothing known keeps its text."""
    if node is None:
        return ""
    if node.type == "identifier":
        return names.get(text_of(node), text_of(node)).removeprefix("builtins.")
    if node.type == "attribute":
        owner = full_name(node.child_by_field_name("object"), names)
        return f"{owner}.{text_of(node.child_by_field_name('attribute'))}".removeprefix("builtins.")
    if node.type == "parenthesized_expression" and len(node.named_children) == 1:
        return full_name(node.named_children[0], names)
    if node.type == "call":
        called = full_name(node.child_by_field_name("function"), names)
        given = arguments(node)
        if called == "getattr" and len(given) > 1 and (attribute := string_value(given[1])):
            return f"{full_name(given[0], names)}.{attribute}"
        if called in _IMPORTERS and given and (module := string_value(given[0])):
            return module
    return text_of(node)


def calls(root: Node, names: Names) -> Iterator[tuple[Node, str]]:
    for node in walk(root):
        if node.type == "call":
            yield node, full_name(node.child_by_field_name("function"), names)


def arguments(call: Node) -> list[Node]:
    listed = call.child_by_field_name("arguments")
    children = listed.named_children if listed is not None else ()
    return [node for node in children if node.type not in ("keyword_argument", "comment")]


def keyword(call: Node, name: str) -> Node | None:
    listed = call.child_by_field_name("arguments")
    for node in listed.named_children if listed is not None else ():
        if node.type == "keyword_argument" and text_of(node.child_by_field_name("name")) == name:
            return node.child_by_field_name("value")
    return None
