"""Changes tried the slow way, each in an ordinary run of its own.

For tests that do not pass twice in one process, which is what the quick way asks of them, and for suites that it has no
word on.
"""

import time
from collections.abc import Mapping, Sequence

from testwright.domain.drafts import Draft
from testwright.domain.mutants import Fate, Mutant, MutantOutcome, set_for_good
from testwright.domain.verdicts import NotRun
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import CaseResult
from testwright.pipeline.trial import results_of

_MOST_RUNS = 12


async def each_in_a_run(
    bench: Bench, draft: Draft, mutants: Sequence[Mutant], results: Mapping[str, CaseResult], seconds: float
) -> tuple[tuple[MutantOutcome, ...], frozenset[str]] | None:
    """What these tests notice of a few changes, until each has noticed one, and those that fail without any: they mind
    that the text is another one, not what it does. What a run says nothing of is left out; None when all do.
    """
    until = time.monotonic() + seconds
    bench.place(draft)
    unfit = await _failing(bench, draft, mutants[0], on=False)
    if unfit is None:
        return None
    draft = draft.only(frozenset(case.name for case in draft.cases) - unfit)
    bench.place(draft)
    waiting = {case.name for case in draft.cases}
    left, told, runs = list(mutants), list[MutantOutcome](), 0
    while waiting and left and runs < _MOST_RUNS and time.monotonic() < until:
        mutant = max(left, key=lambda each: len(waiting & _reached(each, draft, results)))  # the first of equals
        left.remove(mutant)
        reached = _reached(mutant, draft, results)
        if not waiting & reached:
            break
        runs += 1
        failed = await _failing(bench, draft, mutant, on=True)
        if failed is None:
            continue
        reached |= failed
        told.append(
            MutantOutcome(
                number=mutant.number,
                fate=Fate.KILLED if failed else Fate.SURVIVED,
                reached_by=tuple(case.name for case in draft.cases if case.name in reached),
                killers=tuple(case.name for case in draft.cases if case.name in failed),
            )
        )
        waiting -= failed
    return (tuple(told), unfit) if told or unfit else None


async def _failing(bench: Bench, draft: Draft, mutant: Mutant, *, on: bool) -> frozenset[str] | None:
    """Who fails in one run; None when it tells nothing."""
    job = bench.job
    text = set_for_good(job.language.switched(job.assignment.source, (mutant,)), mutant.number, on=on)
    answer = await bench.run_changed(text) if text is not None else None
    if answer is None or isinstance(answer, NotRun):
        return None
    return frozenset(name for name, result in results_of(answer, draft).items() if not result.passed)


def _reached(mutant: Mutant, draft: Draft, results: Mapping[str, CaseResult]) -> frozenset[str]:
    """Those that run the changed lines, and those of which nobody knows what they run."""
    lines = frozenset(range(mutant.line, mutant.end_line + 1))
    ran = {case.name: results[case.name].lines for case in draft.cases}
    return frozenset(name for name, own in ran.items() if own is None or own & lines)
