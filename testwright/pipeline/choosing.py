"""The gate `earns its place`: the smallest suite that still reaches and notices all that the whole one does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.edges import Edge
from testwright.domain.errors import PermanentError, SandboxUnavailable
from testwright.domain.mutants import Mutant
from testwright.domain.verdicts import Drop
from testwright.pipeline import shelf
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import writing_of
from testwright.pipeline.findings import Baseline, CaseResult, Challenge, Chosen, Trial
from testwright.pipeline.laying_out import formatted
from testwright.pipeline.tools import Job, Ready

_SLOW_MS = 500.0
_EXPLORER = "explorer"
"""Signs a case where it worked together with a model; alone it signs nothing."""
_UNSEEN = (
    "It does not pass once more where changes to the code are tried, not even while nothing is changed, or not in time:"
    " so nobody could see whether it notices any."
)
_NOTHING_NEW = "Other tests reach every line and branch that it reaches, and notice every change that it notices."


async def choose(job: Job, ready: Ready, attempt: int) -> int:
    """Step `choose`: how many tests are left. Raises PermanentError when none is: none is needed, or all are blind."""
    trial = await shelf.take(job.desk, f"trial/{attempt}", Trial)
    challenge = await shelf.take(job.desk, f"challenge/{attempt}", Challenge)
    draft = (await writing_of(job, attempt)).draft.only(trial.passed)
    bench = await Bench.open(job, ready)
    edges = (await shelf.take(job.desk, "analysis", Analysis)).edges
    own = own_gains(bench.baseline, draft, challenge, edges)
    chosen = chosen_of(draft, trial.results, challenge, await _held_already(bench, draft), own)
    blind = next((drop for drop in chosen.drops if drop.gate == "can_fail"), None)
    if not chosen.names and blind is not None:
        raise PermanentError(
            f"None of {len(draft.cases)} passing tests for {job.file_name} is proven. {blind.name}: {blind.reason}",
            code="tests_failed",
            hint="Retry with instructions that say what results to expect, or with a model.",
        )
    if not chosen.names:
        raise PermanentError(
            f"The project's own tests do all that these {len(draft.cases)} for {job.file_name} do.",
            code="nothing_new",
            hint="Nothing was added. Ask for more with instructions, or with a model.",
        )
    await shelf.lay(job.desk, "chosen", chosen)
    return len(chosen.names)


def own_gains(
    baseline: Baseline, draft: Draft, challenge: Challenge, edges: Sequence[Edge] = ()
) -> frozenset[tuple[str, str]]:
    """What the project's own tests do that the new ones are put among: they earn their place by what they add to it."""
    if baseline.host is None:
        return frozenset()
    reached = baseline.coverage
    lines = {("line", str(line)) for line in reached.lines_covered} if reached else set()
    branches = {("branch", branch) for branch in reached.branches_covered} if reached else set()
    refused = {
        ("edge", str(edge.number))
        for edge in edges
        if edge.check == "refused" and reached is not None and edge.line in reached.lines_covered
    }
    seen = {name for outcome in challenge.tried for name in (*outcome.reached_by, *outcome.killers)}
    seen |= {name for _, names in challenge.met for name in names}
    own = seen - {case.name for case in draft.cases} - set(challenge.unfit)
    done = (_done_in_changes(name, challenge) | _noticed(name, challenge) for name in own)
    return frozenset(lines | branches | refused).union(*done)


async def _held_already(bench: Bench, draft: Draft) -> dict[str, str]:
    """Tests that stand word for word in the project's own suites, ours of an earlier day among them, and where."""
    if not bench.ready.existing:
        return {}
    suites = {path: bench.workspace.text(path) or "" for path in bench.ready.existing}
    with suppress(SandboxUnavailable):
        draft = (await formatted(bench, draft)).draft  # theirs are
    places: dict[str, str] = {}
    for path, text in suites.items():
        with suppress(ValueError):
            places |= {_words(case): path for case in bench.job.language.split(text).cases}
    return {case.name: places[_words(case)] for case in draft.cases if _words(case) in places}


def _words(case: Case) -> str:
    """What a test says, whatever it is called: beside one of its name it had to get another."""
    return "".join(case.code.replace(case.name, "", 1).split())


