"""Tests that differ only in values, written as the rows of one table; each row stays a test under its own title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from testwright.domain.drafts import Case
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, walk

LEAST_ROWS = 5
_LONGEST_ROW = 110
_NAMES = ("input", "second", "third", "fourth")
_VALUES = frozenset(
    {"string", "number", "true", "false", "null", "undefined", "array", "object", "unary_expression", "regex"}
)
_CHANGES = frozenset({"assignment_expression", "augmented_assignment_expression", "update_expression"})
_MATCHERS = re.compile(r"\.(toBe|toEqual|toStrictEqual|toThrow|equal|deep\.equal)$|^assert\.\w+$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One test, taken apart: the body with a hole for each value, the values, and which of them is the expected one."""

    case: Case
    title: str
    head: str
    frame: tuple[str, ...]
    cells: tuple[str, ...]
    expected: int | None


def folded(cases: Sequence[Case], *, by_loop: bool) -> list[str]:
    """The tests' codes in their order; where five or more are alike, their table stands in the first one's place."""
    alike: dict[tuple[str, tuple[str, ...]], list[_Row]] = {}
    rows = {case.name: row for case in cases if case.tabled and (row := _row_of(case)) is not None}
    for row in rows.values():
        alike.setdefault((row.head, row.frame), []).append(row)
    codes: list[str] = []
    written: set[str] = set()
    for case in cases:
        row = rows.get(case.name)
        like = alike[row.head, row.frame] if row is not None else []
        if len(like) < LEAST_ROWS:
            codes.append(case.code.strip("\n"))
        elif case.name not in written:
            codes.append(_table(like, by_loop=by_loop))
            written |= {other.case.name for other in like}
    return codes


def _row_of(case: Case) -> _Row | None:
    """None for a test that says more than one thing, or has no values to tell it by."""
    code = case.code.strip("\n")
    root = parse(code)
    call = root.named_children[0].named_children[0] if len(root.named_children) == 1 else None
    arguments = field(call, "arguments")
    if root.has_error or arguments is None or len(arguments.named_children) != 2:
        return None
    title, test = arguments.named_children
    body = field(test, "body")
    said = string_value(title)
    # the runner is told the tests apart by what the file says, so a title stands there as it is
    if said != case.name or text_of(title)[1:-1] != said or test.type != "arrow_function" or body is None:
        return None
    if body.type != "statement_block" or len(body.named_children) != 1 or "\n" in text_of(body.named_children[0]):
        return None
    frame, cells, expected = _with_holes(body.named_children[0])
    width = len(text_of(title)) + sum(len(cell) + 2 for cell in cells)
    if not cells or width > _LONGEST_ROW:
        return None
    is_async = text_of(test).startswith("async")
    head = f"{text_of(field(call, 'function'))}|{'async ' if is_async else ''}|{code[-1:]}"
    return _Row(case=case, title=text_of(title), head=head, frame=frame, cells=cells, expected=expected)


def _with_holes(statement: Node) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    """The text around the values, and the values: whatever is given to a call as a literal."""
    found = [
        node
        for node in walk(statement)
        if node.type in _VALUES and node.parent is not None and node.parent.type == "arguments" and _is_plain(node)
    ]
    encoded = text_of(statement).encode()
    pieces, at = [], 0
    expected = None
    for index, node in enumerate(found):
        start, end = node.start_byte - statement.start_byte, node.end_byte - statement.start_byte
        pieces.append(encoded[at:start].decode())
        at = end
        call = node.parent.parent if node.parent is not None else None
        if _MATCHERS.search(text_of(field(call, "function"))):
            expected = index
    pieces.append(encoded[at:].decode())
    return tuple(pieces), tuple(text_of(node) for node in found), expected


def _is_plain(node: Node) -> bool:
    return not any(
        each.type in ("identifier", "call_expression", "arrow_function", "function_expression", "new_expression")
        for each in walk(node)
    )


