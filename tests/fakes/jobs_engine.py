"""The embedded engine with functions of a test's own, or with the real ones over a fake store."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import inngest
from fastapi import FastAPI

from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.functions import Work, build_functions
from testwright.jobs.rounds import Rounds

Build = Callable[[inngest.Inngest], list[inngest.Function[Any]]]


@asynccontextmanager
async def embedded(home: Path, build: Build, database_url: str | None = None) -> AsyncIterator[EmbeddedEngine]:
    """Runs as long as the block. Waits between tries are short."""
    engine = EmbeddedEngine(home, database_url, backoff_seconds=0.05)
    client = make_client(
        EngineChoice(mode="embedded"), signing_key=engine.signing_key, event_key=None, send=engine.send
    )
    functions = build(client)
    await engine.start(mount(FastAPI(), client, functions), functions)
    try:
        yield engine
    finally:
        await engine.stop()


def working(
    home: Path,
    rounds: Rounds,
    work: Work,
    *,
    width: int = 2,
    width_per_session: int | None = None,
    database_url: str | None = None,
) -> Any:
    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        return build_functions(
            client, rounds, work, width=width, width_per_session=width_per_session, backoff=lambda attempt: 0.05
        )

    return embedded(home, build, database_url)
