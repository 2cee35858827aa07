"""Plain mistakes of a pytest test, put right without asking anybody: missing imports, typos, float noise.

A wrong expected value is put right only where the code's own documentation gives the value that was observed.
"""

import ast
import difflib
import math
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft, Mending
from testwright.domain.sessions import SourceFile
from testwright.languages.failing import FailingTest

_MODULES = frozenset(
    {
        *("pytest", "json", "math", "asyncio", "re", "os", "sys", "time", "random", "copy", "io", "itertools"),
        *(
            "functools",
            "collections",
            "string",
            "tempfile",
            "pathlib",
            "decimal",
            "uuid",
            "logging",
            "types",
            "textwrap",
        ),
    }
)
_MEMBERS = {
    "mock": "unittest", "Mock": "unittest.mock", "MagicMock": "unittest.mock", "AsyncMock": "unittest.mock",
    "patch": "unittest.mock", "call": "unittest.mock", "ANY": "unittest.mock", "Decimal": "decimal",
    "Fraction": "fractions", "Path": "pathlib", "StringIO": "io", "BytesIO": "io", "Counter": "collections",
    "defaultdict": "collections", "OrderedDict": "collections", "deque": "collections", "UUID": "uuid",
    "timedelta": "datetime", "timezone": "datetime", "date": "datetime", "dataclass": "dataclasses",
    "SimpleNamespace": "types", "suppress": "contextlib", "partial": "functools", "islice": "itertools",
}  # fmt: skip
_NOT_DEFINED = (
    r"(?:E\s+)?NameError: name '(?P<run>\w+)' is not defined"
    r"|(?:mypy|(?:based)?pyright) \S+: (?:Name )?\"(?P<checked>\w+)\" is not defined"
)
_NOT_THERE = (
    r"ImportError: cannot import name '(?P<name>\w+)' from|ModuleNotFoundError: No module named '(?P<module>[\w.]+)'"
)
_CLOSE = 0.8
_MOST_MATCH = 60


