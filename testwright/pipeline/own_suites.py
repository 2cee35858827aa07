"""The tests that the project has of this file: what they reach, which of them fail, and whether new ones join them.

They are the project's business: what fails is told and left alone, and counts for nothing.
"""

import asyncio
import posixpath
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from testwright.domain.drafts import Draft
from testwright.domain.insertions import CannotAdd
from testwright.domain.projects import Limits
from testwright.domain.specifiers import package_name
from testwright.domain.verdicts import FileCoverage, NotRun, Outcome, OwnFailure, RunReport
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import Baseline, Host, first_line
from testwright.pipeline.probe import grown_paths

_LIMITS = Limits(wall=timedelta(seconds=45), cpu=timedelta(seconds=45))
_MOST_ALONE = 6
_MOST_NAMED = 3
_LONGEST_MS = 20_000
"""A suite that takes longer is run a dozen times in vain: new tests get a file of their own."""


async def measured(bench: Bench) -> Baseline:
    """Run the project's own suites of this file, and see whether new tests can be put into one of them."""
    existing = bench.ready.existing
    answer = await bench.run_files(existing, limits=_LIMITS)
    endless: frozenset[str] = frozenset()
    if isinstance(answer, NotRun):
        found, endless = await _apart(bench, answer)
    else:
        failures = tuple(_failures(answer, existing[0] if len(existing) == 1 else None))
        reached = await _without(bench, existing, answer, failures)
        is_seen = not isinstance(reached, NotRun)
        found = Baseline(measured=is_seen, coverage=None if isinstance(reached, NotRun) else reached, failures=failures)
    broken = {failure.path for failure in found.failures if not failure.name}
    runs = [path for path in existing if path not in broken]
    if not runs:
        return replace(found, beside=f"{posixpath.basename(existing[0])} does not run")
    if bench.job.assignment.aside is not None:
        return replace(found, beside="it has a file of its own")
    took = sum(each.duration_ms for each in answer.outcomes) if isinstance(answer, RunReport) else 0.0
    return await asyncio.to_thread(_with_host, bench, found, runs, endless, took)


async def _apart(bench: Bench, problem: NotRun) -> tuple[Baseline, frozenset[str]]:
    """Some file keeps them all from running: each by itself. Also the files with a test that does not end."""
    endless: set[str] = set()
    coverage: FileCoverage | None = None
    failures: list[OwnFailure] = []
    for path in bench.ready.existing[:_MOST_ALONE]:
        alone = problem if len(bench.ready.existing) == 1 else await bench.run_files((path,), limits=_LIMITS)
        answer, hung = await _without_culprits(bench, path, alone)
        failures += hung
        endless |= {path} if hung else set()
        if isinstance(answer, NotRun):
            failures.append(OwnFailure(name="", path=path, reason=first_line(answer.message, 300)))
            continue
        own = tuple(_failures(answer, path))
        failures += own
        reached = await _without(bench, (path,), answer, (*hung, *own))
        coverage = coverage if isinstance(reached, NotRun) else joined(coverage, reached)
    found = Baseline(measured=coverage is not None, coverage=coverage, failures=tuple(failures))
    return found, frozenset(endless)


async def _without_culprits(
    bench: Bench, path: str, answer: RunReport | NotRun
) -> tuple[RunReport | NotRun, list[OwnFailure]]:
    """A test that hangs, or ends the process, is left out, and the others are run."""
    found: list[OwnFailure] = []
    names = bench.job.language.names_in(bench.workspace.text(path) or "")
    while isinstance(answer, NotRun) and answer.culprits and len(found) < _MOST_NAMED:
        culprit = next((name for name in answer.culprits if name in names), None)
        if culprit is None:
            break
        found.append(OwnFailure(name=culprit, path=path, reason=first_line(answer.message, 300)))
        names -= {culprit}
        answer = await bench.run_files((path,), only=tuple(sorted(names)), limits=_LIMITS)
    return answer, found


async def _without(
    bench: Bench, paths: tuple[str, ...], answer: RunReport, failures: Sequence[OwnFailure]
) -> FileCoverage | NotRun | None:
    """What the tests that pass reach: those that fail are left out, and the rest is run once more."""
    if not failures:
        return answer.coverage
    failing = {failure.name for failure in failures}
    passing = {outcome.name for outcome in answer.outcomes if outcome.outcome is Outcome.PASSED} - failing
    if not passing:
        return None
    again = await bench.run_files(paths, only=tuple(sorted(passing)), limits=_LIMITS)
    return again.coverage if isinstance(again, RunReport) else again


def _failures(report: RunReport, path: str | None) -> list[OwnFailure]:
    failed = {outcome.name: outcome for outcome in report.outcomes if outcome.outcome is Outcome.FAILED}
    return [
        OwnFailure(name=name, path=path, reason=first_line(outcome.message, 300)) for name, outcome in failed.items()
    ]


def _with_host(
    bench: Bench, found: Baseline, suites: Sequence[str], endless: frozenset[str], took_ms: float
) -> Baseline:
    """The first suite that new tests can be put into; why not, when there is none."""
    reasons: list[str] = []
    for path in suites:
        text = bench.workspace.text(path)
        reason = "one of its tests does not end" if path in endless else _why_not(bench, path, text, took_ms)
        if reason is None and text is not None:
            grown = (other for other in grown_paths(path, "more") if _is_free(bench, other))
            reached = found.coverage is not None and bool(found.coverage.lines_covered)
            package = package_name(bench.ready.runner.home, bench.workspace) if reached else ""
            return replace(found, host=Host(path=path, text=text, new_path=next(grown), package=package))
        reasons.append(f"{posixpath.basename(path)}: {reason}")
    return replace(found, beside="; ".join(reasons[:2]))


def _is_free(bench: Bench, path: str) -> bool:
    return not bench.workspace.exists(path) and bench.workspace.in_the_way(path) is None


def _why_not(bench: Bench, path: str, text: str | None, took_ms: float) -> str | None:
    if text is None:
        return "it is no text that can be read"
    if path in bench.job.assignment.taken:
        return "it holds the tests of another file of this session"
    if took_ms > _LONGEST_MS:
        return f"its own tests take {took_ms / 1000:.0f} s"
    other = _also_about(bench, path)
    if other is not None:
        return f"it tests {other} too"
    try:
        bench.job.language.added(Draft(preamble="", cases=()), text)
    except CannotAdd as error:
        return str(error)
    return None


def _also_about(bench: Bench, suite: str) -> str | None:
    """A namesake of the source that has the same suite: the tests of both would be put into it at once."""
    source = bench.job.assignment.source.path
    stem = posixpath.basename(source).partition(".")[0]
    for path in bench.workspace.paths():
        is_namesake = posixpath.basename(path).partition(".")[0] == stem and path not in (source, suite)
        if is_namesake and bench.job.tools.language_of(path) is not None:
            own = bench.job.framework.existing_suites(path, bench.workspace)
            if suite in own and path not in own and path not in bench.ready.existing:
                return path
    return None


def joined(one: FileCoverage | None, other: FileCoverage | None) -> FileCoverage | None:
    """What two runs reached together."""
    if one is None or other is None:
        return one or other
    lines = one.lines_covered | other.lines_covered
    branches = one.branches_covered | other.branches_covered
    return FileCoverage(
        lines_covered=lines,
        lines_missed=(one.lines_missed | other.lines_missed) - lines,
        branches_covered=branches,
        branches_missed=(one.branches_missed | other.branches_missed) - branches,
    )
