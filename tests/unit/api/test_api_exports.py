"""What a person takes away of a session, and what was rejected before."""

import io
import zipfile

import pytest

from testwright.domain.drafts import Draft
from testwright.domain.evidence import DeliveredSuite, NotVerified

FILES = [{"path": "src/a.ts", "content": "export const a = 1"}, {"path": "src/b.ts", "content": "export const b = 2"}]


async def _deliver(door, session_id, index, name, code):
    suite = DeliveredSuite(
        file_path=f"src/{name}.ts",
        test_file_path=f"src/{name}.test.ts",
        test_code=code,
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
    )
    return await door.store.desk(session_id, 1, index).deliver(suite)


async def _session_with_two(door, second="it('is 2')\n"):
    session_id = await door.start(files=FILES)
    await door.store.claim_round(session_id, 1, "run")
    a = await _deliver(door, session_id, 1, "a", "it('is 1')\n")
    b = await _deliver(door, session_id, 2, "b", second)
    return session_id, a, b


def _names(answer):
    return zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


async def test_the_suites_come_as_a_zip(door):
    session_id, *_ = await _session_with_two(door)

    answer = await door.get(f"/api/sessions/{session_id}/export")

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="testwright-{session_id}.zip"'
    assert _names(answer) == ["src/a.test.ts", "src/b.test.ts"]


async def test_the_suites_come_as_a_patch(door):
    session_id, *_ = await _session_with_two(door)

    answer = await door.get(f"/api/sessions/{session_id}/export?format=patch")

    assert answer.headers["content-type"] == "text/x-patch; charset=utf-8"
    assert "diff --git a/src/a.test.ts b/src/a.test.ts\nnew file mode 100644\n" in answer.text
    assert "+it('is 2')\n" in answer.text


@pytest.mark.parametrize("format", ["zip", "patch"])
async def test_a_rejected_suite_is_not_taken_along_until_that_is_taken_back(door, format):
    session_id, a, _ = await _session_with_two(door)
    address = f"/api/sessions/{session_id}/tests/{a}"
    before = (await door.get(f"/api/sessions/{session_id}/export?format={format}")).content

    rejected = await door.client.patch(address, json={"decision": "rejected"})
    without = (await door.get(f"/api/sessions/{session_id}/export?format={format}")).content
    await door.client.patch(address, json={"decision": "undecided"})

    assert rejected.json()["data"]["decision"] == "rejected"
    assert b"a.test.ts" in before
    assert b"a.test.ts" not in without
    assert (await door.get(f"/api/sessions/{session_id}/export?format={format}")).content == before


async def test_a_decision_is_seen_wherever_the_suite_is(door):
    session_id, a, b = await _session_with_two(door)

    await door.client.patch(f"/api/sessions/{session_id}/tests/{b}", json={"decision": "kept"})

    listed = (await door.get(f"/api/sessions/{session_id}/tests")).json()["data"]["tests"]
    assert {test["testId"]: test["decision"] for test in listed} == {a: "undecided", b: "kept"}


@pytest.mark.parametrize("body", [{"decision": "maybe"}, {}, {"decision": "kept", "testcode": "x"}])
async def test_a_decision_that_is_none_is_refused_by_name(door, body):
    session_id, a, _ = await _session_with_two(door)

    answer = await door.client.patch(f"/api/sessions/{session_id}/tests/{a}", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]


async def test_a_session_without_suites_says_so(door):
    session_id = await door.start()

    answer = await door.get(f"/api/sessions/{session_id}/export")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "nothing_to_export")


async def test_a_file_of_which_only_possible_bugs_are_left_is_no_empty_file_in_the_zip(door):
    session_id, *_ = await _session_with_two(door, second="")

    assert _names(await door.get(f"/api/sessions/{session_id}/export")) == ["src/a.test.ts"]


async def test_an_unknown_form_is_refused_with_those_that_there_are(door):
    session_id, *_ = await _session_with_two(door)

    answer = await door.get(f"/api/sessions/{session_id}/export?format=tar")

    assert answer.status_code == 400
    assert "zip" in answer.json()["message"]
