"""Which observations look like bugs: the result contradicts the code's own type, name or documentation.

A false alarm costs more than a bug that is missed, so every rule asks first whether the input was allowed.
"""

from __future__ import annotations

import ast
import inspect
import math
import re
import types
import typing
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from testwright.writers.explorer.python.probe.facts import Facts
from testwright.writers.explorer.python.probe.hints import fits, spoken
from testwright.writers.explorer.python.probe.scenarios import Scenario

_QUESTION = re.compile(r"_?(?:is|has|can|should)_[a-z]")
_SORTING = re.compile(
    r"_?(?:sort(?:ed)?|sort_(?:ascending|numbers|values|items|words|names|list|strings|unique)|sorted_[a-z]+|[a-z_]+_sorted)\Z"
)
_OTHER_ORDER = re.compile(
    r"\b(?:desc\w*|revers\w*|key|by|topolog\w*|priorit\w*|natural|first|last|custom|order of|depend\w*|random)\b|"
    r"(?:^|_)(?:by|desc\w*|reverse\w*|un|partially|topo\w*)(?:_|\b)",
    re.IGNORECASE,
)
_OTHER_ANSWER = re.compile(r"\breturns?:?\s+(?:the|an?|number|count|none|index|match|first|how many)\b", re.IGNORECASE)
_GLUED = re.compile(r"(?<![=(\[{'\"])(?:None(?![A-Za-z])|\bnan\b)")
_WRITES_PYTHON = re.compile(
    r"repr|str\b|dump|debug|describe|inspect|serial|encode|pprint|signature|annotat|literal|code|source|to_string|quote|json|sql|"
    r"format_value|render|spell|print|pretty"
)
_CRASHES = ("TypeError", "AttributeError")
_MISUSE = re.compile(
    r"'(?:NoneType|str|int|float|bool|list|dict|tuple|set|bytes)' object|unsupported operand|not supported between|"
    r"can only concatenate|must be str|expected str|indices must be|argument must be|unhashable"
)
"""Plain values in the wrong place. What an object of the project lacks, or a format string wants, is the caller's."""
_UNKNOWN_NAMES = ("NameError", "UnboundLocalError")
_LOOKUPS = ("KeyError", "IndexError")
_PROMISED = re.compile(r"\b(?:empty|missing|unknown|not found|absent|no such|out of range|too short)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Suspicion:
    """`assertion` is an expression that would hold if the code kept its word; the bare call where it must not crash."""

    kind: str
    expected: str
    observed: str
    text: str
    assertion: str


@dataclass(frozen=True)
class Seen:
    """One call as it went: its arguments' values, the subject, and the result, or the error that nobody meant."""

    scenario: Scenario
    call: str
    given: tuple[Any, ...]
    subject: Any
    value: Any
    crash: Exception | None = None
    is_inside: bool = False


class Judge:
    """Judges the calls of one function."""

    def __init__(self, facts: Facts, symbol: str, function: Any, template: str) -> None:
        self.symbol = symbol
        self.name = symbol.rpartition(".")[2]
        self.template = template
        self.doc = inspect.getdoc(function) or ""
        self.node = facts.node_of(function)
        self.hints = _hints(function)
        self.defaults = _defaults(function)
        self.is_plain = inspect.unwrap(function) is function or hasattr(function, "cache_info")
        self.said = _strings(self.node)

    def suspicion(self, seen: Seen) -> Suspicion | None:
        """None also where the project's own `==`, hash or repr gets in the way."""
        try:
            return self._suspicion(seen)
        except Exception:
            return None

    def _suspicion(self, seen: Seen) -> Suspicion | None:
        scenario = seen.scenario
        if scenario.patches or self.node is None or self.name in ("__init__", "__new__"):
            return None
        is_property = self.template == "{target}." + self.name
        if self.template != "{target}({args})" and not is_property:
            return None
        allowed = self._allowed(seen)
        if allowed is False:
            return None
        if seen.crash is not None:
            return self._crash(seen, is_typed=allowed is True)
        if seen.call.startswith("list("):
            return None
        return (
            self._not_a_number(seen)
            or self._glued(seen)
            or (self._type(seen) if (allowed or scenario.documented) and self.is_plain else None)
            or self._question(seen)
            or self._sorting(seen)
        )

    def _allowed(self, seen: Seen) -> bool | None:
        """True when the annotations allow the input, None when they say nothing of it, else False."""
        answers: list[bool | None] = []
        for argument, value in zip(seen.scenario.arguments, seen.given, strict=True):
            hint = self.hints.get(argument.parameter, Any)
            values = list(value) if argument.label == "*" and isinstance(value, list) else [value]
            for one in values:
                answer = fits(one, hint)
                if argument.parameter in self.defaults and _same(self.defaults[argument.parameter], one):
                    answer = True
                if answer is None and _holds_nothing(one):
                    answer = False  # None, NaN and infinity are for those who ask for them
                answers.append(answer)
        if seen.scenario.subject:
            answers.append(_is_sound(seen.subject, seen.scenario))
        if False in answers:
            return False
        return True if None not in answers else None

    def _crash(self, seen: Seen, *, is_typed: bool) -> Suspicion | None:
        error = seen.crash
        kind = type(error).__name__
        if error is None or not seen.is_inside or kind in self.doc or "Raises" in self.doc:
            return None
        if kind in _UNKNOWN_NAMES:
            text = f"{self.symbol} uses a name that is not defined"
        elif kind in _CRASHES and is_typed and seen.given and _MISUSE.search(str(error)):
            text = f"{self.symbol}{self._signature()} takes this input"
        elif (
            kind in _LOOKUPS
            and is_typed
            and "default" not in self.hints
            and _is_rim(seen.given)
            and (said := _PROMISED.search(self.doc))
        ):
            text = f"the documentation says what happens: “{_line_with(self.doc, said.group())}”"
        else:
            return None
        observed = f"{kind}: {error}"[:200]
        return Suspicion("doc" if kind in _LOOKUPS else "type", "no internal error", observed, text, seen.call)

    def _not_a_number(self, seen: Seen) -> Suspicion | None:
        if not _has_nan(seen.value) or re.search(r"\bnan\b|not a number", self.doc, re.IGNORECASE):
            return None
        if any(_has_odd_float(value) or callable(value) for value in seen.given) or _mentions_nan(self.node):
            return None  # a function that was made up for the call may well make NaN itself
        result = seen.call if isinstance(seen.value, float) else ""
        assertion = f"not math.isnan({result})" if result else f'"nan" not in repr({seen.call})'
        return Suspicion("value", "a number", _short(seen.value), "nobody means to give back NaN", assertion)

    def _glued(self, seen: Seen) -> Suspicion | None:
        value = seen.value
        found = _GLUED.search(value) if isinstance(value, str) else None
        if found is None or value.strip() == found.group() or value[:1] in "[{(":
            return None
        word = found.group()
        if word in self.said or f'"{word}"' in self.doc or f"'{word}'" in self.doc or _WRITES_PYTHON.search(self.name):
            return None
        given = "".join(
            argument.choice.text for argument in seen.scenario.arguments if argument.choice.text[:1] in "'\""
        )
        # The letters may have been there all along, in another case or with accents.
        if word.lower() in unicodedata.normalize("NFKD", given).encode("ascii", "ignore").decode().lower():
            return None
        if any(_has_odd_float(given) for given in seen.given):
            return None
        return Suspicion(
            "value", f"no {word} in the text", _short(value), f"{word} got into a text", f'"{word}" not in {seen.call}'
        )

    def _type(self, seen: Seen) -> Suspicion | None:
        hint = self.hints.get("return", Any)
        if fits(seen.value, hint) is not False or _is_stub(self.node):
            return None
        assertion = _type_assertion(seen.call, seen.value, hint)
        if not assertion:
            return None
        expected = spoken(hint)
        return Suspicion(
            "type",
            expected,
            f"{_short(seen.value)} ({type(seen.value).__name__})",
            f"{self.symbol} is annotated -> {expected}",
            assertion,
        )

    def _question(self, seen: Seen) -> Suspicion | None:
        if not _QUESTION.match(self.name) or isinstance(seen.value, bool):
            return None
        if self.hints.get("return", bool) is not bool or _OTHER_ANSWER.search(self.doc):
            return None
        value = seen.value
        plain = (int, float, str, list, dict, tuple, set)
        if not isinstance(value, plain) or _is_one_of(value, seen.given):
            return None  # a match object or None in the place of an answer is a habit, not a slip
        return Suspicion(
            "name",
            "True or False",
            _short(value),
            f"{self.name} asks a question that is answered by yes or no",
            f"isinstance({seen.call}, bool)",
        )

    def _sorting(self, seen: Seen) -> Suspicion | None:
        if not _SORTING.match(self.name) or _OTHER_ORDER.search(f"{self.name} {self.doc}"):
            return None
        if any(_OTHER_ORDER.search(argument.parameter) for argument in seen.scenario.arguments):
            return None
        value = seen.value
        if not isinstance(value, (list, tuple)) or len(value) < 2 or _is_in_an_order(value):
            return None
        given = [one for one in seen.given if isinstance(one, (list, tuple, set))]
        if len(seen.given) != 1 or not given or not set(value) <= set(given[0]):
            return None
        wanted = f"sorted({seen.call})" if isinstance(value, list) else f"tuple(sorted({seen.call}))"
        return Suspicion(
            "name", "a sorted result", _short(value), f"{self.name} promises an order", f"{seen.call} == {wanted}"
        )

    def _signature(self) -> str:
        told = [f"{name}: {spoken(hint)}" for name, hint in self.hints.items() if name != "return"]
        return f"({', '.join(told)})"


def compared(value: Any, expected: Any) -> bool:
    """Whether a result is what an example says, read as people do: lists like tuples, floats as far as written."""
    if isinstance(expected, float) and isinstance(value, (int, float)) and not isinstance(value, bool):
        written = repr(expected)
        digits = len(written.partition(".")[2]) if "e" not in written else 12
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=0.50001 * 10**-digits)
    if isinstance(expected, (list, tuple)) and isinstance(value, (list, tuple)):
        return len(value) == len(expected) and all(map(compared, value, expected))
    if isinstance(expected, dict) and isinstance(value, dict):
        return value.keys() == expected.keys() and all(compared(value[key], expected[key]) for key in expected)
    return bool(value == expected)


