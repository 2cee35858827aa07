"""What may stand instead of one piece of Python: plausible slips, without those that change nothing or only crash."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from testwright.languages.python.mutant_text import Change, Placed, Text, one_line, shown

_ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
_BOUNDARY: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
}
_OPPOSITE: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
_EMPTY = {
    "str": '""',
    "int": "0",
    "float": "0.0",
    "list": "[]",
    "dict": "{}",
    "set": "set()",
    "tuple": "()",
    "bytes": 'b""',
}
_TYPES = frozenset({"int", "str", "float", "bool", "list", "dict", "set", "tuple", "bytes", "type"})
_MARKER = "testwright"
_LARGEST = 10**18


def of_expression(node: ast.expr, text: Text, *, is_quiet: bool, is_returned: bool) -> Iterable[Change]:
    match node:
        case ast.BinOp():
            return _arithmetic(node, text)
        case ast.Compare():
            return _comparison(node, text)
        case ast.BoolOp():
            return _boolean(node, text)
        case ast.UnaryOp(op=ast.Not()):
            return _expression("condition", node, text, text.of(node.operand))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return _number(node, text, -value)
        case ast.UnaryOp(op=ast.USub()):
            return _expression("arithmetic", node, text, text.of(node.operand))
        case ast.Constant():
            return _constant(node, text, is_quiet=is_quiet)
        case ast.JoinedStr() if node.values and not is_quiet and not is_returned:
            return _expression("string", node, text, '""')
        case _:
            return ()


def doubled(node: ast.Compare) -> dict[ast.expr, str]:
    """A whole number that is compared, and the step of it that says what the boundary's own change says already."""
    right, operator = node.comparators[0], node.ops[0]
    if len(node.ops) == 1 and isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
        for operand, is_up in (
            (right, isinstance(operator, (ast.Lt, ast.GtE))),
            (node.left, isinstance(operator, (ast.LtE, ast.Gt))),
        ):
            match operand:
                case ast.Constant(value=int() as value) if type(value) is int:
                    return {operand: repr(value + (1 if is_up else -1))}
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
                    return {operand: repr(-value + (1 if is_up else -1))}
    return {}


def of_condition(test: ast.expr, text: Text, keyword: str) -> Iterable[Change]:
    """The branch taken the other way; where the expression's own changes do that already, nothing.

    A `while` is never entered instead: most negated ones would only turn for ever.
    """
    if isinstance(test, ast.Constant):
        return ()
    if keyword == "while":
        return _expression("condition", test, text, "False", before="while {}", after="while {}")
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return ()
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ()
    is_simple = isinstance(test, (ast.Name, ast.Attribute, ast.Call, ast.Subscript))
    opposite = f"not {text.of(test)}" if is_simple else f"not ({text.of(test)})"
    return _expression("condition", test, text, opposite, before=f"{keyword} {{}}", after=f"{keyword} {{}}")


def of_return(value: ast.expr, text: Text, annotation: str) -> Iterable[Change]:
    """Nothing comes back instead, or the empty value of its type where the type is plain to see."""
    if isinstance(value, ast.Constant):
        if value.value is None or isinstance(value.value, (bool, int, float, complex)):
            return ()
        return _expression("return", value, text, "None", before="return {}", after="return {}")
    is_answer = isinstance(value, (ast.Compare, ast.BoolOp)) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    )
    if annotation == "bool" and not is_answer:
        instead = f"not ({text.of(value)})"
    elif is_answer and not isinstance(value, ast.BoolOp):
        return ()  # turning the answer round is the comparison's own change
    else:
        instead = _empty(value, text, annotation)
    return _expression("return", value, text, instead, before="return {}", after="return {}")


def of_call_statement(value: ast.expr, text: Text) -> Iterable[Change]:
    called = value.value if isinstance(value, ast.Await) else value
    if not isinstance(called, ast.Call):
        return ()
    return _expression("statement", value, text, "None", after="(removed)")


