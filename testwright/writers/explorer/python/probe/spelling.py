"""Values as source text: written the way a person would, and only when the text gives an equal value back."""

from __future__ import annotations

import ast
import builtins
import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import io
import itertools
import math
import pathlib
import re
import tokenize
import types
import uuid
from typing import Any

from testwright.writers.explorer.python.probe.serving import ADDRESS, NAME

STANDARD: dict[str, Any] = {
    "Counter": collections.Counter,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "OrderedDict": collections.OrderedDict,
    "Path": pathlib.Path,
    "SimpleNamespace": types.SimpleNamespace,
    "StringIO": io.StringIO,
    "UUID": uuid.UUID,
    "date": datetime.date,
    "datetime": datetime.datetime,
    "defaultdict": collections.defaultdict,
    "deque": collections.deque,
    "islice": itertools.islice,
    "make_dataclass": dataclasses.make_dataclass,
    "re": re,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "timezone": datetime.timezone,
}
"""Names that a test may use besides the unit's own; the writer knows where each is imported from."""

LONGEST = 400
_DEEPEST = 6


class Unspellable(Exception):
    """There is no text that gives this value back."""


def spelled(value: Any, names: dict[str, Any]) -> str | None:
    """Text that evaluates to an equal value of the same type, among `names`; None when there is none."""
    try:
        text = _spell(value, names, 0)
    except (Unspellable, RecursionError):
        return None
    except Exception:
        return None  # a property or a __repr__ of the project's own code
    if len(text) > LONGEST:
        return None
    if _is_plain(value):
        return text
    try:
        again = eval(text, dict(names))
        return text if type(again) is type(value) and bool(again == value) else None
    except Exception:
        return None


def _is_plain(value: Any) -> bool:
    """Made of Python's own literals alone: nothing can go wrong on the way back."""
    kind = type(value)
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    if kind is dict:
        return all(map(_is_plain, value)) and all(map(_is_plain, value.values()))
    return value is None or kind in (bool, int, str, float)


def quoted(text: str) -> str:
    """A string literal in double quotes, unless that needs more escapes."""
    plain = repr(text)
    if plain[0] == '"' or text.count('"') > text.count("'"):
        return plain
    if '"' in text:
        return '"' + plain[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
    return '"' + plain[1:-1].replace("\\'", "'") + '"'


def _spell(value: Any, names: dict[str, Any], depth: int) -> str:
    if depth > _DEEPEST:
        raise Unspellable
    kind = type(value)
    if kind in (str, bytes) and len(value) > LONGEST:
        raise Unspellable  # before it is written out, which may take long
    if value is None or kind in (bool, int):
        return repr(value)
    if kind is float:
        if not math.isfinite(value):
            raise Unspellable
        return repr(value)
    if kind is bytes:
        plain = repr(value)
        return plain if '"' in plain else 'b"' + plain[2:-1].replace("\\'", "'") + '"'
    if kind in (complex, range):
        return repr(value)
    if kind is str:
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Unspellable
        place = _place(value, names)
        return (_address(value, names) or quoted(value)) if place is None else f"str({place})"
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return _container(value, names, depth)
    if isinstance(value, enum.Enum):
        return f"{_name_of(kind, names)}.{value.name}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value, names, depth)
    if isinstance(value, type):
        return _name_of(value, names)
    return _standard(value, names, depth)


def _place(text: str, names: dict[str, Any]) -> str | None:
    """How a test writes a place below its temporary folder; None for any other text."""
    folder = str(names.get("tmp_path", ""))
    if not folder or not text.startswith(folder):
        return None
    below = text[len(folder) :]
    if not below:
        return "tmp_path"
    return f"tmp_path / {quoted(below[1:])}" if below[0] == "/" else None


def _address(text: str, names: dict[str, Any]) -> str | None:
    """How a test writes an address at its own server; None for any other text."""
    url = str(getattr(names.get(NAME), "url", ""))
    below = text[len(url) :]
    if not url or not text.startswith(url) or re.search(r"[\\\"{}\n]", below):
        return None
    return f'f"{{{ADDRESS}}}{below}"' if below else ADDRESS


def _container(value: Any, names: dict[str, Any], depth: int) -> str:
    kind = type(value)
    if kind is dict or kind is collections.OrderedDict:
        pairs = [f"{_spell(key, names, depth + 1)}: {_spell(item, names, depth + 1)}" for key, item in value.items()]
        text = "{" + ", ".join(pairs) + "}"
        return text if kind is dict else f"OrderedDict({text})"
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        given = [f"{name}={_spell(item, names, depth + 1)}" for name, item in zip(kind._fields, value, strict=False)]
        return f"{_name_of(kind, names)}({', '.join(given)})"
    if kind is collections.Counter:
        return f"Counter({_spell(dict(value), names, depth + 1)})"
    items = [_spell(item, names, depth + 1) for item in value]
    if kind is list:
        return f"[{', '.join(items)}]"
    if kind is tuple:
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    if kind is set:
        return "{" + ", ".join(sorted(items)) + "}" if items else "set()"
    if kind is frozenset:
        return "frozenset({" + ", ".join(sorted(items)) + "})" if items else "frozenset()"
    raise Unspellable


def _fields(value: Any, names: dict[str, Any], depth: int) -> str:
    given = []
    for field in dataclasses.fields(value):
        if not field.init:
            continue
        actual = getattr(value, field.name)
        if field.default is not dataclasses.MISSING and _same(field.default, actual):
            continue
        given.append(f"{field.name}={_spell(actual, names, depth + 1)}")
    return f"{_name_of(type(value), names)}({', '.join(given)})"


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _standard(value: Any, names: dict[str, Any], depth: int) -> str:
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return f"{type(value).__name__}({quoted(str(value))})"
    if isinstance(value, pathlib.Path):
        return _place(str(value), names) or f"Path({quoted(str(value))})"
    if isinstance(value, re.Pattern):
        return f"re.compile({quoted(value.pattern)})"
    if isinstance(value, collections.deque):
        return f"deque({_spell(list(value), names, depth + 1)})"
    text = repr(value)
    if type(value).__module__ == "datetime":
        return text.replace("datetime.", "")
    if re.search(r" at 0x[0-9a-f]+|<", text):
        return _by_its_text(value, names)
    return _in_our_quotes(text)  # the class may have a __repr__ that can be read back; `spelled` tries it


def _in_our_quotes(text: str) -> str:
    """An expression with its string literals in double quotes; as it is, where it is none."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return text
    for token in reversed(tokens):
        if token.type == tokenize.STRING and token.string.startswith("'") and token.start[0] == 1 == token.end[0]:
            text = text[: token.start[1]] + quoted(ast.literal_eval(token.string)) + text[token.end[1] :]
    return text


def _by_its_text(value: Any, names: dict[str, Any]) -> str:
    """What says of itself by which text it is made, such as a version; `spelled` sees whether that is so."""
    kind: Any = type(value)
    if kind.__str__ is object.__str__ or kind.__eq__ is object.__eq__:
        raise Unspellable
    return f"{_name_of(kind, names)}({quoted(str(value))})"


def _name_of(kind: type, names: dict[str, Any]) -> str:
    name = kind.__qualname__
    owner: Any = names.get(name.split(".")[0])
    for part in name.split(".")[1:]:
        owner = getattr(owner, part, None)
    if owner is kind or getattr(builtins, name, None) is kind:
        return name
    raise Unspellable
