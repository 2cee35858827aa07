"""One attempt of a file's walk: its draft is put to the test, and in numbers how it did."""

from dataclasses import dataclass

from testwright.domain.analysis import Analysis
from testwright.pipeline import shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import writing_of
from testwright.pipeline.findings import CaseResult, Trial
from testwright.pipeline.tools import Job, Ready
from testwright.pipeline.trial import try_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How one attempt did, in numbers; the rest lies on the desk. `runnable` is False when nothing can be run here."""

    attempt: int
    passed: int
    faulty: int
    runnable: bool


async def run_attempt(job: Job, ready: Ready, attempt: int, *, after: int | None = None) -> Tried:
    """Step `run/<attempt>`; `after` is the attempt that it goes on from."""
    draft = (await writing_of(job, attempt)).draft
    analysis = await shelf.take(job.desk, "analysis", Analysis)
    known = {} if after is None else await _unchanged_failures(job, after, attempt)
    unchecked = None if after is None else (await shelf.take(job.desk, f"trial/{after}", Trial)).unchecked
    trial = await try_cases(await Bench.open(job, ready), draft, analysis, attempt, known, unchecked)
    await shelf.lay(job.desk, f"trial/{attempt}", trial)
    if not trial.unrunnable:
        await telling.tell_trial(job, trial)
    return Tried(attempt=attempt, passed=len(trial.passed), faulty=len(trial.faults), runnable=not trial.unrunnable)


async def _unchanged_failures(job: Job, after: int, attempt: int) -> dict[str, CaseResult]:
    """Failures of the attempt before that were not rewritten: seeing a test hang twice costs minutes."""
    before, now = (await writing_of(job, after)).draft, (await writing_of(job, attempt)).draft
    if before.preamble != now.preamble:
        return {}
    trial = await shelf.take(job.desk, f"trial/{after}", Trial)
    unchanged = {case.name for case in before.cases if case in now.cases}
    return {result.name: result for result in trial.results if not result.passed and result.name in unchanged}
