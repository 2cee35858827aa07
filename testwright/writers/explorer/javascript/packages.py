"""What the project's manifests say of the package that a file belongs to."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator

from testwright.domain.ports import ProjectView

KEYWORDS = frozenset(
    (
        *("break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else"),
        *("enum", "export", "extends", "false", "finally", "for", "function", "if", "import", "in", "instanceof"),
        *("let", "new", "null", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof"),
        *("var", "void", "while", "with", "yield", "await", "async", "expect", "assert", "it", "test", "describe"),
    )
)


def name_of_package(path: str, view: ProjectView) -> str:
    """`set-cookie-parser` → setCookieParser, of the nearest manifest that has a name; else an empty text."""
    for manifest in _manifests(path):
        try:
            name = json.loads(view.text(manifest) or "{}")["name"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(name, str) and (found := _camel_case(name)):
            return found
    return ""


def uses_fast_check(view: ProjectView, path: str) -> bool:
    """Whether the project declares it: a test may not bring along what others have to install."""
    return any('"fast-check"' in (view.text(manifest) or "") for manifest in _manifests(path))


def _manifests(path: str) -> Iterator[str]:
    folder = posixpath.dirname(path)
    while folder:
        yield f"{folder}/package.json"
        folder = posixpath.dirname(folder)
    yield "package.json"


def _camel_case(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\.[cm]?[jt]s\Z", "", name.rpartition("/")[2]))
    joined = "".join(word[:1].upper() + word[1:] if at else word for at, word in enumerate(words))
    joined = joined[:1].lower() + joined[1:]
    return joined if re.fullmatch(r"[a-z]\w+", joined) and joined not in KEYWORDS else ""