def mended(case: Case, draft: Draft, message: str, source: SourceFile, analysis: Analysis) -> Mending | None:
    """The first template that fits. None leaves the test to its writer."""
    place = _Place(case=case, draft=draft, message=message, source=source, analysis=analysis)
    for template in _TEMPLATES:
        found = template(place)
        if found is not None and (found.case != case or found.preamble != draft.preamble) and _parses(found):
            return replace(found, case=replace(found.case, mended=found.what))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place(FailingTest):
    def importing(self, line: str) -> str:
        preamble = self.draft.preamble
        return preamble if line in preamble.splitlines() else f"{line}\n{preamble}".strip("\n")

    def tree(self) -> ast.Module:
        try:
            return ast.parse(self.case.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.Module(body=[], type_ignores=[])


def _missing_name(place: _Place) -> Mending | None:
    found = re.match(_NOT_DEFINED, place.message)
    name = found["run"] or found["checked"] if found else ""
    if not name or not re.search(rf"\b{name}\b", place.case.code):
        return None
    if name in place.exports:
        module = _module_of_unit(place)
        return (
            place.mending(f"imported {name}", preamble=place.importing(f"from {module} import {name}"))
            if module
            else None
        )
    line = _import_line(name, place.case.code)
    if line is not None:
        return place.mending(f"imported {name}", preamble=place.importing(line))
    return _renamed(place, name, place.exports)


def _import_line(name: str, code: str) -> str | None:
    if name == "datetime":
        is_module = re.search(r"\bdatetime\.(?:datetime|date|timedelta|timezone|time)\b", code)
        return "import datetime" if is_module else "from datetime import datetime"
    if name in _MODULES:
        return f"import {name}"
    return f"from {_MEMBERS[name]} import {name}" if name in _MEMBERS else None


def _module_of_unit(place: _Place) -> str | None:
    """The module that the preamble takes the unit's names from."""
    for found in re.finditer(r"^from ([\w.]+) import \(?([^)\n]*(?:\n[^)]*)?)", place.draft.preamble, re.MULTILINE):
        if set(re.findall(r"\w+", found[2])) & set(place.exports):
            return found[1]
    stem = place.source.path.rpartition("/")[2].removesuffix(".py")
    plain = re.search(rf"^import ((?:\w+\.)*{re.escape(stem)})$", place.draft.preamble, re.MULTILINE)
    return plain[1] if plain else None


def _wrong_name(place: _Place) -> Mending | None:
    """A name that the unit does not have, one or two letters away from one that it has."""
    found = re.match(r"(?:E\s+)?AttributeError: module '[\w.]+' has no attribute '(\w+)'", place.message)
    if found is not None:
        return _renamed(place, found[1], place.exports)
    found = re.match(r"(?:E\s+)?AttributeError: '(\w+)' object has no attribute '(\w+)'", place.message)
    if found is not None:
        owner = f"{found[1]}."
        members = [
            symbol.name.removeprefix(owner) for symbol in place.analysis.symbols if symbol.name.startswith(owner)
        ]
        return _renamed(place, found[2], members)
    found = re.search(r"ImportError: cannot import name '(\w+)' from", place.message)
    return _renamed(place, found[1], place.exports) if found is not None else None


def _renamed(place: _Place, wrong: str, names: Sequence[str]) -> Mending | None:
    close = difflib.get_close_matches(wrong, names, n=2, cutoff=_CLOSE)
    if not close or (len(close) > 1 and _likeness(wrong, close[0]) == _likeness(wrong, close[1])):
        return None
    pattern, right = rf"(?<![\w\"']){wrong}\b", close[0]
    return place.mending(
        f"{wrong} is called {right}",
        code=re.sub(pattern, right, place.case.code),
        preamble=re.sub(pattern, right, place.draft.preamble),
    )


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _invented_import(place: _Place) -> Mending | None:
    """A name or a module of the project that is not there keeps all tests from being loaded: the others need it not.

    What the unit defines is taken from the unit; a test that uses something else will fail by itself.
    """
    found = re.search(_NOT_THERE, place.message)
    name = found["name"] or found["module"] if found else ""
    kept: list[str] = []
    left_out = False
    for statement in _statements(place.draft.preamble):
        text, is_without = _without(statement, name, is_module=bool(found and found["module"]))
        left_out = left_out or is_without
        kept += [text] if text else []
    if not left_out:
        return None
    preamble = "\n".join(kept)
    module = _module_of_unit(replace(place, draft=replace(place.draft, preamble=preamble)))
    if name in place.exports and module:
        return place.mending(f"took {name} from {module}", preamble=f"from {module} import {name}\n{preamble}")
    return place.mending(f"left out {name}, which is not there", preamble=preamble)


def _statements(text: str) -> list[str]:
    """Each with what stands above it."""
    try:
        ends = [node.end_lineno or 0 for node in ast.parse(text).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return [text]
    lines = text.split("\n")
    return ["\n".join(lines[first:last]) for first, last in zip([0, *ends], [*ends, len(lines)], strict=True)]


def _without(statement: str, name: str, *, is_module: bool) -> tuple[str, bool]:
    """An import without this name, or module, and whether it had it. Nothing is left of one that had nothing else."""
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return statement, False
    node = body[0] if len(body) == 1 else None
    if isinstance(node, ast.ImportFrom):
        gone = [alias for alias in node.names if alias.name == name] if not is_module else []
        gone = node.names if is_module and node.module == name else gone
    elif isinstance(node, ast.Import) and is_module:
        gone = [alias for alias in node.names if alias.name == name]
    else:
        return statement, False
    node.names = [alias for alias in node.names if alias not in gone]
    return (statement if not gone else ast.unparse(node) if node.names else ""), bool(gone)


def _missing_await(place: _Place) -> Mending | None:
    if not re.search(r"<coroutine object |'coroutine' object ", place.message.partition("\nE ")[0]):
        return None
    asynchronous = {symbol.name for symbol in place.analysis.symbols if symbol.is_async and "." not in symbol.name}
    tree = place.tree()
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _last_name(node.func) in asynchronous
        and not isinstance(parents.get(id(node)), (ast.Await, ast.Call))
    ]
    if not calls:
        return None
    is_async = any(isinstance(node, ast.AsyncFunctionDef) for node in tree.body)
    wrap: Callable[[str], str] = (lambda text: f"await {text}") if is_async else (lambda text: f"asyncio.run({text})")
    edits = [(node, wrap(ast.get_source_segment(place.case.code, node) or "")) for node in calls]
    names = ", ".join(sorted({_last_name(node.func) for node in calls}))
    preamble = None if is_async else place.importing("import asyncio")
    return place.mending(f"waits for {names}", code=_edited(place.case.code, edits), preamble=preamble)


def _async_test(place: _Place) -> Mending | None:
    """Nothing here runs coroutines, so the test runs its own."""
    if "async def functions are not natively supported" not in place.message:
        return None
    found = re.match(
        r"(?P<before>(?:@[^\n]*\n)*)async (?P<head>def \w+\([^)]*\)[^\n:]*:)\n(?P<body>.*)\Z",
        place.case.code,
        re.DOTALL,
    )
    if found is None or "asyncio" in found["before"] or "yield" in found["body"]:
        return None
    body = textwrap.indent(found["body"].rstrip(), "    ")
    code = f"{found['before']}{found['head']}\n    async def scenario():\n{body}\n\n    asyncio.run(scenario())"
    return place.mending("runs its coroutine itself", code=code, preamble=place.importing("import asyncio"))


def _float_noise(place: _Place) -> Mending | None:
    number = r"(-?\d+\.?\d*(?:e[+-]?\d+)?)"
    found = re.match(rf"assert {number} == {number}\s", f"{place.message}\n") or re.search(
        rf"At index \d+ diff: {number} != {number}\s", f"{place.message}\n"
    )
    if found is None:
        return None
    one, other = float(found[1]), float(found[2])
    if one == other or not math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12):
        return None
    edits = [
        (side, f"pytest.approx({ast.get_source_segment(place.case.code, side)})")
        for compare in equalities(place.tree())
        for side in (compare.left, compare.comparators[0])
        if (value := literal(side)) is not _NOTHING and _numbers(value) and {one, other} & set(_numbers(value))
    ]
    if not edits:
        return None
    return place.mending(
        "compares floats approximately", code=_edited(place.case.code, edits), preamble=place.importing("import pytest")
    )


