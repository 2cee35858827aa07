"""Asking the writer: the first draft, and new versions of what did not hold."""

from collections import Counter
from dataclasses import dataclass

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft, Usage, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.ports import Gaps, WritingTask
from testwright.domain.sessions import TestType
from testwright.pipeline import shelf, telling
from testwright.pipeline.asking import has_integration
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import Challenge, Trial
from testwright.pipeline.probe import SandboxProbe
from testwright.pipeline.tools import Job, Ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """`changed` is False when the writer had nothing new, or the budget was used up."""

    tests: int
    changed: bool = True


async def first_draft(job: Job, ready: Ready) -> Drafted:
    """Step `draft/1`."""
    if job.writer.model is not None and await _budget_is_used_up(job):
        raise PermanentError(
            f"The session reached its limit of ${job.assignment.options.max_cost_usd:g} before {job.file_name}.",
            code="budget_reached",
            hint="Finished files are kept. Send the others again with a higher maxCostUsd.",
        )
    bench = await Bench.open(job, ready)
    writing = await job.writer.draft(await _task(bench))
    draft = with_unique_names(writing.draft)
    if not draft.cases:
        raise PermanentError(
            f"The {job.writer.name} found no test to write for {job.file_name}.",
            code="nothing_drafted",
            hint="Retry with instructions that name what should be tested.",
            retryable=True,
        )
    await _lay(job, 1, Writing(draft=draft, usage=writing.usage))
    wants_seams = TestType.INTEGRATION in job.assignment.options.test_types
    note = "; found nothing to test together" if wants_seams and not has_integration(draft) else ""
    await telling.tell_draft(job, 1, len(draft.cases), note=note)
    return Drafted(tests=len(draft.cases))


async def repaired_draft(job: Job, ready: Ready, attempt: int) -> Drafted:
    """Step `repair/<attempt>`: the draft before, with its faulty cases written anew."""
    before = (await writing_of(job, attempt - 1)).draft
    trial = await shelf.take(job.desk, f"trial/{attempt - 1}", Trial)
    if await _budget_is_used_up(job):
        return Drafted(tests=len(before.cases), changed=False)
    bench = await Bench.open(job, ready)
    await telling.tell_repair(job, attempt, trial.faults)
    writing = await job.writer.repair(await _task(bench), before, trial.faults)
    if writing is None:
        return Drafted(tests=len(before.cases), changed=False)
    draft = merged(before, writing.draft)
    await _lay(job, attempt, Writing(draft=draft, usage=writing.usage))
    if draft == before:
        return Drafted(tests=len(before.cases), changed=False)
    await telling.tell_draft(job, attempt, len(draft.cases))
    return Drafted(tests=len(draft.cases))


async def strengthened_draft(job: Job, ready: Ready, best: int, number: int) -> Drafted:
    """Step `strengthen/<number>`: what passed in the attempt `best`, and new cases for what nothing notices there."""
    trial = await shelf.take(job.desk, f"trial/{best}", Trial)
    before = (await writing_of(job, best)).draft.only(trial.passed)
    unchanged = Drafted(tests=len(before.cases), changed=False)
    if await _budget_is_used_up(job):
        return unchanged
    challenge = await shelf.take(job.desk, f"challenge/{best}", Challenge)
    missed = tuple(sorted(trial.coverage.lines_missed)) if trial.coverage else ()
    bench = await Bench.open(job, ready)
    writing = await job.writer.strengthen(
        await _task(bench), before, Gaps(unnoticed=challenge.survivors, missed=missed)
    )
    if writing is None:
        return unchanged
    known = {case.name for case in before.cases}
    new = tuple(case for case in writing.draft.cases if case.name not in known)
    preamble = writing.draft.preamble if writing.draft.preamble.strip() else before.preamble
    draft = with_unique_names(Draft(preamble=preamble, cases=(*before.cases, *new)))
    await _lay(job, number, Writing(draft=draft, usage=writing.usage))
    if not new:
        return unchanged
    await telling.tell_draft(job, number, len(draft.cases), added=len(new))
    return Drafted(tests=len(draft.cases))


async def writing_of(job: Job, attempt: int) -> Writing:
    return await shelf.take(job.desk, f"draft/{attempt}", Writing)


async def usage_so_far(job: Job) -> Usage:
    """What all drafts took, a repair that came to nothing included; one that asked nobody laid nothing down."""
    total = Usage()
    for number in range(1, job.assignment.options.max_repairs + 3):  # the draft, its repairs, and the one to strengthen
        if await job.desk.get(f"draft/{number}") is not None:
            total += (await writing_of(job, number)).usage
    return total


def merged(before: Draft, repaired: Draft) -> Draft:
    """Same names replace in place, new names follow; a preamble replaces the old one unless it is blank."""
    newer = {case.name: case for case in repaired.cases}
    kept = [newer.pop(case.name, case) for case in before.cases]
    preamble = repaired.preamble if repaired.preamble.strip() else before.preamble
    return with_unique_names(Draft(preamble=preamble, cases=(*kept, *newer.values())))


def with_unique_names(draft: Draft) -> Draft:
    """The first case of each name: a second one would hide the first, or be hidden by it."""
    counts: Counter[str] = Counter()
    first: list[Case] = []
    for case in draft.cases:
        counts[case.name] += 1
        if counts[case.name] == 1:
            first.append(case)
    return Draft(preamble=draft.preamble, cases=tuple(first))


async def _lay(job: Job, attempt: int, writing: Writing) -> None:
    await shelf.lay(job.desk, f"draft/{attempt}", writing)


async def _budget_is_used_up(job: Job) -> bool:
    """What the round's files took together counts; files that ask at the same moment may each still ask once."""
    budget = job.assignment.options.max_cost_usd
    if budget is None:
        return False
    spent = (await job.desk.spent()).cost_usd
    return spent is not None and spent >= budget


async def _task(bench: Bench) -> WritingTask:
    job = bench.job
    return WritingTask(
        source=job.assignment.source,
        analysis=await shelf.take(job.desk, "analysis", Analysis),
        framework=job.framework.name,
        suite_path=bench.ready.suite_path,
        options=job.assignment.options,
        runner=bench.ready.runner,
        view=bench.workspace,
        probe=SandboxProbe(
            source_path=job.assignment.source.path,
            suite_path=bench.ready.suite_path,
            framework=job.framework,
            runner=bench.ready.runner,
            sandbox=job.tools.sandbox,
            workspace=bench.workspace,
        ),
        # A further round must be able to come to something else; the same round taken up again must not.
        seed=job.tools.seed + job.assignment.round - 1,
    )
