"""Masks what looks like a secret in text that is about to leave: to a model, a log, a stream. Never the file itself.

Every pattern takes time in proportion to the text, whatever the text is.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

MASK = "[redacted]"
_SHORTEST_KNOWN = 6
"""A known secret shorter than this would mask ordinary words."""

# Each begins only where no character of its own kind stands before: one start for a run of them, not one for each.
_TOKENS = re.compile(
    r"(?<![\w-])(?:"
    r"AIza[\w-]{35}"
    r"|sk-[\w-]{16,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
    r"|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r")"
)
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----")
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@'\"]{1,100}):([^\s:/@'\"]{1,200})(?=@)")
_ASSIGNED = re.compile(
    r"(?<![\w.-])(?P<name>[\w.-]{1,80}+)[\"']?\s{0,8}[:=]\s{0,8}(?P<quote>[\"'])(?P<value>[^\"'\s]{12,400})(?P=quote)"
)
_SECRET_NAME = re.compile(
    r"secret|token|passw|pwd|credential|api[_-]?key|auth[_-]?key|access[_-]?key|private", re.IGNORECASE
)
_PLAIN_WORDS = re.compile(r"[A-Za-z][a-z]*(?:[._/ -][A-Za-z][a-z]*)*")


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """The text without `known` values and without anything that looks like a credential."""
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= _SHORTEST_KNOWN:
            text = text.replace(secret, MASK)
    text = _without_private_keys(text)
    text = _TOKENS.sub(MASK, text)
    text = _URL_PASSWORD.sub(rf"\1:{MASK}", text)
    return _ASSIGNED.sub(_mask_assigned, text)


def _without_private_keys(text: str) -> str:
    kept: list[str] = []
    position = 0
    while begin := _PEM_BEGIN.search(text, position):
        kept += [text[position : begin.start()], MASK]
        end = _PEM_END.search(text, begin.end())
        if end is None:  # cut off: what follows is still the key
            return "".join(kept)
        position = end.end()
    return "".join([*kept, text[position:]])


def _mask_assigned(found: re.Match[str]) -> str:
    value = found["value"]
    looks_secret = _SECRET_NAME.search(found["name"]) is not None and not _PLAIN_WORDS.fullmatch(value)
    if not looks_secret and not _is_random(value):
        return found[0]
    start, end = found.start("value") - found.start(), found.end("value") - found.start()
    return found[0][:start] + MASK + found[0][end:]


def _is_random(value: str) -> bool:
    """Long, of mixed kinds, of high entropy; an alphabet, whose characters follow one another, is none."""
    follows = sum(ord(after) - ord(before) == 1 for before, after in pairwise(value))
    if len(value) < 32 or not value.isascii() or follows > len(value) // 2:
        return False
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(kind(character) for character in value) for kind in kinds):
        return False
    if not re.fullmatch(r"[\w+/=.-]+", value):
        return False
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) > 4.2
