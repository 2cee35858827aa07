"""Texts in well-known languages, for code that hands its input to their parsers."""

from __future__ import annotations

_PYTHON = (
    '"1 + 2 * 3"', '"x"', '"-5"', '"not True"', '"1 < 2 < 3"', '"1 if True else 2"', '"True and False"',
    '"False or 3"', '"int(\'7\')"', '"str(3)"', '"[1, 2, 3]"', '"(1, 2)"', '"{1, 2}"', '"{\'a\': 1}"', '"\'abc\'[1]"',
    '"\'abc\'[0:2]"', '"[1, 2, 3][1]"', '"\'abc\'.upper()"', '"x.y"', '"x.__class__"', '"2 ** 8"', '"7 // 2"',
    '"7 % 3"',
    '"1 << 3"', '"8 >> 1"', '"5 & 3"', '"5 | 3"', '"5 ^ 3"', '"~5"', '"\'a\' in \'abc\'"', '"1 not in [2]"',
    '"None is None"', '"1 != 2"', '"[n * 2 for n in [1, 2, 3] if n > 1]"', '"{n: 1 for n in [1]}"', '"f\'{1 + 1}!\'"',
    '"f\'{3.14159:.2f}\'"', '"lambda: 1"', '"a = 3"', '"a += 1"', '"import os"', '"1; 2"', '"unknown(1)"', '"1 +"',
    '"max(key=1)"', '"9 ** 9999999"', '"\'a\' * 999999"', '"3 < 2 < 1"', '"0 or 0"', '"1 and 2"', '"[*[1, 2], 3]"',
    '"{**{\'a\': 1}}"', '"\'abcd\'[::2]"', '"\'abcd\'[1:]"', '"[a + b for a, b in [(1, 2)]]"',
    '"[a * b for a in [1, 2] for b in [3]]"', '"{k: v for k, v in [(1, 2)]}"', '"{\'a\': 1}.a"', '"(lambda: 1)()"',
    '"f\'{1}\'"', '"-x"', '"x[0]"',
)  # fmt: skip
_JSON = ("'{\"a\": 1}'", '"[1, 2]"', '"null"', '"true"', "'\"text\"'", '"1.5"', '"{"', '"[]"')
_SINKS: dict[str, tuple[str, ...]] = {
    "ast.parse": _PYTHON,
    "ast.literal_eval": _PYTHON,
    "literal_eval": _PYTHON,
    "eval": _PYTHON,
    "json.loads": _JSON,
    "datetime.fromisoformat": ('"2024-02-29"', '"2024-02-29T12:30:00"'),
    "date.fromisoformat": ('"2024-02-29"',),
    "ipaddress.ip_address": ('"127.0.0.1"', '"::1"', '"300.0.0.1"'),
    "urlparse": ('"https://user:pw@example.com:8080/a/b;c?d=1&e=2#f"', '"mailto:user@example.com"'),
    "shlex.split": ("'a \"b c\" d'",),
    "base64.b64decode": ('"aGVsbG8="',),
    "base64.urlsafe_b64decode": ('"aGVsbG8="',),
    "bytes.fromhex": ('"68656c6c6f"',),
    "uuid.UUID": ('"12345678-1234-5678-1234-567812345678"',),
    "configparser.ConfigParser": ('"[a]\\nb = 1\\n"',),
    "ElementTree.fromstring": ("\"<a b='1'><c>d</c></a>\"",),
}
"""By what is called, as it is usually written."""


def texts_for(calls: frozenset[str]) -> tuple[str, ...]:
    """Literals, as source text, for what is called."""
    return tuple(dict.fromkeys(text for call in sorted(calls) for text in _SINKS.get(call, ())))
