"""The small changes that are tried on expressions and statements.

Where it can be said without it, no text is copied: `a !== b` for `a === b` is `(on !== (a === b))`, a forced condition
is `(on || (a))`. Whatever stands in a type's position, and whatever no test could sensibly notice, is left alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from tree_sitter import Node

from testwright.languages.javascript.grammar import field, text_of, unwrap
from testwright.languages.javascript.literals import is_dull, jsx_attribute, jsx_text, number, string, template, truth
from testwright.languages.javascript.switches import ON, Change, around, copied, inside_block, instead

_ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "**": "*", "&": "|", "|": "&", "^": "&"}
_ARITHMETIC |= {"<<": ">>", ">>": "<<", ">>>": "<<"}
_BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_OPPOSITE = {"==": "!=", "===": "!==", "!=": "==", "!==": "==="}
_UPDATE = {"++": "--", "--": "++"}
_COMPARING = frozenset({*_BOUNDARY, *_OPPOSITE, "instanceof", "in"})
_LOGICAL = {"&&": "||", "||": "&&"}
_JSX = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment"})
_LITERAL = frozenset({"string", "template_string", "number", "true", "false", "null", "undefined", "regex"})
_BINDING = {"**": 9, "*": 8, "/": 8, "%": 8, "+": 7, "-": 7, "<<": 6, ">>": 6, ">>>": 6, "&": 4, "^": 3, "|": 2}
_BINDING |= {"<": 5, "<=": 5, ">": 5, ">=": 5, "&&": 1, "||": 0, "??": 0}

_NO_CODE = frozenset(
    {
        "abstract_method_signature",
        "ambient_declaration",
        "asserts_annotation",
        "comment",
        "decorator",
        "enum_declaration",
        "function_signature",
        "implements_clause",
        "import_alias",
        "import_statement",
        "index_signature",
        "interface_declaration",
        "method_signature",
        "regex",
        "type_alias_declaration",
        "type_annotation",
        "type_arguments",
        "type_parameters",
        "type_predicate_annotation",
    }
)
_CASTS = frozenset({"as_expression", "satisfies_expression"})
_DULL_CALLEE = re.compile(r"^(console|debug|log|logger|import|require(\.resolve)?|Symbol(\.for)?|(vi|jest)\.\w+)(\.|$)")
_DULL_TARGET = re.compile(r"^(module\.exports|exports|[\w$.]+\.(displayName|propTypes))\b")
_SUPER = re.compile(r"^super\s*\(")
_COMPILED = re.compile(r"^Object\.defineProperty\(\s*(module\.)?exports\b")
_DULL_CONDITION = re.compile(r"\bprocess\.env\b|\bimport\.meta\b|^typeof (window|document|process|module|exports)\b")


def changes_in(root: Node) -> Iterator[Change]:
    """In no particular order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield from _RULES.get(node.type, _nothing)(node)
        waiting.extend(_below(node))


def _below(node: Node) -> list[Node]:
    """Children that hold code."""
    if node.type in _CASTS:
        return node.named_children[:1]
    if node.type in ("call_expression", "new_expression"):
        callee = field(node, "function") or field(node, "constructor")
        if _DULL_CALLEE.match(text_of(callee)) or _COMPILED.match(text_of(node)):
            return []
    if node.type == "export_statement" and field(node, "source") is not None:
        return []
    if node.type == "jsx_attribute" and is_dull(node):
        return []
    return [child for child in node.named_children if child.type not in _NO_CODE]


def _nothing(node: Node) -> Iterator[Change]:
    return iter(())


def _binary(node: Node) -> Iterator[Change]:
    sign = text_of(field(node, "operator"))
    left, right = field(node, "left"), field(node, "right")
    if left is None or right is None:
        return
    if sign in _OPPOSITE and not _is_forced(node):
        yield _negated(node, f"{text_of(left)} {_OPPOSITE[sign]} {text_of(right)}")
    elif sign in ("instanceof", "in") and not _is_forced(node):
        yield _negated(node, f"!({text_of(node)})")
    elif sign in _BOUNDARY:
        yield from _with_sign("boundary", node, _BOUNDARY[sign])
    elif sign in _ARITHMETIC and not _is_idle(sign, right) and not (sign == "+" and _joins_text(node)):
        yield from _with_sign("arithmetic", node, _ARITHMETIC[sign])
    elif sign in _LOGICAL:
        yield from _logical(node, sign, left, right)
    elif sign == "??":
        if text_of(unwrap(right)) not in ("null", "undefined", "void 0"):
            other = copied(left)
            if other is not None:
                yield instead("nullish", node, _operand(left, "??", other), after=text_of(left))
        yield around("nullish", left, f"({ON} ? null : ", ")", after=text_of(right), rank=0)


def _negated(node: Node, after: str) -> Change:
    return around("comparison", node, f"({ON} !== (", "))", after=after)


