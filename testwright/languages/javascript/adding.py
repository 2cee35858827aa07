"""New tests put into a test file that is there, by positions in its syntax tree: every byte of it stays."""

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tree_sitter import Node

from testwright.domain.drafts import Case, Draft
from testwright.domain.insertions import CannotAdd, Insertion, is_generated, with_insertions
from testwright.domain.styles import Style
from testwright.languages.javascript.grammar import error_line, field, parse, string_value, text_of, walk
from testwright.languages.javascript.manners import style_of
from testwright.languages.javascript.placing import GROUPS, declared, placed
from testwright.languages.javascript.pruning import mentions
from testwright.languages.javascript.restyling import restyled
from testwright.languages.javascript.suites import (
    head_of,
    modifiers,
    test_calls,
)
from testwright.languages.javascript.taking import (
    RUNNERS,
    Taken,
    import_insertions,
    is_alike,
    is_of_types,
    taken_by,
    top_statements,
)

_WORDS = ("describe", "it", "test", "expect", "vi", "jest", "beforeEach", "afterEach", "beforeAll", "afterAll", "mock")
_FOR_ALL = re.compile(r"^(?:vi|jest|mock)\.|^chai\.use\(")
_PAGE = re.compile(r"@(?:vitest|jest)-environment\s+(\S+)")
_DRAWS = re.compile(r"@testing-library/|\bdocument\.|\bwindow\.|-environment (?:jsdom|happy-dom)")


def added(draft: Draft, suite: str, package: str = "") -> str:
    """The suite with the draft's tests in it. Raises CannotAdd. The tests' titles must be new in it (`names_in`).

    `package` is the name of the project's own package, from which the suite may take what it tests.
    """
    start = "\ufeff" if suite.startswith("\ufeff") else ""
    host = _Host.of(suite.removeprefix(start))
    part = _Fitting(host, package).of(draft)
    insertions = [*part.imports, *placed(part.cases, part.shared, host.root, host.source, host.style)]
    return start + with_insertions(host.text, insertions)


