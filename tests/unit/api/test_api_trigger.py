"""Starting a generation: the brief's answer, and every refusal by name."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from testwright.domain.drafts import Draft
from testwright.domain.evidence import DeliveredSuite, NotVerified

BUTTON = {"path": "src/Button.tsx", "content": "export const a = 1", "framework": "jest"}


async def test_the_briefs_request_gets_the_briefs_answer(door, request_body):
    answer = await door.post("/api/inngest/trigger", request_body())

    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"success", "message", "data"}
    assert body["success"] is True
    assert body["message"] == "Test generation started in background"
    assert body["data"].keys() == {"sessionId", "eventId", "status", "totalFiles", "framework", "estimatedTime"}
    assert body["data"]["status"] == "processing"
    assert (body["data"]["totalFiles"], body["data"]["framework"], body["data"]["estimatedTime"]) == (1, "jest", "30s")


async def test_the_session_its_files_and_its_first_event_are_stored_before_the_answer(door):
    session_id = await door.start()

    assert [file.path for file in await door.store.files(session_id)] == ["src/components/Button.tsx"]
    assert await door.store.file_text(session_id, "src/components/Button.tsx") == "file content here"
    assert [event.payload["type"] for event in await door.store.events_after(session_id, 0)] == ["session_created"]
    assert [accepted.session_id for accepted in door.engine.dispatched] == [session_id]


async def test_only_the_repository_and_the_files_are_required_when_each_file_names_its_framework(door):
    answer = await door.post("/api/inngest/trigger", {"repositoryId": "shop", "files": [BUTTON]})

    assert answer.status_code == 200
    session = (await door.get(f"/api/sessions/{answer.json()['data']['sessionId']}")).json()["data"]
    assert session["options"] == {
        "testTypes": ["unit"],
        "coverage": "comprehensive",
        "includeEdgeCases": True,
        "mockExternal": True,
        "model": None,
        "maxCostUsd": None,
        "maxRepairs": 2,
        "instructions": None,
        "install": False,
    }


async def test_every_option_reaches_the_session(door):
    options = {
        "testTypes": ["integration", "integration"],
        "coverage": "basic",
        "includeEdgeCases": False,
        "mockExternal": False,
        "model": "gemini-3-flash",
        "maxCostUsd": 1,
        "maxRepairs": 0,
        "instructions": "Use tables.",
        "install": False,
    }

    session_id = await door.start(options=options)

    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert session["options"] == options | {"testTypes": ["integration"]}
    assert (session["writer"], session["model"]) == ("model", "gemini-3-flash")


async def test_nulls_of_optional_fields_mean_left_out(door, request_body):
    answer = await door.post("/api/inngest/trigger", request_body() | {"sessionId": None, "repoBranch": None})

    assert answer.status_code == 200


def _with_file(**changes: object) -> dict[str, Any]:
    return {"files": [BUTTON | changes]}


BAD_REQUESTS: list[tuple[dict[str, Any], str, str]] = [
    ({"repositoryId": None}, "repositoryId", "is missing"),
    ({"repositoryId": ""}, "repositoryId", "is empty"),
    ({"repositoryId": "shop\x00"}, "repositoryId", "has a control or invisible character"),
    ({"repoBranch": "main\x1b[31m"}, "repoBranch", "has a control or invisible character"),
    ({"options": {"model": "gemini\n"}}, "options.model", "has a control or invisible character"),
    (_with_file(framework=""), "files[0].framework", "is empty"),
    ({"files": [{"path": "a.py", "content": ""}]}, "framework", "jest cannot test python (a.py); use pytest"),
    (
        {"files": [BUTTON | {"path": "src.ts"}, BUTTON | {"path": "SRC.ts/a/b.ts"}]},
        "files[1].path",
        "lies below files[0].path, which is a file",
    ),
    ({"repositoryId": 7}, "repositoryId", "must be text"),
    ({"files": None}, "files", "is missing"),
    ({"files": []}, "files", "needs at least 1"),
    ({"files": "a.py"}, "files", "must be a list"),
    ({"files": ["a.py"]}, "files[0]", "must be an object"),
    ({"files": [{"content": "x"}]}, "files[0].path", "is missing"),
    ({"framwork": "jest"}, "framwork", "is not a field; did you mean framework?"),
    (_with_file(contents="x"), "files[0].contents", "is not a field; did you mean content?"),
    ({"options": {"mocExternal": True}}, "options.mocExternal", "is not a field; did you mean mockExternal?"),
    ({"options": {"zzz": True}}, "options.zzz", "is not a field"),
    ({"options": []}, "options", "must be an object"),
    ({"options": {"testTypes": []}}, "options.testTypes", "needs at least 1"),
    ({"options": {"testTypes": ["e2e"]}}, "options.testTypes[0]", "must be unit or integration"),
    ({"options": {"coverage": "full"}}, "options.coverage", "must be basic or comprehensive"),
    ({"options": {"includeEdgeCases": "true"}}, "options.includeEdgeCases", "must be true or false"),
    ({"options": {"mockExternal": 1}}, "options.mockExternal", "must be true or false"),
    ({"options": {"maxCostUsd": -1}}, "options.maxCostUsd", "must be at least 0"),
    ({"options": {"maxCostUsd": float("nan")}}, "options.maxCostUsd", "must be a finite number"),
    ({"options": {"maxCostUsd": "1"}}, "options.maxCostUsd", "must be a number"),
    ({"options": {"maxRepairs": 6}}, "options.maxRepairs", "must be at most 5"),
    ({"options": {"maxRepairs": -1}}, "options.maxRepairs", "must be at least 0"),
    ({"options": {"maxRepairs": 1.5}}, "options.maxRepairs", "must be a whole number"),
    ({"options": {"instructions": "x" * 4001}}, "options.instructions", "may have at most 4000 characters"),
    ({"options": {"model": "unknown-model"}}, "options.model", "cannot be used here"),
    ({"sessionId": "short"}, "sessionId", "must match ^[A-Za-z0-9_-]{8,64}$"),
    ({"sessionId": "x" * 65}, "sessionId", "must match ^[A-Za-z0-9_-]{8,64}$"),
    ({"sessionId": "sess_1234\n"}, "sessionId", "must match ^[A-Za-z0-9_-]{8,64}$"),
    ({"framework": None, **_with_file(framework=None)}, "framework", "is missing; leave it out only when"),
    ({"framework": "nose"}, "framework", "is not a framework we know; choose one of pytest, jest, vitest"),
    (_with_file(framework="nose"), "files[0].framework", "is not a framework we know"),
    (_with_file(path="a.py"), "files[0].framework", "jest cannot test python (a.py); use pytest"),
    (_with_file(path="a.cobol"), "files[0].path", "is not in a language we can test"),
    (_with_file(content=None), "files[0].content", "is missing; only a registered repository's files"),
    (_with_file(content="\ud800"), "files[0].content", "is not valid Unicode text"),
    (_with_file(path="/etc/a.ts"), "files[0].path", "is absolute"),
    (_with_file(path="../a.ts"), "files[0].path", "leaves the repository"),
    (_with_file(path="a\x00.ts"), "files[0].path", "has a control or invisible character"),
    (_with_file(path="a\n.ts"), "files[0].path", "has a control or invisible character"),
    (_with_file(path="src\\a.ts"), "files[0].path", "has a backslash"),
    (_with_file(path="C:/a.ts"), "files[0].path", "has a backslash or a colon"),
    (_with_file(path=".git/a.ts"), "files[0].path", "names the repository's own data"),
    (_with_file(path="a" * 1025), "files[0].path", "is longer than 1024 bytes"),
    (_with_file(path=""), "files[0].path", "is empty"),
    ({"files": [BUTTON, BUTTON]}, "files[1].path", "names the same file as files[0].path"),
    ({"files": [BUTTON, BUTTON | {"path": "SRC/button.tsx"}]}, "files[1].path", "names the same file as"),
    ({"files": [BUTTON] * 501}, "files", "may have at most 500"),
]


async def test_a_bad_field_is_refused_by_name_and_nothing_is_started(door, request_body, subtests):
    for changes, path, problem in BAD_REQUESTS:
        with subtests.test(path=path, problem=problem):
            answer = await door.post("/api/inngest/trigger", request_body(**changes))

            body = answer.json()
            assert answer.status_code == 400, body
            assert body["success"] is False
            assert [field["path"] for field in body["error"]["fields"]] == [path]
            assert body["error"]["fields"][0]["problem"].startswith(problem)
            assert body["error"]["hint"]
    assert door.engine.dispatched == []
    assert await door.store.counts() == {"pending": 0, "processing": 0}


async def test_one_problem_is_the_message_and_many_are_counted(door, request_body):
    one = await door.post("/api/inngest/trigger", request_body(framwork="jest"))
    two = await door.post("/api/inngest/trigger", request_body(framwork="jest", files=None))

    assert one.json()["message"] == "framwork is not a field; did you mean framework?"
    assert two.json()["message"] == "Two fields need a fix."
    assert one.json()["error"]["code"] == two.json()["error"]["code"] == "invalid_request"


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"",
        b"[1]",
        b'"x"',
        b"null",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"\\ud800": 1}',
    ],
)
async def test_a_body_that_is_no_json_object_is_400_in_the_envelope(door, raw):
    answer = await door.client.post("/api/inngest/trigger", content=raw, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["error"]["code"] == "invalid_request"


async def test_nul_in_a_text_is_kept_as_it_is(door):
    session_id = await door.start(files=[BUTTON | {"content": "a\x00b\u2028é"}])

    assert await door.store.file_text(session_id, "src/Button.tsx") == "a\x00b\u2028é"


async def test_a_large_file_is_413_by_name(door, request_body):
    answer = await door.post("/api/inngest/trigger", request_body(**_with_file(content="é" * 600_000)))

    assert answer.status_code == 413
    assert answer.json()["message"] == "Button.tsx is 1.14 MiB; the limit is 1 MiB."
    assert answer.json()["error"]["code"] == "too_large"
    assert answer.json()["error"]["fields"][0]["path"] == "files[0].content"


async def test_the_same_key_and_body_start_nothing_twice(door, request_body):
    first = await door.post("/api/inngest/trigger", request_body(), idempotency_key="one")
    again = await door.post("/api/inngest/trigger", request_body(), idempotency_key="one")

    assert first.json() == again.json()
    assert len(door.engine.dispatched) == 1


async def test_a_key_that_comes_again_after_the_end_is_told_how_it_ended(door, request_body):
    first = (await door.post("/api/inngest/trigger", request_body(), idempotency_key="one")).json()
    await door.finish(first["data"]["sessionId"])

    again = (await door.post("/api/inngest/trigger", request_body(), idempotency_key="one")).json()

    assert again["message"] == "This request came before. Its test generation has ended: failed."
    assert again["data"] == first["data"] | {"status": "failed"}
    assert len(door.engine.dispatched) == 1


async def test_the_same_key_with_another_body_is_a_conflict(door, request_body):
    await door.post("/api/inngest/trigger", request_body(), idempotency_key="one")
    other = await door.post("/api/inngest/trigger", request_body(repositoryId="other"), idempotency_key="one")

    assert other.status_code == 409
    assert other.json()["error"]["code"] == "idempotency_conflict"


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
async def test_a_doubtful_key_is_refused(door, request_body, key):
    answer = await door.client.post(
        "/api/inngest/trigger", json=request_body(), headers=[(b"idempotency-key", key.encode())]
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"][0]["path"] == "Idempotency-Key"


async def test_the_same_request_with_its_own_session_id_starts_nothing_twice(door, request_body):
    first = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1"))
    again = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1"))

    assert first.json()["data"]["sessionId"] == "my-session-1"
    assert again.json() == first.json()
    assert len(door.engine.dispatched) == 1


async def test_a_session_that_is_still_running_is_a_conflict(door, request_body):
    await door.start(sessionId="my-session-1")
    other = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1", framework="vitest"))

    assert other.status_code == 409
    assert other.json()["error"]["code"] == "session_running"


async def test_a_session_that_has_ended_takes_a_further_round(door):
    session_id = await door.start(sessionId="my-session-1")
    await door.finish(session_id)

    await door.start(sessionId="my-session-1", files=[BUTTON])

    session = (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    assert (session["round"], session["status"]) == (2, "pending")
    assert [file["path"] for file in session["files"]] == ["src/components/Button.tsx", "src/Button.tsx"]


async def test_fifty_equal_requests_at_once_start_one_session(door, request_body):
    answers = await asyncio.gather(
        *(door.post("/api/inngest/trigger", request_body(), idempotency_key="one") for _ in range(50))
    )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["data"]["sessionId"] for answer in answers}) == 1
    assert len(door.engine.dispatched) == 1


async def test_an_unreachable_engine_is_503_and_leaves_nothing_behind(door, request_body):
    door.engine.down = True

    answer = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1"), idempotency_key="one")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "engine_unreachable"
    assert answer.json()["message"] == "Inngest did not answer on :8288. Nothing was started."
    assert answer.json()["error"]["hint"] == "Start it, or unset INNGEST_DEV."
    assert (await door.get("/api/inngest/status/my-session-1")).status_code == 404
    door.engine.down = False
    again = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1"), idempotency_key="one")
    assert again.status_code == 200


async def test_an_unreachable_engine_ends_a_further_round_and_keeps_the_earlier_ones(door, request_body):
    session_id = await door.start(sessionId="my-session-1")
    await door.finish(session_id)
    door.engine.down = True

    answer = await door.post("/api/inngest/trigger", request_body(sessionId="my-session-1"))

    assert answer.status_code == 503
    assert (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]["status"] == "cancelled"


async def test_a_repeated_request_shares_the_first_ones_failure(door, request_body):
    door.engine.down = True

    answers = await asyncio.gather(
        *(door.post("/api/inngest/trigger", request_body(), idempotency_key="one") for _ in range(5))
    )

    assert {answer.status_code for answer in answers} == {503}


async def _registered(door: Any, folder: Path) -> str:
    answer = await door.post("/api/repositories", {"path": str(folder)})
    return str(answer.json()["data"]["repositoryId"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "code" / "shop"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "price.py").write_text("def price(): return 1\n")
    (folder / "latin.py").write_bytes(b"# \xe9\n")
    (folder / "large.py").write_text("#" * ((1 << 20) + 1))
    return folder


async def test_contents_of_a_registered_repository_may_be_left_out(door, shop):
    repository_id = await _registered(door, shop)

    session_id = await door.start(repositoryId=repository_id, framework="pytest", files=[{"path": "price.py"}])

    assert await door.store.file_text(session_id, "price.py") == "def price(): return 1\n"


@pytest.mark.parametrize(
    ("changes", "status", "path", "problem"),
    [
        ({"files": [{"path": "gone.py"}]}, 400, "files[0].path", "is not in the repository"),
        ({"files": [{"path": "no/price.py"}]}, 400, "files[0].path", "is not in the repository"),
        ({"files": [{"path": "price.py"}], "repoBranch": "next"}, 400, "repoBranch", "is not what the folder has"),
    ],
)
async def test_what_cannot_be_read_from_the_repository_is_named(
    door, shop, request_body, changes, status, path, problem
):
    repository_id = await _registered(door, shop)

    answer = await door.post(
        "/api/inngest/trigger", request_body(**{"repositoryId": repository_id, "framework": "pytest"} | changes)
    )

    assert answer.status_code == status
    assert answer.json()["error"]["fields"][0]["path"] == path
    assert answer.json()["error"]["fields"][0]["problem"].startswith(problem)
    assert str(shop) not in answer.text


async def test_a_file_of_the_repository_that_cannot_be_read_fails_by_itself(door, shop):
    (shop / "folder.py").mkdir()
    (shop / "link.py").symlink_to(shop / "price.py")
    (shop / "linked").symlink_to(shop)
    (shop / "id_rsa.py").write_text("a = 1")
    names = ["price.py", "latin.py", "large.py", "folder.py", "link.py", "linked/price.py", "id_rsa.py"]
    repository_id = await _registered(door, shop)

    session_id = await door.start(
        repositoryId=repository_id, framework="pytest", files=[{"path": name} for name in names]
    )

    files = (await door.get(f"/api/inngest/status/{session_id}")).json()["data"]["files"]
    assert files[0]["status"] == "queued"
    assert [(file["error"]["code"], file["error"]["message"]) for file in files[1:]] == [
        ("not_utf8", "latin.py is not UTF-8 text."),
        ("too_large", "large.py has 1,048,577 bytes; the limit is 1,048,576."),
        ("not_a_file", "folder.py is a folder."),
        ("not_a_file", "link.py is a link."),
        ("not_a_file", "price.py lies behind a linked folder."),
        ("not_readable", "id_rsa.py is never read: its name says that it holds secrets."),
    ]
    assert all(file["error"]["hint"] for file in files[1:])
    assert door.engine.dispatched


@pytest.mark.parametrize("content", [None, "a = 1"])
async def test_a_repository_whose_folder_is_gone_is_told_as_such(door, shop, request_body, content):
    repository_id = await _registered(door, shop)
    shop.rename(shop.with_name("moved"))

    answer = await door.post(
        "/api/inngest/trigger",
        request_body(repositoryId=repository_id, framework="pytest", files=[{"path": "price.py", "content": content}]),
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "repository_gone")


async def test_the_branch_is_checked_for_contents_that_were_sent_too(door, shop, request_body):
    repository_id = await _registered(door, shop)

    answer = await door.post(
        "/api/inngest/trigger",
        request_body(
            repositoryId=repository_id,
            framework="pytest",
            repoBranch="next",
            files=[{"path": "price.py", "content": "a = 1"}],
        ),
    )

    assert answer.json()["error"]["fields"][0]["path"] == "repoBranch"


async def _spent(door: Any, tokens: int, cost_usd: float | None) -> None:
    session_id = await door.start(options={"model": "gemini-3-flash"})
    await door.store.claim_round(session_id, 1, "run")
    evidence = NotVerified(
        writer="model",
        model="gemini-3-flash",
        reason="No runner here.",
        hint=None,
        test_count=1,
        attempts=1,
        tokens=tokens,
        cost_usd=cost_usd,
    )
    suite = DeliveredSuite(
        file_path="a.ts",
        test_file_path="a.test.ts",
        test_code="",
        draft=Draft(preamble="", cases=()),
        evidence=evidence,
        dropped=(),
        mutants=(),
        covered_before=(),
        covered_after=(),
        missed_after=(),
    )
    await door.store.desk(session_id, 1, 1).deliver(suite)
    await door.store.finish_round(session_id, 1)


async def test_what_a_model_will_spend_is_reckoned_by_size_until_it_has_spent_something(door, request_body):
    body = request_body(files=[BUTTON, BUTTON | {"path": "src/b.ts"}], options={"model": "gemini-3-flash"})
    before = (await door.post("/api/estimate", body)).json()["data"]
    for tokens in (1000, 2000, 9000):
        await _spent(door, tokens, 0.01)
    after = (await door.post("/api/estimate", body)).json()["data"]
    other = (await door.post("/api/estimate", body | {"options": {"model": "gemini-other"}})).json()["data"]

    assert (before["basis"], before["currency"]) == ("size", None)
    assert 10_000 < before["tokens"] < 20_000
    assert after["basis"] == "history"
    assert (after["tokens"], after["currency"]) == (4000, {"usd": 0.02})
    assert (other["tokens"], other["basis"]) == (before["tokens"], "size")


async def test_tokens_are_known_where_a_price_is_not(door, request_body):
    await _spent(door, 1000, None)

    data = (await door.post("/api/estimate", request_body(options={"model": "gemini-3-flash"}))).json()["data"]

    assert (data["tokens"], data["currency"]) == (1000, None)


async def test_an_estimate_starts_nothing(door, request_body):
    files = [BUTTON | {"path": f"src/{index}.ts"} for index in range(10)]

    answer = await door.post("/api/estimate", request_body(files=files))

    assert answer.json()["data"] == {
        "seconds": 150,
        "secondsLow": 75,
        "secondsHigh": 300,
        "estimatedTime": "2m 30s",
        "writer": "explorer",
        "model": None,
        "tokens": 0,
        "currency": {"usd": 0},
        "basis": "history",
        "pricesAsOf": None,
    }
    assert door.engine.dispatched == []
    assert await door.store.counts() == {"pending": 0, "processing": 0}
