"""The gate `is stable`: the whole suite again and again, shuffled, and each test alone, until nothing ever fails."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from testwright.domain.conventions import Layout
from testwright.domain.drafts import Draft
from testwright.domain.errors import PermanentError
from testwright.domain.verdicts import Drop, FileCoverage, NotRun, RunReport
from testwright.pipeline import shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import writing_of
from testwright.pipeline.findings import CaseResult, Chosen, Proven, first_line
from testwright.pipeline.laying_out import lay_out
from testwright.pipeline.leaning import Alone, fairly_blamed, leaning, run_alone
from testwright.pipeline.tools import Job, Ready
from testwright.pipeline.trial import results_of, run_cases

_AT_ONCE = 2
_MOST_ROUNDS = 4
"""Each round drops what failed in it and runs the rest again; a suite that is still shaky then is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What repeated runs of one suite showed; `failures` says of each unstable test why it cannot stay."""

    results: dict[str, CaseResult]
    failures: dict[str, str]
    coverage: FileCoverage | None
    alone: frozenset[str] = frozenset()


async def prove_stable(job: Job, ready: Ready, attempt: int) -> int:
    """Step `stability`: how many tests held. What is laid down is true of exactly these tests, run together."""
    chosen = await shelf.take(job.desk, "chosen", Chosen)
    draft = (await writing_of(job, attempt)).draft.only(frozenset(chosen.names))
    bench = await Bench.open(job, ready)
    runs = job.tools.stability_runs
    drops: list[Drop] = []
    for _ in range(_MOST_ROUNDS):
        layout = await lay_out(bench, draft)
        seen = await _run_repeatedly(bench, layout, runs)
        if not seen.failures:
            kept = tuple(seen.results[case.name] for case in draft.cases)
            proven = Proven(
                runs=runs,
                results=kept,
                drops=tuple(drops),
                coverage=seen.coverage,
                layout=layout,
                alone=seen.alone,
            )
            await shelf.lay(job.desk, "proven", proven)
            told = (*chosen.drops, *drops)
            await telling.tell_stable(job, attempt, proven, shaky=len(drops), drops=told)
            return len(kept)
        drops += [Drop(name=name, gate="is_stable", reason=reason) for name, reason in seen.failures.items()]
        draft = draft.only(frozenset(case.name for case in draft.cases) - seen.failures.keys())
        if not draft.cases:
            break
    raise PermanentError(
        f"None of {len(chosen.names)} passing tests passed every one of {runs} runs: {first_line(drops[0].reason)}",
        code="tests_failed",
        hint="Look for state, clock or random numbers that the tests share, and retry with instructions about them.",
        retryable=True,
    )


async def _run_repeatedly(bench: Bench, layout: Layout, runs: int) -> _Round:
    """One run in order with coverage, one in which each test is alone, the others shuffled; two at a time."""
    bench.place_text(layout.text)
    draft = layout.draft
    slots = asyncio.Semaphore(_AT_ONCE)
    first = bench.job.tools.seed + 1

    async def one(seed: int | None) -> RunReport | NotRun:
        async with slots:
            answer = await bench.run_placed(coverage=seed is None, seed=seed)
            if isinstance(answer, NotRun):  # a busy machine is no verdict on a test: once more
                answer = await bench.run_placed(coverage=seed is None, seed=seed)
            return answer

    async def apart() -> Alone:
        async with slots:
            return await run_alone(bench, draft)

    alone, answers = await _together(apart(), [one(seed) for seed in (None, *range(first, first + runs - 2))])
    if alone.problem is not None:  # no word on any test: a shuffled run takes its place
        answers.append(await one(first + runs - 2))
    unreported = [answer for answer in answers if isinstance(answer, NotRun)]
    if unreported:
        return await _blame(bench, draft, unreported[0], runs)
    seen = _read_together([answer for answer in answers if isinstance(answer, RunReport)], draft, runs)
    failures = await fairly_blamed(bench, draft, alone, seen.failures) | await leaning(bench, draft, alone)
    return replace(seen, failures=failures, alone=alone.passed)


async def _together(
    apart: Coroutine[Any, Any, Alone], runs: Sequence[Coroutine[Any, Any, RunReport | NotRun]]
) -> tuple[Alone, list[RunReport | NotRun]]:
    """All of them, or the first error by itself, once the others were stopped."""
    try:
        async with asyncio.TaskGroup() as group:
            alone = group.create_task(apart)
            tasks = [group.create_task(run) for run in runs]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return alone.result(), [task.result() for task in tasks]


def _read_together(reports: list[RunReport], draft: Draft, runs: int) -> _Round:
    readings = [results_of(report, draft) for report in reports]
    failed = [result for reading in readings for result in reading.values() if not result.passed]
    counts = Counter(result.name for result in failed)
    first_reason = {result.name: first_line(result.reason, 500) for result in reversed(failed)}
    return _Round(
        results=readings[0],
        failures={name: f"failed in {count} of {runs} runs: {first_reason[name]}" for name, count in counts.items()},
        coverage=reports[0].coverage,
    )


async def _blame(bench: Bench, draft: Draft, problem: NotRun, runs: int) -> _Round:
    """A run left no report at all: find the tests that cause it, or hold it against all of them."""
    results, coverage = await run_cases(bench, draft)
    failing = {name: result for name, result in results.items() if not result.passed}
    if failing:
        reasons = {name: first_line(result.reason, 500) for name, result in failing.items()}
    else:
        reasons = {case.name: first_line(problem.message, 500) for case in draft.cases}
    failures = {name: f"kept the suite from running in 1 of {runs} runs: {reason}" for name, reason in reasons.items()}
    return _Round(results=results, failures=failures, coverage=coverage)