def _with_sign(operator: str, node: Node, sign: str) -> Iterator[Change]:
    left, right = field(node, "left"), field(node, "right")
    first, second = copied(left), copied(right)
    if left is not None and right is not None and first is not None and second is not None:
        yield instead(operator, node, f"{_operand(left, sign, first)} {sign} {_operand(right, sign, second)}")


def _operand(node: Node, sign: str, text: str) -> str:
    """In brackets where the new sign would otherwise tear it apart."""
    own = text_of(field(node, "operator")) if node.type == "binary_expression" else ""
    if own and _BINDING.get(own, 5) < _BINDING[sign]:
        return f"({text})"
    if own in ("&&", "||", "??") and sign in ("&&", "||", "??") and own != sign:
        return f"({text})"
    return f"({text})" if sign == "**" and node.type == "unary_expression" else text


def _logical(node: Node, sign: str, left: Node, right: Node) -> Iterator[Change]:
    first, second = copied(left), copied(right)
    if not _draws(right) and first is not None and second is not None:
        other = _LOGICAL[sign]
        yield instead("boolean", node, f"{_operand(left, other, first)} {other} {_operand(right, other, second)}")
        return
    yield from _forced(left)


def _draws(node: Node | None) -> bool:
    inner = unwrap(node)
    return inner is not None and inner.type in _JSX


def _forced(node: Node) -> Iterator[Change]:
    if text_of(node) in ("true", "false") or _DULL_CONDITION.search(text_of(node)):
        return
    yield around("condition", node, f"({ON} || (", "))", after="true", rank=0)
    yield around("condition", node, f"(!{ON} && (", "))", after="false", rank=0)


def _is_idle(sign: str, right: Node) -> bool:
    value = text_of(right)
    return (sign in ("*", "/", "**") and value == "1") or (sign in ("+", "-", "<<", ">>", "|") and value == "0")


def _joins_text(node: Node | None) -> bool:
    """Whether a chain of `+` has a string literal in it."""
    while node is not None and node.type == "binary_expression" and text_of(field(node, "operator")) == "+":
        right = unwrap(field(node, "right"))
        if right is not None and right.type in ("string", "template_string"):
            return True
        node = unwrap(field(node, "left"))
    return node is not None and node.type in ("string", "template_string")


def _is_forced(node: Node) -> bool:
    """Whether both values of this expression are tried anyway: that says more than turning it round."""
    parent, inner = node.parent, node
    while parent is not None and parent.type == "parenthesized_expression":
        inner, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("return_statement", "arrow_function"):
        return node.type == "binary_expression"
    if parent.type == "binary_expression" and field(parent, "left") == inner:
        return text_of(field(parent, "operator")) in _LOGICAL and _draws(field(parent, "right"))
    choices = ("if_statement", "while_statement", "do_statement", "for_statement", "ternary_expression")
    return parent.type in choices and field(parent, "condition") == inner


def _condition(node: Node) -> Iterator[Change]:
    """Both ways for a choice; a loop is only ended, for without an end it fails every test that enters it."""
    condition = field(node, "condition")
    if condition is not None and condition.type == "parenthesized_expression" and node.type != "ternary_expression":
        condition = next((child for child in condition.named_children if child.type != "comment"), None)
    if condition is None or condition.type == "empty_statement":
        return
    for change in _forced(condition):
        if change.after == "false" or node.type in ("if_statement", "ternary_expression"):
            yield change


def _unary(node: Node) -> Iterator[Change]:
    argument = field(node, "argument")
    sign = text_of(field(node, "operator"))
    if argument is None or _DULL_CONDITION.search(text_of(argument)):
        return
    if sign == "!" and not _is_forced(node) and (argument.type, text_of(argument)[:1]) != ("unary_expression", "!"):
        yield around("boolean", node, f"({ON} !== ", ")", after=text_of(argument))
    elif sign == "-" and argument.type != "number" and (other := copied(argument)) is not None:
        yield instead("arithmetic", node, f"+{other}" if other[:1] != "+" else f"+ {other}")


def _update(node: Node) -> Iterator[Change]:
    argument, sign = field(node, "argument"), field(node, "operator")
    if sign is None or (node.parent is not None and node.parent.type == "for_statement"):
        return  # the other way round, a loop does not end
    other = copied(node, without=sign, replacement=_UPDATE[text_of(sign)])
    if argument is not None and other is not None:
        yield instead("arithmetic", node, other)


def _augmented(node: Node) -> Iterator[Change]:
    sign, left, right = field(node, "operator"), field(node, "left"), field(node, "right")
    kind = text_of(sign).removesuffix("=")
    if sign is None or right is None or kind not in _ARITHMETIC or (kind == "+" and _joins_text(unwrap(right))):
        return
    first, second = copied(left), copied(right)
    if first is not None and second is not None:
        yield instead("arithmetic", node, f"{first} {_ARITHMETIC[kind]}= {second}")


