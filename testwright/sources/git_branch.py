"""Suites as one commit on a new branch. Working tree, index and the branches that are there stay as they are."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.errors import FieldProblem, InputError
from testwright.domain.paths import BadPath, may_hold_a_test
from testwright.sources.export import ExportedFile
from testwright.sources.git_runs import GitRefused, git

_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """`refused` are files that are not in the commit, with the reason."""

    branch: str
    commit: str
    paths: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What a commit would hold: `taken`, on top of the commit `parent`; `refused` with the reasons."""

    parent: str
    taken: tuple[ExportedFile, ...]
    refused: tuple[tuple[str, str], ...]


def plan_commit(root: Path, branch: str, files: Sequence[ExportedFile]) -> Planned:
    """Nothing is changed. Raises InputError when the branch is there, or there would be nothing in the commit."""
    head = _head(root)
    _refuse_name(root, branch)
    return planned(head, [(file, why_not(file, _text_at(root, head, file.path))) for file in files])


def planned(parent: str, weighed: Sequence[tuple[ExportedFile, str | None]]) -> Planned:
    """Files with why each may not be in it. Raises InputError when none may."""
    taken = tuple(file for file, problem in weighed if problem is None)
    refused = tuple((file.path, problem) for file, problem in weighed if problem is not None)
    if not taken:
        problem = refused[0][1] if refused else "there is no suite"
        raise InputError(
            f"There is nothing to commit: {problem}.",
            status=409,
            code="nothing_to_commit",
            hint="Take the suites as a patch, and put them where they fit.",
        )
    return Planned(parent=parent, taken=taken, refused=refused)


def commit_to_branch(root: Path, branch: str, files: Sequence[ExportedFile], message: str) -> Committed:
    """Commit on top of what is checked out. Raises InputError when the branch is there, or git cannot."""
    plan = plan_commit(root, branch, files)
    head, taken = plan.parent, plan.taken
    prefix = git(root, ["rev-parse", "--show-prefix"]).decode().rstrip("\n")
    with tempfile.TemporaryDirectory() as place:
        apart = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        git(root, ["read-tree", head], also=apart)
        listed = "".join(f"100644 {_stored(root, file)}\t{prefix}{file.path}\0" for file in taken)
        git(root, ["update-index", "-z", "--index-info"], given=listed.encode(), also=apart)
        tree = git(root, ["write-tree"], also=apart).decode().strip()
    commit = git(root, ["commit-tree", tree, "-p", head], given=message.encode(), also=_author(root)).decode().strip()
    try:
        git(
            root,
            ["update-ref", "--create-reflog", "-m", "testwright", f"refs/heads/{branch}", commit, "0" * len(commit)],
        )
    except GitRefused as error:
        problem = f"The branch {branch} cannot be made: {error.said}."
        raise InputError(problem, status=409, code="branch_exists") from error
    return Committed(branch=branch, commit=commit, paths=tuple(file.path for file in taken), refused=plan.refused)


def why_not(file: ExportedFile, there: bytes | None) -> str | None:
    """Why a file must not be put over what a commit has in its place; None when it may."""
    try:
        if not may_hold_a_test(file.path):
            return f"{file.path} is no place for a test"
    except BadPath as error:
        return f"{file.path}: the path {error}"
    if there is None:
        return None if file.before is None else f"{file.path}, which tests were added to, is not committed"
    if there == file.text.encode():
        return f"{file.path} is committed already, as it is"
    if file.before is None:
        return f"{file.path} is there, and is not ours to write over"
    return None if there == file.before.encode() else f"{file.path} is not as it was when tests were added to it"


def _head(root: Path) -> str:
    try:
        return git(root, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).decode().strip()
    except GitRefused as error:
        raise InputError(
            f"{root.name} is no git repository with a commit in it.",
            code="no_repository",
            hint="Write the suites into the tree with --apply, or take them as a patch.",
        ) from error


def _refuse_name(root: Path, branch: str) -> None:
    problem = None
    try:
        git(root, ["check-ref-format", "--branch", branch])
    except (GitRefused, ValueError):
        problem = "is no name for a branch"
    else:
        if branch.startswith(("-", "@")) or _is_there(root, branch):
            problem = "is there already" if not branch.startswith(("-", "@")) else "is no name for a branch"
    if problem is not None:
        raise InputError(
            f"{branch!r} {problem}.",
            status=409 if "there" in problem else 400,
            code="branch_exists" if "there" in problem else "bad_branch",
            hint="Give the branch another name.",
            fields=(FieldProblem("branch", problem),),
        )


def _is_there(root: Path, branch: str) -> bool:
    try:
        git(root, ["show-ref", "--verify", "--quiet", f"refs/heads/{branch}"])
    except GitRefused:
        return False
    return True


def _text_at(root: Path, commit: str, path: str) -> bytes | None:
    found = git(root, ["ls-tree", "-z", commit, "--", path]).split(b"\t")[0].split()
    if len(found) != 3:
        return None
    return git(root, ["cat-file", "blob", found[2].decode()]) if found[1] == b"blob" else b""


def _stored(root: Path, file: ExportedFile) -> str:
    return git(root, ["hash-object", "-w", "--stdin"], given=file.text.encode()).decode().strip()


def _author(root: Path) -> Mapping[str, str]:
    """As the user has told git, in its settings or in the environment. Raises InputError when nobody has."""
    who: dict[str, str] = {}
    for what in ("name", "email"):
        said = os.environ.get(f"GIT_AUTHOR_{what.upper()}") or _setting(root, f"user.{what}")
        if not said:
            raise InputError(
                "git does not know who you are.",
                code="no_author",
                hint='git config user.name "Your Name" and git config user.email you@example.org',
            )
        who |= {f"GIT_{role}_{what.upper()}": said for role in ("AUTHOR", "COMMITTER")}
    return who


def _setting(root: Path, key: str) -> str:
    """Of the user's own settings too, which our other runs of git do not read."""
    try:
        ended = subprocess.run(
            ["git", "config", "--get", key],
            cwd=root,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.decode("utf-8", "replace").strip()
