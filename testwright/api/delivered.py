"""The delivered tests of a session, and what is known about each."""

from typing import Annotated

from fastapi import Depends, FastAPI

from testwright.api.editing import verify_edited
from testwright.api.envelope import Envelope, done
from testwright.api.lookups import current_owner, find_session, find_test
from testwright.api.requests import TestChange
from testwright.api.services import ApiServices
from testwright.api.starting import Starter
from testwright.api.wire import (
    DroppedTests,
    SuspectFile,
    TestCoverage,
    TestData,
    TestDetail,
    TestList,
    TestMutants,
    TestSuspects,
)
from testwright.domain.records import TestRecord
from testwright.domain.sessions import Decision
from testwright.domain.suspects import suspect_files
from testwright.store.counting import counted

Owner = Annotated[str, Depends(current_owner)]


def add_routes(app: FastAPI, services: ApiServices, starter: Starter) -> None:
    async def named(session_id: str, test_id: str, owner: Owner) -> TestRecord:
        return await find_test(services, session_id, test_id, owner)

    Named = Annotated[TestRecord, Depends(named)]

    @app.get("/api/sessions/{session_id}/tests", tags=["tests"], summary="The newest suite of each file")
    async def tests(session_id: str, owner: Owner) -> Envelope[TestList]:
        await find_session(services, session_id, owner)
        records = await services.store.tests(session_id)
        return done(counted(len(records), "test file"), TestList(tests=[_test_data(record) for record in records]))

    @app.get("/api/sessions/{session_id}/tests/{test_id}", tags=["tests"], summary="One suite with its evidence")
    async def test(record: Named) -> Envelope[TestDetail]:
        detail = TestDetail(
            **dict(_test_data(record)),
            dropped=[dict(drop) for drop in record.dropped],
            coverage=dict(record.coverage),
        )
        return done(record.test_file_path, detail)

    @app.patch("/api/sessions/{session_id}/tests/{test_id}", tags=["tests"], summary="Keep, reject or edit a suite")
    async def change(session_id: str, test_id: str, owner: Owner, request: TestChange) -> Envelope[TestData]:
        """What is rejected stays to be looked at, and is neither exported nor applied.

        An edited suite (`testCode`, or `without` some of its tests) is verified in a further round of the session: the
        answer is the suite as it still is, and the stream tells how it goes. When all of its tests hold, it becomes a
        new revision; else the file fails with `edit_refused`, and nothing else changes.
        """
        record = await find_test(services, session_id, test_id, owner)
        if request.decision is not None:
            decided = await services.store.decide(session_id, test_id, Decision(request.decision))
            record = decided or await find_test(services, session_id, test_id, owner)  # deleted meanwhile: say so
            return done(f"{record.test_file_path} is {record.decision}", _test_data(record))
        await verify_edited(services, starter, owner, record, request)
        return done(f"The edited {record.test_file_path} is being verified", _test_data(record))

    @app.get("/api/sessions/{session_id}/tests/{test_id}/coverage", tags=["tests"], summary="Lines before and after")
    async def coverage(record: Named) -> Envelope[TestCoverage]:
        measured = TestCoverage(test_id=record.test_id, file_path=record.file_path, coverage=dict(record.coverage))
        return done(f"Coverage of {record.file_path}", measured)

    @app.get(
        "/api/sessions/{session_id}/tests/{test_id}/dropped",
        tags=["tests"],
        summary="Tests that were not delivered, with gate and reason",
    )
    async def dropped(record: Named) -> Envelope[DroppedTests]:
        drops = DroppedTests(test_id=record.test_id, dropped=[dict(drop) for drop in record.dropped])
        return done(f"{counted(len(drops.dropped), 'test')} not delivered", drops)

    @app.get(
        "/api/sessions/{session_id}/tests/{test_id}/mutants",
        tags=["tests"],
        summary="Small changes to the code, and which tests notice them",
    )
    async def mutants(record: Named) -> Envelope[TestMutants]:
        faced = TestMutants(
            test_id=record.test_id, file_path=record.file_path, mutants=[dict(mutant) for mutant in record.mutants]
        )
        return done(f"{counted(len(faced.mutants), 'change')} tried on {record.file_path}", faced)

    @app.get(
        "/api/sessions/{session_id}/tests/{test_id}/suspects",
        tags=["tests"],
        summary="Possible bugs: tests kept apart because the code contradicts what it claims",
    )
    async def suspects(record: Named) -> Envelope[TestSuspects]:
        found = TestSuspects(
            test_id=record.test_id,
            file_path=record.file_path,
            suspects=[dict(suspect) for suspect in record.suspects],
            files=[
                SuspectFile(path=path, code=code)
                for path, code in suspect_files(record.test_file_path, record.suspects)
            ],
        )
        return done(f"{counted(len(found.suspects), 'possible bug')} in {record.file_path}", found)


def _test_data(record: TestRecord) -> TestData:
    return TestData(
        test_id=record.test_id,
        session_id=record.session_id,
        revision=record.revision,
        file_path=record.file_path,
        test_file_path=record.test_file_path,
        test_code=record.test_code,
        decision=record.decision,
        evidence=dict(record.evidence),
        created_at=record.created_at,
    )
