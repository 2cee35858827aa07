"""Calls that the project's own people wrote down: in the comment of what is called, and in the README."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from testwright.domain.analysis import Symbol
from testwright.domain.ports import ProjectView
from testwright.writers.explorer.javascript.packages import name_of_package
from testwright.writers.explorer.javascript.syntax import NotLiteral, field, literal, parse, said, text_of, walk

_MOST_EXAMPLES = 24
_MOST_SAMPLES = 6
_README = ("README.md", "Readme.md", "readme.md", "README")
_BLOCK = re.compile(r"```(?:js|javascript|ts|typescript|jsx|tsx)?\r?\n(.*?)```", re.S)
_CODE = re.compile(r"\.[cm]?[jt]sx?\Z")
_BUILT = re.compile(r"(?:^|/)(?:node_modules|dist|build|lib-cov|coverage|es|umd)/|\.min\.|\.d\.[cm]?ts\Z")
_LONGEST_CALLER = 60_000
_MOST_CALLERS = 12
UNKNOWN: dict[str, Any] = {"$": "unknown"}


@dataclass(frozen=True, slots=True)
class Readme:
    """The calls in the README's code with what can be known of their arguments, and the package's names there."""

    calls: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    aliases: frozenset[str] = frozenset()

    def calls_of(self, symbol: Symbol) -> Iterator[tuple[Any, ...]]:
        name = symbol.name.split(".")[-1]
        for callee, args in self.calls:
            if callee.rpartition(".")[2] == name or (symbol.is_default_export and callee in self.aliases):
                yield args


def readme_of(view: ProjectView, source_path: str = "") -> Readme:
    """The README, and files of the project that load the source: its other callers, and its tests."""
    text = next((text for path in _README if (text := view.text(path)) is not None), "")
    package = _package_of(view)
    calls: list[tuple[str, tuple[Any, ...]]] = []
    aliases = {name_of_package(source_path, view)}  # tests of an earlier round may call it by that
    stem = re.sub(r"\.\w+$", "", source_path.rpartition("/")[2])
    unit = rf"{re.escape(package)}|\.{{1,2}}(?:/[\w./-]*)?/{re.escape(stem)}(?:\.\w+)?" if stem else re.escape(package)
    if stem in ("index", package):
        unit += r"|\.{1,2}/?"
    for path, block in [
        *(("README.js", block) for block in _BLOCK.findall(text[:200_000])),
        *_callers(view, source_path),
    ]:
        known: dict[str, Any] = {}
        for node in walk(parse(block, path)):
            if node.type == "variable_declarator":
                name, value = text_of(field(node, "name")), field(node, "value")
                if re.fullmatch(rf"require\(['\"](?:{unit})['\"]\)(\.default)?", text_of(value)):
                    aliases.add(name)
                elif (found := _known(value, {})) is not UNKNOWN:
                    known[name] = found
            elif node.type == "import_statement" and re.fullmatch(unit, said(field(node, "source")) or ""):
                aliases.update(re.findall(r"^import\s+([\w$]+)", text_of(node)))
            elif node.type in ("call_expression", "new_expression"):
                arguments = field(node, "arguments")
                if arguments is not None and arguments.type == "arguments":
                    args = [child for child in arguments.named_children if child.type != "comment"]
                    callee = text_of(field(node, "function") or field(node, "constructor"))
                    calls.append((callee, tuple(_known(arg, known) for arg in args)))
    return Readme(tuple(calls), frozenset(aliases))


def _callers(view: ProjectView, source_path: str) -> Iterator[tuple[str, str]]:
    stem = re.sub(r"\.\w+$", "", source_path.rpartition("/")[2])
    if not stem:
        return
    loads = re.compile(rf"['\"]\.{{1,2}}/(?:[\w./-]*/)?(?:{re.escape(stem)}(?:\.\w+)?)?['\"]")
    found = 0
    for path in view.paths():
        if path == source_path or not _CODE.search(path) or _BUILT.search(path):
            continue
        text = view.text(path)
        if text is not None and len(text) <= _LONGEST_CALLER and loads.search(text):
            yield path, text
            found += 1
            if found == _MOST_CALLERS:
                return


def _package_of(view: ProjectView) -> str:
    try:
        name = json.loads(view.text("package.json") or "{}")["name"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return name if isinstance(name, str) else ""


def _known(node: Node | None, known: dict[str, Any]) -> Any:
    if node is not None and node.type == "identifier" and text_of(node) in known:
        return known[text_of(node)]
    try:
        return literal(node)
    except NotLiteral:
        return UNKNOWN


def with_calls(readme: Readme, code: str) -> Readme:
    """Beside the others, before them, the calls in a text."""
    calls: list[tuple[str, tuple[Any, ...]]] = []
    for node in walk(parse(code, "example.js")):
        if node.type in ("call_expression", "new_expression"):
            arguments = field(node, "arguments")
            callee = text_of(field(node, "function") or field(node, "constructor"))
            if arguments is not None and arguments.type == "arguments":
                calls.append((callee, tuple(_known(arg, {}) for arg in arguments.named_children)))
    return Readme((*calls, *readme.calls), readme.aliases)


def examples_of(symbol: Symbol, readme: Readme) -> list[list[Any]]:
    """Whole calls, ready to be made."""
    needed = sum(not parameter.optional for parameter in symbol.parameters)
    found: list[list[Any]] = []
    for args in [*_calls_in(symbol.doc or "", symbol.name.split(".")[-1]), *map(list, readme.calls_of(symbol))]:
        if UNKNOWN not in args and args not in found and (args or not needed):
            found.append(args)
    quoted = re.findall(r"[\"“]([^\"”\n]{1,60})[\"”]", symbol.doc or "")
    annotation = symbol.parameters[0].annotation if symbol.parameters else None
    if len(symbol.parameters) == 1 and not found and (annotation is None or "string" in annotation):
        found += [[text] for text in quoted]
    if len(symbol.parameters) == 1 and not found and annotation in (None, "number"):
        arrows = re.findall(r"(?<![\w.])(-?\d+(?:\.\d+)?)\s*(?:→|->|=>)", symbol.doc or "")
        found += [[float(text) if "." in text else int(text)] for text in arrows]
    return found[:_MOST_EXAMPLES]


def samples_of(symbol: Symbol, readme: Readme) -> list[list[Any]]:
    """For each parameter what is passed to it somewhere, whatever stands beside it."""
    found: list[list[Any]] = [[] for _ in symbol.parameters]
    for args in readme.calls_of(symbol):
        for values, arg in zip(found, args, strict=False):
            if arg is not UNKNOWN and arg not in values and len(values) < _MOST_SAMPLES:
                values.append(arg)
    return found


def _calls_in(text: str, name: str) -> Iterator[list[Any]]:
    """Calls with literal arguments in prose, where code and words are not told apart."""
    for match in re.finditer(rf"(?<![\w$]){re.escape(name)}\s*\(", text):
        args = literal_arguments(text[match.end() - 1 :])
        if args is not None:
            yield args


def literal_arguments(text: str) -> list[Any] | None:
    """What stands between the brackets that the text begins with, where all of it is literal."""
    depth = 0
    for at, character in enumerate(text[:400]):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            root = parse(f"f{text[: at + 1]}", "example.js")
            if root.has_error:
                return None
            call = next((node for node in walk(root) if node.type == "call_expression"), None)
            arguments = field(call, "arguments")
            try:
                return [literal(child) for child in arguments.named_children] if arguments is not None else None
            except NotLiteral:
                return None
    return None
