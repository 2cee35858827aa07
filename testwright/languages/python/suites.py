"""A suite taken apart into tests that can be dropped one by one, and put together again."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.languages.python import classes
from testwright.languages.python.syntax import (
    above,
    bound_names,
    definition_of,
    first_error,
    identifiers,
    line_of,
    name_of,
    parse,
    text_of,
    walk,
)

_IMPORTS = ("import_statement", "import_from_statement")
_RAISING = ("pytest.raises", "self.assertRaises", "self.assertRaisesRegex")


class _Test(NamedTuple):
    name: str
    code: str
    group: str | None = None


class _Part(NamedTuple):
    """Shared code, and whether a blank line stands before it."""

    code: str
    is_apart: bool


def split(suite: str) -> Draft:
    """Test functions become cases, and so do the methods of unittest's classes, whose name is their group.

    Of pytest's classes one of independent test methods is flattened, any other is one case.
    """
    text = suite.replace("\r\n", "\n").expandtabs(4).strip("\n") + "\n"
    root = parse(text)
    wrong = first_error(root)
    if wrong is not None:
        raise ValueError(f"The suite does not parse: line {line_of(wrong)}.")
    lines = text.encode("utf-8", "replace").split(b"\n")
    shared: list[_Part] = []
    tests: list[_Test] = []
    test_classes: frozenset[str] = frozenset()
    notes: list[_Part] = []
    last_row = -1
    for node in root.children:
        code = b"\n".join(lines[node.start_point.row : _end_row(node) + 1]).decode("utf-8", "replace")
        part = _Part(code, node.start_point.row > last_row + 1)
        if node.start_point.row <= last_row:
            continue  # a second statement on a line that was taken whole
        last_row = _end_row(node)
        definition = definition_of(node)
        if node.type == "comment":
            notes.append(part)
            continue
        if definition is not None and classes.is_test_class(definition, test_classes):
            test_classes |= {name_of(definition)}
            shell, methods = classes.taken_apart(node, lines)
            tests.extend(_Test(name, text, name_of(definition)) for name, text in methods)
            if not methods or not classes.is_plain(shell):
                shared.append(_Part(classes.completed(shell), True))
        elif definition is not None and _is_test(definition):
            tests.extend(_tests_of(definition, code))
        elif not _is_main_block(node):
            shared.extend((*notes, part) if not tests else (part,))
        notes = []
    preamble = _spaced(shared)
    imported = _imported_names(parse(preamble))
    return Draft(preamble=preamble, cases=tuple(_case(test, imported) for test in _numbered(tests)))


def render(draft: Draft) -> str:
    """Imports that no test needs (any longer) are left out; tests of one target stand together."""
    order: dict[tuple[str, ...], int] = {}
    for case in draft.cases:
        order.setdefault(case.targets[:1], len(order))
    cases = _after_their_bases(sorted(draft.cases, key=lambda case: order[case.targets[:1]]))
    methods = [case for case in cases if classes.is_method(case.code)]
    grouped = [case for case in cases if classes.wants_class(case)]
    preamble, by_first = classes.put_together(_clean(draft.preamble), methods)
    by_first |= _classes_of_pytest(grouped)
    texts = [by_first.get(case.name) if case in methods or case in grouped else case.code for case in cases]
    tests = [_clean(text) for text in texts if text is not None]
    preamble = _without_unused_imports(preamble, tests)
    return "\n\n\n".join(part for part in (preamble, *tests) if part) + "\n"


def _after_their_bases(cases: Sequence[Case]) -> list[Case]:
    """A class of tests that others inherit from stands before these."""
    bases = {case.name: set().union(*map(_bases_of, parse(case.code).named_children)) for case in cases}
    placed: list[Case] = []
    waiting = list(cases)
    while waiting:
        names = {case.name for case in waiting}
        case = next((case for case in waiting if names.isdisjoint(bases[case.name] - {case.name})), waiting[0])
        waiting.remove(case)
        placed.append(case)
    return placed


def _classes_of_pytest(cases: Iterable[Case]) -> dict[str, str]:
    """Each class's text, by the name of its first test."""
    members: dict[str, list[Case]] = {}
    for case in cases:
        members.setdefault(case.group or "", []).append(case)
    return {tests[0].name: classes.of_pytest(name, tests) for name, tests in members.items()}


def _is_test(definition: Node) -> bool:
    start = "Test" if definition.type == "class_definition" else "test"
    return name_of(definition).startswith(start)


def _end_row(node: Node) -> int:
    return (
        node.end_point.row
        if node.end_point.column or node.end_point.row == node.start_point.row
        else (node.end_point.row - 1)
    )


def _is_main_block(node: Node) -> bool:
    return node.type == "if_statement" and "__name__" in text_of(node.child_by_field_name("condition"))


def _bases_of(node: Node) -> set[str]:
    definition = definition_of(node)
    listed = definition.child_by_field_name("superclasses") if definition is not None else None
    return identifiers(listed) if listed is not None else set()


def _tests_of(definition: Node, code: str) -> list[_Test]:
    if definition.type == "class_definition":
        methods = flattened(definition)
        if methods is not None:
            return methods
    return [_Test(name_of(definition), code)]


