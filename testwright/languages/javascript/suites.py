"""Taking a suite of `describe` and `it` apart into single tests, and putting tests together into a suite.

What a `describe` holds besides tests (hooks, shared values) stays with its tests, as their setting: one that is nested
gives its tests what the groups around it have, too.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as data_field

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.languages.javascript.grammar import (
    FUNCTIONS,
    above,
    error_line,
    field,
    parse,
    string_value,
    text_of,
    walk,
    without_gaps,
)
from testwright.languages.javascript.pruning import mentions, without_unused_helpers, without_unused_imports
from testwright.languages.javascript.tables import folded, unfolded
from testwright.languages.javascript.titles import is_put_together, title_node, title_of

_TESTS = frozenset({"it", "test", "fit", "xit", "xtest"})
_GROUPS = frozenset({"describe", "suite", "fdescribe", "xdescribe", "context"})
_DECLARATIONS = frozenset(
    {"function_declaration", "class_declaration", "lexical_declaration", "variable_declaration", "export_statement"}
)


def split(suite: str) -> Draft:
    """Raises ValueError with a sentence when the suite does not parse."""
    root = parse(suite)
    if (line := error_line(root)) is not None:
        raise ValueError(f"The suite does not parse: line {line}.")
    pile = _Pile(makers=makers_in(root))
    _sort_out(root.named_children, None, "", pile)
    return Draft(preamble="\n".join(pile.preamble).strip(), cases=tuple(_unique(pile.cases)))


@dataclass
class _Pile:
    """`makers` are functions of the suite that make a test when they are called, with that test."""

    makers: Mapping[str, Node]
    preamble: list[str] = data_field(default_factory=list)
    cases: list[Case] = data_field(default_factory=list)


def _sort_out(statements: Sequence[Node], group: str | None, setting: str, pile: _Pile) -> None:
    """The tests of one level, and what stands beside them: in a group it is the setting of this group's tests."""
    if group is None:
        pile.preamble += _beside(statements, pile.makers)
    elif own := "\n".join(_beside(statements, pile.makers)).strip("\n"):
        setting = f"{setting}\n\n{own}" if setting else own
    comments: list[Node] = []
    for statement in statements:
        if statement.type == "comment":
            comments.append(statement)
            continue
        call = _tested(statement) or _made_in(statement, pile.makers)
        if call is not None and (body := _body_of_group(_tested(statement))) is not None:
            title = _group_title(call)
            _sort_out(body.named_children, f"{group} {title}" if group else title, setting, pile)
        elif not comments and (rows := unfolded(statement, group)):
            pile.cases += [replace(row, setting=setting) for row in rows]
        elif _tested(statement) is None and (apart := _each_apart(statement)):
            pile.cases += [Case(name=name, code=code, group=group, setting=setting) for name, code in apart]
        elif call is not None:
            code = "\n".join([*(flush_left(each) for each in comments), flush_left(statement)])
            pile.cases.append(Case(name=_name_of(statement, call), code=code, group=group, setting=setting))
        comments = []


def _beside(statements: Sequence[Node], makers: Mapping[str, Node]) -> list[str]:
    """What is no test, with the comments before it; those before a group, and at the end, stand by themselves."""
    found: list[str] = []
    comments: list[Node] = []
    last_row = 0
    for statement in statements:
        if statement.type == "comment":
            comments.append(statement)
            continue
        call = _tested(statement) or _made_in(statement, makers)
        if call is None and not (not comments and unfolded(statement, None)):
            first = comments[0] if comments else statement
            if found and first.start_point.row - last_row > 1:
                found.append("")
            found.append("\n".join([*(flush_left(each) for each in comments), flush_left(statement)]))
            last_row = statement.end_point.row
        elif _body_of_group(_tested(statement)) is not None:
            found += [text_of(comment) for comment in comments]
        comments = []
    return [*found, *(text_of(comment) for comment in comments)]


def _tested(statement: Node) -> Node | None:
    """The call that is a test or a group."""
    call = _call_of(statement)
    return call if _head(call) else None


def _made_in(statement: Node, makers: Mapping[str, Node]) -> Node | None:
    """What a loop, or a call of the suite's own, makes: one test here, which goes by the title that stands there. Of a
    group whose title is put together all tests go by that.
    """
    if statement.type in _DECLARATIONS:
        return None
    first: Node | None = None
    for node in walk(statement):
        made = node if _head(node) else makers.get(text_of(field(node, "function")))
        if node.type != "call_expression" or made is None:
            continue
        if is_put_together(made):
            return made
        first = first or (made if _head(made) in _TESTS else None)
    return first


def _each_apart(statement: Node) -> list[tuple[str, str]]:
    """The tests, by their titles, of a statement that makes several, each as if the others did not stand there."""
    if statement.type in _DECLARATIONS:
        return []
    text = flush_left(statement)
    root = parse(text)
    tests = [node for node in walk(root) if node.type == "expression_statement" and _head(_call_of(node)) in _TESTS]
    if len(tests) < 2 or len(test_calls(root)) != len(tests):
        return []
    found: list[tuple[str, str]] = []
    for test in tests:
        code = text.encode()
        for other in reversed([each for each in tests if each != test]):
            code = code[: other.start_byte].rstrip() + code[other.end_byte :]
        found.append((title_of(test.named_children[0]), code.decode()))
    return found


