"""Tests that lean on one another: found by running each alone, and blamed by running them in chosen company."""

from collections.abc import Mapping
from dataclasses import dataclass

from testwright.domain.drafts import Draft
from testwright.domain.projects import Turn
from testwright.domain.verdicts import AGAIN, BY_CHANCE, NotRun, RunReport
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import CaseResult, first_line
from testwright.pipeline.trial import results_of

MOST_ALONE = 60
"""So many tests of a suite are run alone: for each that means an environment of its own."""
_MOST_ASKED_AGAIN = 12
_MOST_VICTIMS = 4
_MOST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """What was run in environments of its own, from one start: all tests in turns, and each alone.

    `results` are of those alone, by name; who is missing was not run that way. `problem` is set when nobody could be.
    A turn that told nothing is NotRun.
    """

    results: Mapping[str, CaseResult]
    turns: tuple[RunReport | NotRun, ...]
    problem: NotRun | None = None

    @property
    def passed(self) -> frozenset[str]:
        return frozenset(name for name, result in self.results.items() if result.passed)


async def run_apart(bench: Bench, draft: Draft, turns: tuple[Turn, ...]) -> Apart:
    names = tuple(case.name for case in draft.cases)[:MOST_ALONE]
    answer = await bench.run_in_turns(turns, names)
    if isinstance(answer, NotRun):
        return Apart(results={}, turns=(answer,) * len(turns), problem=answer)
    told = {outcome.name for outcome in answer.outcomes}
    results = {name: result for name, result in results_of(answer, draft).items() if name in told}
    return Apart(results=results, turns=answer.turns)


async def leaning(bench: Bench, draft: Draft, apart: Apart) -> dict[str, str]:
    """Why tests that failed alone are no good, by name.

    Each was seen to fail in a run of its own as well, or, alone, after it had passed: with other random numbers, or
    where it found what it had left behind.
    """
    told = {name: result.reason for name, result in apart.results.items() if not result.passed}
    after_a_pass = {name: reason for name, reason in told.items() if reason.startswith((BY_CHANCE, AGAIN))}
    failures = {name: first_line(reason, _MOST_REASON) for name, reason in after_a_pass.items()}
    suspected = [name for name in told if name not in failures]
    for name in suspected[:_MOST_ASKED_AGAIN]:
        again = await _outcome_of(bench, draft, name, ())
        if again is not None and not again.passed:
            reason = first_line(again.reason, _MOST_REASON)
            failures[name] = f"fails when it is run alone, and passes only after other tests: {reason}"
    return failures


async def fairly_blamed(bench: Bench, draft: Draft, apart: Apart, failures: Mapping[str, str]) -> dict[str, str]:
    """The same failures, with a test that spoils a single sibling in that sibling's place, where it could be shown."""
    blamed = dict(failures)
    for victim in [name for name in failures if name in apart.passed][:_MOST_VICTIMS]:
        spoiler = await _spoiler_of(bench, draft, victim)
        if spoiler is not None:
            del blamed[victim]
            what = first_line(failures[victim].partition(": ")[2], _MOST_REASON)
            blamed[spoiler] = f"leaves something behind that makes {victim} fail when it runs later: {what}"
    return blamed


async def _spoiler_of(bench: Bench, draft: Draft, victim: str) -> str | None:
    """The one test after which the victim fails, without which it passes, and which itself does not mind the victim.

    A victim that several tests spoil expects too much of the world, and so do two that spoil each other.
    """
    others = tuple(case.name for case in draft.cases if case.name != victim)
    if not await _spoils(bench, draft, others, victim):
        return None
    before = others
    while len(before) > 1:
        middle = len(before) // 2
        half = before[:middle]
        before = half if await _spoils(bench, draft, half, victim) else before[middle:]
    rest = tuple(name for name in others if name not in before)
    if not await _spoils(bench, draft, before, victim) or await _spoils(bench, draft, before[:0], victim):
        return None
    if (rest and await _spoils(bench, draft, rest, victim)) or await _spoils(bench, draft, (victim,), before[0]):
        return None
    return before[0]


async def _spoils(bench: Bench, draft: Draft, before: tuple[str, ...], victim: str) -> bool:
    result = await _outcome_of(bench, draft, victim, before)
    return result is not None and not result.passed


async def _outcome_of(bench: Bench, draft: Draft, name: str, before: tuple[str, ...]) -> CaseResult | None:
    """How the test does after these; None when the run told nothing."""
    cases = {case.name: case for case in draft.cases}
    company = Draft(preamble=draft.preamble, cases=tuple(cases[each] for each in (*before, name)))
    answer = await bench.run(company, coverage=False)
    return None if isinstance(answer, NotRun) else results_of(answer, company)[name]
