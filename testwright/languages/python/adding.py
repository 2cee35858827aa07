"""New tests put into a test file that is there, by positions in its syntax tree: every byte of it stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.domain.insertions import CannotAdd, Insertion, is_generated, with_insertions
from testwright.languages.python import classes
from testwright.languages.python.importing import import_insertions, row_end, row_start
from testwright.languages.python.manners import style_of
from testwright.languages.python.namespaces import IMPORTS, defined, fresh, imported, is_same, origins, renamed
from testwright.languages.python.restyling import restyled
from testwright.languages.python.suites import flattened, render
from testwright.languages.python.syntax import (
    bound_names,
    decorators_of,
    definition_of,
    first_error,
    line_of,
    name_of,
    parse,
    text_of,
    walk,
)

_FOR_ALL = re.compile(
    r"(?:setup|teardown)_(?:module|function)|(?:setUp|tearDown)Module|pytest_\w+|pytestmark|load_tests"
)
_FOOTER = re.compile(r"#\s*(?:vim?:|Local Variables:|-\*-|EOF\b)", re.IGNORECASE)


def added(draft: Draft, suite: str) -> str:
    """The suite with the draft's tests in it. Raises CannotAdd. The tests' names must be new in it (`names_in`)."""
    start = "\ufeff" if suite.startswith("\ufeff") else ""
    host = _Host.of(suite.removeprefix(start))
    part = _fitted(_parsed(draft), host)
    insertions = [*part.imports, *_tests(part, host)]
    return start + with_insertions(host.text, insertions)


def names_in(suite: str) -> frozenset[str]:
    """What reports may call a test of the suite: the names of its functions, methods and classes."""
    definitions = (definition_of(node) for node in walk(parse(suite)))
    return frozenset(name_of(definition) for definition in definitions if definition is not None)


def renamed_case(case: Case, name: str) -> Case:
    code = re.sub(rf"\b(def|class) {re.escape(case.name)}\b", rf"\1 {name}", case.code, count=1)
    return replace(case, name=name, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """The project's own suite, without its byte order mark."""

    text: str
    source: bytes
    root: Node

    @classmethod
    def of(cls, text: str) -> "_Host":
        root = parse(text)
        if (wrong := first_error(root)) is not None:
            raise CannotAdd(f"it does not parse (line {line_of(wrong)})")
        if is_generated(text):
            raise CannotAdd("a program generates it")
        if not re.search(r"^\s*(?:async )?def test", text, re.MULTILINE):
            raise CannotAdd("it has no tests")
        for node in root.named_children:
            names = defined(node)
            if "load_tests" in names:
                raise CannotAdd("it chooses its tests itself (load_tests)")
            if "pytestmark" in names and re.search(r"skip|xfail|parametrize", text_of(node)):
                raise CannotAdd("its mark (pytestmark) holds for every test in it")
        return cls(text=text, source=text.encode(), root=root)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is to be added: insertions for the imports, then texts for the end, and methods by the class they go to."""

    imports: tuple[Insertion, ...]
    blocks: tuple[str, ...]
    methods: tuple[tuple[str, str], ...]


def _parsed(draft: Draft) -> Draft:
    """The draft as its own suite would have it: without imports that nothing needs."""
    preamble = render(draft).split("\n")
    shared = parse("\n".join(preamble))
    kept = [node for node in shared.named_children if node.type in IMPORTS]
    listed = "\n".join(text_of(node) for node in kept)
    others = [node for node in parse(draft.preamble).named_children if node.type not in IMPORTS]
    rest = [text_of(node) for node in others if node.type not in ("future_import_statement", "comment")]
    return Draft(preamble="\n\n\n".join(part for part in (listed, *rest) if part), cases=draft.cases)


def _fitted(draft: Draft, host: _Host) -> _Part:
    """The draft under names that mean in the host what they meant in it."""
    taken = dict(origins(host.root))
    wanted: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    shared: list[str] = []
    root = parse(draft.preamble)
    for node in root.named_children:
        if node.type not in IMPORTS:
            continue
        for local, origin in imported(node).items():
            known = taken.get(local)
            if known is not None and is_same(known, origin):
                continue
            listed = text_of(bound_names(node)[local])
            module, _, name = origin.partition(":")
            if known is not None:
                names[local] = fresh(local, taken)
                listed = f"{name or module} as {names[local]}"
            taken[names.get(local, local)] = origin
            wanted.append((module, listed) if name else (listed, ""))
    for node in root.named_children:
        if node.type in IMPORTS or _is_test_class(node):
            continue
        text = text_of(node)
        own = defined(node)
        if any(_FOR_ALL.fullmatch(name) for name in own) or "autouse=True" in " ".join(_decorators(node)):
            raise CannotAdd("what the new tests share would change the tests that are there")
        if _squeezed(text) in {_squeezed(text_of(each)) for each in host.root.named_children}:
            continue
        names |= {name: fresh(name, taken) for name in own if name in taken}
        taken |= {names.get(name, name): "" for name in own}
        shared.append(text)
    style = style_of(host.text)
    cases = [replace(case, code=renamed(case.code, names)) for case in draft.cases]
    shells = [node for node in root.named_children if _is_test_class(node)]
    methods, rest = _methods(cases, shells, host)
    preamble = "\n\n\n".join(renamed(text_of(node), names) for node in shells)
    body = _suite_of(Draft(preamble=preamble, cases=tuple(rest)), taken) if rest else []
    blocks = [*(renamed(text, names) for text in shared), *body]
    if any("(unittest." in block for block in body) and "unittest" not in taken:
        wanted.append(("unittest", ""))
    return _Part(
        imports=tuple(import_insertions(host.root, host.source, wanted)),
        blocks=tuple(restyled(block, style) for block in blocks),
        methods=tuple((owner, restyled(code, style)) for owner, code in methods),
    )


def _suite_of(draft: Draft, taken: dict[str, str]) -> list[str]:
    """Functions and whole classes, each as it stands in a suite; a class whose name is taken gets another."""
    text = render(draft)
    root = parse(text)
    found: list[str] = []
    for node in root.named_children:
        definition = definition_of(node)
        if definition is None:
            continue
        code = text_of(node)
        if definition.type == "class_definition" and (name := name_of(definition)) in taken:
            other = f"{name}More" if f"{name}More" not in taken else fresh(name, taken)
            code = re.sub(rf"\bclass {name}\b", f"class {other}", code, count=1)
        found.append(code)
    return found


def _methods(cases: Sequence[Case], shells: Sequence[Node], host: _Host) -> tuple[list[tuple[str, str]], list[Case]]:
    """Methods for classes that the host has, each with the class's name, and the cases that are left."""
    own = {name_of(definition) for node in shells if (definition := definition_of(node)) is not None}
    places: list[tuple[str, str]] = []
    rest: list[Case] = []
    for case in cases:
        if classes.wants_class(case):
            owner, code = _class_of_pytest(case, host), classes.as_method(case.code)
        else:
            joins = classes.is_method(case.code) and case.group not in own
            owner, code = _class_for(case, host) if joins else None, case.code
        if owner is None:
            rest.append(case)
        else:
            places.append((name_of(owner), code))
    return places, rest


