"""Status, history, stopping, retrying and the delivered tests."""

import re
from dataclasses import replace

import httpx
import pytest

from testwright.api.app import create_app
from testwright.domain.drafts import Asked, Draft, Usage
from testwright.domain.errors import PermanentError
from testwright.domain.evidence import DeliveredSuite, FacedMutant, NotVerified
from testwright.domain.mutants import Fate, Mutant
from testwright.domain.ports import Offer
from testwright.domain.suspects import Because, Suspect
from testwright.domain.verdicts import Drop

TWO_FILES = [
    {"path": "src/a.ts", "content": "export const a = 1"},
    {"path": "src/b.ts", "content": "export const b = 2"},
]


async def test_the_status_is_the_whole_truth_without_a_stream(door):
    session_id = await door.start(files=TWO_FILES)
    await door.tell_one_file(session_id)

    status = (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]

    assert status.keys() == {
        *("sessionId", "status", "progress", "currentStep", "currentMessage", "framework", "round", "totalFiles"),
        *("completedFiles", "failedFiles", "createdAt", "startedAt", "completedAt", "lastEventId", "estimate"),
        *("summary", "files"),
    }
    assert (status["status"], status["totalFiles"], status["failedFiles"], status["lastEventId"]) == (
        "processing",
        2,
        1,
        3,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", status["createdAt"])
    assert status["completedAt"] is None
    assert status["summary"] is None
    assert status["estimate"] == {"secondsLow": 15, "secondsHigh": 60}
    failed, queued = status["files"]
    assert failed == {
        "path": "src/a.ts",
        "status": "failed",
        "stage": "failed",
        "attempt": failed["attempt"],
        "error": {"code": "tests_failed", "message": "No tests held."},
    }
    assert queued == {"path": "src/b.ts", "status": "queued", "stage": "queued", "attempt": 0}


async def test_a_source_is_shown_as_the_session_took_it(door):
    session_id = await door.start(files=TWO_FILES)

    shown = await door.get(f"/api/sessions/{session_id}/files/src/a.ts")
    missing = await door.get(f"/api/sessions/{session_id}/files/src/c.ts")

    assert shown.json()["data"]["content"] == "export const a = 1"
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "file_not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/inngest/status/{}"),
        ("GET", "/api/inngest/stream/{}"),
        ("GET", "/api/sessions/{}"),
        ("GET", "/api/sessions/{}/files/src/a.ts"),
        ("DELETE", "/api/sessions/{}"),
        ("POST", "/api/sessions/{}/cancel"),
        ("POST", "/api/sessions/{}/retry"),
        ("GET", "/api/sessions/{}/tests"),
        ("GET", "/api/sessions/{}/tests/test_1"),
        ("GET", "/api/sessions/{}/tests/test_1/coverage"),
        ("GET", "/api/sessions/{}/tests/test_1/dropped"),
        ("GET", "/api/sessions/{}/export"),
        ("POST", "/api/sessions/{}/apply"),
        ("POST", "/api/sessions/{}/apply/undo"),
    ],
)
async def test_an_unknown_session_and_somebody_elses_are_the_same_404(door, store, new_session, method, path):
    foreign = (await store.accept(new_session(owner="somebody-else"))).session_id

    for session_id in ("sess_unknown", "no", foreign):
        answer = await door.client.request(method, path.format(session_id))
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "session_not_found"


async def test_sessions_are_listed_newest_first_in_pages(door):
    ids = [await door.start(sessionId=f"session-{number}") for number in range(5)]

    first = (await door.get("/api/sessions?limit=3")).json()["data"]
    second = (await door.get(f"/api/sessions?limit=3&cursor={first['nextCursor']}")).json()["data"]

    listed = [session["sessionId"] for session in first["sessions"] + second["sessions"]]
    assert listed == ids[::-1]
    assert second["nextCursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=junk"])
async def test_a_bad_page_is_400(door, query):
    answer = await door.get(f"/api/sessions?{query}")

    assert answer.status_code == 400
    assert answer.json()["success"] is False


async def test_a_bad_number_is_refused_in_plain_words(door):
    answer = await door.get("/api/sessions?limit=x")

    assert answer.json()["message"] == "limit must be a whole number."


