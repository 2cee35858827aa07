"""The straight line that every file walks, from its source to a suite that has proved itself."""

from functools import partial

from testwright.domain.errors import ENDS_THE_FILE, Cancelled, PermanentError, TransientError
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.domain.sessions import CoverageGoal
from testwright.pipeline.attempts import Tried, run_attempt
from testwright.pipeline.challenge import challenge
from testwright.pipeline.choosing import choose
from testwright.pipeline.drafting import (
    MOST_STRENGTHENED,
    Drafted,
    first_draft,
    repaired_draft,
    strengthened_draft,
)
from testwright.pipeline.edited import walk_edited
from testwright.pipeline.keeping import keep, keep_suspects, keep_unverified, nothing_left
from testwright.pipeline.preparing import analyse, measure_baseline, prepare
from testwright.pipeline.stability import prove_stable
from testwright.pipeline.suspecting import weigh_suspects
from testwright.pipeline.tools import Job, Ready, Tools


async def cover_file(assignment: Assignment, desk: Desk, step: Step, tools: Tools) -> None:
    """Write tests for one file and deliver them.

    Raises PermanentError when the file must fail: telling so (`desk.fail`) is the caller's, and so are retries after a
    TransientError. This body runs again for every step under an engine, so nothing between the steps has an effect.
    """
    try:
        walk = _walk if assignment.edited is None else walk_edited
        await walk(Job(assignment=assignment, desk=desk, tools=tools), step)
    except (PermanentError, Cancelled) as error:
        await tools.workspaces.close(assignment)
        if error.code == "missing_package" and assignment.repository_root is None:
            error.hint = _REGISTER
        raise


_REGISTER = "Register the project's folder, where the package is installed, and send its repositoryId with the files."


async def _walk(job: Job, step: Step) -> None:
    ready = await step("prepare", partial(prepare, job), returns=Ready)
    await step("analyse", partial(analyse, job), returns=int)
    await step("baseline", partial(measure_baseline, job, ready), returns=bool)

    await step("draft/1", partial(first_draft, job, ready), returns=Drafted)
    tried = best = await step("run/1", partial(run_attempt, job, ready, 1), returns=Tried)
    asked = 1
    for attempt in range(2, job.assignment.options.max_repairs + 2):
        if not tried.faulty or not tried.runnable:
            break
        try:
            drafted = await step(f"repair/{attempt}", partial(repaired_draft, job, ready, attempt), returns=Drafted)
        except (PermanentError, TransientError) as error:
            if not best.passed or error.code in ENDS_THE_FILE:
                raise
            break  # what passes already is worth more than a file that fails because of its worst tests
        asked = attempt
        if not drafted.changed:
            break
        work = partial(run_attempt, job, ready, attempt, after=tried.attempt)
        tried = await step(f"run/{attempt}", work, returns=Tried)
        if tried.passed >= best.passed:
            best = tried

    if not best.passed:
        suspects = await step("suspects", partial(weigh_suspects, job, ready), returns=int) if best.runnable else 0
        if suspects:
            await step("keep", partial(keep_suspects, job, ready, best.attempt, tried.attempt), returns=str)
            return
        raise await nothing_left(job, best.attempt, tried.attempt)
    if not best.runnable:
        await step("keep", partial(keep_unverified, job, ready, best.attempt, tried.attempt), returns=str)
        return
    best = await _challenged(job, ready, step, best, asked + 1)
    attempts = max(best.attempt, tried.attempt)
    await step("choose", partial(choose, job, ready, best.attempt), returns=int)
    await step("stability", partial(prove_stable, job, ready, best.attempt), returns=int)
    await step("suspects", partial(weigh_suspects, job, ready), returns=int)
    await step("keep", partial(keep, job, ready, best.attempt, attempts), returns=str)


async def _challenged(job: Job, ready: Ready, step: Step, best: Tried, number: int) -> Tried:
    """The attempt to go on with: what is left open goes back to the writer, from attempt `number` on, while that gains.

    Whether it does is looked at where the next one is asked for, so that a round is no more than its three steps.
    """
    await step(f"challenge/{best.attempt}", partial(challenge, job, ready, best.attempt), returns=int)
    if job.assignment.options.coverage is CoverageGoal.BASIC:
        return best
    before: int | None = None
    for attempt in range(number, number + MOST_STRENGTHENED):
        work = partial(strengthened_draft, job, ready, best.attempt, attempt, before=before)
        try:
            drafted = await step(f"strengthen/{attempt}", work, returns=Drafted)
        except (PermanentError, TransientError) as error:
            if error.code in ENDS_THE_FILE:
                raise
            return best  # the suite stands as it is
        if not drafted.changed:
            return best
        run = partial(run_attempt, job, ready, attempt, after=best.attempt)
        stronger = await step(f"run/{attempt}", run, returns=Tried)
        if stronger.passed <= best.passed:
            return best
        again = partial(challenge, job, ready, attempt, after=best.attempt)
        await step(f"challenge/{attempt}", again, returns=int)
        before, best = best.attempt, stronger
    return best
