"""The job definitions, the only ones: a session fans out to one run per file, and a terminal state always comes.

No run has a hundred steps: a long session has runs in between that begin fifty files each.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import inngest

from testwright.domain.errors import Cancelled, PermanentError, TestwrightError
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment
from testwright.domain.subjects import about
from testwright.jobs.rounds import (
    BATCH_REQUESTED,
    FILE_REQUESTED,
    SESSION_CANCELLED,
    SESSION_REQUESTED,
    Rounds,
    about_file,
)
from testwright.jobs.steps import ATTEMPTS, InngestStep, Pause, StepPolicy, full_jitter, internal_error

Work = Callable[[Assignment, Desk, Step], Awaitable[None]]
RETRIES = ATTEMPTS - 1
BATCH = 50
"""So many files at most are begun by one run."""
logger = logging.getLogger("testwright.jobs")


def build_functions(
    client: inngest.Inngest,
    store: Rounds,
    work: Work,
    *,
    width: int,
    width_per_owner: int | None = None,
    width_per_session: int | None = None,
    most_away: int = 0,
    backoff: Callable[[int], float] = full_jitter,
) -> list[inngest.Function[Any]]:
    """The functions to serve. `work` is the pipeline of one file; at most `width` files are worked on at once, at most
    `width_per_owner` of one owner and `width_per_session` of one session. Beside them `most_away` have lent their
    places (`Places`)."""
    assignments = _Assignments(store, room=width + most_away)
    cancel = [inngest.Cancel(event=SESSION_CANCELLED, if_exp="event.data.sessionId == async.data.sessionId")]

    limits = [inngest.Concurrency(limit=width)]
    if width_per_owner is not None:
        limits.append(inngest.Concurrency(limit=width_per_owner, key="event.data.owner"))
    if width_per_session is not None:
        limits.append(inngest.Concurrency(limit=width_per_session, key="event.data.sessionId"))

    async def file_broke(ctx: inngest.Context) -> None:
        session_id, round, file_index = _file_of(_event_that_failed(ctx))
        logger.error("file %d of %s broke: %s", file_index, session_id, ctx.event.data.get("error"))
        await ctx.step.run("fail", partial(_fail, store.desk(session_id, round, file_index), internal_error()))

    @client.create_function(
        fn_id="file",
        trigger=inngest.TriggerEvent(event=FILE_REQUESTED),
        concurrency=limits,
        cancel=cancel,
        retries=RETRIES,
        on_failure=file_broke,
    )
    async def file(ctx: inngest.Context) -> None:
        session_id, round, file_index = _file_of(ctx.event.data)
        assignment = await assignments.of(ctx.run_id, session_id, round, file_index)
        if assignment is None:
            return
        desk = store.desk(session_id, round, file_index)
        cancelled = partial(store.cancelled, session_id, round)
        policy = StepPolicy(
            desk=desk,
            file_index=file_index,
            cancelled=cancelled,
            backoff=backoff,
            journal=store.journal(session_id, round, file_index),
        )
        error: TestwrightError
        with about(session=session_id, round=round, file=assignment.source.path):
            try:
                await work(assignment, desk, InngestStep(ctx, policy))
                assignments.forget(ctx.run_id)
                return
            except Pause as pause:
                raise pause.error from None
            except Cancelled:
                assignments.forget(ctx.run_id)
                return
            except PermanentError as permanent:
                error = permanent
            except Exception:
                logger.exception("the pipeline broke on file %d of %s", file_index, session_id)
                error = internal_error()
        await ctx.step.run("fail", partial(_fail, desk, error))
        assignments.forget(ctx.run_id)

    async def session_broke(ctx: inngest.Context) -> None:
        session_id, round = _round_of(_event_that_failed(ctx))
        logger.error("round %d of %s broke: %s", round, session_id, ctx.event.data.get("error"))
        await ctx.step.run("finish", partial(store.finish_round, session_id, round))

    async def cover(ctx: inngest.Context, data: Mapping[str, str | int]) -> int | None:
        """Run one file; its index if that run broke."""
        index = int(data["fileIndex"])
        try:
            await ctx.step.invoke(f"file/{index}", function=file, data=data)
        except inngest.StepError:
            return index
        return None

    async def cover_all(
        ctx: inngest.Context, session_id: str, round: int, owner: str, files: Sequence[int]
    ) -> list[int]:
        """Run all of the files; the indexes of those whose run broke."""
        wanted = ({**about_file(session_id, round, index), "owner": owner} for index in files)
        covered = await ctx.group.parallel(tuple(partial(cover, ctx, data) for data in wanted))
        return [index for index in covered if index is not None]

    @client.create_function(
        fn_id="batch", trigger=inngest.TriggerEvent(event=BATCH_REQUESTED), cancel=cancel, retries=RETRIES
    )
    async def batch(ctx: inngest.Context) -> list[int]:
        files: Any = ctx.event.data["files"]
        return await cover_all(ctx, *_round_of(ctx.event.data), str(ctx.event.data["owner"]), files)

    async def cover_batch(ctx: inngest.Context, number: int, data: Mapping[str, Any]) -> list[int]:
        try:
            broken: Any = await ctx.step.invoke(f"batch/{number}", function=batch, data=data)
        except inngest.StepError:
            return list(data["files"])
        return list(broken)

    async def cover_in_batches(
        ctx: inngest.Context, session_id: str, round: int, owner: str, files: Sequence[int]
    ) -> list[int]:
        """Each step of a run costs more, the more the run has behind it: a long session is spread over several."""
        about_all = {"sessionId": session_id, "round": round, "owner": owner}
        batches = [{**about_all, "files": list(files[at : at + BATCH])} for at in range(0, len(files), BATCH)]
        covered = await ctx.group.parallel(
            tuple(partial(cover_batch, ctx, number, data) for number, data in enumerate(batches, 1))
        )
        return [index for broken in covered for index in broken]

    @client.create_function(
        fn_id="session",
        trigger=inngest.TriggerEvent(event=SESSION_REQUESTED),
        cancel=cancel,
        retries=RETRIES,
        on_failure=session_broke,
    )
    async def session(ctx: inngest.Context) -> None:
        session_id, round = _round_of(ctx.event.data)
        files = await ctx.step.run("claim", partial(store.claim_round, session_id, round, ctx.run_id))
        if files is None:
            return

        owner = await store.owner_of(session_id)
        cover_them = cover_all if len(files) <= BATCH else cover_in_batches
        broken = await cover_them(ctx, session_id, round, owner, files)
        await ctx.step.run("finish", partial(_finish, store, session_id, round, broken))

    return [session, batch, file]


class _Assignments:
    """The assignments of the runs at work. A body is entered once per step, and an assignment holds a whole session."""

    def __init__(self, store: Rounds, *, room: int) -> None:
        self._store = store
        self._room = room
        self._kept: dict[str, Assignment] = {}

    async def of(self, run_id: str, session_id: str, round: int, file_index: int) -> Assignment | None:
        kept = self._kept.pop(run_id, None)
        assignment = kept or await self._store.assignment(session_id, round, file_index)
        if assignment is not None:
            self._kept[run_id] = assignment  # at the end, so that the first is the one not asked for longest
            if len(self._kept) > self._room:
                del self._kept[next(iter(self._kept))]
        return assignment

    def forget(self, run_id: str) -> None:
        """It is over: what it holds shall not take the room of those at work."""
        self._kept.pop(run_id, None)


async def _finish(store: Rounds, session_id: str, round: int, broken: list[int]) -> None:
    # Their own on_failure says the same, but may come after the round's end.
    for index in broken:
        await _fail(store.desk(session_id, round, index), internal_error())
    await store.finish_round(session_id, round)


async def _fail(desk: Desk, error: TestwrightError) -> None:
    await desk.fail(error)


def _event_that_failed(ctx: inngest.Context) -> Any:
    event: Any = ctx.event.data["event"]
    return event["data"]


def _round_of(data: Any) -> tuple[str, int]:
    return str(data["sessionId"]), int(data["round"])


def _file_of(data: Any) -> tuple[str, int, int]:
    return (*_round_of(data), int(data["fileIndex"]))
