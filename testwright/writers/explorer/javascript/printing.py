"""Observed values as source text that a careful person could have typed."""

import re
import unicodedata
from itertools import pairwise
from typing import Any

WIDTH = 94  # inside `describe` and `it`, four columns are gone
_DIGITS_SAID = 6
_NAME = re.compile(r"[A-Za-z_$][\w$]*\Z")
_CODE = {
    "identity": "(value) => value",
    "double": "(value) => value * 2",
    "positive": "(value) => value > 0",
    "truthy": "(value) => Boolean(value)",
    "yes": "() => true",
    "no": "() => false",
    "sum": "(a, b) => a + b",
    "ascending": "(a, b) => a - b",
    "same": "(a, b) => a === b",
}


def quoted(text: str) -> str:
    shown = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    shown = "".join(one if _is_seen(one, before) else _escaped(one) for before, one in pairwise(f" {shown}"))
    if "'" in shown and '"' not in shown:
        return f'"{shown}"'
    escaped = shown.replace("'", "\\'")
    return f"'{escaped}'"


def _is_seen(one: str, before: str) -> bool:
    """What a reader can tell apart: no blank that looks like another, and an accent only on a letter."""
    kind = unicodedata.category(one)
    return (one == " " or kind[0] not in "CZ") and (kind[0] != "M" or before.isalnum())


def _escaped(one: str) -> str:
    units = one.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def number(value: float) -> str:
    if isinstance(value, int) or value == int(value):
        whole = int(value)
        return str(whole) if abs(whole) < 10**21 else repr(value)
    return repr(value).replace("e-0", "e-").replace("e+0", "e+")


def source(tree: Any, mock: str = "vi", indent: int = 0, used: int = 0) -> str:
    """One line where it fits in WIDTH after `indent` and `used` columns, else broken as prettier does."""
    line = _line(tree, mock)
    if indent + used + len(line) <= WIDTH:
        return line
    inner = indent + 2
    pad, end = " " * inner, " " * indent
    if isinstance(tree, list) and tree:
        items = "".join(f"{pad}{source(item, mock, inner)},\n" for item in tree)
        return f"[\n{items}{end}]"
    if isinstance(tree, dict) and tree.get("$") in ("object", "instance") and tree["v"]:
        pairs = "".join(f"{pad}{_key(k)}: {source(v, mock, inner, len(_key(k)) + 2)},\n" for k, v in tree["v"])
        return f"{{\n{pairs}{end}}}"
    return line


def _line(tree: Any, mock: str) -> str:
    if tree is None:
        return "null"
    if isinstance(tree, bool):
        return "true" if tree else "false"
    if isinstance(tree, int | float):
        return number(tree)
    if isinstance(tree, str):
        return quoted(tree)
    if isinstance(tree, list):
        return "[" + ", ".join(_line(item, mock) for item in tree) + "]"
    return _tagged(tree, mock)


def _tagged(tree: dict[str, Any], mock: str) -> str:
    inner = tree.get("v")
    match tree["$"]:
        case "undefined":
            return "undefined"
        case "misfit":
            return f"{_line(tree['is'], mock)} as never"
        case "number":
            return str(inner)
        case "bigint":
            return f"{inner}n"
        case "date":
            return f"new Date({quoted(str(inner))})"
        case "regexp":
            return f"/{inner}/{tree.get('f', '')}"
        case "map":
            return f"new Map({_line(inner, mock)})" if inner else "new Map()"
        case "set":
            return f"new Set({_line(inner, mock)})" if inner else "new Set()"
        case "fn":
            return _CODE[str(inner)]
        case "code" | "member":
            return str(inner)
        case "spy":
            return str(inner)
        case "address":
            return f"`${{server.url}}{inner}`" if inner else "server.url"
        case "file" if tree["text"] is None:
            return f"noFile({quoted(str(inner))})"
        case "file":
            return f"fileWith({quoted(str(inner))}, {quoted(tree['text'])})"
        case "quiet":
            return f"() => {returned(tree.get('returns'), mock)}"
        case "new":
            return f"new {tree['name']}({', '.join(_line(each, mock) for each in tree['args'])})"
        case "object" if tree.get("partial") and not inner:
            return "expect.anything()"
        case "object" if tree.get("partial"):
            return f"expect.objectContaining({_line({**tree, 'partial': False}, mock)})"
        case "object" | "instance":
            return "{ " + ", ".join(_pair(key, value, mock) for key, value in inner or []) + " }" if inner else "{}"
    return "undefined"


def returned(tree: Any, mock: str) -> str:
    """The body of a function that gives this back, or does nothing."""
    text = "{}" if tree is None else _line(tree, mock)
    return f"({text})" if tree is not None and text.startswith("{") else text


def _pair(key: str, value: Any, mock: str) -> str:
    text = _line(value, mock)
    return key if text == key else f"{_key(key)}: {text}"


def _key(key: str) -> str:
    return key if _NAME.match(key) and key != "__proto__" else "['__proto__']" if key == "__proto__" else quoted(key)


