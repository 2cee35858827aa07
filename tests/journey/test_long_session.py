"""A session of as many files as one may have: it comes to its end, and the engine carries nothing but ids."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from tests.fakes.jobs_engine import working
from testwright.domain.drafts import Case, Draft
from testwright.domain.evidence import DeliveredSuite, NotVerified
from testwright.domain.ports import Desk, Step
from testwright.domain.records import Assignment, NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.jobs.keeper import Keeper
from testwright.store import Store

FILES = 500
SOURCE, TESTS = f"source-{uuid4().hex}", f"tests-{uuid4().hex}"
EVIDENCE = NotVerified(
    writer="model", model="slow", reason="-", hint=None, test_count=1, attempts=1, tokens=10, cost_usd=0.0
)
ASKED = NewSession(
    owner="local",
    repository_id="long",
    repository_root=None,
    branch=None,
    framework="pytest",
    files=tuple(SourceFile(path=f"src/f{n}.py", text=f"{SOURCE} = {n}\n", framework="pytest") for n in range(FILES)),
    options=Options(),
    writer="explorer",
    model=None,
    estimate_seconds=1,
    request_hash="-",
)


async def cheap_line(assignment: Assignment, desk: Desk, step: Step) -> None:
    async def keep() -> str:
        await desk.put("draft/1", {"text": TESTS, "of": assignment.source.text})
        return await desk.deliver(
            DeliveredSuite(
                file_path=assignment.source.path,
                test_file_path=f"tests/test_{assignment.file_index}.py",
                test_code=TESTS,
                draft=Draft(preamble="", cases=(Case(name="t", code="…"),)),
                evidence=EVIDENCE,
                dropped=(),
                mutants=(),
                covered_before=(),
                covered_after=(),
                missed_after=(),
            )
        )

    await step("keep", keep, returns=str)


async def test_a_session_of_500_files_ends_with_few_steps_a_run_and_no_contents_in_the_engine(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "home") as store, working(tmp_path / "home", store, cheap_line, width=8) as engine:
        accepted = await store.accept(ASKED)
        await Keeper(store, engine, session_hours=1).dispatch(accepted)
        await until_over(store, accepted.session_id)
        delivered = await store.tests(accepted.session_id)
        record = await store.session(accepted.session_id, "local")
        told = await payloads(store, accepted.session_id)

    assert record is not None
    assert record.status == "completed"
    assert len({test.file_path for test in delivered}) == len(delivered) == FILES
    assert not any(SOURCE in str(payload) for payload in told)
    with closing(sqlite3.connect(tmp_path / "home" / "engine.sqlite")) as engine_file:
        # To begin a run and to hear of its end are two notes of DBOS, and one step.
        steps = "SELECT workflow_uuid FROM operation_outputs WHERE function_name <> 'DBOS.getResult'"
        per_run = f"SELECT count(*) AS steps FROM ({steps}) GROUP BY workflow_uuid"
        (most,) = engine_file.execute(f"SELECT max(steps) FROM ({per_run})").fetchone()
        everything = "\n".join(engine_file.iterdump())
    assert most < 100
    assert SOURCE not in everything
    assert TESTS not in everything
    assert accepted.session_id in everything  # it was looked at where the engine writes


async def until_over(store: Store, session_id: str) -> None:
    deadline = time.monotonic() + 120
    while not await store.is_over(session_id, 1):
        assert time.monotonic() < deadline, "too slow"
        await asyncio.sleep(0.1)


async def payloads(store: Store, session_id: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    while page := await store.events_after(session_id, len(found)):
        found += [dict(event.payload) for event in page]
    return found
