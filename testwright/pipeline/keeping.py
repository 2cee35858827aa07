"""Handing over: the final text, and evidence that is true of exactly that text."""

import hashlib
import shlex
from collections.abc import Iterator

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Draft, Suite
from testwright.domain.edges import MetEdge
from testwright.domain.errors import PermanentError
from testwright.domain.evidence import (
    AddedTo,
    CaseEvidence,
    DeliveredSuite,
    Evidence,
    FacedMutant,
    MutantCounts,
    NotVerified,
    Outside,
    Percentages,
    gathered,
)
from testwright.domain.insertions import added_ranges
from testwright.domain.projects import EAST
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import Drop, FileCoverage, Trouble
from testwright.domain.within import Within, below
from testwright.pipeline import shelf
from testwright.pipeline.drafting import asked_so_far, skipped_so_far, writing_of
from testwright.pipeline.findings import Baseline, Challenge, Chosen, Proven, Suspicions, Trial, first_line
from testwright.pipeline.own_suites import joined
from testwright.pipeline.tools import Job, Ready

_OF_THE_LANGUAGE = frozenset({"unittest", "node:test"})
"""Runners that nobody has to install."""


async def keep(job: Job, ready: Ready, best: int, attempts: int) -> str:
    """Step `keep` of a suite that was run: the delivered test's id."""
    proven = await shelf.take(job.desk, "proven", Proven)
    baseline = await shelf.take(job.desk, "baseline", Baseline)
    chosen = await shelf.take(job.desk, "chosen", Chosen)
    kept = frozenset(result.name for result in proven.results)
    suspects = (await shelf.take(job.desk, "suspects", Suspicions)).found
    layout = proven.layout
    draft = layout.draft
    suite = layout.suite
    challenge = await shelf.take(job.desk, f"challenge/{best}", Challenge)
    written = (await writing_of(job, best)).draft
    challenge = challenge.seen_by(kept | (_others(challenge, written) if suite.is_added else frozenset()))
    usage = await job.desk.spent()
    after = joined(baseline.coverage, proven.coverage)
    evidence = Evidence(
        writer=job.writer.name,
        model=job.writer.model,
        runner=ready.runner.framework,
        runner_version=ready.runner.version,
        run_with=await _by_hand(job, ready, suite.path),
        brought=ready.runner.origin == "managed" and ready.runner.framework not in _OF_THE_LANGUAGE,
        sandbox=job.tools.sandbox.tier,
        test_count=len(draft.cases),
        passed_runs=proven.runs,
        runs=proven.runs,
        before=_before(baseline, after),
        after=_percentages(after),
        attempts=attempts,
        tokens=usage.tokens,
        cost_usd=usage.cost_usd,
        duration_ms=max(0, round(job.tools.now() * 1000) - ready.started_ms),
        mutants=_counts(challenge),
        mutants_problem=challenge.problem or None,
        cases=_cases(job, proven, challenge),
        outside=_outside(job, proven),
        edge_cases=await _edge_cases(job, challenge),
        suspects=len(suspects),
        environment=await _troubles_of_trials(job, best),
        asked=await asked_so_far(job),
        types=layout.types,
        formatted_with=layout.formatted_with,
        format_problem=layout.format_problem,
        ran_without=ready.left_out,
        added_to=_added_to(suite, baseline),
        beside=suite.beside,
        own_failures=baseline.failures,
        skipped=await skipped_so_far(job),
    )
    delivered = DeliveredSuite(
        file_path=job.assignment.source.path,
        test_file_path=suite.path,
        test_code=suite.text,
        draft=draft,
        evidence=evidence,
        dropped=(*_not_accusing(await _drops_of_trials(job, best), suspects), *chosen.drops, *proven.drops),
        mutants=tuple(_faced(challenge)),
        suspects=suspects,
        covered_before=_sorted(baseline.coverage.lines_covered if baseline.coverage else frozenset()),
        covered_after=_sorted(after.lines_covered if after else frozenset()),
        missed_after=_sorted(after.lines_missed if after else frozenset()),
    )
    return await _deliver(job, delivered)