def _name_of(statement: Node, test: Node) -> str:
    """The title; of a function that makes a test and is given its title, that one."""
    title, call = title_node(test), _call_of(statement)
    maker = next((each for each in above(test) if each.type in FUNCTIONS), None)
    parameters = field(maker, "parameters")
    if title is None or title.type != "identifier" or parameters is None or _head(call) or call is None:
        return title_of(test)
    listed = [text_of(field(each, "pattern") or each) for each in parameters.named_children]
    at = listed.index(text_of(title)) if text_of(title) in listed else len(listed)
    arguments = field(call, "arguments")
    given = arguments.named_children[at : at + 1] if arguments is not None else []
    said = string_value(given[0]) if given else None
    return said if said is not None else title_of(test)


def makers_in(root: Node) -> dict[str, Node]:
    """Functions that make a test when they are called, with that test."""
    found: dict[str, Node] = {}
    for node in walk(root):
        if node.type == "function_declaration" or (node.type == "variable_declarator" and _is_function(node)):
            made = next((call for call in test_calls(node) if _head(call) in _TESTS), None)
            if made is not None:
                found[text_of(field(node, "name"))] = made
    return found


def _is_function(declarator: Node) -> bool:
    value = field(declarator, "value")
    return value is not None and value.type in ("arrow_function", "function_expression")


def _body_of_group(call: Node | None) -> Node | None:
    return _callback_body(call) if call is not None and _head(call) in _GROUPS and not _is_each(call) else None


def _unique(cases: list[Case]) -> list[Case]:
    """Reports call a test by its title: a title that comes again gets a number."""
    seen: set[str] = set()
    found = []
    for case in cases:
        name, count = case.name, 2
        while name in seen:
            name = f"{case.name} ({count})"
            count += 1
        seen.add(name)
        found.append(case if name == case.name else retitled(case, name))
    return found


def retitled(case: Case, name: str) -> Case:
    """The same test under another title."""
    root = parse(case.code)
    call = next(iter(test_calls(root)), None)
    title = title_node(call) if call is not None else None
    if call is None or title is None:
        return replace(case, name=name)
    said = f"`{name}`" if is_put_together(call) else quoted(name)
    encoded = case.code.encode()
    code = (encoded[: title.start_byte] + said.encode() + encoded[title.end_byte :]).decode()
    return replace(case, name=name, code=code)


def quoted(text: str) -> str:
    """A string literal as a careful person writes it: single quotes, double ones where that saves backslashes."""
    shown = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    shown = re.sub(r"[\x00-\x1f\x7f\u2028\u2029\ufeff]", lambda match: f"\\u{ord(match[0]):04x}", shown)
    if "'" in shown and '"' not in shown:
        return f'"{shown}"'
    escaped = shown.replace("'", "\\'")
    return f"'{escaped}'"


def _call_of(statement: Node) -> Node | None:
    if statement.type != "expression_statement" or not statement.named_children:
        return None
    call = statement.named_children[0]
    return call if call.type == "call_expression" else None


def _head(call: Node | None) -> str:
    """The first name of `it`, `it.each(…)`, `describe.skip` …; empty when it is no test or group."""
    node = field(call, "function")
    while node is not None and node.type in ("member_expression", "call_expression"):
        node = field(node, "object") or field(node, "function")
    name = text_of(node)
    return name if name in _TESTS or name in _GROUPS else ""


def modifiers(call: Node) -> set[str]:
    """`only`, `skip`, `each` … as they stand between the head and its arguments."""
    found, node = set(), field(call, "function")
    while node is not None and node.type in ("member_expression", "call_expression"):
        if node.type == "member_expression":
            found.add(text_of(field(node, "property")))
        node = field(node, "object") or field(node, "function")
    return found


def test_calls(root: Node) -> list[Node]:
    """Every call of `it`, `test` or `describe` in a piece of a suite."""
    return [
        node
        for node in walk(root)
        if node.type == "call_expression"
        and _head(node)
        and (node.parent is None or node.parent.type != "call_expression")
    ]


def head_of(call: Node) -> str:
    return _head(call)


def _is_each(call: Node) -> bool:
    return bool(modifiers(call) & {"each", "for"})


def _group_title(call: Node) -> str:
    node = title_node(call)
    said = string_value(node)
    return said if said is not None else text_of(node).strip("`")


def callback_of(call: Node) -> Node | None:
    """The function that a test or a group is given."""
    arguments = field(call, "arguments")
    given = arguments.named_children if arguments is not None else []
    return next((each for each in given if each.type in ("arrow_function", "function_expression")), None)


