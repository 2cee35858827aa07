"""When a failing pytest test is right: what it expects is what the code's own documentation or annotation states."""

import ast
import re
from typing import Any

from testwright.domain.analysis import Analysis, Symbol
from testwright.domain.drafts import Case, Draft
from testwright.domain.suspects import Because, Suspect
from testwright.languages.python.mending import equalities, literal, plain

_ERROR = re.compile(
    r"(?!(?:AssertionError|NameError|ImportError|ModuleNotFoundError|SyntaxError|IndentationError|TimeoutError|OSError|"
    r"FileNotFoundError|FileExistsError|PermissionError|IsADirectoryError|NotADirectoryError|Connection\w*|BlockingIOError)\b)"
    r"[A-Za-z_][\w.]*(?:Error|Exception|Iteration|\.error)\b(?=:|\s*$)"
)
"""An error that is neither a mistake in naming things nor the doing of the place where tests run."""
_TYPES = frozenset({"str", "int", "float", "bool", "list", "dict", "tuple", "set", "bytes"})


def accused(case: Case, draft: Draft, message: str, analysis: Analysis) -> Suspect | None:
    """Only a comparison that failed accuses, or an error where a documented example gives a value: an error on the way
    to anything else may be the test's own.
    """
    try:
        tree = ast.parse(case.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not re.match(r"(?:AssertionError\b|assert\b)", message):
        return _by_example(case, draft, message, analysis, tree) if _is_the_codes_own(message, tree, analysis) else None
    return (
        _by_example(case, draft, message, analysis, tree)
        or _by_type(case, draft, message, analysis, tree)
        or _by_mark(case, draft, message, analysis, tree)
    )


def _by_example(case: Case, draft: Draft, message: str, analysis: Analysis, tree: ast.Module) -> Suspect | None:
    claims = {plain(claim.call): claim for claim in analysis.claims if not claim.setup}
    for call, expected in _compared(tree):
        claim = claims.get(plain(ast.unparse(call)))
        if claim is None or literal(expected) != ast.literal_eval(claim.expected):
            continue
        because = Because(kind="example", text=claim.text, line=claim.line, path=claim.path)
        symbol = _symbol(claim.symbol, analysis)
        if symbol is not None and (_says(message, literal(expected)) or _ERROR.match(message)):
            return _suspect(case, draft, symbol, because, claim.call, claim.expected, message)
    return None


def _is_the_codes_own(message: str, tree: ast.Module, analysis: Analysis) -> bool:
    """Whether it is an error that a test with this one call of the code can hardly have made itself."""
    called = [symbol for node in ast.walk(tree) if (symbol := _called(node, analysis)) is not None]
    if len(called) != 1 or _ERROR.match(message) is None:
        return False
    name = re.escape(called[0].name.rpartition(".")[2])
    # It called what is not there, or with what is not asked for.
    return re.search(rf"\b{name}\(\) |is not callable|^AttributeError: module", message) is None


def _by_type(case: Case, draft: Draft, message: str, analysis: Analysis, tree: ast.Module) -> Suspect | None:
    """`assert isinstance(f(1), str)` of a function that is annotated `-> str`."""
    found = re.search(r"where False = isinstance\(", message)
    for node in ast.walk(tree) if found is not None else ():
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance" and len(node.args) == 2):
            continue
        call, kind = node.args[0], ast.unparse(node.args[1])
        symbol = _called(call, analysis)
        if symbol is not None and kind in _TYPES and symbol.returns == kind:
            because = Because(kind="type", text=f"{symbol.name} is annotated -> {kind}", line=symbol.line)
            return _suspect(case, draft, symbol, because, ast.unparse(call), kind, message)
    return None


def _by_mark(case: Case, draft: Draft, message: str, analysis: Analysis, tree: ast.Module) -> Suspect | None:
    """The writer's own doubt counts where the documentation of what is called states the very value."""
    for call, expected in _compared(tree) if case.suspect else ():
        symbol, value = _called(call, analysis), literal(expected)
        line = stated(value, _prose(symbol)) if symbol is not None else None
        if symbol is not None and line is not None and _says(message, value):
            because = Because(kind="doc", text=line, line=symbol.line)
            return _suspect(case, draft, symbol, because, ast.unparse(call), ast.unparse(expected), message)
    return None


def _prose(symbol: Symbol) -> str:
    """The documentation without its examples: they say what another call gives."""
    name = symbol.name.rpartition(".")[2]
    kept: list[str] = []
    is_example = False
    for line in (symbol.doc or "").splitlines():
        is_example = line.strip().startswith((">>>", "...")) or (is_example and bool(line.strip()))
        if not is_example and not re.search(rf"\b{re.escape(name)}\(", line):
            kept.append(line)
    return "\n".join(kept)


def stated(value: Any, doc: str) -> str | None:
    """The line of the documentation that holds the value, when the value is telling enough to be no chance."""
    telling = (isinstance(value, str) and len(value) > 2) or (
        isinstance(value, (int, float)) and not isinstance(value, bool) and value not in (0, 1, 2, -1)
    )
    if not telling:
        return None
    pattern = rf"(?<![\w.]){re.escape(str(value))}(?![\w]|\.\d)"
    return next((line.strip()[:200] for line in doc.splitlines() if re.search(pattern, line)), None)


def _compared(tree: ast.Module) -> list[tuple[ast.expr, ast.expr]]:
    """Calls with the plain values that they are compared to; `is` and a bare assertion count too."""
    found = [
        pair for one in equalities(tree) for pair in ((one.left, one.comparators[0]), (one.comparators[0], one.left))
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Is):
            found.append((node.left, node.comparators[0]))
    names = {
        node.targets[0].id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    }
    resolved = [(names.get(one.id, one) if isinstance(one, ast.Name) else one, other) for one, other in found]
    return [(one, other) for one, other in resolved if isinstance(one, ast.Call) and _is_literal(other)]


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _says(message: str, expected: Any) -> bool:
    """Whether it was this comparison that failed."""
    return repr(expected)[:40] in message or str(expected)[:40] in message


def _called(call: ast.AST, analysis: Analysis) -> Symbol | None:
    if not isinstance(call, ast.Call):
        return None
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    fits = [
        symbol
        for symbol in analysis.symbols
        if symbol.name == (name or attribute) or (attribute and symbol.name.endswith(f".{attribute}"))
    ]
    return fits[0] if len(fits) == 1 else None


def _symbol(name: str, analysis: Analysis) -> Symbol | None:
    return next((symbol for symbol in analysis.symbols if symbol.name == name), None)


def _suspect(
    case: Case, draft: Draft, symbol: Symbol, because: Because, call: str, expected: str, message: str
) -> Suspect:
    told = re.search(r"^(?:AssertionError: )?assert (.+?) (?:==|is) ", message)
    return Suspect(
        name=case.name,
        symbol=symbol.name,
        line=symbol.line,
        expected=expected,
        observed=told[1] if told is not None else message.splitlines()[0][:200],
        because=because,
        input=call,
        code=case.code,
        preamble=draft.preamble,
    )
