"""JSON as models write it, read in one pass: each character is looked at once or twice, whatever the text is.

Strict JSON comes out: strings in any quotes (smart, single, triple, back-ticks), line breaks inside strings, trailing
and missing commas, comments, and Python's names for true, false and null are put right.
"""

import json
import re
from typing import Any

_OPENING = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "”": "”"}
_WORD = re.compile(r"[^\s,:\[\]{}\"'`“”„‘’]+")
_NAMES = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_ESCAPED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"'}
_VALID_ESCAPES = frozenset('"\\/bfnrtu')
_CLOSED = re.compile(r"\s{0,200}(?:[,:}\]]|\Z)")
"""What follows the end of a string; a quotation mark before anything else was not escaped as it should be."""
_MOST_DEPTH = 100


def relaxed(text: str) -> Any:
    """The value at the start of the text. Raises ValueError when even so it cannot be read."""
    try:
        return json.loads(_strict(text), strict=False)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _strict(text: str) -> str:
    """Up to the end of the first value; a value that is never closed is closed where the text ends."""
    out: list[str] = []
    open_brackets: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in _OPENING:
            said, position = _string(text, position)
            _separate(out)
            out.append(said)
        elif character in "{[":
            if len(open_brackets) >= _MOST_DEPTH:
                raise ValueError("nested too deep")
            _separate(out)
            out.append(character)
            open_brackets.append("}" if character == "{" else "]")
            position += 1
        elif character in "}]":
            _drop_comma(out)
            out.append(open_brackets.pop() if open_brackets else "")
            position += 1
            if not open_brackets:
                return "".join(out)
        elif character in ",:":
            out.append(character)
            position += 1
        elif text.startswith(("//", "/*"), position):
            end = text.find("\n" if text[position + 1] == "/" else "*/", position)
            position = len(text) if end < 0 else end + 1 + (text[end] == "*")
        else:
            word = _WORD.match(text, position)
            if word is not None:
                _separate(out)
                out.append(_NAMES.get(word[0], word[0]))
            position = word.end() if word is not None else position + 1
    _drop_comma(out)
    return "".join([*out, *reversed(open_brackets)])


def _separate(out: list[str]) -> None:
    """A comma between two values that stand side by side."""
    if out and out[-1] not in ("{", "[", ",", ":"):
        out.append(",")


def _drop_comma(out: list[str]) -> None:
    while out and out[-1] in (",", ":"):
        out.pop()


def _string(text: str, start: int) -> tuple[str, int]:
    """A string as JSON, and the position behind it."""
    opening = text[start]
    closing = opening * 3 if opening in "\"'" and text.startswith(opening * 3, start) else _OPENING[opening]
    first = start + len(closing) if len(closing) == 3 else start + 1
    out = ['"']
    position = first
    while position < len(text) and not _ends(text, closing, position):
        character = text[position]
        if character == "\\" and position + 1 < len(text):
            following = text[position + 1]
            out.append(f"\\{following}" if following in _VALID_ESCAPES else f"\\\\{_ESCAPED.get(following, following)}")
            position += 2
            continue
        out.append(_ESCAPED.get(character, character))
        position += 1
    out.append('"')
    return "".join(out), position + len(closing)


def _ends(text: str, closing: str, position: int) -> bool:
    return text.startswith(closing, position) and _CLOSED.match(text, position + len(closing)) is not None