def chosen_of(
    draft: Draft,
    results: Sequence[CaseResult],
    challenge: Challenge,
    held: Mapping[str, str] | None = None,
    own: frozenset[tuple[str, str]] = frozenset(),
) -> Chosen:
    """Greedy cover of lines, branches and kills, then without those that later choices made superfluous.

    The explorer's tests fill what the model's leave: a person reads the model's more easily, and one table that does as
    much as several of them is no reason to lose them. Among equals a fast test goes before a slow one, then comes the
    writer's own order: plain cases first. A test whose
    worth cannot be told (its runner measures no single test) is kept. `held` are tests that
    the project has, each with its place: what they do needs no other test. `own` is what its others do.
    """
    held = held or {}
    drops = [
        Drop(name=name, gate="earns_place", reason=f"{place} has this test already.") for name, place in held.items()
    ]
    if challenge.problem:
        names = tuple(case.name for case in draft.cases if case.name not in held)
        return Chosen(names=names, drops=tuple(drops))
    told = {result.name: result for result in results}
    blind = blind_in(draft, challenge, held)
    worths = [
        _Worth(case=case, place=place, result=told[case.name], gains=_gains(case, told[case.name], challenge))
        for place, case in enumerate(draft.cases)
        if case.name not in blind
    ]
    given = {worth.case.name for worth in worths if worth.case.name in held or not worth.is_known(challenge)}
    covered = {gain for worth in worths if worth.case.name in given for gain in worth.gains} | own
    known = [worth for worth in worths if worth.case.name not in given]
    needed = {worth.case.name for worth in _covering(known, covered)}
    kept = (given - held.keys()) | needed
    drops += [Drop(name=name, gate="can_fail", reason=reason) for name, reason in blind.items()]
    drops += [
        Drop(name=worth.case.name, gate="earns_place", reason=_NOTHING_NEW)
        for worth in known
        if worth.case.name not in needed
    ]
    return Chosen(names=tuple(case.name for case in draft.cases if case.name in kept), drops=tuple(drops))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worth:
    """What one test brings: lines, branches, kills, seams and boundary cases, as (kind, which)."""

    case: Case
    place: int
    result: CaseResult
    gains: frozenset[tuple[str, str]]

    def is_known(self, challenge: Challenge) -> bool:
        return self.result.lines is not None or bool(challenge.faced_by(self.case.name))

    @property
    def is_filling(self) -> bool:
        """Whether it was found beside a model's tests, to fill what those leave."""
        return self.case.writer == _EXPLORER

    @property
    def cost(self) -> tuple[bool, int]:
        return self.result.duration_ms > _SLOW_MS, self.place


def _gains(case: Case, result: CaseResult, challenge: Challenge) -> frozenset[tuple[str, str]]:
    """That two parts work together is a gain of its own: unit tests of both reach as much.

    Where the runner measures no single test, the changes that it ran into stand for the lines that they are on, and all
    of them together for its way through the code.
    """
    lines = {("line", str(line)) for line in result.lines or ()}
    if result.lines is None:
        lines = _done_in_changes(result.name, challenge)
    branches = {("branch", branch) for branch in result.branches or ()}
    seams = {("seam", "+".join(case.targets))} if case.scenario == "integration" else set()
    return frozenset(lines | branches | seams) | _noticed(result.name, challenge)


def _done_in_changes(name: str, challenge: Challenge) -> set[tuple[str, str]]:
    faced = [str(number) for number in challenge.faced_by(name)]
    return {("change", number) for number in faced} | {("way", " ".join(faced))}


def _noticed(name: str, challenge: Challenge) -> set[tuple[str, str]]:
    kills = {("kill", str(number)) for number in challenge.kills_of(name)}
    return kills | {("edge", str(number)) for number in challenge.edges_of(name)}


def _covering(worths: Sequence[_Worth], covered: Collection[tuple[str, str]]) -> list[_Worth]:
    """What reaches and notices all that all do together; what fills is judged by what it adds to the others."""
    first = [worth for worth in worths if not worth.is_filling]
    filling = [worth for worth in worths if worth.is_filling]
    needed = _without_superfluous(_greedy(first, covered), covered)
    reached = set(covered).union(*(worth.gains for worth in needed))
    return needed + _without_superfluous(_greedy(filling, reached), reached)


def _greedy(worths: Sequence[_Worth], covered: Iterable[tuple[str, str]]) -> list[_Worth]:
    reached = set(covered)
    left = sorted(worths, key=lambda worth: worth.cost)
    chosen: list[_Worth] = []
    while left:
        best = max(left, key=lambda worth: len(worth.gains - reached))  # the first of equals: the cheapest
        if not best.gains - reached:
            return chosen
        chosen.append(best)
        left.remove(best)
        reached |= best.gains
    return chosen


def _without_superfluous(chosen: list[_Worth], covered: Iterable[tuple[str, str]]) -> list[_Worth]:
    """What came early may have been overtaken by what came later; the costliest go first."""
    kept = list(chosen)
    for worth in sorted(chosen, key=lambda worth: worth.cost, reverse=True):
        others = set(covered).union(*(other.gains for other in kept if other is not worth))
        if worth.gains <= others:
            kept.remove(worth)
    return kept


def blind_in(draft: Draft, challenge: Challenge, held: Collection[str] = ()) -> dict[str, str]:
    """Tests that notice nothing that was done to the code they run, or that nobody saw at it, or that hold an assertion
    which never speaks, with the reason in words.
    """
    mutants = {mutant.number: mutant for mutant in challenge.mutants}
    met_by = {outcome.number: len(outcome.reached_by) for outcome in challenge.outcomes}
    reasons = {
        name: f"It never reaches `{text}`, which cannot fail so; see to it that it does, or leave it out."
        for name, text in challenge.passed_by
        if name not in held
    }
    for case in draft.cases:
        if case.name in {*reasons, *challenge.proven_further, *held}:
            continue
        if case.name in challenge.unfit:
            reasons[case.name] = _UNSEEN
            continue
        faced = challenge.faced_by(case.name)
        if faced and not challenge.kills_of(case.name):
            own_first = sorted(faced, key=lambda number: met_by[number])
            reasons[case.name] = _in_words([mutants[number] for number in own_first])
    return reasons


def _in_words(unnoticed: Sequence[Mutant]) -> str:
    first = unnoticed[0]
    example = f"`{first.before}` → `{first.after}` on line {first.line}"
    if len(unnoticed) == 1:
        return f"It does not notice the one change that was made to the code it runs: {example}."
    return f"It notices none of {len(unnoticed)} changes to the code it runs, such as {example}."
