"""The small part of YAML that package managers write into their locks."""

import re
from typing import Any

_LINE = re.compile(
    r"(?P<indent> *)(?P<key>'(?:[^']|'')*'|\"[^\"]*\"|[^\s'\"#-][^:]*?(?::[^\s:][^:]*?)*):(?: +(?P<value>.*))?"
)
_MOST_DEEP = 20


def read_indented(text: str) -> dict[str, Any]:
    """Mappings by indentation with scalars, `{a: b}` and `[a, b]` as values. Other lines say nothing that is needed."""
    root: dict[str, Any] = {}
    above: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    for line in text.splitlines():
        match = _LINE.fullmatch(line.rstrip())
        if match is None or len(line) > 20_000:
            continue
        indent = len(match["indent"])
        while above[-1][0] >= indent:
            above.pop()
        if len(above) > _MOST_DEEP:
            continue
        value: Any = _value(match["value"] or "")
        if value == "":
            value = {}
            above[-1][1][_scalar(match["key"])] = value
            above.append((indent, value))
        else:
            above[-1][1][_scalar(match["key"])] = value
    return root


def _value(text: str) -> Any:
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        pairs = (part.partition(": ") for part in text[1:-1].split(", "))
        return {_scalar(key): _scalar(value) for key, separator, value in pairs if separator}
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part) for part in text[1:-1].split(",") if part.strip()]
    return _scalar(text)


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace("''", "'")
    return text
