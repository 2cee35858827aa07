"""When a failing JavaScript test is right: what it expects is what the code's own documentation or type states."""

import re

from tree_sitter import Node

from testwright.domain.analysis import Analysis, Symbol
from testwright.domain.drafts import Case, Draft
from testwright.domain.suspects import Because, Suspect
from testwright.languages.javascript.grammar import field, parse, string_value, text_of, unwrap
from testwright.languages.javascript.mending import EQUAL, expectations, matcher_of, plain

_DEFAULT = re.compile(
    r"^\s*(?:(?:const|let|var)\s+([\w$]+)\s*=\s*require\(|import\s+([\w$]+)\s+from)\s*['\"]\.", re.MULTILINE
)
"""What a test takes from the project's own modules as a whole."""
_FAILED = re.compile(r"\A(?:AssertionError: expected |(?:Error: )?expect\(received\))")


def accused(case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
    """Only a comparison that failed accuses: an error on the way to it may be the test's own."""
    if not _FAILED.match(message):
        return None
    claims = {plain(claim.call): claim for claim in analysis.claims}
    taken = frozenset(name for pair in _DEFAULT.findall(draft.preamble) for name in pair if name)
    for expectation, subject in expectations(parse(case.code)):
        matcher = matcher_of(expectation)
        inner = unwrap(subject.named_children[0]) if subject.type == "await_expression" else unwrap(subject)
        if matcher is None or inner is None or text_of(matcher[0]) not in EQUAL or not _says(message, matcher[1]):
            continue
        expected, because = text_of(matcher[1]), None
        symbol = _called(inner, analysis, taken)
        claim = claims.get(plain(_under_its_name(inner, symbol))) if symbol is not None else None
        if claim is not None and plain(claim.expected) == plain(expected):
            because = Because(kind="example", text=claim.text, line=claim.line, path=claim.path)
        elif (
            inner.type == "unary_expression"
            and (symbol := _called(field(inner, "argument"), analysis, taken)) is not None
        ):
            because = _by_type(inner, matcher[1], symbol)
        elif case.suspect and symbol is not None and (line := _stated(matcher[1], symbol.doc or "")) is not None:
            because = Because(kind="doc", text=line, line=symbol.line)
        if because is not None and symbol is not None:
            return Suspect(
                name=case.name,
                symbol=symbol.name,
                line=symbol.line,
                expected=expected,
                observed=_observed(message),
                because=because,
                input=text_of(inner),
                code=case.code,
                preamble=draft.preamble,
            )
    return None


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
    found = re.match(r"AssertionError: expected (.+?) to (?:be|equal|deeply equal|strictly equal) ", message)
    found = found or re.search(r"^Received: +(.+)$", message, re.MULTILINE)
    return found[1] if found is not None else message.splitlines()[0][:200]


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