def _class_for(case: Case, host: _Host) -> Node | None:
    """The class of unittest with the group's name, or one that is named after the target, or the only one."""
    found = [
        definition
        for node in host.root.named_children
        if (definition := definition_of(node)) is not None and classes.is_test_class(definition, frozenset())
    ]
    if re.search(r"^async def ", case.code, re.MULTILINE):
        found = [each for each in found if "Async" in text_of(each.child_by_field_name("superclasses"))]
    subjects = {_squeezed(name.split(".")[-1]) for name in case.targets}
    named = [each for each in found if name_of(each) == case.group]
    named = named or [each for each in found if _subject(name_of(each)) in subjects]
    if named:
        return named[0]
    return found[0] if len(found) == 1 else None


def _class_of_pytest(case: Case, host: _Host) -> Node | None:
    """A class of pytest that is about the target, and shares nothing that a new test would be subject to."""
    subjects = {
        _squeezed(name) for target in case.targets[:1] for name in (target.split(".")[0], target.split(".")[-1])
    }
    for node in host.root.named_children:
        definition = definition_of(node)
        if definition is None or definition.type != "class_definition" or flattened(definition) is None:
            continue
        if name_of(definition) == case.group or _subject(name_of(definition)) in subjects:
            return definition
    return None


def _subject(class_name: str) -> str:
    return _squeezed(re.sub(r"^Tests?|(?:Test|Tests|TestCase|Case)$", "", class_name))


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_]+", "", text).lower()


