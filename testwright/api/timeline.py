"""What each file of a session went through: every step with its start, its end, its attempt and its error."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Depends, FastAPI

from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_owner, find_session
from testwright.api.services import ApiServices
from testwright.api.wire import StepData, Timeline
from testwright.domain.records import StepRecord
from testwright.store.counting import counted

State = Literal["done", "failed", "running", "interrupted"]
Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get("/api/sessions/{session_id}/timeline", tags=["sessions"], summary="Every step: start, end, attempt, error")
    async def timeline(session_id: str, owner: Owner) -> Envelope[Timeline]:
        """In the order in which they began. A step without an end is `running`, or was `interrupted`: the service was
        stopped or killed in the middle of it, and did it again later.
        """
        record = await find_session(services, session_id, owner)
        steps = await services.store.timeline(session_id)
        running_round = None if record.status.is_over else record.round
        return done(
            counted(len(steps), "step"),
            Timeline(steps=[_step_data(step, steps[place + 1 :], running_round) for place, step in enumerate(steps)]),
        )


def _step_data(step: StepRecord, later: Sequence[StepRecord], running_round: int | None) -> StepData:
    span = None if step.ended_at is None else step.ended_at - step.began_at
    return StepData(
        path=step.path,
        round=step.round,
        step=step.step,
        attempt=step.attempt,
        state=_state(step, later, running_round),
        started_at=step.began_at,
        ended_at=step.ended_at,
        duration_ms=None if span is None else int(span.total_seconds() * 1000),
        error=None if step.error is None else dict(step.error),
    )


def _state(step: StepRecord, later: Sequence[StepRecord], running_round: int | None) -> State:
    if step.ended_at is not None:
        return "done" if step.error is None else "failed"
    went_on = any(other.path == step.path and other.round == step.round for other in later)
    return "interrupted" if went_on or step.round != running_round else "running"
