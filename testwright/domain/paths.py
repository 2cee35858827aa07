"""Which texts may name a file of a repository, and where a generated test may be written.

Text only, no I/O: reading and writing below a folder that may be hostile is for `sources/`.
"""

import re
import unicodedata

from testwright.domain.projects import WORKSPACE

MOST_BYTES = 1024
DEEPEST = 32
_DEVICE_NAMES = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
_REPOSITORY_ITSELF = {".git", ".hg", ".svn", "git~1"}  # git~1: the 8.3 name of .git on NTFS
_OBEYED_BY_TOOLS = _REPOSITORY_ITSELF | {
    "node_modules",
    "conftest.py",
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "tox.ini",
    "pytest.ini",
    "sitecustomize.py",
    "makefile",
}
_CONFIGURES = re.compile(r"\.(config|workspace|setup)\.[cm]?[jt]s$")
_ELSEWHERE = re.compile(r"(?<![\w.:/-])/(?:[\w.@+-]+/)+")


class BadPath(ValueError):
    """The message completes the sentence "The path …"; it never names a place on the server."""


def accept_path(path: str) -> str:
    """Return a repository-relative POSIX path in NFC, or raise BadPath. Accepting twice gives the same answer."""
    if not path:
        raise BadPath("is empty")
    if len(path) > MOST_BYTES or len(path.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BadPath(f"is longer than {MOST_BYTES} bytes")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in path):
        raise BadPath("has a control or invisible character")
    if "\\" in path or ":" in path:
        raise BadPath("has a backslash or a colon; use / between folders and no drive letter")
    path = unicodedata.normalize("NFC", path)
    looks_like = unicodedata.normalize("NFKC", path)
    if any(looks_like.count(special) != path.count(special) for special in "./\\:"):
        raise BadPath("has a look-alike of a dot or a slash")
    if path.startswith("/"):
        raise BadPath("is absolute; give it relative to the repository")
    if path.startswith(("-", "~")):
        raise BadPath("looks like an option or a home folder")
    parts = path.split("/")
    if len(parts) > DEEPEST:
        raise BadPath(f"is deeper than {DEEPEST} folders")
    for part in parts:
        _accept_part(part)
    return path


def _accept_part(part: str) -> None:
    if part == "..":
        raise BadPath("leaves the repository (..)")
    if part in ("", ".") or part != part.strip() or part.endswith("."):
        raise BadPath("has an empty, dotted or padded part")  # Windows drops trailing dots and spaces
    if len(part.encode()) > 255:
        raise BadPath("has a part longer than 255 bytes")
    if _folded(part) in _REPOSITORY_ITSELF:
        raise BadPath("names the repository's own data (.git)")
    if _folded(part).split(".")[0] in _DEVICE_NAMES:
        raise BadPath("names a device")


def may_hold_a_test(path: str) -> bool:
    """Whether a new test file may stand here: not a file that tools obey unasked, not below a dot folder."""
    return not any(_folded(part) in _OBEYED_BY_TOOLS or part.startswith(".") for part in accept_path(path).split("/"))


def steers_tools(path: str) -> bool:
    """Whether a test runner obeys this file unasked, merely because it lies there."""
    name = _folded(base_name(path))
    return name in _OBEYED_BY_TOOLS or name.startswith(".") or _CONFIGURES.search(name) is not None


def same_file_key(path: str) -> str:
    """Equal for two paths that are one file on a file system that folds case or normalises."""
    return unicodedata.normalize("NFC", _folded(path))


def base_name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def without_folders(text: str) -> str:
    """A runner's words without the places that nobody outside knows: of files elsewhere only the name is left."""
    return _ELSEWHERE.sub("", text.replace(f"{WORKSPACE}/", ""))


def _folded(part: str) -> str:
    return unicodedata.normalize("NFKC", part).casefold()