def _table(rows: Sequence[_Row], *, by_loop: bool) -> str:
    """Values that are the same in all rows stay in the test."""
    first = rows[0]
    varying = [at for at in range(len(first.cells)) if len({row.cells[at] for row in rows}) > 1]
    others = iter(_NAMES)
    names = {at: "expected" if at == first.expected else next(others, f"value{at}") for at in varying}
    statement = first.frame[0]
    for at, cell in enumerate(first.cells):
        statement += names.get(at, cell) + first.frame[at + 1]
    head, is_async, end = first.head.split("|")
    end = end if end == ";" else ""
    lines = [f"  [{', '.join([row.title, *(row.cells[at] for at in varying)])}]," for row in rows]
    if by_loop:
        listed = ", ".join(["title", *(names[at] for at in varying)])
        test = [f"  {head}(title, {is_async}() => {{", f"    {statement}", f"  }}){end}", "}"]
        return "\n".join([f"for (const [{listed}] of [", *lines, "]) {", *test])
    listed = ", ".join(["_title", *(names[at] for at in varying)])
    return "\n".join([f"{head}.each([", *lines, f"])('%s', {is_async}({listed}) => {{", f"  {statement}", f"}}){end}"])


def unfolded(statement: Node, group: str | None) -> list[Case]:
    """The tests of a table that `folded` wrote, one by one; none when it is no such table."""
    rows, callback, head = _each_parts(statement) or _loop_parts(statement) or (None, None, "")
    body, parameters = field(callback, "body"), _names_of(callback, statement)
    if rows is None or body is None or not body.named_children or not parameters:
        return []
    cases: list[Case] = []
    alone = (
        body if body.type != "statement_block" else body.named_children[0] if len(body.named_children) == 1 else None
    )
    end = ";" if text_of(statement).rstrip().endswith(";") or text_of(body.named_children[0]).endswith(";") else ""
    is_async = "async " if text_of(callback).startswith("async") else ""
    for row in rows.named_children:
        title = string_value(row.named_children[0]) if row.type == "array" and row.named_children else None
        if title is None or len(row.named_children) != len(parameters):
            return []
        values = dict(zip(parameters[1:], map(text_of, row.named_children[1:]), strict=True))
        said = _filled(alone, values) if alone is not None else _with_values(body, values)
        code = f"{head}({text_of(row.named_children[0])}, {is_async}() => {{\n  {said}\n}}){end}"
        cases.append(Case(name=title, code=code, group=group, tabled=True))
    return cases


def _each_parts(statement: Node) -> tuple[Node, Node, str] | None:
    call = statement.named_children[0] if statement.type == "expression_statement" else None
    maker, arguments = field(call, "function"), field(call, "arguments")
    if maker is None or maker.type != "call_expression" or arguments is None or len(arguments.named_children) != 2:
        return None
    title, callback = arguments.named_children
    given = field(maker, "arguments")
    name = text_of(field(maker, "function"))
    if string_value(title) != "%s" or not name.endswith(".each") or given is None or not given.named_children:
        return None
    return given.named_children[0], callback, name.removesuffix(".each")


def _loop_parts(statement: Node) -> tuple[Node, Node, str] | None:
    body = field(statement, "body") if statement.type == "for_in_statement" else None
    rows = field(statement, "right")
    if body is None or rows is None or rows.type != "array" or len(body.named_children) != 1:
        return None
    call = body.named_children[0].named_children[0] if body.named_children[0].named_children else None
    arguments = field(call, "arguments")
    if arguments is None or [text_of(each) for each in arguments.named_children[:1]] != ["title"]:
        return None
    return rows, arguments.named_children[-1], text_of(field(call, "function"))


def _names_of(callback: Node | None, statement: Node) -> list[str]:
    listed = field(statement, "left") if statement.type == "for_in_statement" else field(callback, "parameters")
    return [text_of(field(each, "pattern") or each) for each in listed.named_children] if listed is not None else []


def _with_values(body: Node, values: dict[str, str]) -> str:
    """The statements behind the row's values, by the names that they have there."""
    inside = text_of(body)[1:-1].strip()
    changed = {text_of(field(node, "left") or field(node, "argument")) for node in walk(body) if node.type in _CHANGES}
    used = {text_of(node) for node in walk(body) if node.type in ("identifier", "shorthand_property_identifier")}
    said = [
        f"{'let' if name in changed else 'const'} {name} = {value};" for name, value in values.items() if name in used
    ]
    return "\n  ".join([*said, inside])


def _filled(statement: Node, values: dict[str, str]) -> str:
    """The statement with the row's values in the places of their names."""
    encoded, said, at = text_of(statement).encode(), "", 0
    for node in walk(statement):
        if node.type == "identifier" and text_of(node) in values:
            start = node.start_byte - statement.start_byte
            said += encoded[at:start].decode() + values[text_of(node)]
            at = node.end_byte - statement.start_byte
    return said + encoded[at:].decode()
