"""One attempt put to the test: the static gates, then a run, and a verdict for each case alone."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from testwright.domain.analysis import Analysis
from testwright.domain.conventions import TypeCheck
from testwright.domain.drafts import Draft
from testwright.domain.errors import SandboxUnavailable
from testwright.domain.projects import Limits
from testwright.domain.redaction import MASK, credential_in
from testwright.domain.verdicts import Fault, FileCoverage, NotRun, Outcome, RunReport
from testwright.pipeline import asking, environment
from testwright.pipeline.bench import FIRST_LOAD, Bench
from testwright.pipeline.busy import out_of_time
from testwright.pipeline.findings import CaseResult, Trial, digest_of, first_line, trimmed
from testwright.pipeline.load_check import preamble_is_to_blame, problem_of_source, source_error
from testwright.pipeline.own_suites import joined
from testwright.pipeline.type_checking import TypeFindings, type_findings

SKIPPED = "it skipped itself"
_NO_TESTS_FAULT = frozenset({"launch_failed"})
"""Codes that say nothing about any test: asking further is no use."""
_MOST_NAMED = 3
"""So many tests that the runner names are dropped for a whole run each; then smaller parts with shorter limits."""


async def try_cases(
    bench: Bench,
    draft: Draft,
    analysis: Analysis,
    attempt: int,
    known: Mapping[str, CaseResult],
    unchecked: TypeCheck | None = None,
) -> Trial:
    """Gate and run every case of the draft that is not `known` to fail.

    `unchecked` says why an earlier attempt's types could not be checked; they are not tried again then.
    Raises PermanentError when the source itself cannot be loaded.
    """
    options = bench.job.assignment.options
    unasked = {
        name: Fault(name=name, gate=asking.GATE, message=reason)
        for name, reason in asking.not_asked_for(draft, options).items()
    }
    static = unasked | await asyncio.to_thread(
        _static_faults, bench, draft.only(frozenset(case.name for case in draft.cases) - unasked.keys()), analysis
    )
    sound = draft.only(frozenset(case.name for case in draft.cases) - static.keys() - known.keys())
    results = dict(known) | _failed(static)
    coverage: FileCoverage | None = None
    types, checked = unchecked, ""
    if sound.cases:
        try:
            answer: RunReport | NotRun | None = None
            if unchecked is None:
                findings, answer = await _checked_and_run(bench, sound)
                types, results = findings.check, results | _failed(findings.faults)
                checked = "" if findings.faults else digest_of(bench.suite_of(sound).text)
                sound = sound.only(frozenset(case.name for case in sound.cases) - findings.faults.keys())
            ran, coverage = await run_cases(bench, sound, answer) if sound.cases else ({}, None)
        except SandboxUnavailable as error:
            # Nobody saw these pass; `unrunnable` says so wherever the trial is read.
            unseen = tuple(results.get(case.name, CaseResult(name=case.name, passed=True)) for case in draft.cases)
            return Trial(attempt=attempt, results=unseen, unrunnable=error.message, hint=error.hint)
        if coverage is not None and coverage.lines_missed and not coverage.lines_covered:
            ran = {name: _of_another_module(bench, sound, result) for name, result in ran.items()}
        results |= ran
    results = {name: _weighed(bench, draft, result) for name, result in results.items()}
    in_order = tuple(results[case.name] for case in draft.cases)
    return Trial(attempt=attempt, results=in_order, coverage=coverage, types=types, checked=checked)


def _failed(faults: Mapping[str, Fault]) -> dict[str, CaseResult]:
    return {
        name: CaseResult(name=name, passed=False, gate=fault.gate, reason=trimmed(fault.message))
        for name, fault in faults.items()
    }


def _of_another_module(bench: Bench, draft: Draft, result: CaseResult) -> CaseResult:
    """What loads nothing of the file proves nothing about it, whatever it says."""
    if not result.passed:
        return result
    file = bench.job.file_name
    why = (
        "another module of that name is loaded in its place, one that is installed, or that the test runner uses itself"
    )
    if not _mentions(draft, file.partition(".")[0]):
        why = "no test imports it, so that what they call is something else, or a copy of their own"
    reason = f"no line of {file} was run: {why}"
    return CaseResult(name=result.name, passed=False, gate="passes", reason=reason)


def _mentions(draft: Draft, module: str) -> bool:
    """Whether it may be imported: some files go by the name of their folder."""
    if module in ("__init__", "index"):
        return True
    texts = (draft.preamble, *(case.code for case in draft.cases))
    return any(re.search(rf"\b{re.escape(module)}\b", text) for text in texts)


def _weighed(bench: Bench, draft: Draft, result: CaseResult) -> CaseResult:
    """A failure that the place is to blame for says so, and how to help it; and so does a slip about the place."""
    if result.passed or result.gate != "passes" or result.trouble is not None:
        return result
    case = next((case for case in draft.cases if case.name == result.name), None)
    test = environment.text_of(draft, case) if case is not None else ""
    job = bench.job
    told = (result.reason, job.assignment.source.text, test)
    trouble = environment.trouble_of(*told, tier=job.tools.sandbox.tier)
    said = f"{trouble.message} {trouble.hint}" if trouble is not None else environment.own_slip_of(*told)
    if said is None:
        return result
    return replace(result, trouble=trouble, reason=f"{said}\n{first_line(result.reason, 500)}")


async def _checked_and_run(bench: Bench, draft: Draft) -> tuple[TypeFindings, RunReport | NotRun | None]:
    """Types are checked while the tests run. Where some are at fault, the run is ended: they do not stay."""
    run = asyncio.create_task(bench.run(draft))
    try:
        findings = await type_findings(bench, draft, bench.suite_of(draft))
        return findings, None if findings.faults else await run
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def run_cases(
    bench: Bench, draft: Draft, answer: RunReport | NotRun | None = None
) -> tuple[dict[str, CaseResult], FileCoverage | None]:
    """Run a suite. When it cannot be run as a whole, only the cases that are to blame fail.

    `answer` is what a first run of it said, where there was one. What ran out of time on a busy machine is asked again.
    """
    results, coverage = await _run_once(bench, draft, answer)
    late = out_of_time(results)
    if not late or not bench.job.tools.is_busy():
        return results, coverage
    again, more = await _run_once(bench, draft.only(late), None)
    return results | again, joined(coverage, more)


async def _run_once(
    bench: Bench, draft: Draft, answer: RunReport | NotRun | None
) -> tuple[dict[str, CaseResult], FileCoverage | None]:
    answer = answer or await bench.run(draft)
    ended: dict[str, CaseResult] = {}
    while isinstance(answer, NotRun) and len(ended) < _MOST_NAMED and (name := _culprit_in(draft, answer)):
        ended[name] = _not_run(name, answer)
        draft = draft.only(frozenset(case.name for case in draft.cases) - {name})
        if not draft.cases:
            return ended, None
        answer = await bench.run(draft)
    results, coverage = await _verdicts(bench, draft, answer)
    return ended | results, coverage


async def _verdicts(
    bench: Bench, draft: Draft, answer: RunReport | NotRun
) -> tuple[dict[str, CaseResult], FileCoverage | None]:
    if isinstance(answer, RunReport):
        return results_of(answer, draft), answer.coverage
    if answer.code in _NO_TESTS_FAULT:
        raise source_error(bench.job.file_name, answer)
    source_problem = await problem_of_source(bench)
    if source_problem is not None:
        raise source_error(bench.job.file_name, source_problem)
    began = time.monotonic()
    if await preamble_is_to_blame(bench, draft):
        return {case.name: _not_run(case.name, answer) for case in draft.cases}, None
    results = await _apart(bench, draft, answer, _limits_after(time.monotonic() - began))
    passed = draft.only(frozenset(name for name, result in results.items() if result.passed))
    again = await bench.run(passed) if passed.cases else answer
    if isinstance(again, NotRun):  # seen to pass in parts; the repeated runs will ask of the whole once more
        return results, None
    return results | results_of(again, passed), again.coverage


def results_of(report: RunReport, draft: Draft) -> dict[str, CaseResult]:
    """A verdict for every case that was written. What the runner does not mention has not passed."""
    told: dict[str, CaseResult] = {}
    for outcome in report.outcomes:
        result = CaseResult(
            name=outcome.name,
            passed=True,
            duration_ms=outcome.duration_ms,
            lines=outcome.lines,
            branches=outcome.branches,
        )
        if outcome.outcome is Outcome.FAILED:
            reason = trimmed(outcome.message) or "failed without a message"
            result = CaseResult(name=outcome.name, passed=False, gate="passes", reason=reason)
        elif outcome.outcome is Outcome.SKIPPED:
            why = first_line(outcome.message.removeprefix("Skipped: "), 200)
            reason = f"{SKIPPED}: {why}" if why else SKIPPED
            result = CaseResult(name=outcome.name, passed=False, gate="passes", reason=reason)
        earlier = told.get(outcome.name)
        if earlier is None or earlier.passed:  # one name may stand for several runs: the worst counts
            told[outcome.name] = result
    return {
        case.name: told.get(case.name)
        or CaseResult(name=case.name, passed=False, gate="passes", reason=_unreported(case.name))
        for case in draft.cases
    }


def _unreported(name: str) -> str:
    if "${" not in name:
        return "the runner did not report it"
    return (
        "the runner did not report it under this title, which is made while it runs: another test's may come out the"
        " same; put words of its own before the value"
    )


async def _apart(bench: Bench, draft: Draft, problem: NotRun, limits: Limits) -> dict[str, CaseResult]:
    """Verdicts from ever smaller parts of a suite that does not run, down to the single cases that are to blame."""
    if len(draft.cases) == 1:
        return {draft.cases[0].name: _not_run(draft.cases[0].name, problem)}
    if (name := _culprit_in(draft, problem)) is not None:
        rest = draft.only(frozenset(case.name for case in draft.cases) - {name})
        answer = await bench.run(rest, limits=limits)
        found = {name: _not_run(name, problem)}
        if isinstance(answer, NotRun):
            return found | await _apart(bench, rest, answer, limits)
        return found | results_of(answer, rest)
    middle = len(draft.cases) // 2
    results: dict[str, CaseResult] = {}
    for cases in (draft.cases[:middle], draft.cases[middle:]):
        half = Draft(preamble=draft.preamble, cases=cases)
        answer = await bench.run(half, limits=limits)
        if isinstance(answer, NotRun):
            results |= await _apart(bench, half, answer, limits)
        else:
            results |= results_of(answer, half)
    return results


def _culprit_in(draft: Draft, problem: NotRun) -> str | None:
    """The case that the runner names. Where it names none of ours, the parts of the suite have to tell."""
    names = {case.name for case in draft.cases}
    return next((name for name in problem.culprits if name in names), None)


def _limits_after(seconds: float) -> Limits:
    """What a part of the suite may take, when a run that does nothing took so long."""
    wall = min(FIRST_LOAD.wall, timedelta(seconds=10 + 3 * seconds))
    return replace(FIRST_LOAD, wall=wall, cpu=wall)


def _static_faults(bench: Bench, draft: Draft, analysis: Analysis) -> dict[str, Fault]:
    known = bench.job.framework.known_modules(bench.workspace, bench.ready.runner)
    language = bench.job.language
    hidden = [*_hidden_values(draft, bench.job.assignment.source.text), *_spelt_out_secrets(draft)]
    faults = [*(language.fault_of(case, draft, analysis, known) for case in draft.cases), *hidden]
    return {fault.name: fault for fault in faults if fault is not None}


def _hidden_values(draft: Draft, source: str) -> list[Fault]:
    """Tests that speak of a mask: it stood for a secret in what the model was shown, and is nowhere in the code."""
    said = f"It uses {MASK}, which stands for a value that was hidden from the model. Test with an input of its own."
    if MASK in source:
        return []
    return [Fault(name=case.name, gate="asserts", message=said) for case in draft.cases if MASK in case.code]


def _spelt_out_secrets(draft: Draft) -> list[Fault]:
    """A key in a source is bad enough: no test spreads it, into the tree, the stream and what others review."""
    told = ((case.name, credential_in(case.code)) for case in draft.cases)
    said = "It spells out what looks like a {}. Test with an input of its own."
    return [Fault(name=name, gate="reads", message=said.format(kind)) for name, kind in told if kind is not None]


def _not_run(name: str, problem: NotRun) -> CaseResult:
    detail = f"\n{problem.output}" if problem.output and not problem.culprits else ""
    reason = trimmed(f"{first_line(problem.message, 400).removeprefix(f'{name} ')}{detail}")
    return CaseResult(name=name, passed=False, gate="passes", reason=reason)
