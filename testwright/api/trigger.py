"""Starting a generation, and what it is expected to take."""

from typing import Annotated

from fastapi import Depends, FastAPI

from testwright.api.envelope import Envelope, done
from testwright.api.estimates import expected_spending, in_words
from testwright.api.intake import take_in
from testwright.api.lookups import current_owner, idempotency_key
from testwright.api.requests import TriggerRequest
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.api.wire import EstimateData, StartedSession
from testwright.domain.records import Accepted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices, starter: Starter) -> None:
    @app.post("/api/inngest/trigger", tags=["generation"], summary="Start a generation in the background")
    async def trigger(
        request: TriggerRequest, owner: Owner, key: Annotated[str | None, Depends(idempotency_key)]
    ) -> Envelope[StartedSession]:
        """Stored before it is answered: an accepted request is never lost.

        The same request again gives the same session: by its `Idempotency-Key` always, by its own `sessionId` while
        that session runs. Once it has ended, a request with its id is a further round of it, a repeated one too: send a
        key to be safe from an answer that was lost. A file of a registered repository that cannot be read (not UTF-8,
        too large, a link) fails by itself; the others are worked on.
        """
        intake = await take_in(services, owner, request, key)
        accepted = await services.store.accept(intake.new)
        await starter.start(accepted, owner)
        ended = None if accepted.started else await _ended(services, accepted, owner)
        started = StartedSession(
            session_id=accepted.session_id,
            event_id=accepted.event_id,
            status="processing" if ended is None else ended,
            total_files=len(intake.new.files),
            framework=intake.new.framework,
            estimated_time=in_words(intake.estimate.seconds),
        )
        if ended is not None:
            return done(f"This request came before. Its test generation has ended: {ended}.", started)
        return done("Test generation started in background", started)

    @app.post("/api/estimate", tags=["generation"], summary="What the same request would take; starts nothing")
    async def estimate_request(request: TriggerRequest, owner: Owner) -> Envelope[EstimateData]:
        intake = await take_in(services, owner, request, None)
        spending = await expected_spending(services.store, intake.new, services.price_of)
        expected = EstimateData(
            seconds=intake.estimate.seconds,
            seconds_low=intake.estimate.low,
            seconds_high=intake.estimate.high,
            estimated_time=in_words(intake.estimate.seconds),
            writer=intake.new.writer,
            model=intake.new.model,
            tokens=spending.tokens,
            currency=None if spending.usd is None else {"usd": spending.usd},
            basis=spending.basis,
            prices_as_of=services.prices_as_of if spending.basis == "size" and spending.usd else None,
        )
        return done("Nothing was started.", expected)


async def _ended(services: ApiServices, accepted: Accepted, owner: str) -> str | None:
    """How the session of a repeated request stands, once it is over."""
    record = await services.store.session(accepted.session_id, owner)
    return str(record.status) if record is not None and record.status.is_over else None
