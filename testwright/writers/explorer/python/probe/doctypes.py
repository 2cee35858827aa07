"""Types that a docstring gives parameters: Google's `Args:`, NumPy's `Parameters`, and `:type` of reStructuredText."""

from __future__ import annotations

import ast
import collections.abc
import datetime
import decimal
import inspect
import io
import pathlib
import re
import sys
import types
import typing
import uuid
from collections.abc import Iterator
from typing import Any

_WORDS: dict[str, Any] = {
    "string": str, "text": str, "integer": int, "number": float, "boolean": bool, "dictionary": dict, "array": list,
    "function": collections.abc.Callable, "callable": collections.abc.Callable, "path": pathlib.Path, "null": None,
    "iterable": collections.abc.Iterable, "sequence": collections.abc.Sequence, "mapping": collections.abc.Mapping,
    "none": None, **dict.fromkeys(("file", "file-like", "file object", "file-like object"), io.StringIO),
}  # fmt: skip
_KNOWN: dict[str, Any] = {
    **{name: getattr(typing, name) for name in ("Callable", "Dict", "Iterable", "List", "Mapping", "Optional")},
    **{name: getattr(typing, name) for name in ("Sequence", "Set", "Tuple", "Union", "Iterator", "Type")},
    "Path": pathlib.Path, "datetime": datetime.datetime, "date": datetime.date, "timedelta": datetime.timedelta,
    "Decimal": decimal.Decimal, "UUID": uuid.UUID,
}  # fmt: skip
_PLURALS = {"strings": str, "strs": str, "integers": int, "ints": int, "floats": float, "numbers": float, "dicts": dict}
_NAME = r"(?P<indent>[ \t]*)\*{0,2}(?P<name>[A-Za-z_]\w*)"
_FIELD = re.compile(rf"^[ \t]*:type{_NAME}\s*:\s*(?P<type>[^\n]+)", re.MULTILINE)
_TYPED_FIELD = re.compile(r"^[ \t]*:param\s+(?P<type>[^:\n]+?)\s+(?P<name>[A-Za-z_]\w*)\s*:", re.MULTILINE)
_GOOGLE = re.compile(rf"^{_NAME}\s*\((?P<type>[^\n]+?)\)\s*:", re.MULTILINE)
_GOOGLE_SECTION = re.compile(r"^[ \t]*(?:Args|Arguments|Parameters|Keyword Args)\s*:[ \t]*$", re.MULTILINE)
_NUMPY = re.compile(rf"^{_NAME}\s*:\s*(?P<type>[^\n]+)$", re.MULTILINE)
_NUMPY_SECTION = re.compile(r"^[ \t]*(?:Other )?Parameters[ \t]*\n[ \t]*-{3,}[ \t]*$", re.MULTILINE)
_NEXT_SECTION = re.compile(r"^[ \t]*(?:[A-Z]\w+(?: \w+)?:[ \t]*$|[A-Z]\w+(?: \w+)?[ \t]*\n[ \t]*-{3,})", re.MULTILINE)


def documented_types(owner: Any) -> dict[str, Any]:
    """Types by the name of the parameter, those that can be read."""
    module = sys.modules.get(str(getattr(owner, "__module__", "")))
    found: dict[str, Any] = {}
    for name, said in _said(inspect.getdoc(owner) or ""):
        kind = _type_of(said, module)
        if kind is not None and name not in found:
            found[name] = kind
    return found


def _said(text: str) -> Iterator[tuple[str, str]]:
    for pattern in (_FIELD, _TYPED_FIELD):
        yield from ((each["name"], each["type"]) for each in pattern.finditer(text))
    for section, pattern in ((_GOOGLE_SECTION, _GOOGLE), (_NUMPY_SECTION, _NUMPY)):
        for head in section.finditer(text):
            rest = text[head.end() :]
            end = _NEXT_SECTION.search(rest)
            found = list(pattern.finditer(rest[: end.start()] if end else rest))
            # What stands further in is about a parameter, and names none.
            yield from ((each["name"], each["type"]) for each in found if each["indent"] == found[0]["indent"])


def _type_of(said: str, module: types.ModuleType | None) -> Any:
    """None where it says no type that we know."""
    plain = re.sub(r":(?:class|py:class|obj):`[~.]?([^`]+)`|`+([^`]+)`+", lambda found: found[1] or found[2], said)
    plain = re.sub(
        r",?\s*(?:optional|required|keyword-only|default\b.*|by default\b.*)\s*", "", plain.strip(), flags=re.I
    )
    plain = plain.strip(" .;,")
    choices = re.fullmatch(r"(?:one of )?\{(.+)\}", plain)
    if choices is not None:
        return _literal(choices[1])
    parts = [part.strip() for part in re.split(r"\s+or\s+|\s*\|\s*|,\s+(?![^\[(]*[\])])", plain) if part.strip()]
    kinds = [_single(part, module) for part in parts]
    if not kinds or any(kind is _UNKNOWN for kind in kinds):
        return None
    return kinds[0] if len(kinds) == 1 else typing.Union[tuple(kinds)]  # noqa: UP007 (older Pythons are explored as well)


def _literal(said: str) -> Any:
    try:
        return typing.Literal[ast.literal_eval(f"({said},)")]
    except (ValueError, SyntaxError):
        return None


def _single(said: str, module: types.ModuleType | None) -> Any:
    lower = said.lower()
    if lower in _WORDS:
        return _WORDS[lower]
    several = re.fullmatch(r"(?:a )?(list|tuple|set|sequence|iterable|array)s? of (\w+)", lower)
    if several is not None:
        item = _PLURALS.get(several[2], _WORDS.get(several[2].removesuffix("s"), _UNKNOWN))
        item = _single(several[2].removesuffix("s"), module) if item is _UNKNOWN else item
        if item is _UNKNOWN:
            return _UNKNOWN
        return _several(several[1], item)
    if not re.fullmatch(r"[\w.\[\], ]+", said):
        return _UNKNOWN
    return _evaluated(said, {**_KNOWN, **(vars(module) if module is not None else {})})


def _several(kind: str, item: Any) -> Any:
    if kind == "tuple":
        return tuple.__class_getitem__((item, ...))
    return {"set": set}.get(kind, list).__class_getitem__(item)


def _evaluated(text: str, names: dict[str, Any]) -> Any:
    try:
        kind = eval(text, dict(names))
    except Exception:
        return _UNKNOWN
    is_type = isinstance(kind, type) or typing.get_origin(kind) is not None
    return kind if is_type and kind is not object else _UNKNOWN


class _UNKNOWN:
    """What is said is no type that we know."""
