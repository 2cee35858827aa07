"""The gate `is stable`: the whole suite again and again, shuffled, and each test alone, until nothing ever fails.

Where what lies outside was to be mocked, the last two runs prove it: their clocks stand on other days, in other zones.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from testwright.domain.conventions import Layout
from testwright.domain.drafts import Draft
from testwright.domain.errors import PermanentError
from testwright.domain.projects import EAST, WEST, Turn
from testwright.domain.verdicts import Drop, FileCoverage, NotRun, RunReport
from testwright.pipeline import shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.busy import out_of_time
from testwright.pipeline.drafting import writing_of
from testwright.pipeline.findings import CaseResult, Chosen, Proven, Trial, first_line
from testwright.pipeline.laying_out import checked, formatted, unformatted
from testwright.pipeline.leaning import Apart, fairly_blamed, leaning, run_apart
from testwright.pipeline.set_orders import leaning_on_order
from testwright.pipeline.tools import Job, Ready
from testwright.pipeline.trial import results_of, run_cases

A = TypeVar("A")
B = TypeVar("B")

_AT_ONCE = 2
_MOST_ROUNDS = 4
"""Each round drops what failed in it and runs the rest again; a suite that is still shaky then is given up."""

_BY_THE_CLOCK = (
    "depends on the real clock, its time zone or the machine's language: it failed only in the run with the clock "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What repeated runs of one suite showed; `failures` says of each unstable test why it cannot stay.

    `untimely` are those of them that failed with the clock stopped alone, by the turn they failed in first; `frozen`
    says that it was stopped in the last run.
    """

    results: dict[str, CaseResult]
    failures: dict[str, str]
    coverage: FileCoverage | None
    alone: frozenset[str] = frozenset()
    untimely: dict[Turn, dict[str, str]] = field(default_factory=dict)
    frozen: bool = False

    def untimely_in(self, turn: Turn, in_time: RunReport | NotRun, draft: Draft) -> dict[str, str]:
        """Those that pass in the same order while the clock goes on: else it is their siblings that they depend on."""
        results = results_of(in_time, draft) if isinstance(in_time, RunReport) else {}
        return {name: why for name, why in self.untimely[turn].items() if name in results and results[name].passed}


