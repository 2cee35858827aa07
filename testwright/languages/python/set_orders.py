"""Whether the order in which a set holds its parts can be seen: that of texts is another one at every start of Python.

Looked at from the careful side: what leaves the place where it is made may be looped over anywhere.
"""

import re
from itertools import chain

from tree_sitter import Node

from testwright.languages.python.calling import full_name, keyword, names_of
from testwright.languages.python.syntax import is_label, parse, text_of, walk

_SETS = ("set", "frozenset")
_BY_PLACE_OR_SEED = {"hash", "id"}
_IN_NO_ORDER = {
    *("len", "sorted", "min", "max", "sum", "any", "all", "bool", "isinstance", "issubclass", "set", "frozenset"),
    *("self.assertSetEqual", "self.assertEqual", "self.assertNotEqual", "self.assertIn", "self.assertNotIn"),
    *("self.assertTrue", "self.assertFalse", "self.assertCountEqual", "self.assertIsInstance"),
}
_TELLS_NO_ORDER = {
    *("add", "discard", "remove", "clear", "update", "copy", "issubset", "issuperset", "isdisjoint"),
    *("intersection_update", "difference_update", "symmetric_difference_update"),
}
_GIVES_A_SET = {"union", "intersection", "difference", "symmetric_difference", "copy"}
_NUMBERS = ("integer", "float", "true", "false", "unary_operator", "comment")
_OF_SETS = ("&", "|", "-", "^")
_KEYS = re.compile(r"\.(?:keys|items)\(\)\Z")
_ASKS = ("assert_statement", "if_statement", "while_statement", "not_operator", "conditional_expression")


def sees_order(*texts: str) -> bool:
    """In any of these, which know each other's names."""
    roots = [parse(text) for text in texts]
    names = names_of(*roots)
    holders: set[str] = set()
    for node in chain.from_iterable(walk(root) for root in roots):
        if node.type == "call" and full_name(node.child_by_field_name("function"), names) in _BY_PLACE_OR_SEED:
            return True
        if _is_set(node, names) and _gets_out(node, names, holders):
            return True
    looked_at: set[str] = set()
    while new := holders - looked_at:
        looked_at |= new
        for node in chain.from_iterable(walk(root) for root in roots):
            if _name_of(node) in new and _gets_out(node, names, holders):
                return True
    return False


def _is_set(node: Node, names: dict[str, str]) -> bool:
    """Numbers lie in a set as they always do."""
    match node.type:
        case "set":
            return not all(part.type in _NUMBERS for part in node.named_children)
        case "set_comprehension":
            return True
        case "call":
            return full_name(node.child_by_field_name("function"), names) in _SETS
        case "identifier":  # handed on, to be called by somebody else
            above = node.parent
            is_given = above is not None and above.type in ("argument_list", "keyword_argument")
            return text_of(node) in _SETS and not is_label(node) and is_given and not _is_asked_after(node, names)
        case "binary_operator":
            sides = (node.child_by_field_name("left"), node.child_by_field_name("right"))
            return _operator_of(node) in _OF_SETS and any(_KEYS.search(text_of(side)) for side in sides)
    return False


def _gets_out(node: Node, names: dict[str, str], holders: set[str]) -> bool:
    """Whether the value may be seen in its order from here; a plain name that it is given to is noted in `holders`."""
    above = node.parent
    while above is not None and above.type == "parenthesized_expression":
        node, above = above, above.parent
    if above is None or above.type in ("expression_statement", *_ASKS):
        return False
    match above.type:
        case "comparison_operator" | "augmented_assignment":
            return False
        case "binary_operator" | "boolean_operator":
            return _gets_out(above, names, holders)
        case "assignment" | "named_expression":
            target = above.child_by_field_name("left") or above.child_by_field_name("name")
            if above.child_by_field_name("right") != node and above.child_by_field_name("value") != node:
                return False  # it is what is given something new
            holders.add(_name_of(target))
            return above.type == "named_expression" or not _name_of(target)
        case "argument_list":
            return not _is_asked_after(node, names)
        case "attribute":
            return _method_tells(above, names, holders)
    return True


def _is_asked_after(argument: Node, names: dict[str, str]) -> bool:
    """Whether it is given to something that looks at all of it, in whatever order."""
    call = argument.parent.parent if argument.parent is not None else None
    if call is None or call.type != "call":
        return False
    called = full_name(call.child_by_field_name("function"), names)
    if keyword(call, "key") is not None:  # of two that are alike to it, the first comes first
        return False
    return called in _IN_NO_ORDER or called.rpartition(".")[2] in _TELLS_NO_ORDER | _GIVES_A_SET


def _method_tells(attribute: Node, names: dict[str, str], holders: set[str]) -> bool:
    method = text_of(attribute.child_by_field_name("attribute"))
    call = attribute.parent
    if call is None or call.type != "call":
        return True
    if method in _GIVES_A_SET:
        return _gets_out(call, names, holders)
    return method not in _TELLS_NO_ORDER


def _name_of(node: Node | None) -> str:
    """What a name or an attribute is called; empty for anything else."""
    if node is None or node.type not in ("identifier", "attribute") or is_label(node):
        return ""
    return text_of(node.child_by_field_name("attribute") or node)


def _operator_of(node: Node) -> str:
    return text_of(node.child_by_field_name("operator"))
