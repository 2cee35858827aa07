"""Asking the writer: the first draft, and new versions of what did not hold."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import or_

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Asked, Case, Draft, Skipped, Writing
from testwright.domain.errors import ENDS_THE_FILE, PermanentError, TransientError
from testwright.domain.ports import Gaps, Language, WritingTask
from testwright.domain.sessions import TestType
from testwright.domain.styles import Sample, Style
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Fault
from testwright.pipeline import environment, shelf, telling
from testwright.pipeline.asking import has_integration
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import Baseline, Challenge, Trial, reach_of
from testwright.pipeline.probe import SandboxProbe
from testwright.pipeline.tools import Job, Ready
from testwright.pipeline.type_checking import GATE, as_checked

_MENDABLE = frozenset({"passes", GATE})

MOST_STRENGTHENED = 3
"""So often is the writer asked for more, as long as that brings something."""

_LEAST_GAIN = 0.03
"""Of what a suite reaches, so much has to be the last round's gain for another to be worth its three runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """`changed` is False when the writer had nothing new."""

    tests: int
    changed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a round's question cost, in US dollars; None when nobody knows."""

    usd: float | None


async def first_draft(job: Job, ready: Ready) -> Drafted:
    """Step `draft/1`."""
    bench = await Bench.open(job, ready)
    writing = await job.writer.draft(await _task(bench))
    draft = as_checked(bench, with_unique_names(_fitted(bench, writing.draft)))
    if not draft.cases and not writing.suspects:
        raise PermanentError(
            f"No test was found to write for {job.file_name}.",
            code="nothing_drafted",
            hint="Retry with instructions that name what should be tested.",
            retryable=True,
        )
    await _lay(job, 1, replace(writing, draft=draft))
    wants_seams = TestType.INTEGRATION in job.assignment.options.test_types
    note = "; found nothing to test together" if wants_seams and not has_integration(draft) else ""
    await telling.tell_draft(job, 1, len(draft.cases), note=note)
    return Drafted(tests=len(draft.cases))


async def repaired_draft(job: Job, ready: Ready, attempt: int) -> Drafted:
    """Step `repair/<attempt>`: the draft before, its faulty cases mended by rule, else written anew."""
    before = (await writing_of(job, attempt - 1)).draft
    trial = await shelf.take(job.desk, f"trial/{attempt - 1}", Trial)
    analysis = await shelf.take(job.desk, "analysis", Analysis)
    draft, mended = await asyncio.to_thread(_mended, job, before, trial.faults, analysis)
    left = tuple(fault for fault in trial.faults if fault.name not in mended)
    # A test that the documentation backs, or its writer doubts the code by, is not bent until it agrees with the code.
    accusing = {suspect.name for suspect in accusations(job, before, left, analysis)}
    accusing |= {case.name for case in before.cases if case.suspect}
    left = tuple(fault for fault in left if fault.name not in accusing)
    if not mended and not left:
        return Drafted(tests=len(before.cases), changed=False)
    await telling.tell_repair(job, attempt, trial.faults, mended)
    writing = Writing(draft=draft)
    if left:
        bench = await Bench.open(job, ready)
        try:
            written = await job.writer.repair(await _task(bench), draft, left)
        except (PermanentError, TransientError) as error:
            if not mended or error.code in ENDS_THE_FILE:
                raise
            written = None  # what was mended is worth a run of its own
        if written is not None:
            draft = as_checked(bench, merged(draft, _fitted(bench, written.draft), job.language))
            writing = replace(written, draft=draft)
    if writing.draft != before or writing.asked is not None:
        await _lay(job, attempt, writing)
    if draft == before:
        return Drafted(tests=len(before.cases), changed=False)
    await telling.tell_draft(job, attempt, len(draft.cases))
    return Drafted(tests=len(draft.cases))


