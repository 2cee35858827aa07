"""What a person takes away of a session, and what was rejected before."""

import io
import zipfile
from pathlib import Path

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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.ts").write_text("export const a = 1")
    return folder


async def _session_in(door, new_session, project, code="it('is 1')\n"):
    new = new_session(repository_root=str(project))
    session_id = (await door.store.accept(new)).session_id
    await door.store.claim_round(session_id, 1, "run")
    await _deliver(door, session_id, 1, "a", code)
    return session_id


async def _apply(door, session_id, undo=""):
    return (await door.post(f"/api/sessions/{session_id}/apply{undo}")).json()


async def test_suites_are_written_into_the_folder_and_taken_back(door, new_session, project):
    session_id = await _session_in(door, new_session, project)
    suite = project / "src" / "a.test.ts"

    applied = await _apply(door, session_id)
    written, shown = suite.read_text(), (await door.get(f"/api/sessions/{session_id}")).json()["data"]
    undone = await _apply(door, session_id, "/undo")

    assert (applied["message"], applied["data"]["changed"]) == ("1 file written", ["src/a.test.ts"])
    assert written == "it('is 1')\n"
    assert (shown["hasFolder"], shown["applied"]) == (True, ["src/a.test.ts"])
    assert (undone["message"], undone["data"]["changed"]) == ("1 file taken back", ["src/a.test.ts"])
    assert not suite.exists()
    assert (await door.get(f"/api/sessions/{session_id}")).json()["data"]["applied"] == []


async def test_writing_twice_writes_once(door, new_session, project):
    session_id = await _session_in(door, new_session, project)
    await _apply(door, session_id)

    again = await _apply(door, session_id)
    await _apply(door, session_id, "/undo")

    assert (again["data"]["changed"], again["data"]["unchanged"]) == ([], ["src/a.test.ts"])
    assert not (project / "src" / "a.test.ts").exists()


async def test_a_file_that_is_there_is_left_alone_and_said(door, new_session, project):
    session_id = await _session_in(door, new_session, project)
    (project / "src" / "a.test.ts").write_text("mine")

    applied = await _apply(door, session_id)
    undone = await _apply(door, session_id, "/undo")

    assert applied["message"] == "0 files written, 1 left alone"
    assert applied["data"]["refused"][0]["path"] == "src/a.test.ts"
    assert "never overwritten" in applied["data"]["refused"][0]["problem"]
    assert undone["data"]["changed"] == []
    assert (project / "src" / "a.test.ts").read_text() == "mine"


async def test_what_was_edited_since_is_not_taken_back(door, new_session, project):
    session_id = await _session_in(door, new_session, project)
    await _apply(door, session_id)
    (project / "src" / "a.test.ts").write_text("it('is 1') // mine now")

    undone = await _apply(door, session_id, "/undo")

    assert "has changed since it was written" in undone["data"]["refused"][0]["problem"]
    assert (project / "src" / "a.test.ts").read_text() == "it('is 1') // mine now"


async def test_a_session_without_a_folder_says_what_to_do_instead(door):
    session_id, *_ = await _session_with_two(door)

    for address in ("apply", "apply/undo"):
        answer = await door.post(f"/api/sessions/{session_id}/{address}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "no_folder")
        assert "patch" in answer.json()["error"]["hint"]
