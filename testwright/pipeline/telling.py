"""The sentences a file's walk tells, each under a key that makes telling twice harmless."""

import hashlib
from collections.abc import Mapping, Sequence

from testwright.domain.analysis import Analysis
from testwright.domain.events import Event
from testwright.domain.evidence import gathered
from testwright.domain.paths import base_name
from testwright.domain.verdicts import Drop, Fault, FileCoverage, NotRun, OwnFailure
from testwright.pipeline.findings import Challenge, Proven, Trial, first_line
from testwright.pipeline.tools import Job

_MOST_NAMES = 3


async def tell_start(job: Job) -> None:
    await job.desk.tell(
        Event(
            type="file_processing",
            message=f"Generating tests for {job.file_name}",
            file_index=job.assignment.file_index,
            key=_key(job, "file_processing"),
        )
    )


async def tell_install(job: Job, sentence: str) -> None:
    """The contract has no event for installs, so the file's start is told again with what is going on."""
    digest = hashlib.sha256(sentence.encode()).hexdigest()[:12]
    await job.desk.tell(
        Event(
            type="file_processing",
            message=sentence,
            file_index=job.assignment.file_index,
            key=_key(job, "file_processing", digest),
        )
    )


async def tell_left_out(job: Job, names: Sequence[str], whose: str, problem: NotRun) -> None:
    said = first_line(problem.message, 300).rstrip(".")
    await tell_install(job, f"{job.file_name} is worked on without {_listed(list(names))} of {whose}: {said}")


async def tell_own_failures(job: Job, failures: Sequence[OwnFailure]) -> None:
    names = [failure.name or base_name(failure.path or "") for failure in failures]
    fail = "fails" if len(names) == 1 else "fail"
    await tell_install(
        job, f"Of the project's own tests of {job.file_name} {_listed(names)} {fail}; they are left alone"
    )


async def tell_analysis(job: Job, analysis: Analysis) -> None:
    names = [symbol.name for symbol in analysis.symbols]
    await job.desk.tell(
        Event(
            type="file_analyzed",
            message=f"Found {_listed(names)} to test in {job.file_name}",
            file_index=job.assignment.file_index,
            extra={
                "language": analysis.language,
                "symbols": [
                    {"name": symbol.name, "kind": str(symbol.kind), "line": symbol.line} for symbol in analysis.symbols
                ],
            },
            key=_key(job, "file_analyzed"),
        )
    )


async def tell_draft(job: Job, attempt: int, tests: int, *, added: int = 0, note: str = "") -> None:
    """`added` is how many are there to notice what the others do not."""
    writer = job.writer
    model = {"model": writer.model} if writer.model else {}
    if added:
        did = f"Added {_tests(added)} for what nothing noticed: now"
    else:
        did = "Drafted" if attempt == 1 else "Redrafted the failing ones: now"
    await job.desk.tell(
        Event(
            type="test_drafted",
            message=f"{did} {_tests(tests)} for {job.file_name}{note}",
            file_index=job.assignment.file_index,
            extra={"attempt": attempt, "testCount": tests, "writer": writer.name, **model, **await _spent(job)},
            key=_key(job, "test_drafted", str(attempt)),
        )
    )


async def tell_repair(job: Job, attempt: int, faults: Sequence[Fault], mended: Mapping[str, str]) -> None:
    """`mended` is what rules put right, by the test's name."""
    reason = first_line(faults[0].message)
    await job.desk.tell(
        Event(
            type="test_repairing",
            message=f"Repairing {_tests(len(faults))} of {job.file_name}",
            file_index=job.assignment.file_index,
            extra={
                "attempt": attempt,
                "reason": f"{faults[0].name}: {reason}",
                **({"mended": [{"name": name, "what": what} for name, what in mended.items()]} if mended else {}),
            },
            key=_key(job, "test_repairing", str(attempt)),
        )
    )


async def tell_trial(job: Job, trial: Trial) -> None:
    passed, total = len(trial.passed), len(trial.passed) + len(trial.faults)
    message = f"{passed} of {_tests(total)} for {job.file_name} pass"
    missing = gathered(trial.troubles)
    if missing:
        message = f"{message}; {missing[0]['message']}"
    await _tell_verified(
        job, trial.attempt, message, (passed, total - passed), trial.drops, trial.coverage, "", missing=missing
    )


async def tell_challenge(job: Job, attempt: int, found: Challenge) -> None:
    sampled, survived = len(found.tried), len(found.survivors)
    message = f"The tests for {job.file_name} notice {sampled - survived} of {sampled} changes to it"
    await job.desk.tell(
        Event(
            type="mutants_checked",
            message=message,
            file_index=job.assignment.file_index,
            extra={"killed": sampled - survived, "survived": survived, "sampled": sampled},
            key=_key(job, "mutants_checked", str(attempt)),
        )
    )


async def tell_blind(job: Job, attempt: int, drops: Sequence[Drop], *, of: int) -> None:
    """Tests that pass, and whatever is done to the code that they run."""
    message = f"{len(drops)} of {_tests(of)} for {job.file_name} notice no change to it"
    await _tell_verified(job, attempt, message, (of - len(drops), len(drops)), drops, None, "blind")


async def tell_stable(job: Job, attempt: int, proven: Proven, *, shaky: int, drops: Sequence[Drop]) -> None:
    """`shaky` of the drops failed in a run; the others passed and were not needed."""
    kept = len(proven.results)
    each = " and each alone" if len(proven.alone) == kept else ""
    message = f"{_tests(kept)} for {job.file_name} passed {proven.runs} of {proven.runs} runs, shuffled{each}"
    await _tell_verified(job, attempt, message, (kept, shaky), drops, proven.coverage, "stable")


async def _tell_verified(
    job: Job,
    attempt: int,
    message: str,
    counts: tuple[int, int],
    drops: Sequence[Drop],
    coverage: FileCoverage | None,
    mark: str,
    *,
    missing: Sequence[Mapping[str, object]] = (),
) -> None:
    await job.desk.tell(
        Event(
            type="test_verified",
            message=message,
            file_index=job.assignment.file_index,
            extra={
                "attempt": attempt,
                "passed": counts[0],
                "failed": counts[1],
                "dropped": [
                    {"name": drop.name, "gate": drop.gate, "reason": first_line(drop.reason, 500)} for drop in drops
                ],
                "coverage": {
                    "lines": coverage.line_percent if coverage else None,
                    "branches": coverage.branch_percent if coverage else None,
                },
                **({"environment": list(missing)} if missing else {}),
                **await _spent(job),
            },
            key=_key(job, "test_verified", str(attempt), mark),
        )
    )


async def _spent(job: Job) -> dict[str, object]:
    """What was bought for the file in this round so far; nothing is said where no model writes."""
    if job.writer.model is None:
        return {}
    usage = await job.desk.spent()
    return {"tokens": usage.tokens, "costUsd": usage.cost_usd}


def _key(job: Job, *parts: str) -> str:
    return "/".join([parts[0], str(job.assignment.file_index), *(part for part in parts[1:] if part)])


def _tests(count: int) -> str:
    return f"{count} test" if count == 1 else f"{count} tests"


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown
