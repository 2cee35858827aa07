"""Tests that read code as a text instead of calling it: they are about its words, and hold whatever it does."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.languages.python.calling import Names, arguments, calls, full_name
from testwright.languages.python.syntax import at, identifiers, imported_modules, line_of, text_of, walk

_GETS_SOURCE = {f"inspect.{way}" for way in ("getsource", "getsourcelines", "getcomments", "findsource")}
_LOADS_LINES = {"linecache.getlines", "linecache.getline"}
_OPENS = {"open", "io.open", "codecs.open"}
_READS = {"read_text", "read_bytes", "open"}
_THE_FILE_ITSELF = re.compile(r"(?:[\w.]*\bPath\()?\s*(?:\w+\.)*__file__\)?(?:\.(?:resolve|absolute)\(\))?")
_COMPILED = re.compile(r"__code__\.co_(?:code|consts|names|varnames|filename|firstlineno|lines)\b")
_ABOUT_CODE = {"inspect", "ast", "dis", "tokenize", "linecache", "types"}
"""What imports one of these may well be given code, or a text of it."""


def reads_code(part: Node, root: Node, names: Names, analysis: Analysis) -> str | None:
    if _ABOUT_CODE & {name.split(".")[0] for name in analysis.imports}:
        return None
    known = {symbol.name.split(".")[0] for symbol in analysis.symbols}
    modules = {module.split(".")[-1] for tree in (part, root) for module, _ in imported_modules(tree)}
    files = _names_of_files(part)
    for call, name in calls(part, names):
        if _is_given_on(call, known, names):
            continue
        first = next(iter(arguments(call)), None)
        if (
            name in _GETS_SOURCE
            and first is not None
            and (identifiers(first) & (known | modules) or "sys" in text_of(first))
        ):
            return _said(call)
        if name in _LOADS_LINES | _OPENS and first is not None and _is_code_file(first, files):
            return _said(call)
        if name.rpartition(".")[2] in _READS and (owner := _owner(call)) is not None and _is_code_file(owner, files):
            return _said(call)
    text = text_of(part)
    found = _COMPILED.search(text)
    if found is not None:
        line = line_of(part) + text[: found.start()].count("\n")
        return f"Line {line} ({found[0]}) looks at what the code was compiled to; call it, and compare what it gives."
    return None


def _said(call: Node) -> str:
    return f"{at(call)} reads code as a text; call it, and compare what it gives."


def _names_of_files(part: Node) -> set[str]:
    return {
        text_of(left)
        for node in walk(part)
        if node.type == "assignment" and (left := node.child_by_field_name("left")) is not None
        if _THE_FILE_ITSELF.fullmatch(text_of(node.child_by_field_name("right")))
    }


def _is_code_file(place: Node, files: set[str]) -> bool:
    return text_of(place) in files or _THE_FILE_ITSELF.fullmatch(text_of(place)) is not None


def _owner(call: Node) -> Node | None:
    function = call.child_by_field_name("function")
    return function.child_by_field_name("object") if function is not None and function.type == "attribute" else None


def _is_given_on(call: Node, known: set[str], names: Names) -> bool:
    """Whether the text goes straight to the code under test: then it is an input as any other."""
    called = (full_name(above.child_by_field_name("function"), names) for above in _calls_above(call))
    return any(known.intersection(name.split(".")) for name in called)


def _calls_above(node: Node) -> Iterator[Node]:
    above = node.parent
    while above is not None:
        if above.type == "call":
            yield above
        above = above.parent