def _is_test_class(node: Node) -> bool:
    definition = definition_of(node)
    return definition is not None and classes.is_test_class(definition, frozenset())


def _decorators(node: Node) -> list[str]:
    definition = definition_of(node)
    return decorators_of(definition) if definition is not None else []


def _tests(part: _Part, host: _Host) -> list[Insertion]:
    found = [_into_class(owner, part, host) for owner in dict.fromkeys(owner for owner, _ in part.methods)]
    if part.blocks:
        found.append(_at_the_end("\n\n\n".join(block.strip("\n") for block in part.blocks), host))
    return found


def _into_class(owner: str, part: _Part, host: _Host) -> Insertion:
    """Behind the last member of the class, indented as its members are."""
    definition = next(
        found
        for node in host.root.named_children
        if (found := definition_of(node)) is not None and name_of(found) == owner
    )
    body = definition.child_by_field_name("body")
    last = body.named_children[-1] if body is not None and body.named_children else definition
    first = body.named_children[0] if body is not None and body.named_children else definition
    margin = host.source[row_start(host.source, first.start_byte) : first.start_byte].decode()
    if margin.strip():
        raise CannotAdd(f"the class {owner} stands on one line")
    texts = [_shifted(code.strip("\n"), margin) for name, code in part.methods if name == owner]
    return Insertion(at=row_end(host.source, last.end_byte), text="".join(f"\n\n{text}" for text in texts))


def _shifted(code: str, margin: str) -> str:
    inside = classes.rows_in_strings(parse(code))
    rows = enumerate(code.split("\n"))
    return "\n".join(f"{margin}{line}" if line.strip() and row not in inside else line for row, line in rows)


def _at_the_end(text: str, host: _Host) -> Insertion:
    """Behind everything, but before what has to be last: the block that runs the file, and words to an editor."""
    nodes = list(host.root.children)
    while nodes and _is_last_word(nodes[-1]):
        nodes.pop()
    if len(nodes) == len(host.root.children):
        ended = host.text.endswith("\n")
        body = host.source.rstrip(b" \t\r\n\x0c")
        blank = host.source[len(body) :].count(b"\n")
        gap = "\n" * max(0, 3 - blank) if body else ""
        return Insertion(at=len(host.source), text=f"{gap}{text}\n" if ended or not body else f"{gap}{text}")
    at = row_start(host.source, host.root.children[len(nodes)].start_byte)
    before = host.source[:at]
    blank = before[len(before.rstrip(b" \t\r\n\x0c")) :].count(b"\n")
    gap = "\n" * max(0, 3 - blank) if before.strip() else ""
    return Insertion(at=at, text=f"{gap}{text}\n\n\n")


def _is_last_word(node: Node) -> bool:
    if node.type == "comment":
        return _FOOTER.match(text_of(node)) is not None
    if node.type == "expression_statement":
        return re.fullmatch(r"(?:unittest|pytest)\.main\(.*\)", text_of(node), re.DOTALL) is not None
    return node.type == "if_statement" and "__name__" in text_of(node.child_by_field_name("condition"))
