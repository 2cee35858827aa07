"""What the documentation of a Python file promises: doctests, and calls that are written down with their result."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from testwright.domain.analysis import Analysis, Claim, Symbol, SymbolKind
from testwright.domain.drafts import Draft
from testwright.domain.sessions import SourceFile

_MOST = 60
_WHY = "possible bug: the code contradicts what it promises"
_RESULT = re.compile(
    r"""^[`"']?\s*(?:->|=>|==|→|\#\s*(?:->|=>|==|→|(?:returns|gives|outputs?|result)\b:?)?|(?:returns|gives|is)\s)\s*"""
    r"(?P<result>.+?)[`.;]*$"
)
_SPELT = {"true": "True", "false": "False", "none": "None"}
"""How people write these in prose."""
_FENCED = re.compile(r"```(?:py|python|pycon|python3|doctest)?[^\n]*\n(.*?)```", re.DOTALL)


def claims_of(source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
    """Only examples whose result is a plain value: everything else is not ours to compare."""
    symbols = [symbol for symbol in analysis.symbols if symbol.kind in (SymbolKind.FUNCTION, SymbolKind.METHOD)]
    classes = [symbol for symbol in analysis.symbols if symbol.kind is SymbolKind.CLASS]
    found = list(_in_source(source.text, [*symbols, *classes]))
    if readme is not None:
        plain = [symbol for symbol in symbols if symbol.kind is SymbolKind.FUNCTION]
        found += [replace(claim, path="README") for claim in _in_readme(readme, plain)]
    distinct: dict[tuple[str, str], Claim] = {}
    for claim in found:
        distinct.setdefault((claim.call, claim.expected), claim)
    # One call with two results is shown in two states, or two versions: neither is a promise.
    calls = [call for call, _ in distinct]
    return tuple(claim for claim in distinct.values() if calls.count(claim.call) == 1)[:_MOST]


def marked(draft: Draft, framework: str) -> Draft:
    """The cases with the mark that says that they fail today."""
    mark = (
        "@unittest.expectedFailure" if framework == "unittest" else f'@pytest.mark.xfail(strict=True, reason="{_WHY}")'
    )
    needed = f"import {'unittest' if framework == 'unittest' else 'pytest'}"
    preamble = draft.preamble
    if needed not in preamble.splitlines():
        blocks = preamble.split("\n\n")
        blocks.insert(1 if preamble.startswith("import ") else 0, needed)
        preamble = "\n\n".join(block for block in blocks if block)
    return Draft(preamble=preamble, cases=tuple(replace(case, code=f"{mark}\n{case.code}") for case in draft.cases))


def _in_source(text: str, symbols: Sequence[Symbol]) -> Iterator[Claim]:
    lines = text.splitlines()
    for symbol in symbols:
        inner = [other for other in symbols if other is not symbol and symbol.line <= other.line <= symbol.end_line]
        told = {line.strip() for line in (symbol.doc or "").splitlines()}
        bare = {number: _bare(lines[number - 1]) for number in range(symbol.line, min(symbol.end_line, len(lines)) + 1)}
        numbered = [
            (number, text)
            for number, text in bare.items()
            if text in told and not any(other.line <= number <= other.end_line for other in inner)
        ]
        yield from _doctests(numbered, symbols, symbol)
        yield from _written(numbered, [symbol])


def _bare(line: str) -> str:
    """A line of a docstring without the quotes that open or close it."""
    return re.sub(r"^[rR]?(?:\"{3}|'{3})|(?:\"{3}|'{3})$", "", line.strip()).strip()


def _in_readme(text: str, symbols: Sequence[Symbol]) -> Iterator[Claim]:
    for block in _FENCED.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        numbered = [(first + at, line) for at, line in enumerate(block[1].splitlines())]
        yield from _doctests(numbered, symbols, None)
        if not re.search(r"^\s*[\w, ]+ = |^\s*(?:with|for|class|def) ", block[1], re.MULTILINE):
            yield from _written(numbered, symbols)


def _doctests(numbered: Sequence[tuple[int, str]], symbols: Sequence[Symbol], owner: Symbol | None) -> Iterator[Claim]:
    setup: list[str] = []
    at = 0
    while at < len(numbered):
        number, line = numbered[at]
        at += 1
        if not line.strip().startswith(">>>"):
            continue
        code = [line.strip()[3:].strip()]
        while at < len(numbered) and numbered[at][1].strip().startswith("..."):
            code.append(numbered[at][1].strip()[4:])
            at += 1
        wanted: list[str] = []
        while at < len(numbered) and _goes_on(numbered[at], numbered[at - 1]):
            wanted.append(numbered[at][1].strip())
            at += 1
        if owner is not None and any("\\" in line for line in (*code, *wanted)):
            return  # a docstring's escapes are another text than the reader sees
        call, expected = "\n".join(code), " ".join(wanted).strip().removesuffix('"""').strip()
        if "doctest:" in call or "..." in expected:
            return
        if not expected:
            call, expected = _with_comment(call)
        if _is_import(call):
            continue
        if not _is_expression(call):
            setup.append(call)
            continue
        symbol = _called(call, symbols) or (owner if setup else None)
        if symbol is not None and expected and _is_literal(expected) and not call.startswith("print("):
            text = f">>> {call} gives {expected}"
            yield Claim(symbol=symbol.name, call=call, expected=expected, text=text, line=number, setup=tuple(setup))
        elif not expected:
            setup.append(call)


def _with_comment(call: str) -> tuple[str, str]:
    """`slug("A b")  # returns "a-b"`: the call, and the result that stands behind it."""
    for mark in re.finditer(r"\s+#", call):
        before = call[: mark.start()]
        result = _RESULT.match(call[mark.start() :].strip()) if _is_expression(before) and "\n" not in call else None
        if result is not None:
            return before, _plain(result["result"])
    return call, ""


def _goes_on(here: tuple[int, str], before: tuple[int, str]) -> bool:
    text = here[1].strip()
    return here[0] == before[0] + 1 and bool(text) and not text.startswith((">>>", '"""', "'''", "```"))


def _written(numbered: Sequence[tuple[int, str]], symbols: Sequence[Symbol]) -> Iterator[Claim]:
    """`slug("A b") -> "a-b"`, and the same with `=>`, `==`, `→`, `# …` or the word returns."""
    for number, line in numbered:
        text = line.strip()
        if text.startswith((">>>", "...")) or "\\" in text:
            continue
        for symbol in symbols:
            if symbol.kind is SymbolKind.CLASS or "." in symbol.name:
                continue
            found = re.search(rf"(?<![\w.]){re.escape(symbol.name)}\(", text)
            call = _balanced(text, found.start()) if found is not None else None
            if found is None or call is None or not _has_literal_arguments(call):
                continue
            result = _RESULT.match(text[found.start() + len(call) :].strip())
            expected = _plain(result["result"]) if result is not None else ""
            if expected and "..." not in expected and _is_literal(expected):
                yield Claim(symbol=symbol.name, call=call, expected=expected, text=text, line=number)


def _plain(text: str) -> str:
    """The result without what is said about it: `5  # five`, `3, since …`."""
    text = text.strip().strip("`").strip()
    parts = (text, text.partition("  #")[0].strip(), text.partition(" (")[0])
    return next((part for part in (_SPELT.get(part, part) for part in parts) if _is_literal(part)), "")


def _called(call: str, symbols: Sequence[Symbol]) -> Symbol | None:
    """The symbol that the expression asks last: of `cart.total()` the method, of `slug("a")` the function."""
    node = ast.parse(call, mode="eval").body
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        name = node.func.id
        return next((symbol for symbol in symbols if symbol.name == name), None)
    if isinstance(node.func, ast.Attribute):
        name = f".{node.func.attr}"
        return next((symbol for symbol in symbols if symbol.name.endswith(name)), None)
    return None


def _balanced(text: str, start: int) -> str | None:
    end = text.find(")", start)
    while end != -1:
        if _is_expression(text[start : end + 1]):
            return text[start : end + 1]
        end = text.find(")", end + 1)
    return None


def _has_literal_arguments(call: str) -> bool:
    node = ast.parse(call, mode="eval").body
    return isinstance(node, ast.Call) and all(
        _is_literal(ast.unparse(value)) for value in (*node.args, *(keyword.value for keyword in node.keywords))
    )


def _is_import(code: str) -> bool:
    return re.match(r"(?:from|import)\b", code) is not None


def _is_expression(code: str) -> bool:
    try:
        ast.parse(code, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True