async def test_one_session_is_said_in_the_singular(door):
    await door.start()

    assert (await door.get("/api/sessions")).json()["message"] == "1 session"


async def test_cancelling_ends_the_session_and_tells_the_engine_once(door):
    session_id = await door.start(files=TWO_FILES)
    await door.tell_one_file(session_id)

    stopped = await door.post(f"/api/sessions/{session_id}/cancel")
    again = await door.post(f"/api/sessions/{session_id}/cancel")

    assert stopped.json()["data"] == {"sessionId": session_id, "status": "cancelled"}
    assert again.json()["data"] == stopped.json()["data"]
    assert again.json()["message"] == "The session was over already."
    assert door.engine.cancelled == [(session_id, 1)]
    async with door.stream(session_id) as stream:
        await stream.until_the_end()
    assert stream.types[-1] == "generation_cancelled"


async def test_deleting_stops_and_forgets(door):
    session_id = await door.start()

    answer = await door.client.delete(f"/api/sessions/{session_id}")

    assert answer.status_code == 200
    assert door.engine.cancelled == [(session_id, 1)]
    assert (await door.get(f"/api/sessions/{session_id}")).status_code == 404


async def test_a_retry_takes_what_failed_into_a_further_round(door):
    session_id = await door.start(files=TWO_FILES)
    await door.finish(session_id)

    answer = await door.post(f"/api/sessions/{session_id}/retry", {"paths": ["src/a.ts"], "instructions": "Shorter."})

    data = answer.json()["data"]
    assert answer.status_code == 200
    assert (data["sessionId"], data["totalFiles"], data["estimatedTime"]) == (session_id, 1, "30s")
    assert [accepted.round for accepted in door.engine.dispatched] == [1, 2]
    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert (session["round"], session["options"]["instructions"]) == (2, "Shorter.")


async def test_a_retry_may_agree_to_an_install_and_later_ones_keep_it(door):
    session_id = await door.start(files=TWO_FILES)
    for round, body in ((1, {"paths": ["src/a.ts"], "install": True}), (2, {"paths": ["src/a.ts"]})):
        await door.finish(session_id, round)
        await door.post(f"/api/sessions/{session_id}/retry", body)

    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert (session["round"], session["options"]["install"]) == (3, True)


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({"paths": ["../a.ts"]}, 400, "paths[0]"),
        ({"paths": ["src/a.ts", "src/A.ts"]}, 400, "paths[1]"),
        ({"paths": []}, 400, "paths"),
        ({"paths": [1]}, 400, "paths[0]"),
        ({"path": ["src/a.ts"]}, 400, "path"),
        ({"model": "unknown-model"}, 400, "model"),
        ({"model": "a\x00b"}, 400, "model"),
    ],
)
async def test_a_bad_retry_is_refused_by_name(door, body, status, path):
    session_id = await door.start(files=TWO_FILES)
    await door.finish(session_id)

    answer = await door.post(f"/api/sessions/{session_id}/retry", body)

    assert answer.status_code == status
    assert answer.json()["error"]["fields"][0]["path"] == path
    assert len(door.engine.dispatched) == 1


@pytest.mark.parametrize("wish", ["gemini-two", "explorer"])
async def test_the_model_of_a_retry_is_kept_for_later_ones(door, wish):
    session_id = await door.start(options={"model": "gemini-one"})
    await door.finish(session_id)
    await door.post(f"/api/sessions/{session_id}/retry", {"model": wish})
    await door.finish(session_id, 2)

    await door.post(f"/api/sessions/{session_id}/retry")

    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert (session["options"]["model"], session["model"] or session["writer"]) == (wish, wish)


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "code" / "shop"
    folder.mkdir(parents=True)
    (folder / "price.py").write_text("def price(: return 1\n")
    (folder / "other.py").write_text("def other(): return 1\n")
    return folder


async def _of_folder(door, folder, *names, code="tests_failed"):
    """A session of registered files that has ended."""
    answer = await door.post("/api/repositories", {"path": str(folder)})
    files = [{"path": name} for name in names or ("price.py", "other.py")]
    session_id = await door.start(
        repositoryId=answer.json()["data"]["repositoryId"], framework="pytest", files=files, repoBranch=None
    )
    await door.finish(session_id, code=code)
    return session_id