def _hints(function: Any) -> dict[str, Any]:
    try:
        return typing.get_type_hints(inspect.unwrap(getattr(function, "__func__", function)), include_extras=False)
    except Exception:
        return {}


def _defaults(function: Any) -> dict[str, Any]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return {}
    return {parameter.name: parameter.default for parameter in parameters if parameter.default is not parameter.empty}


def _same(one: Any, other: Any) -> bool:
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:
        return False


def _strings(node: ast.AST | None) -> str:
    if node is None:
        return ""
    return "\0".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _mentions_nan(node: ast.AST | None) -> bool:
    return node is not None and re.search(r"\b(?:nan|isnan|NaN)\b", ast.unparse(node)) is not None


def _is_stub(node: ast.AST | None) -> bool:
    """A body that does nothing is there for others to fill in."""
    body = getattr(node, "body", [])
    return all(
        isinstance(part, ast.Pass) or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
        for part in body
    )


def _is_sound(subject: Any, scenario: Scenario) -> bool | None:
    """An object that was made without arguments, or from what its fields are declared to be, is as it should be."""
    made = fits(subject, type(subject))
    if made is not None:
        return made
    is_bare = len(scenario.setup) == 1 and scenario.setup[0].endswith("()")
    return True if is_bare else None


def _holds_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nothing(item) for item in value.values())
    if isinstance(value, (list, tuple, set)):
        return any(_holds_nothing(item) for item in value)
    return value is None or _has_odd_float(value)


