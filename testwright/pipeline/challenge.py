"""The gate `can fail`: the code is broken in small ways, one at a time, and the suite has to notice."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Draft
from testwright.domain.edges import MOST_EDGES, Edge
from testwright.domain.errors import SandboxUnavailable
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Mutant
from testwright.domain.projects import Limits
from testwright.domain.verdicts import FileCoverage, NotRun
from testwright.pipeline import shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import writing_of
from testwright.pipeline.findings import Challenge, Trial
from testwright.pipeline.slowly import each_in_a_run
from testwright.pipeline.tools import Job, Ready

_START_AND_STOP = timedelta(seconds=30)
"""What a runner may take around its mutants: its start, and the runs without one."""
_MOST_FURTHER = 60
_FIRST_ASSERTED = MOST_EDGES + 1


async def challenge(job: Job, ready: Ready, attempt: int, *, after: int | None = None) -> int:
    """Step `challenge/<attempt>`: how many mutants survived what passed in this attempt.

    `after` is the attempt whose passing tests this one added to.
    """
    trial = await shelf.take(job.desk, f"trial/{attempt}", Trial)
    mutants = await asyncio.to_thread(sample, job, trial.coverage)
    edges = (await shelf.take(job.desk, "analysis", Analysis)).edges
    found = Challenge(mutants=mutants, problem="There is nothing in this file that could be broken.")
    if mutants or edges:
        draft = await _draft_of(job, attempt, trial.passed)
        draft, asserted = job.language.announced(draft, _FIRST_ASSERTED)
        answer = await _run(job, ready, draft, mutants, edges, asserted)
        if isinstance(answer, NotRun):
            found = await _asked_slowly(job, ready, attempt, trial, replace(found, problem=answer.message))
        else:
            problem = "" if mutants else found.problem
            met = tuple(_met(edges, answer, trial))
            found = replace(
                found,
                problem=problem,
                outcomes=answer.outcomes,
                unfit=answer.unfit,
                watched=True,
                met=met,
                passed_by=tuple(_passed_by(asserted, answer)),
            )
            found, unseen = await _asked_again(job, ready, attempt, trial, found)
            found = await _asked_apart(job, ready, attempt, trial, found)
            found = replace(found, unfit=tuple(sorted({*found.unfit, *unseen})))
            found = await _asked_slowly(job, ready, attempt, trial, found)
            found = await _asked_further(job, ready, attempt, trial, found)
    if after is not None:
        earlier = await shelf.take(job.desk, f"challenge/{after}", Challenge)
        found = found.with_kills_of(earlier, trial.passed)
    if not found.problem:
        await telling.tell_challenge(job, attempt, found)
    await shelf.lay(job.desk, f"challenge/{attempt}", found)
    return len(found.survivors)


async def _asked_again(
    job: Job, ready: Ready, attempt: int, trial: Trial, found: Challenge
) -> tuple[Challenge, frozenset[str]]:
    """Tests that noticed nothing before the time was over, or that nothing was tried on, are asked once more, by
    themselves: a busy machine, or a sibling, is no verdict on them. And those that nothing could be tried on even then.
    """
    unfaced = _unfaced(trial, found)
    again = found.untried.union(*unfaced.values())
    doubtful = frozenset(name for name in trial.passed if name not in found.unfit and not found.kills_of(name))
    if not found.untried:
        doubtful = frozenset(unfaced)
    if not again or not doubtful:
        return found, frozenset()
    mutants = tuple(mutant for mutant in found.mutants if mutant.number in again)
    answer = await _run(job, ready, await _draft_of(job, attempt, doubtful), mutants)
    if isinstance(answer, NotRun):
        return found, frozenset(unfaced)
    alone = Challenge(outcomes=answer.outcomes, unfit=found.unfit)
    unheard = {*answer.unfit, *answer.unasked}
    unseen = {name for name in unfaced if name in unheard or unfaced[name] & alone.untried}
    found = found.with_answers_of(alone)
    return found, frozenset(unseen & _unfaced(trial, found).keys())


def _unfaced(trial: Trial, found: Challenge) -> dict[str, frozenset[int]]:
    """Tests that nothing was tried on, each with the mutants of the lines that it runs, where there are any."""
    told: dict[str, frozenset[int]] = {}
    for result in trial.results:
        if result.name not in trial.passed or result.name in found.unfit or found.faced_by(result.name):
            continue
        on_lines = (
            mutant.number
            for mutant in found.mutants
            if not (result.lines or frozenset()).isdisjoint(range(mutant.line, mutant.end_line + 1))
        )
        if numbers := frozenset(on_lines):
            told[result.name] = numbers
    return told


async def _asked_apart(job: Job, ready: Ready, attempt: int, trial: Trial, found: Challenge) -> Challenge:
    """Tests that did not pass among the others, with nothing changed, are asked once more with none of these beside
    them: it may have been a sibling, or a busy machine.
    """
    unfit = frozenset(found.unfit) & trial.passed
    if not unfit:
        return found
    answer = await _run(job, ready, await _draft_of(job, attempt, unfit), found.mutants)
    if isinstance(answer, NotRun):
        return found
    return found.with_tests_of(Challenge(outcomes=answer.outcomes, unfit=answer.unfit))


async def _asked_slowly(job: Job, ready: Ready, attempt: int, trial: Trial, found: Challenge) -> Challenge:
    """Tests that the quick way has no word on: a test that nobody saw fail is not proven, but it may be the quick way
    that does not suit it.
    """
    names = trial.passed if found.problem else frozenset(found.unfit) & trial.passed
    if not names or not found.mutants:
        return found
    draft = await _draft_of(job, attempt, names)
    results = {result.name: result for result in trial.results}
    try:
        bench = await Bench.open(job, ready)
        answer = await each_in_a_run(bench, draft, found.mutants, results, job.tools.challenge_seconds)
    except SandboxUnavailable:
        return found
    return found.with_slow_answers(*answer) if answer is not None else found


async def _asked_further(job: Job, ready: Ready, attempt: int, trial: Trial, found: Challenge) -> Challenge:
    """Tests that noticed nothing of the sample are asked of what it left out, the lines that few others run first: how
    the lot fell is no verdict on them. What they notice is theirs, and counts for nothing else.
    """
    blind = {
        result.name: result.lines
        for result in trial.results
        if result.name in trial.passed and found.faced_by(result.name) and not found.kills_of(result.name)
    }
    left_out = await asyncio.to_thread(_left_out, job, found, blind)
    if not left_out:
        return found
    runners = Counter(line for result in trial.results for line in result.lines or ())
    left_out.sort(key=lambda mutant: runners[mutant.line])
    answer = await _run(job, ready, await _draft_of(job, attempt, frozenset(blind)), left_out[:_MOST_FURTHER])
    if isinstance(answer, NotRun):
        return found
    further = Challenge(outcomes=answer.outcomes)
    return replace(found, proven_further=tuple(name for name in blind if further.kills_of(name)))


def _left_out(job: Job, found: Challenge, tests: Mapping[str, frozenset[int] | None]) -> list[Mutant]:
    """Mutants that were not tried, of lines that these tests run."""
    if not tests or len(found.mutants) < job.tools.most_mutants:
        return []
    tried = {mutant.number for mutant in found.mutants}
    ran = frozenset(line for lines in tests.values() for line in lines or ())
    source = job.assignment.source
    return [mutant for mutant in job.language.mutants(source) if mutant.number not in tried and mutant.line in ran]


def _met(edges: Sequence[Edge], answer: ChallengeReport, trial: Trial) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each edge with the cases that met it, the project's own among them. A refusal is told by its line, where the
    runner does not tell.
    """
    seen = dict(answer.met)
    for edge in edges:
        names = seen.get(edge.number, ())
        if edge.check == "refused" and edge.number not in seen:
            names = tuple(result.name for result in trial.results if edge.line in (result.lines or ()))
        yield edge.number, tuple(name for name in names if name not in answer.unfit or name in trial.passed)


