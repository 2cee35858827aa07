"""The straight line that every file walks, from its source to a suite that has proved itself."""

from dataclasses import dataclass
from functools import partial

from testwright.domain.analysis import Analysis
from testwright.domain.errors import Cancelled, PermanentError, TransientError
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.pipeline import shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import Drafted, first_draft, repaired_draft, writing_of
from testwright.pipeline.findings import CaseResult, Trial
from testwright.pipeline.keeping import keep, keep_unverified, nothing_left
from testwright.pipeline.preparing import analyse, measure_baseline, prepare
from testwright.pipeline.stability import prove_stable
from testwright.pipeline.tools import Job, Ready, Tools
from testwright.pipeline.trial import try_cases


async def cover_file(assignment: Assignment, desk: Desk, step: Step, tools: Tools) -> None:
    """Write tests for one file and deliver them.

    Raises PermanentError when the file must fail: telling so (`desk.fail`) is the caller's, and so are retries after a
    TransientError. This body runs again for every step under an engine, so nothing between the steps has an effect.
    """
    try:
        await _walk(Job(assignment=assignment, desk=desk, tools=tools), step)
    except (PermanentError, Cancelled):
        await tools.workspaces.close(assignment)
        raise


async def _walk(job: Job, step: Step) -> None:
    ready = await step("prepare", partial(prepare, job), returns=Ready)
    await step("analyse", partial(analyse, job), returns=int)
    await step("baseline", partial(measure_baseline, job, ready), returns=bool)

    await step("draft/1", partial(first_draft, job, ready), returns=Drafted)
    tried = best = await step("run/1", partial(_run, job, ready, 1), returns=Tried)
    for attempt in range(2, job.assignment.options.max_repairs + 2):
        if not tried.faulty or not tried.runnable:
            break
        try:
            drafted = await step(f"repair/{attempt}", partial(repaired_draft, job, ready, attempt), returns=Drafted)
        except (PermanentError, TransientError):
            if not best.passed:
                raise
            break  # what passes already is worth more than a file that fails because of its worst tests
        if not drafted.changed:
            break
        tried = await step(f"run/{attempt}", partial(_run, job, ready, attempt), returns=Tried)
        if tried.passed >= best.passed:
            best = tried

    if not best.passed:
        raise await nothing_left(job, best.attempt, tried.attempt)
    if not best.runnable:
        await step("keep", partial(keep_unverified, job, ready, best.attempt, tried.attempt), returns=str)
        return
    await step("stability", partial(prove_stable, job, ready, best.attempt), returns=int)
    # challenge (mutants of the covered lines) and the choice of the smallest suite have their place here.
    await step("keep", partial(keep, job, ready, best.attempt, tried.attempt), returns=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How one attempt did, in numbers; the rest lies on the desk. `runnable` is False when nothing can be run here."""

    attempt: int
    passed: int
    faulty: int
    runnable: bool


async def _run(job: Job, ready: Ready, attempt: int) -> Tried:
    """Step `run/<attempt>`."""
    draft = (await writing_of(job, attempt)).draft
    analysis = await shelf.take(job.desk, "analysis", Analysis)
    known = await _unchanged_failures(job, attempt)
    trial = await try_cases(await Bench.open(job, ready), draft, analysis, attempt, known)
    await shelf.lay(job.desk, f"trial/{attempt}", trial)
    if not trial.unrunnable:
        await telling.tell_trial(job, trial)
    return Tried(attempt=attempt, passed=len(trial.passed), faulty=len(trial.faults), runnable=not trial.unrunnable)


async def _unchanged_failures(job: Job, attempt: int) -> dict[str, CaseResult]:
    """Failures of the attempt before that were not rewritten: seeing a test hang twice costs minutes."""
    if attempt == 1:
        return {}
    before, now = (await writing_of(job, attempt - 1)).draft, (await writing_of(job, attempt)).draft
    if before.preamble != now.preamble:
        return {}
    trial = await shelf.take(job.desk, f"trial/{attempt - 1}", Trial)
    unchanged = {case.name for case in before.cases if case in now.cases}
    return {result.name: result for result in trial.results if not result.passed and result.name in unchanged}
