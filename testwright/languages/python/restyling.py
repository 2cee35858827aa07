"""A test in the manners of the suite it goes to: indentation, quotes, annotations. What it does stays the same."""

import re
from dataclasses import replace

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.domain.styles import Style
from testwright.languages.python import classes
from testwright.languages.python.annotating import annotated
from testwright.languages.python.syntax import parse, string_value, text_of, walk


def styled(draft: Draft, style: Style) -> Draft:
    """Names stay as they are, and so does what the tests do."""
    cases = tuple(_grouped(replace(case, code=restyled(case.code, style)), style) for case in draft.cases)
    styled_draft = Draft(preamble=restyled(draft.preamble, style), cases=cases)
    if style.is_annotated:
        styled_draft = annotated(styled_draft)
    preamble = styled_draft.preamble
    if style.head and style.head not in preamble:
        preamble = f"{style.head}\n\n{preamble}".strip("\n")
    return replace(styled_draft, preamble=preamble)


def _grouped(case: Case, style: Style) -> Case:
    """Tests of pytest stand in classes where the project's do, and else they are plain functions."""
    if classes.is_method(case.code) or case.name.startswith("Test"):
        return case
    in_class = style.in_groups and style.asserts_with == "assert"
    return replace(case, group=classes.name_for(case) if in_class else None)


def restyled(code: str, style: Style) -> str:
    """Quotes and indentation; what stands inside of strings over several lines is a value, and left alone."""
    if style.quote == "'":
        code = _requoted(code)
    if style.indent in (None, "    "):
        return code
    inside = classes.rows_in_strings(parse(code))
    lines = code.split("\n")
    return "\n".join(line if row in inside else _indented(line, style.indent or "") for row, line in enumerate(lines))


def _requoted(code: str) -> str:
    encoded = code.encode()
    for node in reversed(list(walk(parse(code)))):
        text = text_of(node)
        if node.type == "string" and text.endswith('"') and '"""' not in text and _is_plain(node):
            opening = text.index('"')
            quoted = f"{text[:opening]}'{text[opening + 1 : -1]}'"
            encoded = encoded[: node.start_byte] + quoted.encode() + encoded[node.end_byte :]
    return encoded.decode()


def _is_plain(node: Node) -> bool:
    """No quote of either kind inside, no escape, no field: only then are the two spellings one value for sure."""
    said = string_value(node)
    return said is not None and not re.search(r"['\"\\]", text_of(node)[text_of(node).index('"') + 1 : -1])


def _indented(line: str, step: str) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return step * (blanks // 4) + " " * (blanks % 4) + line[blanks:]