def _wrong_pattern(place: _Place) -> Mending | None:
    """The right error with other words, when the words are the unit's own and its documentation names the error."""
    found = re.search(
        r"Regex pattern did not match.*?(?:Actual message|Input): '(.*)'\s*$", place.message, re.DOTALL | re.M
    )
    if found is None:
        return None
    actual = found[1].partition("\n")[0].removesuffix("'")
    docs = " ".join(symbol.doc or "" for symbol in place.analysis.symbols if _mentions(place.case.code, symbol.name))
    raised = [
        node
        for node in ast.walk(place.tree())
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("raises") and node.args
    ]
    patterns = [(node, word.value) for node in raised for word in node.keywords if word.arg == "match"]
    if len(patterns) != 1 or not _is_said_by(actual, place.source.text):
        return None
    node, pattern = patterns[0]
    if not re.search(rf"\b{re.escape(ast.unparse(node.args[0]).rpartition('.')[2])}\b", docs):
        return None
    words = re.sub(r"([.^$*+?{}\[\]|()\\])", r"\\\1", actual[:_MOST_MATCH])
    quoted = f'r"{words}"' if "\\" in words else f'"{words}"'
    if '"' in words:
        return None
    return place.mending("expects the error's own words", code=_edited(place.case.code, [(pattern, quoted)]))


def _documented_value(place: _Place) -> Mending | None:
    """Another value was expected, but the documentation gives the one that was observed."""
    found = re.match(r"(?:AssertionError: )?assert (?P<told>.+)", place.message)
    if found is None:
        return None
    claims = {plain(claim.call): claim for claim in place.analysis.claims if not claim.setup}
    for compare in equalities(place.tree()):
        for call, expected in ((compare.left, compare.comparators[0]), (compare.comparators[0], compare.left)):
            claim = claims.get(plain(ast.unparse(call)))
            if claim is None or literal(expected) is _NOTHING:
                continue
            promised = ast.literal_eval(claim.expected)
            told = _sides(found["told"])
            if told is None or promised == literal(expected) or promised not in told or literal(expected) not in told:
                continue
            code = _edited(place.case.code, [(expected, claim.expected)])
            return place.mending(f"expects what line {claim.line} documents", code=code)
    return None


_TEMPLATES: tuple[Callable[[_Place], Mending | None], ...] = (
    _missing_name,
    _wrong_name,
    _invented_import,
    _missing_await,
    _async_test,
    _float_noise,
    _wrong_pattern,
    _documented_value,
)
_NOTHING = object()


def _sides(told: str) -> list[Any] | None:
    """Both values of a comparison as pytest tells it."""
    try:
        node = ast.parse(told.splitlines()[0], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
        return None
    sides = [literal(node.left), literal(node.comparators[0])]
    return None if _NOTHING in sides else sides


def equalities(tree: ast.AST) -> Iterator[ast.Compare]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield node


def literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _NOTHING


def _numbers(value: Any) -> list[float]:
    """The numbers of a value that pytest.approx takes; none when anything else is in it."""
    values = list(value.values()) if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    plain = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)
    return [float(one) for one in values] if plain else []


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _mentions(code: str, symbol: str) -> bool:
    return re.search(rf"\b{re.escape(symbol.rpartition('.')[2])}\b", code) is not None


def _is_said_by(message: str, source: str) -> bool:
    """Whether the fixed words of a message stand in the source."""
    words = re.findall(r"[A-Za-z]{3,}(?: [A-Za-z]+)*", message)
    return bool(words) and max(words, key=len) in source


def plain(call: str) -> str:
    try:
        return ast.unparse(ast.parse(call, mode="eval"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return call


def _edited(code: str, edits: Sequence[tuple[ast.expr, str]]) -> str:
    """The code with the text of some expressions replaced, from the end to the start."""
    starts = [0]
    for line in code.encode().split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    encoded = code.encode()
    spans = [
        (
            starts[node.lineno - 1] + node.col_offset,
            starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0),
            text,
        )
        for node, text in edits
    ]
    for start, end, text in sorted(spans, reverse=True):
        encoded = encoded[:start] + text.encode() + encoded[end:]
    return encoded.decode()


def _parses(mending: Mending) -> bool:
    try:
        ast.parse(f"{mending.preamble}\n\n\n{mending.case.code}")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
