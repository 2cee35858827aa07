"""Plain mistakes of a JavaScript test, put right without asking anybody: a missing import, a typo, a missing await.

A wrong expected value is put right only where the code's own documentation gives the value that was observed.
"""

import difflib
import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tree_sitter import Node

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft, Mending
from testwright.domain.sessions import SourceFile
from testwright.languages.failing import FailingTest
from testwright.languages.javascript.grammar import field, parse, text_of, unwrap, walk
from testwright.languages.javascript.importing import with_import

_OFFERED = frozenset({"describe", "it", "test", "expect", "beforeEach", "afterEach", "beforeAll", "afterAll", "vi"})
_CLOSE = 0.8
_NUMBER = r"(-?\d+\.?\d*(?:e[+-]?\d+)?)"
_NOT_DEFINED = r"ReferenceError: (?P<run>[\w$]+) is not defined|tsc \S+: Cannot find name '(?P<checked>[\w$]+)'"
_ARITHMETIC = frozenset({"*", "/", "-", "%", "**", "<", ">", "<=", ">="})
_ON_PURPOSE = "// @ts-expect-error: of a wrong type on purpose"
EQUAL = ("toBe", "toEqual", "toStrictEqual")


def mended(case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
    """The first template that fits. None leaves the test to its writer."""
    place = _Place(case=case, draft=draft, message=message, source=source, analysis=analysis)
    for template in _TEMPLATES:
        found = template(place)
        if found is not None and (found.case != case or found.preamble != draft.preamble):
            if parse(found.case.code, "a.tsx" if source.path.endswith("x") else "").has_error:
                return None
            return replace(found, case=replace(found.case, mended=found.what))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place(FailingTest):
    def root(self) -> Node:
        return parse(self.case.code)


def _missing_name(place: _Place) -> Mending | None:
    found = re.match(_NOT_DEFINED, place.message)
    name, runner = (found["run"] or found["checked"]) if found else "", place.source.framework
    if not name or not re.search(rf"(?<![\w$.]){re.escape(name)}\b", place.case.code):
        return None
    if name in ("vi", "jest"):
        own = "vi" if runner == "vitest" else "jest"
        code = re.sub(rf"(?<![\w$.]){name}\.", f"{own}.", place.case.code)
        preamble = re.sub(rf"(?<![\w$.]){name}\.", f"{own}.", place.draft.preamble)
        if runner == "vitest":
            preamble = with_import(preamble, "vi", "vitest")
        return place.mending(
            f"{name} is {own} here" if own != name else f"imported {name}", code=code, preamble=preamble
        )
    if name in _OFFERED and runner == "vitest":
        return place.mending(f"imported {name}", preamble=with_import(place.draft.preamble, name, "vitest"))
    if name in place.exports:
        specifier = _specifier_of_unit(place)
        if specifier is not None:
            return place.mending(f"imported {name}", preamble=with_import(place.draft.preamble, name, specifier))
        return None
    return _renamed(place, name)


def _wrong_on_purpose(place: _Place) -> Mending | None:
    """A value of a wrong type that is to be refused, marked the way the project's own tests mark such a line."""
    if "as this project's tests do with `@ts-expect-error`" not in place.message:
        return None
    minded = set(re.findall(r"^  in: (.+)$", place.message, re.MULTILINE))
    lines = [
        f"{line[: len(line) - len(line.lstrip())]}{_ON_PURPOSE}\n{line}" if line.strip() in minded else line
        for line in place.case.code.split("\n")
    ]
    return place.mending("marked what is of a wrong type on purpose", code="\n".join(lines))


def _untyped_parameter(place: _Place) -> Mending | None:
    """A function that is handed to what does not say how it calls it has to say itself what it takes."""
    names = set(re.findall(r"Parameter '([\w$]+)' implicitly has an 'any' type", place.message))
    edits = []
    for function in [node for node in walk(place.root()) if node.type == "arrow_function"]:
        alone, listed = field(function, "parameter"), field(function, "parameters")
        body = field(function, "body")
        for node in [alone] if alone is not None else listed.named_children if listed is not None else []:
            if text_of(node) in names:  # one with a type, a default or a pattern is not its name alone
                typed = f"{text_of(node)}: {'number' if _counts(body, text_of(node)) else 'unknown'}"
                edits.append((node, f"({typed})" if node is alone else typed))
    said = f"says what {' and '.join(sorted(names))} {'is' if len(names) == 1 else 'are'}"
    return place.mending(said, code=_edited(place.case.code, edits)) if edits else None


def _counts(body: Node | None, name: str) -> bool:
    return body is not None and any(
        node.type == "binary_expression"
        and text_of(field(node, "operator")) in _ARITHMETIC
        and name in (text_of(field(node, "left")), text_of(field(node, "right")))
        for node in walk(body)
    )


def _wrong_name(place: _Place) -> Mending | None:
    """A name that the unit does not have, one or two letters away from one that it has."""
    found = re.match(
        r"TypeError: (?:\(0 ?, ?)?(?:[\w$]+\.)*([\w$]+)\)? is not a (?:function|constructor)", place.message
    )
    if found is None or found[1] in place.exports:
        return None
    return _renamed(place, found[1])


def _renamed(place: _Place, wrong: str) -> Mending | None:
    members = [symbol.name.split(".", 1)[1] for symbol in place.analysis.symbols if "." in symbol.name]
    close = difflib.get_close_matches(wrong, [*place.exports, *members], n=2, cutoff=_CLOSE)
    if not close or wrong in members or (len(close) > 1 and _likeness(wrong, close[0]) == _likeness(wrong, close[1])):
        return None
    pattern = rf"(?<![\w$'\"]){re.escape(wrong)}(?![\w$])"
    preamble = re.sub(pattern, close[0], place.draft.preamble)
    if close[0] in place.exports and not re.search(rf"(?<![\w$]){re.escape(close[0])}(?![\w$])", preamble):
        specifier = _specifier_of_unit(place)
        preamble = with_import(preamble, close[0], specifier) if specifier is not None else preamble
    code = re.sub(pattern, close[0], place.case.code)
    return place.mending(f"{wrong} is called {close[0]}", code=code, preamble=preamble)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _specifier_of_unit(place: _Place) -> str | None:
    """Where the preamble takes the unit's names from: the relative import that ends in the unit's name."""
    stem = re.sub(r"\.\w+$", "", place.source.path.rpartition("/")[2])
    found = re.search(rf"['\"](\.{{1,2}}/(?:[^'\"]*/)?{re.escape(stem)}(?:\.\w+)?)['\"]", place.draft.preamble)
    return found[1] if found is not None else None


def _missing_await(place: _Place) -> Mending | None:
    if not re.search(r"expected Promise\b|Received: +Promise \{|\+ Promise \{", place.message):
        return None
    asynchronous = {symbol.name.split(".")[-1] for symbol in place.analysis.symbols if symbol.is_async}
    expected = [(call, subject) for call, subject in expectations(place.root()) if subject.type == "call_expression"]
    waited = [subject for _, subject in expected if _called(subject) in asynchronous]
    if not waited and len(expected) == 1:
        waited = [expected[0][1]]
    if not waited:
        return None
    code = _edited(place.case.code, [(node, f"await {text_of(node)}") for node in waited])
    code = re.sub(r"\A((?:it|test)(?:\.\w+)*\([^\n]*?,\s*)(\(|function\b)", r"\1async \2", code)
    return place.mending(f"waits for {', '.join(sorted({_called(node) for node in waited}))}", code=code)


def _float_noise(place: _Place) -> Mending | None:
    found = re.match(
        rf"AssertionError: expected {_NUMBER} to (?:be|equal|deeply equal) {_NUMBER}\s", f"{place.message}\n"
    )
    found = found or re.search(rf"Expected: {_NUMBER}\s+Received: {_NUMBER}\s", f"{place.message}\n")
    if found is None:
        return None
    values = {float(found[1]), float(found[2])}
    if len(values) == 1 or not math.isclose(*values, rel_tol=1e-9, abs_tol=1e-12):
        return None
    edits: list[tuple[Node, str]] = []
    for matcher, argument in _matchers(place.root(), EQUAL):
        try:
            is_it = float(text_of(argument)) in values
        except ValueError:
            continue
        if is_it:
            edits += [(matcher, "toBeCloseTo"), (argument, f"{text_of(argument)}, 10")]
    return place.mending("compares floats approximately", code=_edited(place.case.code, edits)) if edits else None


def _identity(place: _Place) -> Mending | None:
    """`toBe` asks whether two objects are one and the same; the runner itself says that they are equal."""
    if "serializes to the same string" not in place.message and "no visual difference" not in place.message:
        return None
    edits = [
        (matcher, "toEqual")
        for matcher, argument in _matchers(place.root(), ("toBe",))
        if argument.type in ("object", "array", "new_expression", "identifier")
    ]
    return place.mending("compares values, not identity", code=_edited(place.case.code, edits)) if edits else None


def _wrong_words(place: _Place) -> Mending | None:
    """An error with other words, when the words are the unit's own and its documentation tells of the error."""
    found = re.search(r"but got '(.*)'\s*$|Received message: +\"(.*)\"\s*$", place.message, re.MULTILINE)
    if found is None:
        return None
    actual = found[1] or found[2] or ""
    docs = " ".join(
        symbol.doc or "" for symbol in place.analysis.symbols if symbol.name.split(".")[-1] in place.case.code
    )
    if "@throws" not in docs or not _is_said_by(actual, place.source.text):
        return None
    given = [argument for _, argument in _matchers(place.root(), ("toThrow", "toThrowError"))]
    if len(given) != 1 or given[0].type not in ("string", "regex"):
        return None
    return place.mending("expects the error's own words", code=_edited(place.case.code, [(given[0], _quoted(actual))]))


def _documented_value(place: _Place) -> Mending | None:
    """Another value was expected, but the documentation gives the one that was observed."""
    claims = {plain(claim.call): claim for claim in place.analysis.claims}
    for call, subject in expectations(place.root()):
        inner = unwrap(subject.named_children[0]) if subject.type == "await_expression" else subject
        claim = claims.get(plain(text_of(inner)))
        matcher = matcher_of(call)
        if claim is None or matcher is None or text_of(matcher[0]) not in EQUAL:
            continue
        if plain(text_of(matcher[1])) == plain(claim.expected) or not _is_observed(claim.expected, place.message):
            continue
        code = _edited(place.case.code, [(matcher[1], claim.expected)])
        return place.mending(f"expects what line {claim.line} documents", code=code)
    return None


_TEMPLATES: tuple[Callable[[_Place], Mending | None], ...] = (
    _wrong_on_purpose,
    _untyped_parameter,
    _missing_name,
    _wrong_name,
    _missing_await,
    _float_noise,
    _identity,
    _wrong_words,
    _documented_value,
)


def _is_observed(expected: str, message: str) -> bool:
    """Whether the failure says that this very value came back. Only plain values: others are told in too many ways."""
    found = re.match(r"AssertionError: expected (?P<value>.+?) to (?:be|equal|deeply equal) ", message)
    found = found or re.search(r"^Received: +(?P<value>.+)$", message, re.MULTILINE)
    return found is not None and plain(found["value"]) == plain(expected)


def _is_said_by(message: str, source: str) -> bool:
    """Whether the fixed words of a message stand in the source."""
    words = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]+)*", message)
    return bool(words) and max(words, key=len) in source