def flattened(definition: Node) -> list[_Test] | None:
    """The class's methods as plain functions, or None when they share anything through the class or `self`, or with a
    class of the file that inherits them. Reports of pytest name the tests of such a class by themselves, those of any
    other by the class (`testwright_plugin.py`).
    """
    body = definition.child_by_field_name("body")
    wrapped = definition.parent is not None and definition.parent.type == "decorated_definition"
    around = definition.parent.named_children if definition.parent is not None else []
    has_heirs = any(name_of(definition) in _bases_of(node) for node in around)
    if body is None or wrapped or has_heirs or definition.child_by_field_name("superclasses") is not None:
        return None
    methods = []
    for child in body.named_children:
        method = definition_of(child)
        if child.type == "comment" or _is_doc(child):
            continue
        if method is None or method.type != "function_definition" or not _is_test(method):
            return None
        indented = " " * child.start_point.column + text_of(child)
        flat = classes.as_function(textwrap.dedent(indented))
        if flat is None or _looks_at_self(parse(flat)):
            return None
        methods.append(_Test(name_of(method), flat))
    return methods or None


def _looks_at_self(flat: Node) -> bool:
    """What a method of a class that is made in the test calls so is its own."""
    return any(
        node.type == "identifier" and text_of(node) == "self" and not any(_takes_self(each) for each in above(node))
        for node in walk(flat)
    )


def _takes_self(function: Node) -> bool:
    listed = function.child_by_field_name("parameters") if function.type == "function_definition" else None
    return listed is not None and "self" in identifiers(listed)


def _is_doc(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"


def _numbered(tests: Iterable[_Test]) -> Iterable[_Test]:
    """A second test of the same name would silently replace the first, so it gets a number."""
    seen: set[str] = set()
    for test in tests:
        unique, number = test.name, 2
        while unique in seen:
            unique, number = f"{test.name}_{number}", number + 1
        seen.add(unique)
        code = re.sub(rf"\b(def|class) {test.name}\b", rf"\1 {unique}", test.code, count=1)
        yield _Test(unique, code, test.group)


def _case(test: _Test, imported: frozenset[str]) -> Case:
    root = parse(test.code)
    errors = {name for node in walk(root) if _expects_error(node) for name in identifiers(node)}
    mentioned = [text_of(node) for node in walk(root) if node.type == "identifier"]
    targets = tuple(dict.fromkeys(word for word in mentioned if word in imported and word not in errors))
    scenario = "error" if re.search(r"\bpytest\.raises\(|\bassertRaises", test.code) else "happy"
    return Case(name=test.name, code=_clean(test.code), group=test.group, targets=targets, scenario=scenario)


def _expects_error(node: Node) -> bool:
    return node.type == "call" and text_of(node.child_by_field_name("function")) in _RAISING


def _imported_names(root: Node) -> frozenset[str]:
    """Names that the preamble takes out of modules (`from m import name`), which are what tests are about."""
    names: set[str] = set()
    for node in root.named_children:
        if node.type == "import_from_statement":
            names.update(bound_names(node))
    return frozenset(names)


def _spaced(parts: list[_Part]) -> str:
    """Two blank lines around definitions; elsewhere at most the one blank line that was there."""
    text, before = "", ""
    for part in parts:
        kind = "block" if re.match(r"@|(def|class|async)\b", part.code) else ""
        kind = "import" if re.match(r"(from|import)\b", part.code) else kind
        if text:
            text += "\n\n\n" if "block" in (kind, before) else "\n\n" if part.is_apart or kind != before else "\n"
        text += part.code
        before = kind
    return _clean(text)


def _clean(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def _without_unused_imports(preamble: str, tests: list[str]) -> str:
    root = parse(preamble)
    if root.has_error:
        return preamble
    used = set().union(*(identifiers(parse(test)) for test in tests), *_words_of_strings(tests)) if tests else set()
    for node in root.named_children:
        if node.type not in _IMPORTS:
            used |= identifiers(node)
    edits: list[tuple[int, int, bytes]] = []
    for node in root.named_children:
        if node.type in _IMPORTS and not any(child.type == "wildcard_import" for child in node.children):
            bound = bound_names(node)
            kept = [name for name in bound if name in used or "." in text_of(bound[name])]
            if len(kept) < len(bound):
                edits.append((node.start_byte, node.end_byte, _import_of(node, kept).encode()))
    encoded = preamble.encode()
    for start, end, text in reversed(edits):
        end += 1 if not text and encoded[end : end + 1] == b"\n" else 0
        encoded = encoded[:start] + text + encoded[end:]
    return re.sub(r"\n{4,}", "\n\n\n", _clean(encoded.decode()))


def _import_of(statement: Node, names: list[str]) -> str:
    if not names:
        return ""
    bound = bound_names(statement)
    listed = ", ".join(text_of(bound[name]) for name in names)
    if statement.type == "import_statement":
        return f"import {listed}"
    start = f"from {text_of(statement.child_by_field_name('module_name'))} import "
    if len(start) + len(listed) <= 88:
        return start + listed
    return start + "(\n" + "".join(f"    {text_of(bound[name])},\n" for name in names) + ")"


def _words_of_strings(tests: list[str]) -> list[set[str]]:
    """Names inside quoted annotations count as used."""
    return [
        set(re.findall(r"\w+", text_of(node)))
        for test in tests
        for node in walk(parse(test))
        if node.type == "string_content"
    ]