def _has_odd_float(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_odd_float(item) for item in value.values())
    if isinstance(value, (list, tuple, set)):
        return any(_has_odd_float(item) for item in value)
    return (isinstance(value, float) and not math.isfinite(value)) or (
        isinstance(value, str) and "nan" in value.lower()
    )


def _has_nan(value: Any) -> bool:
    values: Iterable[Any] = (
        value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    )
    return (isinstance(value, float) and math.isnan(value)) or any(
        isinstance(one, float) and math.isnan(one) for one in values
    )


def _is_one_of(value: Any, given: Sequence[Any]) -> bool:
    """`x and …` gives back an empty x: a habit, not a slip."""
    return not value and any(_same(value, one) for one in given)


def _is_rim(given: Sequence[Any]) -> bool:
    return bool(given) and any(isinstance(one, (str, list, dict, tuple)) for one in given)


def _is_in_an_order(value: Sequence[Any]) -> bool:
    if len({type(one) for one in value}) != 1 or type(value[0]) not in (int, float, str):
        return True  # who is to say
    keys: list[Any] = [lambda one: one]
    keys += [str.casefold, len] if isinstance(value[0], str) else [abs]
    items = list(value)
    telling = [key for key in keys if len({key(one) for one in items}) > 1]
    if not telling:
        return True
    return any(items in (sorted(items, key=key), sorted(items, key=key, reverse=True)) for key in telling)


def _type_assertion(call: str, value: Any, hint: Any) -> str:
    """Empty where no readable line can say it."""
    if value is None:
        return f"{call} is not None"
    origin, inner = typing.get_origin(hint) or hint, typing.get_args(hint)
    if origin is typing.Union or origin is types.UnionType:
        names = [_class_name(one) for one in inner if one is not type(None)]
        several = names[0] if len(names) == 1 else f"({', '.join(names)})"
        none = f"{call} is None or " if type(None) in inner else ""
        return f"{none}isinstance({call}, {several})" if all(names) else ""
    name = _class_name(origin)
    if not name:
        return ""
    if not isinstance(value, origin) or not inner:
        return f"isinstance({call}, {name})"
    item = _class_name(inner[0])
    is_row = origin in (list, set, frozenset) or (origin is tuple and inner[-1] is Ellipsis)
    return f"all(isinstance(item, {item}) for item in {call})" if is_row and item else ""


def _class_name(kind: Any) -> str:
    if kind is float:
        return "(int, float)"
    plain = (str, int, bool, bytes, list, dict, tuple, set, frozenset)
    return kind.__name__ if kind in plain else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _line_with(doc: str, word: str) -> str:
    return next((line.strip() for line in doc.splitlines() if word in line), word)[:160]