async def prove_stable(job: Job, ready: Ready, attempt: int) -> int:
    """Step `stability`: how many tests held. What is laid down is true of exactly these tests, run together."""
    chosen = await shelf.take(job.desk, "chosen", Chosen)
    draft = (await writing_of(job, attempt)).draft.only(frozenset(chosen.names))
    bench = await Bench.open(job, ready)
    trial = await shelf.take(job.desk, f"trial/{attempt}", Trial)
    runs = job.tools.stability_runs
    drops: list[Drop] = []
    for _ in range(_MOST_ROUNDS):
        layout, seen = await _lay_out_and_run(bench, draft, trial, runs)
        if not seen.failures:
            kept = tuple(seen.results[case.name] for case in draft.cases)
            proven = Proven(
                runs=runs,
                results=kept,
                drops=tuple(drops),
                coverage=seen.coverage,
                layout=layout,
                alone=seen.alone,
                frozen=seen.frozen,
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


async def _lay_out_and_run(bench: Bench, draft: Draft, trial: Trial, runs: int) -> tuple[Layout, _Round]:
    """Types are checked while the tests run: seldom does the checker mind how they are laid out."""
    layout = await formatted(bench, draft)
    bench.place_suite(layout.suite)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def check() -> Layout | None:
        async with slots:
            return await checked(bench, layout, trial.known_types(layout.suite.text))

    found, seen = await _both(check(), _run_repeatedly(bench, layout, runs, slots))
    if found is not None:
        return found, seen
    layout = await unformatted(bench, draft, layout)
    return layout, await _run_repeatedly(bench, layout, runs, slots)


async def _run_repeatedly(bench: Bench, layout: Layout, runs: int, slots: asyncio.Semaphore) -> _Round:
    """One run in order with coverage; beside it, from one start, shuffled ones and one in which each test is alone."""
    bench.place_suite(layout.suite)
    draft = layout.draft
    first = bench.job.tools.seed + 1
    seeds = range(first, first + runs - 2)
    stops = bench.job.assignment.options.mock_external
    moments = dict(zip(reversed(seeds), (EAST, WEST), strict=False)) if stops else {}
    turns = tuple(Turn(seed=seed, frozen=moments.get(seed)) for seed in seeds)

    async def one(turn: Turn | None) -> RunReport | NotRun:
        """From a start of its own; None: in order, and sets have yet another order than in the turns."""
        if turn is None:
            return await asked(partial(bench.run_placed, hashes=first + 1))
        return await asked(partial(bench.run_placed, coverage=False, seed=turn.seed, frozen=turn.frozen))

    async def asked(work: Callable[[], Coroutine[Any, Any, RunReport | NotRun]]) -> RunReport | NotRun:
        async with slots:
            answer = await work()
            return answer if has_word(answer) else await work()  # a busy machine is no verdict on a test

    def has_word(answer: RunReport | NotRun) -> bool:
        if isinstance(answer, NotRun):
            return False
        return not out_of_time(results_of(answer, draft)) or not bench.job.tools.is_busy()

    async def with_hashes(seeds: Sequence[int]) -> Sequence[RunReport | NotRun]:
        return await _all([asked(partial(bench.run_placed, coverage=False, hashes=seed)) for seed in seeds])

    async def apart_from_others() -> Apart:
        async with slots:
            return await run_apart(bench, draft, turns)

    async def told(turn: Turn, answer: RunReport | NotRun) -> RunReport | NotRun:
        """What tells nothing in its turn may do so in a start of its own."""
        return answer if has_word(answer) else await one(turn)

    apart, in_order = await _both(apart_from_others(), one(None))
    shuffled = [*zip(turns, apart.turns, strict=True)]
    if apart.problem is not None:  # no word on any test: a shuffled run takes its place
        shuffled.append((Turn(seed=first + runs - 2), apart.problem))
    ways = (None, *(turn for turn, _ in shuffled))
    answers = [in_order, *await _all([told(turn, answer) for turn, answer in shuffled])]
    unreported = [answer for answer in answers if isinstance(answer, NotRun)]
    if unreported:
        return await _blame(bench, draft, unreported[0], runs)
    read = [(turn, answer) for turn, answer in zip(ways, answers, strict=True) if isinstance(answer, RunReport)]
    seen = _read_together(read, draft, runs)
    known = {}
    if bench.job.language.sees_order(layout.suite.text, bench.job.assignment.source):
        known = await leaning_on_order(draft, first + 2, with_hashes)
    for turn in seen.untimely:
        known |= seen.untimely_in(turn, await one(replace(turn, frozen=None)), draft)
    unexplained = {name: why for name, why in seen.failures.items() if name not in known}
    failures = await fairly_blamed(bench, draft, apart, unexplained) | await leaning(bench, draft, apart)
    return replace(seen, failures=failures | known, alone=apart.passed)


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Both of them, or the first error by itself, once the other was stopped."""
    try:
        async with asyncio.TaskGroup() as group:
            one, other = group.create_task(first), group.create_task(second)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return one.result(), other.result()


async def _all(runs: Sequence[Coroutine[Any, Any, RunReport | NotRun]]) -> list[RunReport | NotRun]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run) for run in runs]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


def _read_together(reports: Sequence[tuple[Turn | None, RunReport]], draft: Draft, runs: int) -> _Round:
    """Each run with the turn that it was, None for the one in order, which comes first."""
    readings = [results_of(report, draft) for _, report in reports]
    failed = [result for reading in readings for result in reading.values() if not result.passed]
    counts = Counter(result.name for result in failed)
    first_reason = {result.name: first_line(result.reason, 500) for result in reversed(failed)}
    failures = {name: f"failed in {count} of {runs} runs: {first_reason[name]}" for name, count in counts.items()}
    late: dict[str, list[Turn]] = {}
    for (turn, report), reading in zip(reports, readings, strict=True):
        for result in reading.values():
            if turn is not None and report.frozen and not result.passed:
                late.setdefault(result.name, []).append(turn)
    untimely: dict[Turn, dict[str, str]] = {}
    for name, (turn, *others) in late.items():
        if counts[name] == 1 + len(others):
            untimely.setdefault(turn, {})[name] = f"{_BY_THE_CLOCK}{turn.frozen}: {first_reason[name]}"
    return _Round(
        results=readings[0],
        failures=failures,
        coverage=reports[0][1].coverage,
        untimely=untimely,
        frozen=any(report.frozen and turn is not None and turn.frozen == EAST for turn, report in reports),
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
