"""The languages that tests can be written for."""

from collections.abc import Mapping

from testwright.domain.ports import Language
from testwright.languages.by_layout import WORDS, ByLayout
from testwright.languages.javascript import JavaScript
from testwright.languages.python import Python

LANGUAGES: Mapping[str, Language] = {
    "python": Python(),
    "javascript": JavaScript(),
    "typescript": JavaScript("typescript"),
    **{name: ByLayout(words) for name, words in WORDS.items()},
}

_EXTENSIONS = {
    ".py": "python",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    **{extension: name for name, words in WORDS.items() for extension in words.extensions},
}


def language_of(path: str) -> str | None:
    """The language of a source file by its name; None for what no tests can be written for (declarations too)."""
    name = path.rsplit("/", 1)[-1].lower()
    if name.endswith((".d.ts", ".d.mts", ".d.cts")):
        return None
    dot = name.rfind(".")
    return _EXTENSIONS.get(name[dot:]) if dot > 0 else None