def _return(node: Node) -> Iterator[Change]:
    value = next((child for child in node.named_children if child.type != "comment"), None)
    if value is not None:
        yield from _returned(value)


def _arrow(node: Node) -> Iterator[Change]:
    body = field(node, "body")
    if body is not None and body.type != "statement_block":
        yield from _returned(body)


def _returned(value: Node) -> Iterator[Change]:
    inner = unwrap(value) or value
    if inner.type in _LITERAL or text_of(inner) in ("undefined", "void 0"):
        return
    if inner.type == "binary_expression" and text_of(field(inner, "operator")) in _COMPARING:
        yield around("return", value, f"({ON} || ", ")", after="true", rank=0)
        yield around("return", value, f"(!{ON} && ", ")", after="false", rank=0)
        return
    yield instead("return", value, "null" if inner.type in _JSX else "undefined", rank=0)


def _statement(node: Node) -> Iterator[Change]:
    inner = next((child for child in node.named_children if child.type != "comment"), None)
    done = inner
    if done is not None and done.type in ("await_expression", "yield_expression") and done.named_children:
        done = done.named_children[-1]
    if inner is None or done is None:
        return
    if done.type == "call_expression":
        is_bound = _SUPER.match(text_of(done)) or _COMPILED.match(text_of(done))
        removable = not is_bound and not _DULL_CALLEE.match(text_of(field(done, "function")))
    elif done.type in ("assignment_expression", "augmented_assignment_expression"):
        target = field(done, "left")
        is_member = target is not None and target.type in ("member_expression", "subscript_expression")
        removable = is_member and not _DULL_TARGET.match(text_of(target))
    else:
        removable = done.type == "unary_expression" and text_of(field(done, "operator")) == "delete"
    if removable:
        yield around("statement", inner, f"{ON} ? void 0 : ", "", after="(removed)", rank=-1)


def _throw(node: Node) -> Iterator[Change]:
    thrown = next((child for child in node.named_children if child.type != "comment"), None)
    if thrown is None:
        return
    # Not around the whole node: without a semicolon a comment that follows belongs to it.
    change = around("statement", thrown, "", "", after="(removed)")
    yield Change(
        operator="statement",
        start=node.start_byte,
        end=thrown.end_byte,
        line=node.start_point.row + 1,
        end_line=change.end_line,
        before=f"throw {change.before}"[:80],
        after="(removed)",
        prefix=f"{{ if (!{ON}) ",
        suffix="; }",
        rank=-1,
    )


def _catch(node: Node) -> Iterator[Change]:
    body = field(node, "body")
    if body is not None and any(child.type != "comment" for child in body.named_children):
        yield inside_block("handler", body, f"if (!{ON}) {{", "}", after="{}")


def _optional(node: Node) -> Iterator[Change]:
    """`?.` ends a whole chain early, so the chain as a whole is what has a second form."""
    token = next((child for child in node.children if text_of(child) == "?."), None)
    if token is None:
        return
    top, parent = node, node.parent
    while parent is not None and _continues(parent, top):
        top, parent = parent, parent.parent
    if parent is None or (parent.type == "unary_expression" and text_of(field(parent, "operator")) == "delete"):
        return
    holder = parent.parent if parent.type == "parenthesized_expression" else None
    if holder is not None and holder.type in ("call_expression", "non_null_expression"):
        return  # `(a?.b)()` keeps `this`, and would lose it
    plain = copied(top, without=token, replacement="." if node.type == "member_expression" else "")
    if plain is not None and not (parent.type == "call_expression" and field(parent, "function") == top):
        yield instead("optional", top, plain)


def _continues(parent: Node, link: Node) -> bool:
    if parent.type in ("member_expression", "subscript_expression"):
        return field(parent, "object") == link
    if parent.type == "call_expression":
        arguments = field(parent, "arguments")
        return field(parent, "function") == link and arguments is not None and arguments.type == "arguments"
    return parent.type == "non_null_expression"


_RULES: Mapping[str, Callable[[Node], Iterator[Change]]] = {
    "binary_expression": _binary,
    "unary_expression": _unary,
    "update_expression": _update,
    "augmented_assignment_expression": _augmented,
    "if_statement": _condition,
    "while_statement": _condition,
    "do_statement": _condition,
    "for_statement": _condition,
    "ternary_expression": _condition,
    "return_statement": _return,
    "arrow_function": _arrow,
    "expression_statement": _statement,
    "throw_statement": _throw,
    "catch_clause": _catch,
    "member_expression": _optional,
    "subscript_expression": _optional,
    "call_expression": _optional,
    "number": number,
    "true": truth,
    "false": truth,
    "string": string,
    "template_string": template,
    "jsx_attribute": jsx_attribute,
    "jsx_text": jsx_text,
}
