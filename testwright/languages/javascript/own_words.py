"""Tests that read code as a text instead of calling it: they are about its words, and hold whatever it does."""

import re
from collections.abc import Mapping, Sequence

from tree_sitter import Node

from testwright.domain.analysis import Analysis, SymbolKind
from testwright.languages.javascript.forbidden import argument
from testwright.languages.javascript.grammar import field, string_value, text_of, unwrap, walk

_READS = re.compile(r"(?:.*\.)?(?:readFile|readFileSync|createReadStream)", re.S)
_THE_FILE_ITSELF = re.compile(
    r"(?:fileURLToPath\(\s*)?(?:new URL\(\s*)?(?:__filename|import\.meta\.(?:filename|url))\s*\)*"
)
_ENDING = re.compile(r"\.[cm]?[jt]sx?\Z")
_TO_TEXT = ("String", "Function.prototype.toString.call")


def reads_code(root: Node, units: Mapping[str, Sequence[str]], analysis: Analysis) -> str | None:
    """`units` are the modules under test, as they are imported, with the names that the test has of each."""
    locals_of = {name for names in units.values() for name in names}
    functions = {symbol.name for symbol in analysis.symbols if symbol.kind in (SymbolKind.FUNCTION, SymbolKind.CLASS)}
    functions &= locals_of
    files = {stem_of(module) for module in units}
    for node in walk(root):
        if node.type != "call_expression":
            continue
        called, first = text_of(field(node, "function")), argument(node, 0)
        reads = first is not None and _READS.fullmatch(called) and _is_code_file(first, files)
        if reads and not _is_given_on(node, locals_of):
            return _said(f"{called}({text_of(first)})")
        owner = called.removesuffix(".toString")
        if owner != called and owner in functions:
            return _said(called)
        if called in _TO_TEXT and first is not None and text_of(first) in functions:
            return _said(f"{called}({text_of(first)})")
    return None


def _said(how: str) -> str:
    return f"It reads code as a text (`{how[:60]}`); call it, and compare what it gives."


def _is_code_file(place: Node, files: set[str]) -> bool:
    place = unwrap(place) or place
    if _THE_FILE_ITSELF.fullmatch(text_of(place)):
        return True
    texts = [value for node in walk(place) if (value := string_value(node)) is not None]
    return any(_ENDING.search(text) and stem_of(text) in files for text in texts)


def stem_of(module: str) -> str:
    return _ENDING.sub("", module.rsplit("/", 1)[-1])


def _is_given_on(call: Node, names: set[str]) -> bool:
    """Whether the text goes straight to the code under test: then it is an input as any other."""
    owner = call.parent
    while owner is not None and text_of(field(owner, "function")).split(".")[0] not in names:
        owner = owner.parent
    return owner is not None