async def _by_hand(job: Job, ready: Ready, suite_path: str) -> str:
    view, home = await job.tools.workspaces.open(job.assignment), ready.runner.home
    if not home:
        return job.framework.by_hand((suite_path,), view)
    said = job.framework.by_hand((below(home, suite_path),), Within(view, home))
    return f"cd {shlex.quote(home)} && {said}"


def _cases(job: Job, proven: Proven, challenge: Challenge) -> tuple[CaseEvidence, ...]:
    cases = {case.name: case for case in proven.layout.draft.cases}
    return tuple(
        CaseEvidence(
            name=result.name,
            passed_runs=proven.runs,
            runs=proven.runs,
            duration_ms=round(result.duration_ms, 1),
            mutants=_counts(challenge, result.name),
            mended=cases[result.name].mended,
            oracle=cases[result.name].oracle,
            passed_alone=result.name in proven.alone,
            writer=cases[result.name].writer or job.writer.name,
        )
        for result in proven.results
    )


def _added_to(suite: Suite, baseline: Baseline) -> AddedTo | None:
    if not suite.is_added or baseline.host is None:
        return None
    old = baseline.host.text.encode()
    ranges = added_ranges(suite.text.encode(), old)
    if ranges is None:
        raise AssertionError(f"{suite.path} lost something of the suite that tests were added to")
    return AddedTo(path=suite.path, sha256=hashlib.sha256(old).hexdigest(), ranges=ranges)


def _others(challenge: Challenge, written: Draft) -> frozenset[str]:
    """The project's own tests that took part: they stand in the delivered file too."""
    ours = {case.name for case in written.cases}
    return frozenset(name for outcome in challenge.outcomes for name in outcome.reached_by if name not in ours)


async def keep_unverified(job: Job, ready: Ready, best: int, attempts: int) -> str:
    """Step `keep` of a suite that nobody could run here: what passed the static gates, and nothing claimed of it."""
    trial = await shelf.take(job.desk, f"trial/{best}", Trial)
    draft = (await writing_of(job, best)).draft.only(trial.passed)
    usage = await job.desk.spent()
    suite = DeliveredSuite(
        file_path=job.assignment.source.path,
        test_file_path=ready.suite_path,
        test_code=job.language.render(draft),
        draft=draft,
        evidence=NotVerified(
            writer=job.writer.name,
            model=job.writer.model,
            reason=trial.unrunnable,
            hint=trial.hint,
            test_count=len(draft.cases),
            attempts=attempts,
            tokens=usage.tokens,
            cost_usd=usage.cost_usd,
            asked=await asked_so_far(job),
            skipped=await skipped_so_far(job),
        ),
        dropped=trial.drops,
    )
    return await _deliver(job, suite)


async def keep_suspects(job: Job, ready: Ready, best: int, attempts: int) -> str:
    """Step `keep` of a file of which nothing is left but possible bugs: no suite, and no claim to one."""
    suspects = (await shelf.take(job.desk, "suspects", Suspicions)).found
    usage = await job.desk.spent()
    suite = DeliveredSuite(
        file_path=job.assignment.source.path,
        test_file_path=ready.suite_path,
        test_code="",
        draft=Draft(preamble="", cases=()),
        evidence=NotVerified(
            writer=job.writer.name,
            model=job.writer.model,
            reason="no test that passes was left; what could be seen of this file are possible bugs",
            hint="Look at the possible bugs; correct the code or its documentation, and generate again.",
            test_count=0,
            attempts=attempts,
            tokens=usage.tokens,
            cost_usd=usage.cost_usd,
            suspects=len(suspects),
            environment=await _troubles_of_trials(job, best),
            asked=await asked_so_far(job),
            skipped=await skipped_so_far(job),
        ),
        dropped=_not_accusing(await _drops_of_trials(job, best), suspects),
        suspects=suspects,
    )
    return await _deliver(job, suite)


async def nothing_left(job: Job, best: int, attempts: int) -> PermanentError:
    """No test passed: the error that says how many were tried, and what most of them died of."""
    trial = await shelf.take(job.desk, f"trial/{best}", Trial)
    missing = gathered(trial.troubles)
    if missing and not trial.faults:
        return PermanentError(
            f"None of {len(trial.results)} tests can pass here: {missing[0]['message']}",
            code="environment",
            hint=str(missing[0]["hint"]),
            retryable=True,
        )
    reasons = [first_line(drop.reason) for drop in trial.drops]
    common = max(reasons, key=reasons.count, default="what the writer suspects to be bugs did not fail when it was run")
    tries = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return PermanentError(
        f"None of {len(reasons)} tests passed in {tries}: {common}",
        code="tests_failed",
        hint="Retry with instructions about what the tests need, or with another model.",
        retryable=True,
    )


