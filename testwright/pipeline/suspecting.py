"""Possible bugs: what a writer suspects is run like any test, and kept apart when it fails every time."""

from collections.abc import Sequence
from dataclasses import replace

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import SandboxUnavailable
from testwright.domain.suspects import Suspect
from testwright.domain.verdicts import NotRun
from testwright.pipeline import shelf
from testwright.pipeline.bench import Bench
from testwright.pipeline.drafting import accusations, writings_so_far
from testwright.pipeline.findings import Suspicions, Trial, first_line
from testwright.pipeline.tools import Job, Ready
from testwright.pipeline.trial import SKIPPED, results_of

_RUNS = 2
_MOST = 20


async def weigh_suspects(job: Job, ready: Ready) -> int:
    """Step `suspects`: how many possible bugs a run has shown. A test that passes once accuses nobody."""
    writings = await writings_so_far(job)
    accusing = [
        suspect for number in sorted(writings) for suspect in await _accusing(job, number, writings[number].draft)
    ]
    observed = [suspect for writing in writings.values() for suspect in writing.suspects]
    proposed = _distinct([*observed, *accusing])
    found = await _shown(job, ready, proposed[:_MOST]) if proposed else ()
    await shelf.lay(job.desk, "suspects", Suspicions(found=found))
    return len(found)


async def _accusing(job: Job, number: int, draft: Draft) -> list[Suspect]:
    trial = await shelf.look_for(job.desk, f"trial/{number}", Trial)
    if trial is None:
        return []
    analysis = await shelf.take(job.desk, "analysis", Analysis)
    return list(accusations(job, draft, trial.faults, analysis))


def _distinct(suspects: Sequence[Suspect]) -> list[Suspect]:
    """One for each call and reason."""
    first: dict[tuple[str, str, str], Suspect] = {}
    for suspect in suspects:
        first.setdefault((suspect.symbol, "".join(suspect.input.split()), suspect.because.kind), suspect)
    return list({suspect.name: suspect for suspect in reversed(first.values())}.values())[::-1]


async def _shown(job: Job, ready: Ready, proposed: Sequence[Suspect]) -> tuple[Suspect, ...]:
    bench = await Bench.open(job, ready)
    left = list(proposed)
    for preamble in dict.fromkeys(suspect.preamble for suspect in proposed):
        mine = [suspect for suspect in proposed if suspect.preamble == preamble]
        draft = Draft(preamble=preamble, cases=tuple(_case(suspect) for suspect in mine))
        bench.place_text(job.language.render(draft))  # never among the project's own: their failures are no bug's
        for _ in range(_RUNS):
            try:
                answer = await bench.run_placed(coverage=False)
            except SandboxUnavailable:
                return ()
            if isinstance(answer, NotRun):
                left = [suspect for suspect in left if suspect not in mine]
                break
            results = results_of(answer, draft)
            left = [suspect for suspect in left if suspect not in mine or _fails(results[suspect.name].reason)]
    return tuple(replace(suspect, marked=_marked(job, suspect)) for suspect in left)


def _fails(reason: str) -> bool:
    """Whether it failed on its own account: a test that was skipped, or never reported, says nothing."""
    return bool(reason) and not first_line(reason).startswith((SKIPPED, "the runner did not report it"))


def _case(suspect: Suspect) -> Case:
    return Case(name=suspect.name, code=suspect.code, targets=(suspect.symbol.split(".")[0],))


def _marked(job: Job, suspect: Suspect) -> str:
    draft = Draft(preamble=suspect.preamble, cases=(_case(suspect),))
    return job.language.render(job.language.marked(draft, job.framework.name))
