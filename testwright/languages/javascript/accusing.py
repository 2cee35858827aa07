"""When a failing JavaScript test is right: what it expects is what the code's own documentation or type states."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Symbol
from testwright.domain.drafts import Case, Draft
from testwright.domain.suspects import Because, Suspect
from testwright.languages.javascript.asserting import Words, words_in
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, unwrap, walk
from testwright.languages.javascript.mending import EQUAL, expectations, matcher_of, plain

_DEFAULT = re.compile(
    r"^\s*(?:(?:const|let|var)\s+([\w$]+)\s*=\s*require\(|import\s+([\w$]+)\s+from)\s*['\"]\.", re.MULTILINE
)
"""What a test takes from the project's own modules as a whole."""
_ERROR = re.compile(r"\A(?!AssertionError|ReferenceError|SyntaxError)[A-Z]\w*(?:Error|Exception)\b")
_MISTAKE = re.compile(
    r"(?i:is not (?:a function|a constructor|defined)|cannot find|failed to (?:load|resolve)|timed? ?out)"
    r"|\bE[A-Z]{4,}\b"
)
"""Words of an error that the test may have made, or the place where it runs."""
_FAILED = re.compile(
    r"\A(?:AssertionError(?: \[ERR_ASSERTION\])?: (?:expected |Expected )|(?:Error: )?expect\(received\))"
)
_NODES_EQUAL = re.compile(r"assert\.(?:strict\.)?(?:equal|strictEqual|deepEqual|deepStrictEqual)")
_CHAIS_EQUAL = re.compile(r"\)\.(?:to|should)\.(?:(?:be|deep)\.)*(?:equal|equals|eql|eq)\Z")
_OBSERVED = (
    re.compile(r"\AAssertionError: expected (.+?) to (?:be|equal|eql|deeply equal|deep equal|strictly equal) "),
    re.compile(r"^Received: +(.+)$", re.MULTILINE),
    re.compile(r"\AAssertionError \[ERR_ASSERTION\]: Expected values to be \S+ equal:\s+(.+) !== ", re.MULTILINE),
)
_CHECKS = re.compile(r"\bexpect\(|\bassert(?:\.\w+)*\(")