@pytest.mark.parametrize(("code", "offered"), [("missing_package", True), ("tests_failed", False)])
async def test_where_packages_are_missing_and_a_lock_is_there_their_install_is_offered(door, shop, code, offered):
    session_id = await _of_folder(door, shop, code=code)

    answer = await door.get(f"/api/sessions/{session_id}/installable")

    what = {"filePath": "price.py", "packages": "22 packages from ./uv.lock"}
    assert answer.json()["data"] == {"files": [what] if offered else []}


async def test_nothing_is_offered_to_install_where_there_is_no_folder(door):
    session_id = await door.start(files=TWO_FILES)
    await door.finish(session_id, code="missing_package")

    assert (await door.get(f"/api/sessions/{session_id}/installable")).json()["data"] == {"files": []}


async def test_a_retry_reads_the_files_of_the_folder_again(door, shop):
    session_id = await _of_folder(door, shop)
    (shop / "price.py").write_text("def price(): return 2\n")

    answer = await door.post(f"/api/sessions/{session_id}/retry", {"paths": ["price.py"]})

    assert answer.status_code == 200
    assert await door.store.file_text(session_id, "price.py") == "def price(): return 2\n"


async def test_a_retry_takes_a_text_that_was_sent_as_it_was(door, shop):
    answer = await door.post("/api/repositories", {"path": str(shop)})
    session_id = await door.start(
        repositoryId=answer.json()["data"]["repositoryId"],
        framework="pytest",
        files=[{"path": "price.py", "content": "sent"}],
        repoBranch=None,
    )
    await door.finish(session_id)

    await door.post(f"/api/sessions/{session_id}/retry")

    assert await door.store.file_text(session_id, "price.py") == "sent"


@pytest.mark.parametrize(
    ("body", "field"), [({"paths": ["other.py", "price.py"]}, "paths[1]"), ({"instructions": "Again."}, "price.py")]
)
async def test_a_file_that_has_left_the_folder_is_named_by_a_retry(door, shop, body, field):
    session_id = await _of_folder(door, shop)
    (shop / "price.py").unlink()

    answer = await door.post(f"/api/sessions/{session_id}/retry", body)

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"] == [{"path": field, "problem": "is not in the repository"}]


async def test_a_file_that_cannot_be_read_any_more_fails_by_itself_in_a_retry(door, shop):
    session_id = await _of_folder(door, shop)
    (shop / "price.py").write_bytes(b"# \xe9")

    answer = await door.post(f"/api/sessions/{session_id}/retry", {"paths": ["other.py", "price.py"]})

    assert answer.status_code == 200
    files = (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]["files"]
    assert [(file["status"], file.get("error", {}).get("code")) for file in files] == [
        ("failed", "not_utf8"),
        ("queued", None),
    ]


async def test_a_retry_without_its_folder_says_that_it_is_gone(door, shop):
    session_id = await _of_folder(door, shop)
    shop.rename(shop.with_name("moved"))

    answer = await door.post(f"/api/sessions/{session_id}/retry")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "repository_gone")


async def test_a_repository_that_was_removed_is_read_by_no_retry(door, shop):
    session_id = await _of_folder(door, shop)
    (listed,) = (await door.get("/api/repositories")).json()["data"]["repositories"]
    await door.client.delete(f"/api/repositories/{listed['repositoryId']}")

    answer = await door.post(f"/api/sessions/{session_id}/retry")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "repository_gone")
    assert (await door.get(f"/api/sessions/{session_id}")).json()["data"]["round"] == 1


async def test_retrying_an_unknown_path_or_a_running_session_is_refused(door):
    session_id = await door.start(files=TWO_FILES)
    running = await door.post(f"/api/sessions/{session_id}/retry")
    await door.finish(session_id)
    unknown = await door.post(f"/api/sessions/{session_id}/retry", {"paths": ["src/c.ts"]})

    assert (running.status_code, running.json()["error"]["code"]) == (409, "session_running")
    assert unknown.status_code == 400