def of_statement(node: ast.stmt, text: Text) -> Iterable[Change]:
    """Changes to a statement that has its lines for itself."""
    match node:
        case (
            ast.Assign(targets=[ast.Attribute() | ast.Subscript()])
            | ast.AnnAssign(target=ast.Attribute() | ast.Subscript(), value=ast.expr())
        ):
            yield _statement("statement", node, text, "(removed)")
        case ast.AugAssign():
            yield from _augmented(node, text)
            yield _statement("statement", node, text, "(removed)")
        case ast.Raise(exc=ast.expr()):
            yield _statement("statement", node, text, "(not raised)")


def of_handler(handler: ast.ExceptHandler, text: Text) -> Iterable[Change]:
    """The error passes by as if nobody had expected it."""
    if handler.type is None:
        place = text.start(handler) + len("except")
        yield Change(
            operator="handler",
            start=place,
            end=place,
            line=handler.lineno,
            end_line=handler.lineno,
            replacement="()",
            before="except",
            after="(not caught)",
        )
        return
    before, _ = shown(f"except {text.of(handler.type)}", "")
    yield from _expression("handler", handler.type, text, "()", before=before, after="(not caught)")


def _arithmetic(node: ast.BinOp, text: Text) -> Iterator[Change]:
    swap = _ARITHMETIC.get(type(node.op))
    if swap is None or _only_crashes(node) or _changes_nothing(node):
        return
    edits = [text.swap(node.left, node.right, *swap)]
    if isinstance(node.op, (ast.BitOr, ast.BitXor)):  # the new operator binds more tightly
        for operand in (node.left, node.right):
            if isinstance(operand, ast.BinOp):
                edits += [(text.start(operand), text.start(operand), "("), (text.end(operand), text.end(operand), ")")]
    yield from _edited("arithmetic", node, text, edits)


def _only_crashes(node: ast.BinOp) -> bool:
    """Text, lists and types know few operators: another one fails whenever it is run, and proves nothing."""
    operands = (node.left, node.right)
    if any(isinstance(side, (ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.ListComp)) for side in operands):
        return True
    if any(isinstance(side, ast.Constant) and not isinstance(side.value, (int, float, complex)) for side in operands):
        return True
    if any(isinstance(side, ast.Name) and side.id in _TYPES for side in operands):
        return True
    # A chain that joins text somewhere joins text everywhere.
    while isinstance(node.op, ast.Add) and isinstance(node.left, ast.BinOp):
        node = node.left
        if isinstance(node.op, ast.Add) and any(_is_text(side) for side in (node.left, node.right)):
            return True
    return False


def _is_text(side: ast.expr) -> bool:
    return isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, (str, bytes)))


def _changes_nothing(node: ast.BinOp) -> bool:
    if not isinstance(node.right, ast.Constant):
        return False
    if isinstance(node.op, (ast.Add, ast.Sub, ast.LShift, ast.RShift)):
        return node.right.value == 0
    return isinstance(node.op, (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)) and node.right.value == 1


def _comparison(node: ast.Compare, text: Text) -> Iterator[Change]:
    operands = [node.left, *node.comparators]
    for operator, left, right in zip(node.ops, operands, operands[1:], strict=False):
        for kind, table in (("boundary", _BOUNDARY), ("comparison", _OPPOSITE)):
            if type(operator) in table:
                yield from _edited(kind, node, text, [text.swap(left, right, *table[type(operator)])])


def _boolean(node: ast.BoolOp, text: Text) -> Iterator[Change]:
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    pairs = zip(node.values, node.values[1:], strict=False)
    yield from _edited("boolean", node, text, [text.swap(left, right, old, new) for left, right in pairs])


