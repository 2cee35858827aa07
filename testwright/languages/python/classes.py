"""Classes of tests: unittest's are taken apart into what their tests share and the tests, and put together again.

pytest's are put together alone: in a draft their tests are plain functions, with the class as their group.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tree_sitter import Node

from testwright.domain.drafts import Case
from testwright.languages.python.syntax import bound_names, definition_of, identifiers, name_of, parse, text_of, walk

_IMPORTS = ("import_statement", "import_from_statement")
_METHOD = re.compile(r"^(?:async )?def \w+\(\s*self\b", re.MULTILINE)
_ASYNC = re.compile(r"^async def ", re.MULTILINE)
_FUNCTION = re.compile(r"^(?:async )?def test\w*\((?!\s*self\b)", re.MULTILINE)
_PARAMETERS = re.compile(r"(^(?:async )?def test\w*\()(\s*)(\S)", re.MULTILINE)
_OF_PYTEST = re.compile(r"Test[A-Z0-9_]\w*")
_BASE = re.compile(r"(?:^|\W)\w*TestCase\b")


def is_method(code: str) -> bool:
    """Whether a case is the method of a class: it takes `self`, and stands on the outermost level."""
    return _METHOD.search(code) is not None


def wants_class(case: Case) -> bool:
    """Whether a plain function is to stand in a class of pytest."""
    return _OF_PYTEST.fullmatch(case.group or "") is not None and _FUNCTION.search(case.code) is not None


def name_for(case: Case) -> str:
    """The class of pytest for a function's tests: named after its first target, a class's own methods together."""
    return _class_name(replace(case, group=None, targets=case.targets[:1]), (), set())


def as_method(code: str) -> str:
    """A test function as it stands in a class, still at the left margin."""
    return _PARAMETERS.sub(_with_self, code, count=1)


def as_function(code: str) -> str | None:
    """A method as it stands on the outermost level, without its `self`; None where it takes none."""
    definition = next(
        (found for node in parse(code).named_children if (found := definition_of(node)) is not None), None
    )
    parameters = definition.child_by_field_name("parameters") if definition is not None else None
    listed = parameters.named_children if parameters is not None else []
    if parameters is None or not listed or listed[0].type != "identifier" or text_of(listed[0]) != "self":
        return None
    start, end = parameters.start_byte + 1, parameters.end_byte - 1
    if len(listed) > 1:
        start, end = listed[0].start_byte, listed[1].start_byte
    encoded = code.encode()
    return (encoded[:start] + encoded[end:]).decode()


def of_pytest(name: str, cases: Sequence[Case]) -> str:
    return f"class {name}:\n" + "\n\n".join(_indented(as_method(case.code.strip("\n"))) for case in cases)


def is_test_class(definition: Node, bases: frozenset[str]) -> bool:
    """Whether unittest would look into this class. `bases` are such classes of the same file."""
    if definition.type != "class_definition":
        return False
    listed = text_of(definition.child_by_field_name("superclasses"))
    return bool(_BASE.search(listed)) or bool(bases & set(re.findall(r"\w+", listed)))


def taken_apart(node: Node, lines: Sequence[bytes]) -> tuple[str, list[tuple[str, str]]]:
    """The class's text without its tests, and each test's name and text as it would stand on the outermost level."""
    definition = definition_of(node)
    body = definition.child_by_field_name("body") if definition is not None else None
    if definition is None or body is None:
        return "", []
    tests: list[tuple[str, str]] = []
    taken: set[int] = set()
    notes: list[int] = []
    for child in body.children:
        rows = list(range(child.start_point.row, child.end_point.row + 1))
        inner = definition_of(child)
        if child.type == "comment":
            notes += rows
            continue
        if inner is not None and inner.type == "function_definition" and name_of(inner).startswith("test"):
            inside = rows_in_strings(child)
            text = "\n".join(
                _line(lines[row]) if row in inside else _line(lines[row])[child.start_point.column :]
                for row in (*notes, *rows)
            )
            if is_method(text):
                tests.append((name_of(inner), text))
                taken.update((*notes, *rows))
        notes = []
    kept = [_line(lines[row]) for row in range(node.start_point.row, node.end_point.row + 1) if row not in taken]
    shell = re.sub(r"\n(\s*\n){2,}", "\n\n", "\n".join(kept)).rstrip()
    return re.sub(r"\A([^\n]*:)\n\s*\n", r"\1\n", shell), tests


def is_plain(shell: str) -> bool:
    """Whether a class shares nothing: then it need not stand among the shared code, and is made anew."""
    return re.fullmatch(r"class \w+\(unittest\.(?:IsolatedAsyncio)?TestCase\):\s*(?:pass\s*)?", shell) is not None


def completed(shell: str) -> str:
    """A class that has lost all its tests, and is to be parsed all the same."""
    return f"{shell}\n    pass" if parse(shell).has_error or shell.rstrip().endswith(":") else shell


def put_together(preamble: str, cases: Sequence[Case]) -> tuple[str, dict[str, str]]:
    """The preamble without the classes, and each class's text with its tests, by the name of its first test."""
    root = parse(preamble)
    shells: dict[str, Node] = {}
    for node in root.named_children:
        definition = definition_of(node)
        if definition is not None and is_test_class(definition, frozenset(shells)):
            shells[name_of(definition)] = node
    imported = {name for node in root.named_children if node.type in _IMPORTS for name in bound_names(node)}
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(_class_name(case, shells.keys(), imported), []).append(case)
    classes = {members[0].name: _class(name, members, shells.get(name), preamble) for name, members in groups.items()}
    others = [node for node in root.named_children if node not in shells.values()]
    needed = set().union(*(identifiers(node) for node in (*others, *shells.values()) if node.type != "comment"))
    superfluous = [node for name, node in shells.items() if name in groups or not _is_base(name, shells, needed)]
    encoded = preamble.encode()
    for node in sorted(superfluous, key=lambda node: -node.start_byte):
        encoded = encoded[: node.start_byte] + encoded[node.end_byte :]
    left = re.sub(r"\n{4,}", "\n\n\n", encoded.decode()).strip("\n")
    is_missing = any("(unittest." in text for text in classes.values()) and "unittest" not in imported
    return (_with_unittest(left) if is_missing else left), classes