async def strengthened_draft(job: Job, ready: Ready, best: int, number: int, *, before: int | None) -> Drafted:
    """Step `strengthen/<number>`: what passed in the attempt `best`, and new cases for what it leaves open.

    Nobody is asked when nothing is open, or when `best` brought next to nothing over the attempt `before` it, or too
    little for its price.
    """
    trial = await shelf.take(job.desk, f"trial/{best}", Trial)
    passing = (await writing_of(job, best)).draft.only(trial.passed)
    unchanged = Drafted(tests=len(passing.cases), changed=False)
    challenge = await shelf.take(job.desk, f"challenge/{best}", Challenge)
    edges = (await shelf.take(job.desk, "analysis", Analysis)).edges
    unmet = tuple(edge for edge in edges if edge.number in challenge.unmet)
    gaps = Gaps(unnoticed=challenge.survivors, missed=trial.missed, unmet=unmet)
    if gaps == Gaps() or (before is not None and not await _was_worth_it(job, before, best)):
        return unchanged
    bench = await Bench.open(job, ready)
    switched = await asyncio.to_thread(job.language.switched, job.assignment.source, gaps.unnoticed, unmet)
    spent = (await job.desk.spent()).cost_usd
    writing = await job.writer.strengthen(await _task(bench), passing, replace(gaps, switched=switched))
    if writing is None:
        return unchanged
    await shelf.lay(job.desk, f"cost/{number}", Cost(usd=_difference(spent, (await job.desk.spent()).cost_usd)))
    writing = replace(writing, draft=_fitted(bench, writing.draft))
    known = {case.name for case in passing.cases}
    new = tuple(case for case in writing.draft.cases if case.name not in known)
    preamble = _joined(writing.draft.preamble, passing.preamble, job.language)
    draft = as_checked(bench, with_unique_names(Draft(preamble=preamble, cases=(*passing.cases, *new))))
    await _lay(job, number, replace(writing, draft=draft))
    if not new:
        return unchanged
    await telling.tell_draft(job, number, len(draft.cases), added=len(new))
    return Drafted(tests=len(draft.cases))


async def _was_worth_it(job: Job, before: int, best: int) -> bool:
    cost = await shelf.take(job.desk, f"cost/{best}", Cost)
    least = cost.usd / job.tools.gain_usd if cost.usd and job.tools.gain_usd else 0.0
    return is_worth_more(await _reach(job, before), await _reach(job, best), least)


def is_worth_more(before: frozenset[tuple[str, str]], after: frozenset[tuple[str, str]], least: float = 0.0) -> bool:
    """Whether a round brought enough for another one; each finds less than the one before.

    `least` is how many lines, branches and changes it had to bring to be worth its price.
    """
    gained = len(after - before)
    return gained > _LEAST_GAIN * len(after) and gained >= least


