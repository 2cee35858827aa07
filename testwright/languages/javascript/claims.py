"""What the documentation of a JavaScript file promises: calls that are written down together with their result."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from testwright.domain.analysis import Analysis, Claim, Symbol, SymbolKind
from testwright.domain.sessions import SourceFile
from testwright.languages.javascript.grammar import field, parse, walk

_MOST = 60
_SIGN = r"(?:=>|->|→|===?|(?:returns|outputs?|result)\b:?)"
_RESULT = re.compile(rf"^[;`]*\s*(?:=>|->|→|===?|//\s*{_SIGN}?|returns\s|gives\s)\s*(?P<result>.+?)[`.;]*$")
_BELOW = re.compile(rf"^//\s*{_SIGN}\s*(?P<result>.+?)[`.;]*$")
_TAKEN = re.compile(
    r"^\s*(?:(?:const|let|var)\s+(?P<name>[\w$]+)\s*=\s*require\(|import\s+(?P<default>[\w$]+)\s+from)\s*"
    r"['\"](?P<module>[^'\"]+)['\"]",
    re.MULTILINE,
)
_HEADING = re.compile(r"^#\s+(?P<title>.+)$", re.MULTILINE)
_SET_UP = re.compile(r"^\s*(?:let|var|const)\s+\w+\s*=(?!\s*require\b)|^\s*(?:for|class|function)\b", re.MULTILINE)
"""What was set up before a call may change what it gives."""
_FENCED = re.compile(r"```(?:js|javascript|ts|typescript|jsx|tsx|mjs)[^\n]*\n(.*?)```", re.DOTALL)
_PLAIN = frozenset(
    {
        *("string", "string_fragment", "escape_sequence", "number", "true", "false", "null", "undefined"),
        *("array", "object", "pair", "property_identifier", "unary_expression", "parenthesized_expression"),
        *("template_string",),
    }
)


def claims_of(source: SourceFile, analysis: Analysis, readme: str | None) -> tuple[Claim, ...]:
    """Only calls of functions with plain arguments and a plain result: everything else is not ours to compare."""
    wanted = (SymbolKind.FUNCTION, SymbolKind.METHOD)
    symbols = [
        symbol
        for symbol in analysis.symbols
        if symbol.kind in wanted and ("." not in symbol.name or symbol.is_static) and not symbol.is_generator
    ]
    lines = source.text.splitlines()
    found = [
        claim for symbol in symbols if symbol.doc for claim in _written(_comment_above(lines, symbol.line), [symbol])
    ]
    if readme is not None:
        found += [replace(claim, path="README") for claim in _in_readme(readme, symbols)]
    distinct: dict[tuple[str, str], Claim] = {}
    for claim in found:
        distinct.setdefault((claim.call, claim.expected), claim)
    # One call with two results is shown in two states, or two versions: neither is a promise.
    calls = [call for call, _ in distinct]
    return tuple(claim for claim in distinct.values() if calls.count(claim.call) == 1)[:_MOST]


def _comment_above(lines: Sequence[str], line: int) -> list[tuple[int, str]]:
    """The lines of the comment that ends right above a line, without their stars."""
    found: list[tuple[int, str]] = []
    number = line - 1
    while number >= 1 and re.match(r"\s*(?:/?\*|//)|.*\*/\s*$", lines[number - 1]):
        text = lines[number - 1].strip()
        found.append((number, re.sub(r"^/?\*+/?\s?|\s*\*+/$", "", text).strip()))
        if text.startswith("/**"):
            break
        number -= 1
    return found[::-1]


def _in_readme(text: str, symbols: Sequence[Symbol]) -> Iterator[Claim]:
    names = _module_names(text)
    for block in _FENCED.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        numbered = [(first + at, line.strip()) for at, line in enumerate(block[1].splitlines())]
        if not _SET_UP.search(block[1]):
            yield from _written(numbered, symbols, names)


def _module_names(text: str) -> frozenset[str]:
    """What a README calls the whole of what is exported: its title, and what it takes from a module of that name."""
    heading = _HEADING.search(text)
    title = _letters(heading["title"].partition(" ")[0]) if heading is not None else ""
    taken = {
        found["name"] or found["default"]
        for found in _TAKEN.finditer(text)
        if found["module"].startswith(".") or _letters(found["module"].rpartition("/")[2]) == title
    }
    word = heading["title"].strip(" `") if heading is not None else ""
    return frozenset(taken | ({word} if re.fullmatch(r"[A-Za-z_$][\w$]*", word) else set()))


def _letters(name: str) -> str:
    return re.sub(r"\W|_", "", name).lower()


def _written(
    numbered: Sequence[tuple[int, str]], symbols: Sequence[Symbol], module: frozenset[str] = frozenset()
) -> Iterator[Claim]:
    """`slug('A b') // 'a-b'`, and the same with `=>`, `→`, `===`, or the result in a comment below.

    `module` are names that a README has for the whole of what is exported.
    """
    for at, (number, text) in enumerate(numbered):
        below = numbered[at + 1][1] if at + 1 < len(numbered) else ""
        for symbol in symbols:
            found = re.search(rf"(?<![\w$.])(?:{'|'.join(map(re.escape, _names_of(symbol, module)))})\(", text)
            call = _balanced(text, found.start()) if found is not None else None
            if found is None or call is None:
                continue
            before, rest = text[: found.start()], text[found.start() + len(call) :].strip()
            if before.strip() == "console.log(" and rest.startswith(")"):
                before, rest = "", rest[1:].strip()
            if before.strip("`* ").removeprefix("@example").strip():
                continue
            result = _RESULT.match(rest) or (_BELOW.match(below) if rest in ("", ";") else None)
            expected = _plain(result["result"]) if result is not None else ""
            if expected:
                said = text if _RESULT.match(rest) else f"{text} {below}"
                call = f"{symbol.name}{call[len(found[0]) - 1 :]}"
                yield Claim(symbol=symbol.name, call=call, expected=expected, text=said, line=number)


def _names_of(symbol: Symbol, module: frozenset[str]) -> list[str]:
    own = sorted(module) if symbol.is_default_export else [f"{name}.{symbol.name}" for name in sorted(module)]
    return [symbol.name, *own]


def _plain(text: str) -> str:
    """The result without what is said about it: `5 // five`, `'a' (lower case)`."""
    text = text.strip().strip("`").strip()
    candidates = (text, text.partition(" //")[0].strip(), text.partition(" (")[0].strip(), text.rstrip(";").strip())
    return next((part for part in candidates if part and _is_literal(part)), "")


def _balanced(text: str, start: int) -> str | None:
    """The call that begins at `start`, when all its arguments are plain values."""
    end = text.find(")", start)
    while end != -1:
        root = parse(text[start : end + 1])
        if not root.has_error:
            call = next((node for node in walk(root) if node.type == "call_expression"), None)
            arguments = field(call, "arguments")
            is_plain = arguments is not None and all(
                node.type in _PLAIN or node.type == "binary_expression"
                for child in arguments.named_children
                for node in walk(child)
                if node.is_named
            )
            return text[start : end + 1] if is_plain else None
        end = text.find(")", end + 1)
    return None


def _is_literal(text: str) -> bool:
    if "..." in text or "…" in text:
        return False
    root = parse(f"({text})")
    inner = root.named_children[0] if len(root.named_children) == 1 and not root.has_error else None
    if inner is None or inner.type != "expression_statement" or text.startswith("("):
        return False
    return all(node.type in _PLAIN for node in walk(inner.named_children[0]) if node.is_named)
