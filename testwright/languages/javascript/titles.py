"""What a test is called where its title is made while it runs: the title as a template, whichever way it is written.

`assets/javascript/titles.cjs` says the same to whoever reports on the tests.
"""

from tree_sitter import Node

from testwright.languages.javascript.grammar import field, string_value, text_of

_MADE = frozenset(
    {
        *("identifier", "member_expression", "subscript_expression", "call_expression", "binary_expression"),
        *("ternary_expression", "as_expression", "non_null_expression", "satisfies_expression"),
        *("parenthesized_expression", "await_expression"),
    }
)


def title_node(call: Node) -> Node | None:
    arguments = field(call, "arguments")
    return arguments.named_children[0] if arguments is not None and arguments.named_children else None


def title_of(call: Node) -> str:
    """`'adds ' + n` is called `adds ${n}`."""
    node = title_node(call)
    return _as_template(node) if node is not None else ""


def is_put_together(call: Node) -> bool:
    """Whether its title has values in it, which differ from run to run of a loop."""
    title = title_node(call)
    if title is None:
        return False
    return title.type in _MADE or any(each.type == "template_substitution" for each in title.named_children)


def _as_template(node: Node) -> str:
    if (said := string_value(node)) is not None:
        return said
    if node.type == "template_string":
        return text_of(node)[1:-1]
    left, right = field(node, "left"), field(node, "right")
    if text_of(field(node, "operator")) == "+" and left is not None and right is not None:
        return _as_template(left) + _as_template(right)
    return f"${{{' '.join(text_of(node).split())}}}" if node.type in _MADE else text_of(node)