def opening_beside(codes: list[str]) -> str:
    """How a group of these tests begins: with `function ()` where they do."""
    calls = [call for code in codes for call in test_calls(parse(code))]
    callbacks = [callback.type for call in calls if (callback := callback_of(call)) is not None]
    return "function () {" if 2 * callbacks.count("function_expression") > len(callbacks) else "() => {"


def _callback_body(call: Node) -> Node | None:
    body = field(callback_of(call), "body")
    return body if body is not None and body.type == "statement_block" else None


def flush_left(node: Node) -> str:
    """The node's text as if it began at the left margin; lines inside template literals stay as they are."""
    lines = without_gaps(text_of(node)).split("\n")
    kept = rows_in_templates(node)
    margin = node.start_point.column
    for offset in range(1, len(lines)):
        if offset not in kept:
            blank = len(lines[offset]) - len(lines[offset].lstrip(" \t"))
            lines[offset] = lines[offset][min(margin, blank) :].rstrip()
    return "\n".join(lines)


def rows_in_templates(node: Node) -> set[int]:
    rows: set[int] = set()
    for each in walk(node):
        if each.type == "template_string":
            first = each.start_point.row - node.start_point.row
            rows.update(range(first + 1, each.end_point.row - node.start_point.row + 1))
    return rows


def render(draft: Draft) -> str:
    """Preamble, then the tests by group, in the order in which the groups first appear."""
    groups: dict[tuple[str | None, str], list[Case]] = {}
    for case in draft.cases:
        groups.setdefault((case.group, case.setting), []).append(case)
    end = ";" if re.search(r";[ \t]*$", draft.preamble, re.M) or _ends_with_semicolon(draft.cases) else ""
    blocks: list[str] = []
    by_loop = re.search(r"['\"](?:node:(?:test|assert)\b[\w/]*|assert|chai)['\"]", draft.preamble) is not None
    for (group, setting), cases in groups.items():
        codes = folded(cases, by_loop=by_loop)
        if group is None:
            blocks += codes
            continue
        codes = with_setting(setting, codes)
        inside = "\n\n".join(indented(code, step_of("\n".join(codes))) for code in codes)
        blocks.append(f"describe({title_beside(group, codes)}, {opening_beside(codes)}\n{inside}\n}}){end}")
    preamble = _with_describe(draft.preamble) if any(group for group, _ in groups) else draft.preamble
    told = "\n".join(blocks)
    preamble = without_unused_imports(without_unused_helpers(preamble, told), told).strip("\n")
    return "\n\n".join([preamble, *blocks] if preamble else blocks) + "\n"


def with_setting(setting: str, codes: list[str]) -> list[str]:
    """What a group has for its tests, as far as those that are left use it, and then the tests."""
    needed = without_unused_helpers(setting, "\n".join(codes))
    return [needed, *codes] if needed else codes


def title_beside(title: str, codes: list[str]) -> str:
    """A group's title in the quotes that its tests have."""
    plain = quoted(title)
    is_free = plain.startswith("'") and not re.search(r"[\"\\]", plain)
    return f'"{plain[1:-1]}"' if is_free and quote_of(parse("\n".join(codes))) == '"' else plain


def quote_of(root: Node) -> str | None:
    """The quotes that most texts stand in. One that holds quotes itself says nothing about them."""
    counts: Counter[str] = Counter()
    for node in walk(root):
        said = string_value(node) if node.type == "string" else None
        if said is not None and "'" not in said and '"' not in said and _is_plain(node):
            counts[text_of(node)[:1]] += 1
    if not counts or counts["'"] == counts['"']:
        return None
    return max("'\"", key=lambda quote: counts[quote])


def _is_plain(node: Node) -> bool:
    """An attribute of JSX is written in double quotes whatever the others are."""
    return node.parent is None or node.parent.type != "jsx_attribute"


def _with_describe(preamble: str) -> str:
    """The groups are ours to write, so their import is ours to see to."""
    runners = r"(['\"])(?:vitest|@jest/globals|node:test)\2"
    found = re.search(rf"^import (?:[\w$]+, *)?\{{([^}}]*)\}} from {runners}", preamble, re.M)
    found = found or re.search(rf"^const \{{([^}}]*)\}} = require\({runners}\)", preamble, re.M)
    if found is None or mentions(found[1], "describe"):
        return preamble
    return f"{preamble[: found.start(1)]} describe,{preamble[found.start(1) :]}"


def _ends_with_semicolon(cases: tuple[Case, ...]) -> bool:
    return bool(cases) and cases[0].code.rstrip().endswith(";")


def step_of(code: str) -> str:
    """One step of indentation, as the code itself has it; two blanks where it has none."""
    found = re.search(r"\n([ \t]+)\S", code)
    return "  " if found is None else "\t" if found[1].startswith("\t") else found[1]


def indented(code: str, step: str = "  ") -> str:
    root = parse(code)
    kept = rows_in_templates(root)
    shift = root.start_point.row  # leading blank lines are not part of the tree
    lines = code.split("\n")
    return "\n".join(line if not line or (row - shift) in kept else step + line for row, line in enumerate(lines))
