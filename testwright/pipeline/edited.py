"""The walk of a suite that a person has edited: the same court, and all of its tests have to hold, or nothing changes.

Nothing is mended, written anew or left out as superfluous here: what to keep was decided by who edited it. What holds
so far goes on to the next gate whatever has fallen already, so that all that is wrong is told at once.
"""

from collections import Counter
from dataclasses import replace
from functools import partial

from testwright.domain.drafts import Draft, Writing
from testwright.domain.errors import PermanentError
from testwright.domain.paths import base_name
from testwright.domain.ports import Step
from testwright.domain.sessions import CoverageGoal
from testwright.domain.verdicts import Drop
from testwright.pipeline import shelf, telling
from testwright.pipeline.attempts import Tried, run_attempt
from testwright.pipeline.challenge import challenge
from testwright.pipeline.choosing import blind_in
from testwright.pipeline.drafting import Drafted, renamed_beside, writing_of
from testwright.pipeline.findings import Baseline, Challenge, Chosen, Proven, Trial, first_line
from testwright.pipeline.keeping import keep, keep_unverified
from testwright.pipeline.preparing import analyse, measure_baseline, prepare
from testwright.pipeline.stability import prove_stable
from testwright.pipeline.suspecting import weigh_suspects
from testwright.pipeline.tools import Job, Ready

_MOST_NAMED = 3
_HINT = "Correct them and send the suite again; the one before is kept."
_HINT_APART = "Correct them, then verify the suite again."


async def walk_edited(job: Job, step: Step) -> None:
    # What was asked for of a writer binds no person.
    options = replace(job.assignment.options, coverage=CoverageGoal.COMPREHENSIVE)
    job = replace(job, assignment=replace(job.assignment, options=options))
    ready = await step("prepare", partial(prepare, job), returns=Ready)
    await step("analyse", partial(analyse, job), returns=int)
    await step("baseline", partial(measure_baseline, job, ready), returns=bool)
    await step("draft/1", partial(_given_draft, job), returns=Drafted)
    tried = await step("run/1", partial(run_attempt, job, ready, 1), returns=Tried)
    if not tried.runnable:
        await step("keep", partial(keep_unverified, job, ready, 1, 1), returns=str)
        return
    trial = await shelf.take(job.desk, "trial/1", Trial)
    if not trial.passed:
        _all_must_hold(job, trial.drops, await _count(job))
    await step("challenge/1", partial(challenge, job, ready, 1), returns=int)
    if not await step("choose", partial(_choose_all, job), returns=int):
        _all_must_hold(job, await _dropped(job), await _count(job))
    await step("stability", partial(prove_stable, job, ready, 1), returns=int)
    _all_must_hold(job, await _dropped(job), await _count(job))
    await step("suspects", partial(weigh_suspects, job, ready), returns=int)
    await step("keep", partial(keep, job, ready, 1, 1), returns=str)


async def _given_draft(job: Job) -> Drafted:
    """Step `draft/1`: the tests as they were sent. Of an edited suite, those that the project has in it are its own; of
    one that was written apart from it, none is.
    """
    try:
        draft = job.language.split(job.assignment.edited or "")
    except ValueError as error:
        raise _refused(job, f"{_name_of(job).capitalize()} cannot be read: {error}") from error
    host = (await shelf.take(job.desk, "baseline", Baseline)).host
    own = job.language.names_in(host.text) if host is not None else frozenset[str]()
    given = [case.name for case in draft.cases]
    if job.assignment.is_apart:
        draft = renamed_beside(job.language, draft, own)
    else:
        draft = Draft(preamble=draft.preamble, cases=tuple(case for case in draft.cases if case.name not in own))
    if given and not draft.cases and host is not None:
        raise _refused(job, f"{base_name(host.path)} has a test of each of these names already, such as {given[0]}.")
    if not draft.cases:
        instead = "" if job.assignment.is_apart else " Reject the suite to leave it out."
        raise _refused(job, f"{_name_of(job).capitalize()} has no test.{instead}")
    double = [name for name, times in Counter(case.name for case in draft.cases).items() if times > 1]
    if double:
        raise _refused(job, f"Two tests of {_name_of(job)} are called {double[0]}.")
    await shelf.lay(job.desk, "draft/1", Writing(draft=draft))
    await telling.tell_draft(job, 1, len(draft.cases))
    return Drafted(tests=len(draft.cases))


async def _choose_all(job: Job) -> int:
    """Step `choose`: how many notice something of what was done to the code that they run."""
    blind = await _blind(job)
    passed = (await shelf.take(job.desk, "trial/1", Trial)).passed
    if blind:
        await telling.tell_blind(job, 1, blind, of=len(passed))
    told = {drop.name for drop in blind}
    cases = (await writing_of(job, 1)).draft.only(passed).cases
    names = tuple(case.name for case in cases if case.name not in told)
    await shelf.lay(job.desk, "chosen", Chosen(names=names))
    return len(names)


async def _blind(job: Job) -> tuple[Drop, ...]:
    trial = await shelf.take(job.desk, "trial/1", Trial)
    challenge = await shelf.take(job.desk, "challenge/1", Challenge)
    blind = blind_in((await writing_of(job, 1)).draft.only(trial.passed), challenge)
    for result in trial.results:
        is_told = not challenge.problem and result.name not in challenge.unfit
        if result.passed and result.lines == frozenset() and is_told and not challenge.faced_by(result.name):
            blind[result.name] = (
                f"It runs nothing of {job.file_name}; call what is defined there, and assert on what it gives."
            )
    return tuple(Drop(name=name, gate="can_fail", reason=reason) for name, reason in blind.items())


async def _dropped(job: Job) -> tuple[Drop, ...]:
    """What fell at any gate so far."""
    trial = await shelf.take(job.desk, "trial/1", Trial)
    proven = await shelf.look_for(job.desk, "proven", Proven)
    return (*trial.drops, *await _blind(job), *(proven.drops if proven is not None else ()))


async def _count(job: Job) -> int:
    return len((await writing_of(job, 1)).draft.cases)


def _all_must_hold(job: Job, drops: tuple[Drop, ...], count: int) -> None:
    if not drops:
        return
    said = "; ".join(f"{drop.name}: {first_line(drop.reason)}" for drop in drops[:_MOST_NAMED])
    more = f"; and {len(drops) - _MOST_NAMED} more" if len(drops) > _MOST_NAMED else ""
    hold = "does not hold" if len(drops) == 1 else "do not hold"
    raise _refused(job, f"{len(drops)} of {count} tests of {_name_of(job)} {hold}: {said}{more}")


def _name_of(job: Job) -> str:
    return "this suite" if job.assignment.is_apart else "the edited suite"


def _refused(job: Job, message: str) -> PermanentError:
    hint = _HINT_APART if job.assignment.is_apart else _HINT
    return PermanentError(message, code="edit_refused", hint=hint)
