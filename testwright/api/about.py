"""What the service can do and how it is: frameworks, models, checks, health, and its own reference."""

import asyncio
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import Response

from testwright.api.envelope import Envelope, done, refusal
from testwright.api.openapi import describe
from testwright.api.services import ApiServices
from testwright.api.wire import Alive, Checks, EngineHealth, Frameworks, Models, Spending
from testwright.domain.errors import TestwrightError
from testwright.store.counting import counted

_HEALTH_SECONDS = 5.0


def add_routes(app: FastAPI, services: ApiServices) -> None:
    @app.get("/api/inngest/health", tags=["service"], summary="The job engine: which, whether it answers, its queue")
    async def engine_health() -> Envelope[EngineHealth]:
        health = await _engine_health(services)
        answers = "answers" if health.reachable else "does not answer"
        return done(f"The {health.engine} engine {answers}.", health)

    @app.get("/api/frameworks", tags=["service"], summary="Test frameworks that can be asked for")
    async def frameworks() -> Envelope[Frameworks]:
        known = services.frameworks()
        return done(counted(len(known), "framework"), Frameworks(frameworks=known))

    @app.get("/api/models", tags=["service"], summary="Language models that can be asked for")
    async def models() -> Envelope[Models]:
        known = await services.models()
        return done(counted(len(known), "model"), Models(models=known))

    @app.get("/api/spending", tags=["service"], summary="What models took today, and what they may")
    async def spending() -> Envelope[Spending]:
        """The day is UTC's, and all sessions count. A call of which nobody knows what it cost counts with the most."""
        spent, held = await services.store.spent_today()
        limits = {"day_usd": services.settings.day_usd, "gain_usd": services.settings.gain_usd}
        return done(f"${spent:.2f} today", Spending(spent_usd=spent, under_way_usd=held, **limits))

    @app.get("/api/doctor", tags=["service"], summary="What works here, what does not, and how to fix it")
    async def doctor() -> Envelope[Checks]:
        checks = await services.doctor()
        return done(counted(len(checks), "check"), Checks(checks=checks))

    @app.get("/healthz", tags=["service"], summary="Whether the process is alive")
    async def healthz() -> Envelope[Alive]:
        return done("Alive", Alive())

    @app.get(
        "/readyz",
        tags=["service"],
        summary="Whether the store can be written and the engine answers",
        response_model=Envelope[EngineHealth],
    )
    async def readyz() -> Envelope[EngineHealth] | Response:
        await services.store.prove_writable()
        health = await _engine_health(services)
        if health.reachable:
            return done("Ready", health)
        return refusal(
            503, "engine_unreachable", "The job engine does not answer.", hint="See /api/doctor for what is wrong."
        )

    @app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(describe(app))


async def _engine_health(services: ApiServices) -> EngineHealth:
    queue = await services.store.counts()
    details: dict[str, Any]
    try:
        async with asyncio.timeout(_HEALTH_SECONDS):
            details = dict(await services.engine.health())
    except TestwrightError as error:
        details = {"message": error.message}
    except TimeoutError:
        details = {"message": f"No answer within {_HEALTH_SECONDS:g} s."}
    reachable = bool(details.pop("answers", False))
    return EngineHealth(
        engine=services.engine.name,
        reachable=reachable,
        queue=dict(queue),
        sandbox=services.sandbox,
        details=details,
    )