async def test_a_retry_that_reaches_no_engine_is_503_and_starts_nothing(door):
    session_id = await door.start()
    await door.finish(session_id)
    door.engine.down = True

    answer = await door.post(f"/api/sessions/{session_id}/retry")

    assert answer.status_code == 503
    assert (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]["status"] == "cancelled"


async def _delivered(door):
    session_id = await door.start(files=TWO_FILES)
    await door.store.claim_round(session_id, 1, "run")
    suite = DeliveredSuite(
        file_path="src/a.ts",
        test_file_path="src/a.test.ts",
        test_code="it('is <b>1</b>', () => {})",
        draft=Draft(preamble="", cases=()),
        evidence=NotVerified(
            writer="explorer",
            model=None,
            reason="No runner here.",
            hint=None,
            test_count=1,
            attempts=1,
            tokens=0,
            cost_usd=0.0,
        ),
        dropped=(Drop(name="is 2", gate="passes", reason="expected 2, got 1"),),
        mutants=(
            FacedMutant(
                mutant=Mutant(
                    number=7, operator="boundary", line=2, end_line=2, before="a < b", after="a <= b", column=9
                ),
                fate=Fate.KILLED,
                killers=("is <b>1</b>",),
            ),
        ),
        suspects=(
            Suspect(
                name="does what is documented",
                symbol="add",
                line=3,
                expected="2",
                observed="3",
                because=Because(kind="example", text="add(1, 1) // 2", line=1),
                input="add(1, 1)",
                code="it('adds')",
                preamble="",
                marked="it.fails('adds')",
            ),
        ),
        covered_before=(1,),
        covered_after=(1, 2),
        missed_after=(3,),
    )
    return session_id, await door.store.desk(session_id, 1, 1).deliver(suite)


async def test_delivered_tests_come_with_their_evidence(door):
    session_id, test_id = await _delivered(door)

    (listed,) = (await door.get(f"/api/sessions/{session_id}/tests")).json()["data"]["tests"]
    detail = (await door.get(f"/api/sessions/{session_id}/tests/{test_id}")).json()["data"]
    dropped = (await door.get(f"/api/sessions/{session_id}/tests/{test_id}/dropped")).json()["data"]
    coverage = (await door.get(f"/api/sessions/{session_id}/tests/{test_id}/coverage")).json()["data"]
    mutants = (await door.get(f"/api/sessions/{session_id}/tests/{test_id}/mutants")).json()["data"]
    suspects = (await door.get(f"/api/sessions/{session_id}/tests/{test_id}/suspects")).json()["data"]
    status = (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]

    assert (listed["testId"], listed["filePath"], listed["testFilePath"]) == (test_id, "src/a.ts", "src/a.test.ts")
    assert listed["testCode"] == "it('is <b>1</b>', () => {})"
    assert listed["evidence"]["verified"] is False
    assert listed["evidence"]["reason"] == "No runner here."
    assert {name: detail[name] for name in listed} == listed
    assert dropped["dropped"] == [{"name": "is 2", "gate": "passes", "reason": "expected 2, got 1"}]
    assert coverage["coverage"]
    assert mutants["mutants"] == [
        {
            "number": 7,
            "operator": "boundary",
            "line": 2,
            "column": 9,
            "endLine": 2,
            "before": "a < b",
            "after": "a <= b",
            "status": "killed",
            "killers": ["is <b>1</b>"],
        }
    ]
    assert suspects["suspects"] == [
        {
            "name": "does what is documented",
            "symbol": "add",
            "line": 3,
            "expected": "2",
            "observed": "3",
            "because": {"kind": "example", "text": "add(1, 1) // 2", "line": 1},
            "input": "add(1, 1)",
            "testCode": "it('adds')",
            "markedCode": "it.fails('adds')",
        }
    ]
    assert suspects["files"] == [{"path": "src/a.possible-bug-1.test.ts", "code": "it.fails('adds')"}]
    assert status["files"][0]["testId"] == test_id


async def test_an_unknown_test_is_404(door):
    session_id = await door.start()

    answer = await door.get(f"/api/sessions/{session_id}/tests/test_unknown")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "test_not_found")