def _with_self(found: re.Match[str]) -> str:
    start, blanks, first = found.groups()
    return f"{start}{blanks}self" + (first if first == ")" else f",{blanks or ' '}{first}")


def _line(line: bytes) -> str:
    return line.decode("utf-8", "replace")


def _is_base(name: str, shells: dict[str, Node], needed: set[str]) -> bool:
    return name in needed and any(
        name in text_of(node).split(":")[0].partition("(")[2] for other, node in shells.items() if other != name
    )


def _class_name(case: Case, known: Iterable[str], imported: set[str]) -> str:
    """The group's own name where a class can have it; a title in words, or a name that is taken, becomes another."""
    group = case.group or ""
    if group in known:
        return group
    words = re.findall(r"[A-Za-z0-9]+", group or (case.targets[0].split(".")[0] if case.targets else "unit"))
    name = group if group.isidentifier() else "".join(word[:1].upper() + word[1:] for word in words)
    has_mark = name.startswith("Test") or name.endswith(("Test", "Tests", "TestCase"))
    return name if has_mark and name not in imported else f"Test{name[:1].upper()}{name[1:]}"


def _class(name: str, members: Sequence[Case], shell: Node | None, preamble: str) -> str:
    methods = [_indented(case.code.strip("\n")) for case in members]
    if shell is None:
        is_async = any(_ASYNC.search(case.code) for case in members)
        base = "IsolatedAsyncioTestCase" if is_async else "TestCase"
        return f"class {name}(unittest.{base}):\n" + "\n\n".join(methods)
    text = re.sub(r"\n\s*pass\s*$", "", text_of(shell).rstrip())
    gap = "\n" if text.endswith(":") else "\n\n"
    return text + gap + "\n\n".join(methods)


def _indented(code: str) -> str:
    inside = rows_in_strings(parse(code))
    rows = enumerate(code.split("\n"))
    return "\n".join(f"    {line}" if line.strip() and row not in inside else line for row, line in rows)


def rows_in_strings(node: Node) -> set[int]:
    """Rows that begin inside of a string, whose blanks are a part of its value."""
    strings = [part for part in walk(node) if part.type == "string"]
    return {row for part in strings for row in range(part.start_point.row + 1, part.end_point.row + 1)}


def _with_unittest(preamble: str) -> str:
    """The import among the plain ones at the top, where it would be looked for."""
    root = parse(preamble)
    nodes = list(root.named_children)
    at = 0
    for node in nodes:
        is_doc = node.type == "expression_statement" and node.named_children[0].type == "string"
        if not is_doc and node.type not in ("future_import_statement", "comment"):
            break
        at = node.end_byte
    encoded = preamble.encode()
    before, after = encoded[:at].decode().rstrip("\n"), encoded[at:].decode().lstrip("\n")
    gap = "\n" if re.match(r"import \w+\n|from (?:collections|datetime|io|pathlib|decimal)\b", after) else "\n\n"
    return "\n\n".join(part for part in (before, f"import unittest{gap}{after}".strip("\n")) if part)
