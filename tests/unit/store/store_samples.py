"""Requests, suites and events as the store is given them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from testwright.domain.drafts import Case, Draft
from testwright.domain.events import Event
from testwright.domain.evidence import (
    CaseEvidence,
    DeliveredSuite,
    Evidence,
    FacedMutant,
    MutantCounts,
    NotVerified,
    Outside,
    Percentages,
)
from testwright.domain.mutants import Fate, Mutant
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import Drop
from testwright.store import Store

ME = "local"


def new_session(*paths: str, text: str = "export const one = 1\n", **changes: Any) -> NewSession:
    new = NewSession(
        owner=ME,
        repository_id="shop",
        repository_root=None,
        branch="main",
        framework="vitest",
        files=tuple(SourceFile(path=path, text=text, framework="vitest") for path in paths or ("src/price.ts",)),
        options=Options(),
        writer="explorer",
        model=None,
        estimate_seconds=30,
        request_hash="hash-of-the-request",
    )
    return replace(new, **changes)


EVIDENCE = Evidence(
    writer="explorer",
    model=None,
    runner="vitest",
    runner_version="4.1.2",
    run_with="npx vitest run src/price.test.ts",
    brought=False,
    sandbox="isolated",
    test_count=4,
    passed_runs=5,
    runs=5,
    before=Percentages(lines=10.0, branches=None),
    after=Percentages(lines=80.0, branches=50.0),
    attempts=1,
    tokens=100,
    cost_usd=0.25,
    duration_ms=1200,
    mutants=MutantCounts(killed=1, survived=0, sampled=1),
    mutants_problem=None,
    outside=Outside(mocked=True, network="off"),
    cases=(CaseEvidence(name="adds", passed_runs=5, runs=5, duration_ms=3.5, mutants=None),),
)
MUTANT = Mutant(number=1, operator="arithmetic", line=1, end_line=1, before="a + b", after="a - b")
UNVERIFIED = NotVerified(
    writer="model",
    model="gemini",
    reason="No runner could be found.",
    hint="Install vitest.",
    test_count=3,
    attempts=1,
    tokens=50,
    cost_usd=None,
)


def suite(path: str = "src/price.ts", evidence: Evidence | NotVerified = EVIDENCE) -> DeliveredSuite:
    return DeliveredSuite(
        file_path=path,
        test_file_path=path.replace(".ts", ".test.ts"),
        test_code="test('adds', () => {})\n",
        draft=Draft(preamble="", cases=(Case(name="adds", code="…"),)),
        evidence=evidence,
        dropped=(Drop(name="loops", gate="passes", reason="It never ended."),),
        mutants=(FacedMutant(mutant=MUTANT, fate=Fate.KILLED, killers=("adds",)),),
        covered_before=(1,),
        covered_after=(1, 2),
        missed_after=(3,),
    )


def processing(index: int = 1) -> Event:
    return Event(type="file_processing", message="Generating tests for price.ts", file_index=index)


async def payloads(store: Store, session_id: str) -> list[dict[str, Any]]:
    return [dict(event.payload) for event in await store.events_after(session_id, 0, limit=10_000)]


async def types(store: Store, session_id: str) -> list[str]:
    return [payload["type"] for payload in await payloads(store, session_id)]


async def deliver_all(store: Store, session_id: str, round: int = 1) -> None:
    for file in await store.files(session_id):
        if file.round == round:
            await store.desk(session_id, round, file.index).deliver(suite(file.path))
    await store.finish_round(session_id, round)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