async def _stopped_by_budget(door, spent):
    session_id = await door.start(files=TWO_FILES, options={"maxCostUsd": 0.5})
    await door.store.claim_round(session_id, 1, "run")
    purse = door.store.desk(session_id, 1, 1).purse
    call = await purse.reserve(Offer(provider="fake", model="fake-1", tokens=1, usd=spent, seconds=60))
    await purse.settle(call, Usage(tokens=1, cost_usd=spent))
    await door.store.desk(session_id, 1, 1).fail(PermanentError("It broke."))
    await door.store.desk(session_id, 1, 2).fail(PermanentError("No money.", code="budget_reached", retryable=True))
    await door.store.finish_round(session_id, 1)
    return session_id


async def test_going_on_past_a_budget_takes_the_files_that_it_stopped_and_no_others(door):
    session_id = await _stopped_by_budget(door, 0.4)

    answer = await door.post(f"/api/sessions/{session_id}/continue", {"maxCostUsd": 2})

    assert answer.status_code == 200
    assert answer.json()["data"]["totalFiles"] == 1
    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert (session["round"], session["options"]["maxCostUsd"]) == (2, 2)
    assert [file["status"] for file in session["files"]] == ["failed", "queued"]


async def test_going_on_past_a_budget_takes_files_that_the_explorer_finished_without_the_model(door):
    session_id = await door.start(files=TWO_FILES, options={"maxCostUsd": 0.5})
    await door.store.claim_round(session_id, 1, "run")
    for index, code in enumerate(("", "budget_reached"), start=1):
        name = "ab"[index - 1]
        asked = Asked(prompts="v1", problem=code and "It is spent.", problem_code=code)
        evidence = NotVerified(
            writer="both",
            model="m",
            reason="no",
            hint=None,
            test_count=1,
            attempts=1,
            tokens=0,
            cost_usd=0,
            asked=asked,
        )
        suite = DeliveredSuite(
            file_path=f"src/{name}.ts",
            test_file_path=f"src/{name}.test.ts",
            test_code="it('adds')",
            draft=Draft(preamble="", cases=()),
            evidence=evidence,
        )
        await door.store.desk(session_id, 1, index).deliver(suite)
    await door.store.finish_round(session_id, 1)

    answer = await door.post(f"/api/sessions/{session_id}/continue", {"maxCostUsd": 2})

    assert answer.status_code == 200
    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert [file["status"] for file in session["files"]] == ["completed", "queued"]


@pytest.mark.parametrize("limit", [0.4, 0.1, -1, "2", None])
async def test_a_limit_that_is_spent_already_goes_nowhere(door, limit):
    session_id = await _stopped_by_budget(door, 0.4)

    answer = await door.post(f"/api/sessions/{session_id}/continue", {"maxCostUsd": limit})

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][0]["path"] == "maxCostUsd"


async def test_a_session_that_no_budget_stopped_has_nothing_to_go_on_with(door):
    session_id = await door.start(files=TWO_FILES)
    await door.finish(session_id)

    answer = await door.post(f"/api/sessions/{session_id}/continue", {"maxCostUsd": 2})
    unknown = await door.post("/api/sessions/sess_unknown/continue", {"maxCostUsd": 2})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_continue")
    assert unknown.status_code == 404


async def test_a_session_is_linked_to_its_run_where_the_engine_shows_runs(door):
    services = replace(door.app.state.services, run_url=lambda run_id: f"http://localhost:8288/run?runID={run_id}")
    linked = replace(door, client=replace_app(door, create_app(services)))
    session_id = await door.start()

    before = (await linked.get(f"/api/sessions/{session_id}")).json()["data"]
    await door.store.claim_round(session_id, 1, "01KV")
    after = (await linked.get(f"/api/sessions/{session_id}")).json()["data"]
    elsewhere = (await door.get(f"/api/sessions/{session_id}")).json()["data"]

    assert after["runUrl"] == "http://localhost:8288/run?runID=01KV"
    assert "runUrl" not in before
    assert "runUrl" not in elsewhere


def replace_app(door, app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=door.client.base_url)
