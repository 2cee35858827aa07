"""Tests that lean on the order in which a set happens to hold its parts: found by further starts, each with another.

A few starts do not do: of two parts the wanted one comes first every second time.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from testwright.domain.drafts import Draft
from testwright.domain.verdicts import NotRun, RunReport
from testwright.pipeline.findings import CaseResult, first_line
from testwright.pipeline.trial import results_of

MORE_ORDERS = 5
_MOST_REASON = 300

Runs = Callable[[Sequence[int]], Awaitable[Sequence[RunReport | NotRun]]]
"""The placed suite once for each of these seeds of hashes."""


async def leaning_on_order(draft: Draft, first: int, run: Runs) -> dict[str, str]:
    """Why tests that pass in some orders only are no good, by name. Each was seen to fail twice with the same seed."""
    seeds = range(first, first + MORE_ORDERS)
    readings = [_read(answer, draft) for answer in await run(seeds)]
    failing = {seed: _failed(reading) for seed, reading in zip(seeds, readings, strict=True)}
    asked = [seed for seed, names in failing.items() if names]
    again = {seed: _read(answer, draft) for seed, answer in zip(asked, await run(asked), strict=True)}
    return {
        name: _reason(seed, result)
        for seed in reversed(asked)
        for name, result in _failed(again[seed]).items()
        if name in failing[seed]
    }


def _read(answer: RunReport | NotRun, draft: Draft) -> Mapping[str, CaseResult]:
    """A run that tells nothing says nothing of any test, but where the suite does not load in that order."""
    if isinstance(answer, RunReport):
        return results_of(answer, draft)
    if answer.code != "load_error":
        return {}
    return {case.name: CaseResult(name=case.name, passed=False, reason=answer.message) for case in draft.cases}


def _failed(reading: Mapping[str, CaseResult]) -> dict[str, CaseResult]:
    return {name: result for name, result in reading.items() if not result.passed}


def _reason(seed: int, result: CaseResult) -> str:
    """With the way to see it by hand."""
    told = first_line(result.reason, _MOST_REASON)
    return f"depends on the order of a set: fails with another hash seed (PYTHONHASHSEED={seed}): {told}"
