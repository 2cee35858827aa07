"""Which of a project's files to write tests for first, when nobody picks them one by one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from testwright.domain.ports import ProjectView
from testwright.domain.records import MeasuredFile
from testwright.sources.git_history import changed_since, times_changed

_TESTED_BUT_NOT_MEASURED = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How to choose among files; each part that is given leaves fewer of them. `most` are taken, the riskiest first."""

    since: str | None = None
    untested: bool = False
    most: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A file, and what speaks for it, each in a few words."""

    path: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What can be asked about a project's files. `decisions` counts the branches of a text at a path."""

    decisions: Callable[[str, str], int]
    tested: Callable[[Iterable[str], ProjectView], frozenset[str]]
    measured: Sequence[MeasuredFile] = ()


def pick(view: ProjectView, paths: Sequence[str], choice: Choice, known: Knowledge) -> list[Picked]:
    """Those of the paths that the choice leaves. Raises InputError when `since` names nothing that git has."""
    root = Path(view.root)
    picked = [Picked(path=path) for path in paths]
    if choice.since is not None:
        differing = changed_since(root, choice.since, paths)
        because = (f"changed since {choice.since}",)
        picked = [Picked(path=path, because=because) for path in paths if path in differing]
    if choice.untested:
        tested = known.tested([one.path for one in picked], view)
        picked = [Picked(path=one.path, because=(*one.because, "no tests")) for one in picked if one.path not in tested]
    if choice.most is not None:
        picked = riskiest(view, [one.path for one in picked], known, times_changed(root))[: choice.most]
    return picked


def riskiest(view: ProjectView, paths: Sequence[str], known: Knowledge, commits: Mapping[str, int]) -> list[Picked]:
    """By how much the untested part of a file decides and how often the file is changed, the worst first.

    Coverage counts where it was measured of the text as it is now. Where it was not, a file with tests of its own
    counts as half covered: that puts files in an order, and is told to nobody as a figure.
    """
    measured = {file.path: file for file in known.measured}
    tested = known.tested(paths, view)
    weighed = []
    for path in paths:
        text, last = view.text(path) or "", measured.get(path)
        covered = last.lines if last is not None and last.text == text else None
        share = _share_of(covered, has_tests=path in tested)
        weighed.append(_weighed(path, share, known.decisions(text, path), commits.get(path, 0)))
    return [picked for _, picked in sorted(weighed, key=lambda one: (-one[0], one[1].path))]


def _share_of(covered: float | None, *, has_tests: bool) -> tuple[str, float]:
    """What of a file counts as covered, in percent, and what says so."""
    if covered is not None:
        return f"{covered:g} % of its lines covered", covered
    return ("has tests, not measured", _TESTED_BUT_NOT_MEASURED) if has_tests else ("no tests", 0.0)


def _weighed(path: str, covered: tuple[str, float], decisions: int, commits: int) -> tuple[float, Picked]:
    tests, share = covered
    because = (tests, _counted(decisions, "decision"), f"changed in {_counted(commits, 'commit')}")
    return (100 - share) * (1 + decisions) * (1 + commits), Picked(path=path, because=because)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