def brief(tree: Any, most: int = 44) -> str:
    """A value for a title. What is too long leaves members out; no literal is cut open."""
    if isinstance(tree, dict) and tree.get("$") == "misfit":
        return brief(tree["is"], most)
    tree = _rounded(tree)
    line = _line(tree, "vi")
    if isinstance(tree, dict) and tree.get("$") in ("spy", "quiet", "awaited"):
        return "a callback"
    if isinstance(tree, dict) and tree.get("$") == "address":
        return f"the server's {tree['v']}" if tree["v"] else "the server"
    if isinstance(tree, dict) and tree.get("$") in ("fn", "code") and len(line) > 24:
        return "a function"
    if isinstance(tree, dict) and tree.get("$") == "file":
        text = tree["text"]
        return "a missing file" if text is None else f"a file with {brief(text, 24)}" if text else "an empty file"
    if len(line) <= most:
        return line
    if isinstance(tree, str):
        return _brief_text(tree, most)
    if isinstance(tree, list):
        return _brief_members([("", item) for item in tree], "[", "]", most)
    match tree.get("$") if isinstance(tree, dict) else None:
        case "object" | "instance":
            return _brief_members([(f"{_key(key)}: ", value) for key, value in tree["v"]], "{ ", " }", most)
        case "new":
            return _brief_members([("", arg) for arg in tree["args"]], f"new {tree['name']}(", ")", most)
        case "map":
            return _brief_members([("", pair) for pair in tree["v"]], "new Map([", "])", most)
        case "set":
            return _brief_members([("", item) for item in tree["v"]], "new Set([", "])", most)
    return line


def cut_at_a_word(text: str, most: int = 60) -> str:
    """The first line of a message, for a title."""
    line = text.splitlines()[0] if text else ""
    if len(line) <= most:
        return line
    return (line[:most].rpartition(" ")[0] or line[: most - 2]).rstrip(" ,;:") + " …"


def _rounded(tree: Any) -> Any:
    """With floats as a person would say them, where their last digits are none that a test looks at."""
    if is_inexact(tree):
        return round(tree, max(2, _DIGITS_SAID - len(str(int(abs(tree))))))
    if isinstance(tree, list):
        return [_rounded(item) for item in tree]
    if isinstance(tree, dict) and isinstance(tree.get("v"), list):
        return {**tree, "v": [_rounded(item) for item in tree["v"]]}
    return tree


def _brief_text(text: str, most: int) -> str:
    kept = text[:most]
    while kept and len(quoted(f"{kept.rstrip()}…")) > max(most, 8):
        kept = kept[:-1]
    word = kept.rpartition(" ")[0].rstrip(" ,;:")
    return quoted(f"{word if len(word) * 2 > len(kept) else kept.rstrip()}…")


def _brief_members(members: list[tuple[str, Any]], opened: str, closed: str, most: int) -> str:
    shown: list[str] = []
    left = most - len(opened) - len(closed) - 1
    for key, value in members:
        room = left - len(key) - 2
        text = f"{key}{brief(value, room)}" if room >= 6 else ""
        if not text or len(text) + 2 > left:
            break
        shown.append(text)
        left -= len(text) + 2
    rest = ["…"] if len(shown) < len(members) else []
    return f"{opened}{', '.join([*shown, *rest])}{closed}"


def holds(tree: Any, *tags: str) -> bool:
    """Whether a value has one of these kinds anywhere inside; "NaN" is a kind too."""
    if isinstance(tree, list):
        return any(holds(item, *tags) for item in tree)
    if not isinstance(tree, dict):
        return False
    if tree["$"] in tags or ("NaN" in tags and tree["$"] == "number" and tree.get("v") == "NaN"):
        return True
    inner = tree.get("v")
    return holds(inner, *tags) if isinstance(inner, list) else False


def is_inexact(tree: Any) -> bool:
    """A float whose last digits depend on the order of sums."""
    # Very small and very large numbers are told exactly: closeness counts digits after the point.
    return (
        isinstance(tree, float) and 1e-4 < abs(tree) < 1e12 and len(repr(abs(tree)).replace(".", "").lstrip("0")) > 12
    )


def digits_of(value: float) -> int:
    """How many digits after the point are worth telling."""
    return max(2, min(10, 12 - len(str(int(abs(value))))))


def expectation(subject: str, tree: Any, mock: str = "vi", indent: int = 0) -> str:
    """`expect(subject)` with the matcher that says most."""
    head = f"expect({subject})"
    if isinstance(tree, dict) and tree["$"] == "undefined":
        return f"{head}.toBeUndefined()"
    if tree is None:
        return f"{head}.toBeNull()"
    if isinstance(tree, dict) and tree["$"] == "number" and tree["v"] == "NaN":
        return f"{head}.toBeNaN()"
    if is_inexact(tree):
        digits = digits_of(tree)
        return f"{head}.toBeCloseTo({number(round(tree, digits))}, {digits - 1})"
    if isinstance(tree, dict) and tree["$"] == "error":
        return f"{head}.toMatchObject({{ message: {quoted(tree['message'])} }})"
    if isinstance(tree, str | bool | int | float) or (isinstance(tree, dict) and tree["$"] in ("number", "bigint")):
        return f"{head}.toBe({source(tree, mock)})"
    if has_inexact(tree):
        return f"{head}.toEqual({_close(tree)})"
    return f"{head}.toEqual({source(tree, mock, indent, len(head) + 10)})"


def has_inexact(tree: Any) -> bool:
    if isinstance(tree, list):
        return any(has_inexact(item) for item in tree)
    if isinstance(tree, dict):
        inner = tree.get("v")
        return isinstance(inner, list) and has_inexact(inner)
    return is_inexact(tree)


def _close(tree: Any) -> str:
    """As `source`, with expect.closeTo for floats."""
    if is_inexact(tree):
        digits = digits_of(tree)
        return f"expect.closeTo({number(round(tree, digits))}, {digits - 1})"
    if isinstance(tree, list):
        return "[" + ", ".join(_close(item) for item in tree) + "]"
    if isinstance(tree, dict) and tree["$"] in ("object", "instance"):
        return "{ " + ", ".join(f"{_key(key)}: {_close(value)}" for key, value in tree["v"]) + " }"
    return _line(tree, "vi")