def expectations(root: Node) -> Iterator[tuple[Node, Node]]:
    """Every `expect(…)` with what is expected of."""
    for node in walk(root):
        if node.type == "call_expression" and text_of(field(node, "function")) == "expect":
            arguments = field(node, "arguments")
            if arguments is not None and arguments.named_children:
                yield node, arguments.named_children[0]


def matcher_of(call: Node) -> tuple[Node, Node] | None:
    """The name and the first argument of the matcher that follows an `expect(…)`."""
    member = call.parent
    outer = member.parent if member is not None else None
    name, arguments = field(member, "property"), field(outer, "arguments")
    if name is None or arguments is None or not arguments.named_children:
        return None
    return name, arguments.named_children[0]


def _matchers(root: Node, names: Sequence[str]) -> Iterator[tuple[Node, Node]]:
    for node in walk(root):
        function = field(node, "function") if node.type == "call_expression" else None
        name, arguments = field(function, "property"), field(node, "arguments")
        if name is None or arguments is None or text_of(name) not in names or len(arguments.named_children) != 1:
            continue
        if "expect" in text_of(function) and ".not." not in text_of(function):
            yield name, arguments.named_children[0]


def _called(call: Node) -> str:
    return text_of(field(call, "function")).rpartition(".")[2]


def plain(code: str) -> str:
    """The tokens alone, with one kind of quotes."""
    return re.sub(r"\s+", "", code).replace('"', "'").replace("`", "'")


def _quoted(text: str) -> str:
    plain = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return "'" + plain.replace("'", "\\'") + "'"


def _edited(code: str, edits: Sequence[tuple[Node, str]]) -> str:
    encoded = code.encode("utf-8", "replace")
    for node, text in sorted(edits, key=lambda edit: edit[0].start_byte, reverse=True):
        encoded = encoded[: node.start_byte] + text.encode() + encoded[node.end_byte :]
    return encoded.decode("utf-8", "replace")