def _constant(node: ast.Constant, text: Text, *, is_quiet: bool) -> Iterable[Change]:
    match node.value:
        case bool() as value:
            return _expression("constant", node, text, str(not value))
        case int() | float() as value:
            return _number(node, text, value)
        case str() as value if not is_quiet:
            return _expression("string", node, text, '""' if value else f'"{_MARKER}"')
        case bytes() as value:
            return _expression("string", node, text, 'b""' if value else f'b"{_MARKER}"')
        case _:
            return ()


def _number(node: ast.expr, text: Text, value: int | float) -> Iterator[Change]:
    if not abs(value) < _LARGEST:  # also what is no number
        return
    yield from _expression("constant", node, text, repr(value + 1))
    if isinstance(value, int) and value != 0:
        yield from _expression("constant", node, text, repr(value - 1))


def _augmented(node: ast.AugAssign, text: Text) -> Iterator[Change]:
    swap = _ARITHMETIC.get(type(node.op))
    as_sum = ast.BinOp(left=node.target, op=node.op, right=node.value)
    if swap is None or _only_crashes(as_sum) or _changes_nothing(as_sum):
        return
    old, new = swap
    edit = text.swap(node.target, node.value, f"{old}=", f"{new}=")
    target, value = one_line(text.of(node.target)), one_line(text.of(node.value))
    if edit is None or target is None or value is None:
        return
    result = f"{target} {new} ({value})"
    match node.target:
        case ast.Name(id=name):
            other = f"[{name} := {result}]"
        case ast.Attribute(attr=name) if not name.startswith("__"):
            other = f'[setattr({text.of(node.target.value)}, "{name}", {result})]'
        case ast.Subscript(slice=index) if not _has_slices(index):
            other = f"[({text.of(node.target.value)}).__setitem__(({text.of(index)}), {result})]"
        case _:
            return
    if (replacement := one_line(other)) is None:
        return
    before, after = shown(text.of(node), text.edited(node, [edit]))
    yield _change("arithmetic", node, text, replacement, before, after, is_statement=True)


def _has_slices(index: ast.expr) -> bool:
    return any(isinstance(part, ast.Slice) for part in (index, *(index.elts if isinstance(index, ast.Tuple) else ())))


def _empty(value: ast.expr, text: Text, annotation: str) -> str:
    match value:
        case ast.List(elts=[_, *_]) | ast.ListComp():
            return "[]"
        case ast.Dict(keys=[_, *_]) | ast.DictComp():
            return "{}"
        case ast.JoinedStr():
            return '""'
    instead = _EMPTY.get(annotation.split("[")[0].lower(), "None")
    return "None" if instead == text.of(value).replace("'", '"') else instead


def _edited(
    operator: str, node: ast.expr, text: Text, edits: Sequence[tuple[int, int, str] | None]
) -> Iterable[Change]:
    found = [edit for edit in edits if edit is not None]
    if len(found) < len(edits):
        return ()
    return _expression(operator, node, text, text.edited(node, found))


def _expression(
    operator: str, node: ast.expr, text: Text, instead: str, *, before: str = "{}", after: str = "{}"
) -> Iterator[Change]:
    """One change, or none where it would not fit on a line. `before` and `after` frame what is shown of it."""
    replacement = one_line(instead)
    if replacement is not None:
        old = before.replace("{}", text.of(node))
        yield _change(operator, node, text, replacement, *shown(old, after.replace("{}", replacement)))


def _statement(operator: str, node: ast.stmt, text: Text, after: str) -> Change:
    before, after = shown(text.of(node), after)
    return _change(operator, node, text, "", before, after, is_statement=True)


def _change(
    operator: str, node: Placed, text: Text, replacement: str, before: str, after: str, *, is_statement: bool = False
) -> Change:
    return Change(
        operator=operator,
        start=text.start(node),
        end=text.end(node),
        line=node.lineno,
        end_line=node.end_lineno or node.lineno,
        replacement=replacement,
        before=before,
        after=after,
        is_statement=is_statement,
    )
