"""How a JavaScript test file is written: what a new test next to it has to look like."""

import re
from collections import Counter

from tree_sitter import Node

from testwright.domain.styles import Style
from testwright.languages.javascript.asserting import words_in
from testwright.languages.javascript.grammar import field, parse, text_of, walk
from testwright.languages.javascript.pruning import imported
from testwright.languages.javascript.suites import callback_of, head_of, quote_of, test_calls

_LICENCE = re.compile(r"copyright|licen[sc]ed?\b|SPDX-", re.IGNORECASE)
_RUNNERS = ("vitest", "@jest/globals", "node:test", "mocha", "bun:test", "ava", "tap", "tape", "uvu")
_GROUPS = frozenset({"describe", "suite", "context"})
_ENDED = frozenset({"expression_statement", "lexical_declaration", "variable_declaration", "import_statement"})


def style_of(text: str, path: str = "") -> Style:
    """Whatever the text is, even when it does not parse."""
    root = parse(text.removeprefix("\ufeff"), path)
    calls = test_calls(root)
    tests = [call for call in calls if head_of(call) not in _GROUPS]
    words = Counter("test" if head_of(call).endswith("test") else "it" for call in tests)
    modules = [module for module, _ in imported(root)]
    runner = next((module for module in modules if module in _RUNNERS), "")
    return Style(
        head=_head(root),
        indent=_indent(root, text),
        quote=quote_of(root),
        semicolons=_semicolons(root),
        in_groups=2 * sum(_is_grouped(call) for call in tests) > len(tests) if tests else None,
        word=words.most_common(1)[0][0] if words else None,
        asserts_with=_assertion(root, modules),
        runner=runner if tests else None,
        loads_by=_loads_by(root),
        has_functions=_has_functions(calls),
    )


def _head(root: Node) -> str:
    first = root.children[0] if root.children else None
    if first is None or first.type != "comment" or not _LICENCE.search(text_of(first)):
        return ""
    notes = [text_of(first)]
    for node in root.children[1:]:
        if node.type != "comment" or not text_of(node).startswith("//") or not notes[0].startswith("//"):
            break
        notes.append(text_of(node))
    return "\n".join(notes)


def _indent(root: Node, text: str) -> str | None:
    """What stands before a statement that is one step in."""
    lines = text.removeprefix("\ufeff").encode("utf-8", "replace").split(b"\n")
    for node in walk(root):
        if node.type != "statement_block" or not node.named_children:
            continue
        inner = lines[node.named_children[0].start_point.row].decode("utf-8", "replace")
        outer = lines[node.start_point.row].decode("utf-8", "replace")
        before, around = _blanks(inner), _blanks(outer)
        if before != around and before.startswith(around):
            return before.removeprefix(around)
    return None


def _blanks(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _semicolons(root: Node) -> bool | None:
    ended = [text_of(node).endswith(";") for node in walk(root) if node.type in _ENDED]
    return 2 * sum(ended) > len(ended) if ended else None


def _is_grouped(call: Node) -> bool:
    above = call.parent
    while above is not None:
        if above.type == "call_expression" and head_of(above) in _GROUPS:
            return True
        above = above.parent
    return False


def _has_functions(calls: list[Node]) -> bool:
    found = Counter(callback.type for call in calls if (callback := callback_of(call)) is not None)
    return 2 * found["function_expression"] > found.total()


def _assertion(root: Node, modules: list[str]) -> str | None:
    if "chai" in modules:
        return "chai"
    words = words_in(root)
    used = Counter(
        name
        for node in walk(root)
        if node.type == "call_expression"
        for name in [re.split(r"[.(]", words.in_usual(text_of(field(node, "function"))), maxsplit=1)[0]]
        if name in ("expect", "assert")
    )
    return used.most_common(1)[0][0] if used else None


def _loads_by(root: Node) -> str | None:
    if any(node.type == "import_statement" for node in root.named_children):
        return "import"
    return "require" if imported(root) else None
