"""An edited suite becomes a further round that verifies it; until then everything is as it was."""

import pytest

from tests.unit.store.store_samples import deliver_all, new_session
from testwright.domain.records import Application


@pytest.fixture
async def delivered(door):
    accepted = await door.store.accept(new_session())
    await deliver_all(door.store, accepted.session_id)
    (test,) = await door.store.tests(accepted.session_id)
    return test


def _address(test) -> str:
    return f"/api/sessions/{test.session_id}/tests/{test.test_id}"


async def test_an_edited_suite_starts_a_round_that_verifies_it(door, delivered):
    answer = await door.client.patch(_address(delivered), json={"testCode": "test('other', () => {})\n"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["testCode"] == delivered.test_code
    (accepted,) = door.engine.dispatched
    assert (accepted.session_id, accepted.round) == (delivered.session_id, 2)
    assignment = await door.store.assignment(delivered.session_id, 2, 1)
    assert assignment is not None
    assert (assignment.edited, assignment.writer, assignment.model) == ("test('other', () => {})\n", "person", None)


async def test_whoever_edits_does_not_become_the_sessions_writer(door, delivered):
    await door.client.patch(_address(delivered), json={"testCode": "edited"})

    session = (await door.get(f"/api/sessions/{delivered.session_id}")).json()["data"]
    assert (session["writer"], session["round"], session["status"]) == ("explorer", 2, "pending")


async def test_a_retry_after_an_edit_writes_again(door, delivered):
    await door.client.patch(_address(delivered), json={"testCode": "edited"})
    await door.finish(delivered.session_id, round=2)

    await door.post(f"/api/sessions/{delivered.session_id}/retry", {"paths": ["src/price.ts"]})

    assignment = await door.store.assignment(delivered.session_id, 3, 1)
    assert assignment is not None
    assert (assignment.edited, assignment.writer) == (None, "explorer")


async def test_a_suite_can_do_without_some_of_its_tests(door, delivered):
    answer = await door.client.patch(_address(delivered), json={"without": ["adds"]})

    assert answer.status_code == 200, answer.text
    assignment = await door.store.assignment(delivered.session_id, 2, 1)
    assert assignment is not None
    assert assignment.edited == f"{delivered.test_code}// without adds"


async def test_a_suite_that_cannot_be_read_is_refused_before_anything_starts(door, delivered):
    answer = await door.client.patch(_address(delivered), json={"testCode": "broken"})

    assert (answer.status_code, answer.json()["error"]["fields"][0]["path"]) == (400, "testCode")
    assert door.engine.dispatched == []


async def test_a_name_that_is_none_is_refused(door, delivered):
    answer = await door.client.patch(_address(delivered), json={"without": ["nobody"]})

    assert (answer.status_code, answer.json()["error"]["fields"][0]["path"]) == (400, "without")


async def test_a_suite_that_was_written_into_the_folder_is_taken_back_first(door, delivered):
    made = Application(test_id=delivered.test_id, path=delivered.test_file_path, before=None, after="", folders=())
    await door.store.note_application(delivered.session_id, made)

    answer = await door.client.patch(_address(delivered), json={"testCode": "edited"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "suite_applied")


async def test_while_the_session_runs_nothing_is_edited(door, delivered):
    await door.client.patch(_address(delivered), json={"testCode": "edited"})

    answer = await door.client.patch(_address(delivered), json={"testCode": "edited again"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "session_running")


async def test_an_older_revision_is_not_edited(door, delivered):
    await door.client.patch(_address(delivered), json={"testCode": "edited"})
    await deliver_all(door.store, delivered.session_id, round=2)

    answer = await door.client.patch(_address(delivered), json={"testCode": "edited again"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_newest")


async def test_a_suite_larger_than_a_file_may_be_is_refused(door, delivered):
    text = "x" * (door.app.state.services.settings.max_file_bytes + 1)

    answer = await door.client.patch(_address(delivered), json={"testCode": text})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", [{}, {"decision": "kept", "testCode": "x"}, {"testCode": ""}, {"without": []}])
async def test_one_wish_at_a_time(door, delivered, body):
    answer = await door.client.patch(_address(delivered), json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]