def _difference(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before


async def _reach(job: Job, attempt: int) -> frozenset[tuple[str, str]]:
    trial = await shelf.take(job.desk, f"trial/{attempt}", Trial)
    return reach_of(trial, await shelf.take(job.desk, f"challenge/{attempt}", Challenge))


async def writing_of(job: Job, attempt: int) -> Writing:
    return await shelf.take(job.desk, f"draft/{attempt}", Writing)


async def asked_so_far(job: Job) -> Asked | None:
    """What the model was asked over all drafts; None when none was."""
    questions = [writing.asked for writing in (await writings_so_far(job)).values() if writing.asked is not None]
    return reduce(or_, questions) if questions else None


async def skipped_so_far(job: Job) -> tuple[Skipped, ...]:
    """What writers left alone, each reason once. What a later round leaves alone as well is no news."""
    writings = await writings_so_far(job)
    skipped = dict.fromkeys(skipped for writing in writings.values() for skipped in writing.skipped)
    return tuple(_told_of_the_tier(one, job.tools.sandbox.tier) for one in skipped)


def _told_of_the_tier(skipped: Skipped, tier: str) -> Skipped:
    """What was left alone because only the isolated tier of the sandbox gives what it takes."""
    if not environment.is_refused_by(tier, skipped.because):
        return skipped
    return replace(skipped, because=f"{skipped.because}; needs the isolated tier of the sandbox")


async def writings_so_far(job: Job) -> dict[int, Writing]:
    numbers = range(1, job.assignment.options.max_repairs + 2 + MOST_STRENGTHENED)  # the draft and its repairs, first
    found = {number: await shelf.look_for(job.desk, f"draft/{number}", Writing) for number in numbers}
    return {number: writing for number, writing in found.items() if writing is not None}


def accusations(job: Job, draft: Draft, faults: Sequence[Fault], analysis: Analysis) -> Iterator[Suspect]:
    """Failing cases that expect what the code itself states."""
    cases = {case.name: case for case in draft.cases}
    for fault in faults:
        if fault.gate == "passes" and fault.name in cases:
            suspect = job.language.accused(cases[fault.name], draft, fault.message, analysis)
            if suspect is not None:
                yield suspect


def _mended(job: Job, before: Draft, faults: Sequence[Fault], analysis: Analysis) -> tuple[Draft, Mapping[str, str]]:
    """The draft with what rules can put right, and in words what was done to which case."""
    draft, done, for_all = before, dict[str, str](), dict[str, str]()
    for fault in faults:
        case = next((case for case in draft.cases if case.name == fault.name), None)
        if case is None or fault.gate not in _MENDABLE:
            continue
        found = job.language.mended(case, draft, fault.message, job.assignment.source, analysis)
        if found is None and fault.message in for_all:  # what kept all from being loaded was put right for the first
            done[fault.name] = for_all[fault.message]
        if found is None or (case.mended and case.mended == found.what):
            continue
        if found.preamble != draft.preamble and found.case.code == case.code:
            for_all[fault.message] = found.what
        cases = tuple(found.case if case.name == found.case.name else case for case in draft.cases)
        draft = Draft(preamble=found.preamble, cases=cases)
        done[fault.name] = found.what
    return draft, done


def merged(before: Draft, repaired: Draft, language: Language) -> Draft:
    """Same names replace in place, new names follow. A new preamble goes before the old one, whose imports stay.

    A writer may forget what its siblings need; what nobody needs is left out when the suite is written. Where the two
    contradict each other the new one is right: the old may have been the mistake.
    """
    settings = {case.name: case.setting for case in before.cases}
    newer = {case.name: replace(case, setting=case.setting or settings.get(case.name, "")) for case in repaired.cases}
    kept = [newer.pop(case.name, case) for case in before.cases]
    preamble = _joined(repaired.preamble, before.preamble, language)
    return with_unique_names(Draft(preamble=preamble, cases=(*kept, *newer.values())))


def _joined(newer: str, older: str, language: Language) -> str:
    if not newer.strip():
        return older
    try:
        return language.joined(newer, older, first_wins=True)
    except ValueError:
        return newer


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


async def _task(bench: Bench) -> WritingTask:
    job = bench.job
    baseline = (await shelf.take(job.desk, "baseline", Baseline)).coverage
    return WritingTask(
        source=job.assignment.source,
        analysis=await shelf.take(job.desk, "analysis", Analysis),
        framework=job.framework.name,
        suite_path=bench.new_path,
        options=job.assignment.options,
        runner=bench.ready.runner,
        view=bench.workspace,
        probe=SandboxProbe(
            source_path=job.assignment.source.path,
            suite_path=bench.new_path,
            framework=job.framework,
            runner=bench.ready.runner,
            sandbox=job.tools.sandbox,
            workspace=bench.workspace,
        ),
        seed=job.seed,
        sample=_sample(bench),
        missed=tuple(sorted(baseline.lines_missed)) if baseline is not None else (),
        live=partial(job.desk.live, job.assignment.source.path),
        away=partial(job.tools.away, job.assignment),
    )


def _fitted(bench: Bench, draft: Draft) -> Draft:
    """In the project's style, under names that the suite which they join does not have yet."""
    language, sample, host = bench.job.language, _sample(bench), bench.baseline.host
    draft = language.styled(draft, sample.style if sample is not None else Style())
    return renamed_beside(language, draft, language.names_in(host.text) if host is not None else frozenset())


def renamed_beside(language: Language, draft: Draft, names: Collection[str]) -> Draft:
    """Each test under a name that is not among those of the suite which they join."""
    taken = set(names)
    clashing = taken & {case.name for case in draft.cases}
    if not clashing:
        return draft
    taken |= {case.name for case in draft.cases}
    cases: list[Case] = []
    for case in draft.cases:
        if case.name in clashing:
            case = language.renamed(case, _free_name(case.name, taken))
            taken.add(case.name)
        cases.append(case)
    return Draft(preamble=draft.preamble, cases=tuple(cases))


def _free_name(name: str, taken: Collection[str]) -> str:
    """A name that is one word (a function's, in Python) stays one."""
    number = 2
    while (other := f"{name}_{number}" if name.isidentifier() else f"{name} ({number})") in taken:
        number += 1
    return other


def _sample(bench: Bench) -> Sample | None:
    path = bench.ready.sample
    text = bench.workspace.text(path) if path is not None else None
    if path is None or text is None:
        return None
    return Sample(path=path, text=text, style=bench.job.language.style_of(text))