async def _edge_cases(job: Job, challenge: Challenge) -> tuple[MetEdge, ...] | None:
    if not challenge.watched or not job.assignment.options.include_edge_cases:
        return None
    met = dict(challenge.met)
    edges = (await shelf.take(job.desk, "analysis", Analysis)).edges
    return tuple(MetEdge(symbol=edge.symbol, name=edge.name, covered_by=met.get(edge.number, ())) for edge in edges)


def _outside(job: Job, proven: Proven) -> Outside:
    return Outside(
        mocked=job.assignment.options.mock_external,
        network="open" if job.tools.sandbox.tier == "none" else "off",
        frozen_at=EAST.at.isoformat() if proven.frozen else None,
        zone=EAST.zone if proven.frozen else None,
    )


def _not_accusing(drops: list[Drop], suspects: tuple[Suspect, ...]) -> tuple[Drop, ...]:
    """A test that shows a possible bug was not thrown away."""
    accusing = {suspect.name for suspect in suspects}
    return tuple(drop for drop in drops if drop.name not in accusing)


async def _troubles_of_trials(job: Job, best: int) -> tuple[tuple[str, Trouble], ...]:
    troubles: dict[str, Trouble] = {}
    for trial in await _trials(job, best):
        troubles |= dict(trial.troubles)
        troubles = {name: trouble for name, trouble in troubles.items() if name not in trial.passed}
    return tuple(troubles.items())


async def _trials(job: Job, best: int) -> list[Trial]:
    found = [await shelf.look_for(job.desk, f"trial/{number}", Trial) for number in range(1, best + 1)]
    return [trial for trial in found if trial is not None]


async def _drops_of_trials(job: Job, best: int) -> list[Drop]:
    """The last word on every test that did not hold in an attempt and does not pass in the one that is delivered."""
    drops: dict[str, Drop] = {}
    for trial in await _trials(job, best):
        drops |= {drop.name: drop for drop in trial.drops}
        drops = {name: drop for name, drop in drops.items() if name not in trial.passed}
    return list(drops.values())


def _counts(challenge: Challenge, name: str | None = None) -> MutantCounts | None:
    """Of the whole suite, or of one test: then of the mutants that it ran into. None when nobody tried."""
    if challenge.problem or name in challenge.unfit:
        return None
    if name is None:
        sampled, survived = len(challenge.tried), len(challenge.survivors)
        return MutantCounts(killed=sampled - survived, survived=survived, sampled=sampled)
    sampled, killed = len(challenge.faced_by(name)), len(challenge.kills_of(name))
    return MutantCounts(killed=killed, survived=sampled - killed, sampled=sampled)


def _faced(challenge: Challenge) -> Iterator[FacedMutant]:
    outcomes = {outcome.number: outcome for outcome in challenge.outcomes}
    for mutant in sorted(challenge.mutants, key=lambda mutant: mutant.number):
        if (outcome := outcomes.get(mutant.number)) is not None:
            yield FacedMutant(mutant=mutant, fate=outcome.fate, killers=outcome.killers)


async def _deliver(job: Job, suite: DeliveredSuite) -> str:
    test_id = await job.desk.deliver(suite)
    await job.tools.workspaces.close(job.assignment)
    return test_id


def _percentages(coverage: FileCoverage | None) -> Percentages:
    if coverage is None:
        return Percentages(lines=None, branches=None)
    return Percentages(lines=coverage.line_percent, branches=coverage.branch_percent)


def _before(baseline: Baseline, after: FileCoverage | None) -> Percentages:
    """No tests reach nothing: that is 0 percent, of as much as there is to reach."""
    if not baseline.measured or baseline.coverage is not None:
        return _percentages(baseline.coverage)
    whole = _percentages(after)
    return Percentages(lines=None if whole.lines is None else 0.0, branches=None if whole.branches is None else 0.0)


def _sorted(lines: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(lines))