def _passed_by(asserted: Sequence[Edge], answer: ChallengeReport) -> Iterator[tuple[str, str]]:
    """The first assertion of each test that the test came to in no run, of those that were seen at work."""
    at_work = {name for outcome in answer.outcomes for name in outcome.reached_by}
    at_work |= {name for _, names in answer.met for name in names}
    seen, told = dict(answer.met), {*answer.unfit, *answer.unasked}
    for edge in asserted:
        if edge.symbol in at_work and edge.symbol not in told and edge.symbol not in seen.get(edge.number, ()):
            told.add(edge.symbol)
            yield edge.symbol, edge.name


def sample(job: Job, coverage: FileCoverage | None) -> tuple[Mutant, ...]:
    """The mutants to try: of lines that the suite runs, no more than the setting says, the same for the same file."""
    source = job.assignment.source
    found = [mutant for mutant in job.language.mutants(source) if _is_run(mutant, coverage)]
    random.Random(f"{job.tools.seed}/{source.path}").shuffle(found)
    return tuple(found[: job.tools.most_mutants])


def _is_run(mutant: Mutant, coverage: FileCoverage | None) -> bool:
    """A statement over several lines counts as run by its first line alone, so its mutants may lie below it."""
    if coverage is None:
        return True
    lines = range(mutant.line, mutant.end_line + 1)
    measured = coverage.lines_covered | coverage.lines_missed
    if measured.isdisjoint(lines):
        before = max((line for line in measured if line < mutant.line), default=None)
        return before in coverage.lines_covered
    return not coverage.lines_covered.isdisjoint(lines)


async def _draft_of(job: Job, attempt: int, names: frozenset[str]) -> Draft:
    return (await writing_of(job, attempt)).draft.only(names)


async def _run(
    job: Job,
    ready: Ready,
    draft: Draft,
    mutants: Sequence[Mutant],
    edges: tuple[Edge, ...] = (),
    asserted: tuple[Edge, ...] = (),
) -> ChallengeReport | NotRun:
    bench = await Bench.open(job, ready)
    seconds = job.tools.challenge_seconds
    wall = timedelta(seconds=seconds) + _START_AND_STOP
    bench.place(draft)
    order = ChallengeOrder(
        source_path=job.assignment.source.path,
        suite_path=bench.placed,
        numbers=tuple(mutant.number for mutant in mutants),
        edges=(*edges, *asserted),
        seconds=seconds,
        limits=Limits(wall=wall, cpu=wall),
    )
    text = await asyncio.to_thread(job.language.switched, job.assignment.source, mutants, edges)
    try:
        return await bench.challenge(order, text)
    except SandboxUnavailable as error:
        return NotRun(code="launch_failed", message=error.message, hint=error.hint)
