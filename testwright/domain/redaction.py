"""Masks what looks like a secret in text that is about to leave: to a model, a log, a stream. Never the file itself.

Every pattern takes time in proportion to the text, whatever the text is.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

MASK = "[redacted]"
_SHORTEST_KNOWN = 6
"""A known secret shorter than this would mask ordinary words."""
_SHORTEST_OF_ENVIRONMENT = 8

_KINDS = {
    "Google key": r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}",
    "Anthropic key": r"sk-ant-[\w-]{16,}",
    "OpenAI key": r"sk-[\w-]{16,}",
    "Stripe key": r"(?:sk|rk|pk)_(?:live|test)_\w{10,}|whsec_\w{16,}",
    "GitHub token": r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
    "GitLab token": r"glpat-[\w-]{16,}",
    "Slack token": r"xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}",
    "npm token": r"npm_[A-Za-z0-9]{30,}",
    "PyPI token": r"pypi-[\w-]{32,}",
    "Hugging Face token": r"hf_[A-Za-z0-9]{30,}",
    "SendGrid key": r"SG\.[\w-]{16,}\.[\w-]{16,}",
    "Azure key": r"AccountKey=[\w+/=]{40,}",
    "AWS key": r"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])",
    "JSON web token": r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
}
# Each begins only where no character of its own kind stands before: one start for a run of them, not one for each.
_TOKENS = re.compile(
    "(?<![\\w-])(?:" + "|".join(f"(?P<kind{number}>{form})" for number, form in enumerate(_KINDS.values())) + ")"
)
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@'\"]{1,100}):([^\s:/@'\"]{1,200})(?=@)")
_WEBHOOK = re.compile(r"(?<=hooks\.slack\.com/services/)[\w/-]{20,200}")
_HEADER = re.compile(
    r"(?<![\w-])(?i:(?:bearer|basic) |x-api-key: {0,4})(?=[\w+/.~-]{0,400}\d)(?P<value>[\w+/.=~-]{16,400})"
)
_ASSIGNED = re.compile(
    r"""(?<![\w.-])(?P<name>[\w.-]{1,80}+)
    (?:["'`]?\]?\s{0,8}(?::\s{0,8}[\w.|[\] ]{1,60}?)?(?::=|[:=]|\|\||\?\?|\bor\b)  # with a type, or another value
    |["'`]\s{0,8},\s{0,8}(?:default\s{0,2}=)?)  # a pair, or a name with its usual value
    \s{0,8}[\[(]?(?P<prefix>[bfruBFRU]{0,2})(?P<quote>["'`])(?P<value>[^"'`\s]{8,400})(?P=quote)""",
    re.VERBOSE,
)
_UNQUOTED = re.compile(
    r"^[ \t]{0,16}(?:export )?(?P<name>[A-Za-z_]\w{0,80}+)(?P<between>=|: | = )(?P<value>[\w+/=.~-]{12,400})$", re.M
)
_SECRET_NAME = re.compile(
    r"secret|token|passw|pwd|credential|api[_-]?key|auth[_-]?key|access[_-]?key|private", re.IGNORECASE
)
_PLAIN_WORDS = re.compile(r"[A-Za-z][a-z]*(?:[._/ -][A-Za-z][a-z]*)*|[A-Z]+(?:_[A-Z]+)+|[A-Za-z][a-z]+(?:[A-Z][a-z]+)+")
_DOTTED_NAMES = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[A-Za-z_]+")
_SURE_LENGTH = 12
_LONGEST_SECRET = 400
_KEY_NAME = re.compile(r"key\Z", re.IGNORECASE)
_KEY_LIKE = re.compile(r"[A-Za-z0-9]{16,}")
_LEAST_OF_EACH = 4


class Redactor:
    """Masks `known` values and whatever looks like a credential; `found` counts, by kind, what was masked so far."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = sorted((secret for secret in known if len(secret) >= _SHORTEST_KNOWN), key=len, reverse=True)
        self.found: Counter[str] = Counter()

    def __call__(self, text: str) -> str:
        for secret in self._known:
            self._count("known value", text.count(secret))
            text = text.replace(secret, MASK)
        text = self._without_private_keys(text)
        text = _TOKENS.sub(self._mask_token, text)
        text, passwords = _URL_PASSWORD.subn(rf"\1:{MASK}", text)
        self._count("password in an address", passwords)
        text, hooks = _WEBHOOK.subn(MASK, text)
        self._count("webhook address", hooks)
        text = _HEADER.sub(self._mask_header, text)
        text = _ASSIGNED.sub(self._mask_assigned, text)
        return _UNQUOTED.sub(self._mask_unquoted, text)

    def _count(self, kind: str, times: int = 1) -> None:
        if times:
            self.found[kind] += times

    def _without_private_keys(self, text: str) -> str:
        kept: list[str] = []
        position = 0
        while begin := _PEM_BEGIN.search(text, position):
            self._count("private key")
            kept += [text[position : begin.start()], MASK]
            end = _PEM_END.search(text, begin.end())
            if end is None:  # cut off: what follows is still the key
                return "".join(kept)
            position = end.end()
        return "".join([*kept, text[position:]])

    def _mask_token(self, found: re.Match[str]) -> str:
        self._count(list(_KINDS)[int((found.lastgroup or "kind0").removeprefix("kind"))])
        return MASK

    def _mask_header(self, found: re.Match[str]) -> str:
        return self._masked(found, "authorization header")

    def _mask_assigned(self, found: re.Match[str]) -> str:
        is_filled_in = (found["quote"] == "`" or found["prefix"].lower().count("f")) and "{" in found["value"]
        return self._masked(found) if not is_filled_in and _is_secret(found["name"], found["value"]) else found[0]

    def _mask_unquoted(self, found: re.Match[str]) -> str:
        value = found["value"]
        is_code = _DOTTED_NAMES.fullmatch(value) is not None or value.isdigit()
        if found["between"] == " = ":  # in a program that is an expression; only what is none can be told
            is_code = not _is_random(value)
        return self._masked(found) if not is_code and _is_secret(found["name"], value) else found[0]

    def _masked(self, found: re.Match[str], kind: str = "secret in an assignment") -> str:
        if found["value"].startswith(MASK):
            return found[0]
        self._count(kind)
        start, end = found.start("value") - found.start(), found.end("value") - found.start()
        return found[0][:start] + MASK + found[0][end:]


def redacted(text: str, known: Iterable[str] = ()) -> str:
    """The text without `known` values and without anything that looks like a credential."""
    return Redactor(known)(text)


def cut_short(text: str, most: int) -> str:
    """No more than `most` characters, and nothing begun at their end: of half a secret nobody can tell what it is."""
    if len(text) <= most:
        return text
    end = most
    while end > max(0, most - _LONGEST_SECRET) and not (text[end - 1].isspace() or text[end - 1] in "\"'`"):
        end -= 1
    return text[:end].rstrip()


def credential_in(text: str) -> str | None:
    """The kind of the first credential in a text that is one by its very form.

    Names and randomness alone do not count here, nor do web tokens, which code that deals with them makes all the time.
    """
    if _PEM_BEGIN.search(text) is not None and _PEM_END.search(text) is not None:
        return "private key"
    for found in _TOKENS.finditer(text):
        kind = list(_KINDS)[int((found.lastgroup or "kind0").removeprefix("kind"))]
        if kind != "JSON web token":
            return kind
    return None


def secrets_of(environment: Mapping[str, str]) -> Iterator[str]:
    """Values of variables whose names say that they are secret."""
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= _SHORTEST_OF_ENVIRONMENT and not _PLAIN_WORDS.fullmatch(value):
            yield value


def _is_secret(name: str, value: str) -> bool:
    if MASK in value:
        return False
    if _SECRET_NAME.search(name) and not _PLAIN_WORDS.fullmatch(value):
        return len(value) >= _SURE_LENGTH or (any(map(str.isdigit, value)) and any(map(str.isalpha, value)))
    return _is_random(value) or (_KEY_NAME.search(name) is not None and _may_be_a_key(value))


def _may_be_a_key(value: str) -> bool:
    """Many things are called a key; words joined by signs are what the others are."""
    mixed = min(sum(map(str.isdigit, value)), sum(map(str.isalpha, value)))
    return _KEY_LIKE.fullmatch(value) is not None and mixed >= _LEAST_OF_EACH


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