def accused(case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
    """Only a comparison that failed accuses, or an error where a documented example gives a value: an error on the way
    to anything else may be the test's own.
    """
    taken = frozenset(name for pair in _DEFAULT.findall(draft.preamble) for name in pair if name)
    root = parse(case.code)
    is_error = not _FAILED.match(message)
    if is_error and not _is_the_codes_own(message, root, analysis, taken):
        return None
    words = words_in(parse(draft.preamble))
    is_alone = len(_CHECKS.findall(words.in_usual(case.code))) == 1
    for subject, expected in _compared(root, words):
        inner = unwrap(subject.named_children[0]) if subject.type == "await_expression" else unwrap(subject)
        if inner is None:
            continue
        symbol = _called(field(inner, "argument") if inner.type == "unary_expression" else inner, analysis, taken)
        if symbol is None or not (is_error or is_alone or _says(message, expected)):
            continue
        because = _by_example(inner, expected, symbol, analysis)
        if because is None and not is_error:
            because = _by_word(case, inner, expected, symbol)
        if because is not None:
            return Suspect(
                name=case.name,
                symbol=symbol.name,
                line=symbol.line,
                expected=text_of(expected),
                observed=_observed(message),
                because=because,
                input=text_of(inner),
                code=case.code,
                preamble=f"{draft.preamble}\n\n{case.setting}" if case.setting else draft.preamble,
            )
    return None


def _compared(root: Node, words: Words) -> Iterator[tuple[Node, Node]]:
    """What is compared, and with what: `expect` of jest, vitest and chai, and node's `assert`."""
    for expectation, subject in expectations(root):
        matcher = matcher_of(expectation)
        if matcher is not None and text_of(matcher[0]) in EQUAL:
            yield subject, matcher[1]
    for node in walk(root):
        arguments = field(node, "arguments") if node.type == "call_expression" else None
        given = arguments.named_children if arguments is not None else []
        callee = words.in_usual(text_of(field(node, "function")))
        if len(given) >= 2 and _NODES_EQUAL.fullmatch(callee):
            yield given[0], given[1]
        elif len(given) == 1 and _CHAIS_EQUAL.search(callee):
            yield from ((subject, given[0]) for _, subject in expectations(node))


def _is_the_codes_own(message: str, root: Node, analysis: Analysis, taken: frozenset[str]) -> bool:
    """Whether it is an error that a test with this one call of the code can hardly have made itself."""
    calls = [node for node in walk(root) if _called(node, analysis, taken) is not None]
    return _ERROR.match(message) is not None and _MISTAKE.search(message) is None and len(calls) == 1


def _by_example(inner: Node, expected: Node, symbol: Symbol, analysis: Analysis) -> Because | None:
    call = plain(_under_its_name(inner, symbol))
    for claim in analysis.claims:
        if plain(claim.call) == call and plain(claim.expected) == plain(text_of(expected)):
            return Because(kind="example", text=claim.text, line=claim.line, path=claim.path)
    return None


def _by_word(case: Case, inner: Node, expected: Node, symbol: Symbol) -> Because | None:
    if inner.type == "unary_expression":
        return _by_type(inner, expected, symbol)
    line = _stated(expected, _prose(symbol)) if case.suspect else None
    return Because(kind="doc", text=line, line=symbol.line) if line is not None else None


def _by_type(inner: Node, expected: Node, symbol: Symbol) -> Because | None:
    """`typeof f(1)` of a function that is declared to give that type."""
    kind = string_value(expected)
    if kind not in ("string", "number", "boolean") or not text_of(inner).startswith("typeof"):
        return None
    if symbol.returns == kind:
        return Because(kind="type", text=f"the result is declared as {kind}", line=symbol.line)
    if re.search(rf"@returns?\s+\{{{kind}\}}", symbol.doc or ""):
        return Because(kind="type", text=f"the comment says @returns {{{kind}}}", line=symbol.line)
    return None


def _prose(symbol: Symbol) -> str:
    """The documentation without its examples: they say what another call gives."""
    name = re.escape(symbol.name.rpartition(".")[2])
    lines = (symbol.doc or "").splitlines()
    return "\n".join(line for line in lines if not re.search(rf"(?<![\w$]){name}\(|^[\s*]*//", line))


def _stated(expected: Node, doc: str) -> str | None:
    """The line of the documentation that holds the value, when the value is telling enough to be no chance."""
    said = string_value(expected)
    value = said if said is not None else text_of(expected)
    is_number = expected.type in ("number", "unary_expression")
    if (said is None and not is_number) or (said is not None and len(said) < 3) or value in ("0", "1", "2", "-1"):
        return None
    pattern = rf"(?<![\w.]){re.escape(value)}(?![\w]|\.\d)"
    return next((line.strip()[:200] for line in doc.splitlines() if re.search(pattern, line)), None)


def _says(message: str, expected: Node) -> bool:
    """Whether it was this comparison that failed."""
    said = string_value(expected)
    return (said if said is not None else text_of(expected))[:40] in message


def _observed(message: str) -> str:
    for pattern in _OBSERVED:
        if found := pattern.search(message):
            return found[1]
    return message.splitlines()[0][:200]


def _called(call: Node | None, analysis: Analysis, taken: frozenset[str]) -> Symbol | None:
    """`taken` are the test's own names for what a module gives as a whole."""
    if call is None or call.type != "call_expression":
        return None
    callee = text_of(field(call, "function"))
    if callee in taken:
        return next((symbol for symbol in analysis.symbols if symbol.is_default_export), None)
    name = callee.rpartition(".")[2]
    fits = [symbol for symbol in analysis.symbols if symbol.name == name or symbol.name.endswith(f".{name}")]
    return fits[0] if len(fits) == 1 else None


def _under_its_name(call: Node, symbol: Symbol) -> str:
    """The call as a claim has it, whatever the test calls the module or its default export."""
    arguments = field(call, "arguments")
    return f"{symbol.name}{text_of(arguments)}" if arguments is not None else text_of(call)