def names_in(suite: str) -> frozenset[str]:
    """The titles of the suite's tests, which is what reports call them."""
    titles: set[str] = set()
    for call in test_calls(parse(suite)):
        arguments = field(call, "arguments")
        if arguments is not None and arguments.named_children:
            first = arguments.named_children[0]
            said = string_value(first)
            titles.add(said if said is not None else text_of(first).strip("`"))
    return frozenset(titles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Host:
    """The project's own suite, without its byte order mark."""

    text: str
    source: bytes
    root: Node
    style: Style

    @classmethod
    def of(cls, text: str) -> "_Host":
        root = parse(text)
        if (line := error_line(root)) is not None:
            raise CannotAdd(f"it does not parse (line {line})")
        if is_generated(text):
            raise CannotAdd("a program generates it")
        calls = test_calls(root)
        if not any(head_of(call) not in GROUPS for call in calls):
            raise CannotAdd("it has no tests that can be read")
        if any("only" in modifiers(call) or head_of(call) in ("fit", "fdescribe") for call in calls):
            raise CannotAdd("it runs but some of its tests (`.only`)")
        return cls(text=text, source=text.encode(), root=root, style=style_of(text))

    @property
    def taken(self) -> list[Taken]:
        return [one for node in self.root.named_children for one in taken_by(node)]

    @property
    def declared(self) -> set[str]:
        """Names of the outermost level that are not taken from elsewhere."""
        return {name for node in self.root.named_children if not taken_by(node) for name in declared(node)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is to be added: imports, and the cases; what they share (hooks, helpers) goes into groups of their own."""

    imports: tuple[Insertion, ...]
    shared: tuple[str, ...]
    cases: tuple[Case, ...]


def renamed(code: str, names: Mapping[str, str]) -> str:
    """The code with other names for some things; members and keys are no names of things."""
    if not names:
        return code
    encoded = code.encode()
    found = [node for node in walk(parse(code)) if node.type in _NAMES and text_of(node) in names]
    for node in sorted(found, key=lambda node: -node.start_byte):
        new = names[text_of(node)]
        if node.type == "shorthand_property_identifier":
            new = f"{text_of(node)}: {new}"
        encoded = encoded[: node.start_byte] + new.encode() + encoded[node.end_byte :]
    return encoded.decode()


_NAMES = ("identifier", "type_identifier", "shorthand_property_identifier")


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Finds what the draft's names are called in the host, and what the host lacks."""

    host: _Host
    package: str

    def of(self, draft: Draft) -> _Part:
        preamble = parse(draft.preamble)
        if preamble.has_error:
            raise CannotAdd("what the new tests share does not parse")
        self._see_to_the_page(draft.preamble)
        texts = [text for case in draft.cases for text in (case.setting, case.code)]
        texts += [text_of(node) for node in preamble.named_children if not taken_by(node)]
        names, wanted = self._names(preamble, "\n".join(texts))
        cases = tuple(_changed(case, lambda code: renamed(code, names)) for case in draft.cases)
        shared = tuple(renamed(text, names) for text in self._shared(preamble))
        wanted += self._missing_words("\n".join([*shared, *texts]), wanted)
        style = self.host.style
        cases = tuple(_changed(case, lambda code: restyled(_strictly(code, self.host), style)) for case in cases)
        imports = import_insertions(
            self.host.root,
            self.host.source,
            wanted,
            by_require=style.loads_by == "require" or (style.loads_by is None and "require(" in draft.preamble),
            end="" if style.semicolons is False else ";" if style.semicolons else _end_of(draft.preamble),
            quote=style.quote or "'",
        )
        return _Part(imports=tuple(imports), shared=tuple(restyled(text, style) for text in shared), cases=cases)

    def _see_to_the_page(self, preamble: str) -> None:
        wanted = _PAGE.search(preamble)
        if wanted is not None and not _DRAWS.search(self.host.text):
            raise CannotAdd(f"the new tests need a page ({wanted[1]}), which it does not have")

    def _names(self, preamble: Node, used: str) -> tuple[dict[str, str], list[Taken]]:
        """Other names for what the host calls differently, and what it has to take in besides; only what is used."""
        known = self.host.taken
        bound = {one.local for one in known} | self.host.declared
        names: dict[str, str] = {}
        wanted: list[Taken] = []
        modules = self._modules(preamble)
        for statement in top_statements(preamble):
            if is_of_types(statement):
                raise CannotAdd("the new tests import types")
            for one in taken_by(statement) or _nothing(statement):
                if not mentions(used, one.local):
                    continue
                if one.module in RUNNERS and not self.host.style.runner:
                    continue  # its words are globals here
                if one.module in RUNNERS and one.module != self.host.style.runner:
                    raise CannotAdd(f"it is written for {self.host.style.runner}")
                same = next((other for other in known if is_alike(one, other, self.package)), None)
                if same is None and one.local in bound:
                    names[one.local] = fresh(one.local, bound)
                    one = replace(one, local=names[one.local])
                elif same is not None and same.local != one.local:
                    names[one.local] = same.local
                if same is None:
                    wanted.append(replace(one, module=modules.get(one.module, one.module)))
                    bound.add(one.local)
        return names, wanted

    def _modules(self, preamble: Node) -> dict[str, str]:
        """What the host calls the modules of the draft that it takes something from already (`@/cart`)."""
        return {
            one.module: other.module
            for statement in top_statements(preamble)
            for one in taken_by(statement)
            for other in self.host.taken
            if is_alike(one, other) and posixpath.basename(one.key[0]) == posixpath.basename(other.key[0])
        }

    def _missing_words(self, text: str, wanted: Sequence[Taken]) -> list[Taken]:
        """A host that imports its runner's words does so with those that the new tests bring."""
        runner = self.host.style.runner
        if not runner or runner not in RUNNERS:
            return []
        bound = {one.local for one in (*self.host.taken, *wanted)}
        used = [word for word in _WORDS if re.search(rf"(?<![\w$.]){word}[.(]", text)]
        grouped = ["describe"] if "describe" not in used else []
        needs_group = grouped if self.host.style.in_groups is not False else []
        return [Taken(module=runner, name=word, local=word) for word in (*needs_group, *used) if word not in bound]

    def _shared(self, preamble: Node) -> list[str]:
        own = {_squeezed(text_of(node)) for node in self.host.root.named_children}
        found = []
        for node in preamble.named_children:
            text = text_of(node)
            if node.type == "comment" or taken_by(node) or node.type == "import_statement" or _squeezed(text) in own:
                continue
            if _FOR_ALL.match(text):
                raise CannotAdd("what the new tests share would change the tests that are there")
            found.append(text)
        return found


def _changed(case: Case, change: Callable[[str], str]) -> Case:
    return replace(case, code=change(case.code), setting=change(case.setting))


def fresh(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def _nothing(statement: Node) -> list[Taken]:
    """An import for its effect alone."""
    raise CannotAdd(f"the new tests need `{text_of(statement)[:60]}`, which would change the tests that are there")


def _strictly(code: str, host: _Host) -> str:
    """Node's own assert may be the loose one, in which `equal` is `==`."""
    loose = any(one.module in ("assert", "node:assert") and one.name != "strict" for one in host.taken)
    if not loose:
        return code
    return re.sub(r"\bassert\.(not)?(equal|deepEqual)\(", _strict_name, code)


def _strict_name(found: re.Match[str]) -> str:
    name = {"equal": "StrictEqual", "deepEqual": "DeepStrictEqual"}[found[2]]
    return f"assert.{'not' + name if found[1] else name[:1].lower() + name[1:]}("


def _end_of(preamble: str) -> str:
    return ";" if re.search(r";[ \t]*$", preamble, re.MULTILINE) else ""


def _squeezed(text: str) -> str:
    return re.sub(r"[\s;]+", "", text).replace('"', "'")
