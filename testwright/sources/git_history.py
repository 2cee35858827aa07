"""What a project's git history says of its files: which differ from a base, and which are changed often.

The working tree is compared with a base by the names that git gives to contents, which we work out ourselves: git's own
comparison would run the filters that a repository configures.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.paths import BadPath
from testwright.sources.descriptors import read_bytes
from testwright.sources.git_runs import GitRefused, git

_REFERENCE = re.compile(r"(?!-)[A-Za-z0-9._/@{}^~+#-]{1,200}")
_SHA256_LETTERS = 64
_MOST_COMMITS = 1000


def changed_since(root: Path, base: str, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that are not as they were where the work on top of `base` began, untracked files included.

    Raises InputError `no_repository` or `unknown_base`.
    """
    names = _names_at(root, _where_it_began(root, base))
    return frozenset(path for path in paths if not _is_same(root, path, names.get(path)))


def times_changed(root: Path) -> Mapping[str, int]:
    """In how many of the newest commits each file was changed; empty where there is no history."""
    try:
        commits = git(root, ["rev-list", "--no-merges", f"--max-count={_MOST_COMMITS}", "HEAD"])
        told = git(
            root,
            [
                "diff-tree",
                "--stdin",
                "-r",
                "-z",
                "--root",
                "--relative",
                "--name-only",
                "--no-commit-id",
                "--no-renames",
            ],
            given=commits,
        )
    except InputError:
        return {}
    return Counter(path.decode("utf-8", "replace") for path in told.split(b"\0") if path)


def commit_of(root: Path) -> str | None:
    """The commit that a folder stands on; None where there is none."""
    try:
        return git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).decode().strip() or None
    except InputError:
        return None


def _where_it_began(root: Path, base: str) -> str:
    if not _REFERENCE.fullmatch(base):
        raise _unknown(base, "is no name of a branch, tag or commit")
    try:
        git(root, ["rev-parse", "--git-dir"])
    except GitRefused as error:
        raise InputError(
            f"{root.name or root} is no git repository, so nothing in it has changed since {base}.",
            code="no_repository",
            hint="Name the files instead.",
        ) from error
    commit = _commit_named(root, base)
    try:
        return git(root, ["merge-base", commit, "HEAD"]).decode().split()[0]
    except (GitRefused, IndexError):  # no common past, or nothing committed yet: the base itself
        return commit


def _commit_named(root: Path, base: str) -> str:
    """A branch that only the remote has here, as in a checkout of CI, is found too."""
    for name in (base, f"refs/remotes/origin/{base}"):
        try:
            return (
                git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"])
                .decode()
                .strip()
            )
        except GitRefused:
            continue
    raise _unknown(base, "is not known here")


def _unknown(base: str, problem: str) -> InputError:
    return InputError(
        f"{base!r} {problem}.",
        code="unknown_base",
        hint="Give a branch, tag or commit of this repository; a shallow clone may lack it (git fetch origin NAME).",
        fields=(FieldProblem("since", problem),),
    )


def _names_at(root: Path, commit: str) -> dict[str, str]:
    """The name of each file's contents, by its path below the root."""
    names = {}
    for entry in git(root, ["ls-tree", "-r", "-z", commit]).split(b"\0"):
        about, _, path = entry.partition(b"\t")
        _, kind, name = about.split(b" ") if path else (b"", b"", b"")
        if kind == b"blob":
            names[path.decode("utf-8", "surrogateescape")] = name.decode()
    return names


def _is_same(root: Path, path: str, name: str | None) -> bool:
    if name is None:
        return False
    try:
        text = read_bytes(root, path)
    except BadPath:
        return False
    # A checkout may have turned the ends of lines into another system's.
    return text is not None and name in (_name_of(text, name), _name_of(text.replace(b"\r\n", b"\n"), name))


def _name_of(text: bytes, like: str) -> str:
    header = b"blob %d\0" % len(text)
    if len(like) == _SHA256_LETTERS:
        return hashlib.sha256(header + text).hexdigest()
    return hashlib.sha1(header + text, usedforsecurity=False).hexdigest()
