"""A test in the manners of the suite it goes to: quotes, semicolons, indentation, words, arrows, in groups or flat."""

import re
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.domain.styles import Style
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, walk
from testwright.languages.javascript.suites import callback_of, retitled, rows_in_templates, step_of, test_calls

_ENDED = frozenset(
    {
        "expression_statement",
        "lexical_declaration",
        "variable_declaration",
        "import_statement",
        "return_statement",
        "throw_statement",
    }
)
_GOES_ON = ("(", "[", "`", "+", "-", "/", ",", ".", "*")
"""What a line may begin with that would go on with the line before, if that had no semicolon."""
_Edit = tuple[int, int, bytes]


def styled(draft: Draft, style: Style) -> Draft:
    """What the tests do stays as it is; a test that loses its group takes the group's title into its own. A group that
    has something for its tests alone stays.
    """
    cases = tuple(_styled(case, style) for case in draft.cases)
    preamble = _with_word(restyled(draft.preamble, style), style)
    if style.head and style.head not in preamble:
        preamble = f"{style.head}\n{preamble}".strip("\n")
    return Draft(preamble=preamble, cases=cases)


def restyled(code: str, style: Style) -> str:
    """Quotes, semicolons and indentation; what stands inside of template literals is a value, and left alone."""
    root = parse(code)
    if root.has_error:
        return code
    encoded = code.encode()
    edits = [*_quotes(root, style), *_semicolons(root, style), *_words(root, style), *_callbacks(root, style)]
    for start, end, text in sorted(edits, reverse=True):
        encoded = encoded[:start] + text + encoded[end:]
    return _reindented(encoded.decode(), style)


def _styled(case: Case, style: Style) -> Case:
    case = replace(case, code=restyled(case.code, style), setting=restyled(case.setting, style))
    if style.in_groups is not False or case.group is None or case.setting:
        return case
    title = case.name if case.name.startswith(case.group) else f"{case.group} {case.name}"
    flat = retitled(replace(case, group=None), title)
    return replace(flat, code=restyled(flat.code, style))  # the new title's quotes too


def _with_word(preamble: str, style: Style) -> str:
    """`it` is imported as the word that the tests use."""
    if style.word != "test":
        return preamble
    return re.sub(r"^(import \{|const \{)([^}]*)(?=\})", _worded, preamble, flags=re.MULTILINE)


def _worded(found: re.Match[str]) -> str:
    names = [name.strip() for name in found[2].split(",")]
    if "it" not in names:
        return found[0]
    names = ["test" if name == "it" else name for name in names if not (name == "test" and "it" in names)]
    return f"{found[1]} {', '.join(names)} "


def _quotes(root: Node, style: Style) -> Iterator[_Edit]:
    if style.quote is None:
        return
    for node in walk(root):
        said = string_value(node) if node.type == "string" else None
        is_attribute = node.parent is not None and node.parent.type == "jsx_attribute"
        if said is None or is_attribute or re.search(r"['\"\\]", text_of(node)[1:-1]):
            continue
        yield node.start_byte, node.start_byte + 1, style.quote.encode()
        yield node.end_byte - 1, node.end_byte, style.quote.encode()


def _semicolons(root: Node, style: Style) -> Iterator[_Edit]:
    if style.semicolons is None:
        return
    for node in walk(root):
        if node.type not in _ENDED or (node.parent is not None and node.parent.type.startswith("for_")):
            continue
        has_end = text_of(node).endswith(";")
        if style.semicolons and not has_end:
            yield node.end_byte, node.end_byte, b";"
        elif not style.semicolons and has_end and not _is_needed(node):
            yield node.end_byte - 1, node.end_byte, b""


def _is_needed(node: Node) -> bool:
    """Whether without its semicolon the statement would run on into the next."""
    after = node.next_sibling
    if after is None or after.type in ("}", "comment"):
        return after is not None and after.type == "comment" and after.start_point.row == node.end_point.row
    return after.start_point.row == node.end_point.row or text_of(after).startswith(_GOES_ON)


def _words(root: Node, style: Style) -> Iterator[_Edit]:
    if style.word is None:
        return
    other = "it" if style.word == "test" else "test"
    for call in test_calls(root):
        node = call
        while node.type in ("call_expression", "member_expression"):
            node = node.children[0]
        if text_of(node) == other:
            yield node.start_byte, node.end_byte, style.word.encode()


def _callbacks(root: Node, style: Style) -> Iterator[_Edit]:
    """`function () {}` for arrows with a block, where nothing speaks of `this`."""
    if not style.has_functions:
        return
    for call in test_calls(root):
        callback = callback_of(call)
        body = field(callback, "body")
        if callback is None or body is None or callback.type != "arrow_function" or body.type != "statement_block":
            continue
        parameters = field(callback, "parameters")
        if parameters is None or re.search(r"\bthis\b", text_of(body)):
            continue
        start = "async " if text_of(callback).startswith("async") else ""
        yield callback.start_byte, body.start_byte, f"{start}function {text_of(parameters)} ".encode()


def _reindented(code: str, style: Style) -> str:
    step = step_of(code)
    if style.indent is None or style.indent == step:
        return code
    kept = rows_in_templates(parse(code))
    return "\n".join(
        line if row in kept else _line(line, step, style.indent) for row, line in enumerate(code.split("\n"))
    )


def _line(line: str, old: str, new: str) -> str:
    count = 0
    while line.startswith(old):
        line, count = line[len(old) :], count + 1
    return new * count + line
