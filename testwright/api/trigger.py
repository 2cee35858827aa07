"""Starting a generation, and what it is expected to take."""

from typing import Annotated

from fastapi import Depends, FastAPI

from testwright.api.envelope import Envelope, done
from testwright.api.estimates import in_words
from testwright.api.intake import take_in
from testwright.api.lookups import current_owner, idempotency_key
from testwright.api.requests import TriggerRequest
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.api.wire import EstimateData, StartedSession

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices, starter: Starter) -> None:
    @app.post("/api/inngest/trigger", tags=["generation"], summary="Start a generation in the background")
    async def trigger(
        request: TriggerRequest, owner: Owner, key: Annotated[str | None, Depends(idempotency_key)]
    ) -> Envelope[StartedSession]:
        """Stored before it is answered: an accepted request is never lost.

        The same request again, by its `Idempotency-Key` or its own `sessionId`, gives the same session.
        """
        intake = await take_in(services, owner, request, key)
        accepted = await services.store.accept(intake.new)
        await starter.start(accepted, owner)
        started = StartedSession(
            session_id=accepted.session_id,
            event_id=accepted.event_id,
            total_files=len(intake.new.files),
            framework=intake.new.framework,
            estimated_time=in_words(intake.estimate.seconds),
        )
        return done("Test generation started in background", started)

    @app.post("/api/estimate", tags=["generation"], summary="What the same request would take; starts nothing")
    async def estimate_request(request: TriggerRequest, owner: Owner) -> Envelope[EstimateData]:
        intake = await take_in(services, owner, request, None)
        expected = EstimateData(
            seconds=intake.estimate.seconds,
            seconds_low=intake.estimate.low,
            seconds_high=intake.estimate.high,
            estimated_time=in_words(intake.estimate.seconds),
            writer=intake.new.writer,
            model=intake.new.model,
            tokens=None,
            currency=None,
        )
        return done("Nothing was started.", expected)
