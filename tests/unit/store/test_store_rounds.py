import asyncio
from datetime import timedelta

import pytest
from store_samples import ME, UNVERIFIED, deliver_all, new_session, payloads, processing, suite, types

from testwright.domain.errors import Cancelled, InputError, PermanentError, TransientError
from testwright.domain.sessions import FileStage, FileStatus, SessionStatus, SourceFile


async def test_a_second_run_gets_nothing(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id

    assert await store.claim_round(session, 1, "first") == (1, 2)
    assert await store.claim_round(session, 1, "second") is None
    assert await store.claim_round(session, 1, "first") == (1, 2)
    assert await store.claim_round(session, 2, "first") is None


async def test_of_many_claims_at_once_one_wins(store):
    session = (await store.accept(new_session())).session_id
    answers = await asyncio.gather(*(store.claim_round(session, 1, f"run-{n}") for n in range(10)))

    assert sorted(answers, key=str) == [(1,)] + [None] * 9


async def test_an_assignment_holds_all_that_a_file_needs(store):
    new = new_session("a.ts", "b.ts", text="one", repository_root="/somewhere", writer="model", model="gemini")
    session = (await store.accept(new)).session_id

    assignment = await store.assignment(session, 1, 2)

    assert (assignment.source.path, assignment.source.text, assignment.source.framework) == ("b.ts", "one", "vitest")
    assert assignment.overlay == {"a.ts": "one", "b.ts": "one"}
    assert (assignment.repository_root, assignment.writer, assignment.model) == ("/somewhere", "model", "gemini")
    assert assignment.total_files == 2


async def test_a_finished_file_has_no_assignment(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    await store.desk(session, 1, 1).deliver(suite("a.ts"))

    assert await store.assignment(session, 1, 1) is None
    assert await store.assignment(session, 1, 2) is not None
    await store.cancel(session, ME)
    assert await store.assignment(session, 1, 2) is None
    assert await store.assignment("unknown", 1, 1) is None


async def test_a_delivered_suite_can_be_read_back(store):
    session = (await store.accept(new_session())).session_id
    test_id = await store.desk(session, 1, 1).deliver(suite())

    test = await store.test(session, test_id)
    (file,) = await store.files(session)
    told = (await payloads(store, session))[-1]

    assert test == (await store.tests(session))[0]
    assert (test.file_path, test.test_file_path, test.revision) == ("src/price.ts", "src/price.test.ts", 1)
    assert test.dropped == ({"name": "loops", "gate": "passes", "reason": "It never ended."},)
    assert test.coverage == {"before": [1], "after": [1, 2], "missed": [3]}
    assert (file.status, file.stage, file.test_id) == (FileStatus.COMPLETED, FileStage.DONE, test_id)
    assert told["message"] == "Generated 4 tests for price.ts"
    assert told["generatedTest"] == {
        "filePath": "src/price.ts",
        "testFilePath": "src/price.test.ts",
        "testCode": test.test_code,
        "testId": test_id,
        "evidence": test.evidence,
    }
    assert await store.test("another", test_id) is None


async def test_delivering_twice_is_delivering_once(store):
    session = (await store.accept(new_session())).session_id
    desk = store.desk(session, 1, 1)
    first, second = await asyncio.gather(desk.deliver(suite()), desk.deliver(suite()))
    await store.finish_round(session, 1)

    assert first == second == await desk.deliver(suite())
    assert (await types(store, session)).count("test_generated") == 1
    assert len(await store.tests(session)) == 1


async def test_a_file_that_failed_takes_no_late_delivery(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    desk = store.desk(session, 1, 1)
    await desk.fail(PermanentError("It broke."))

    with pytest.raises(Cancelled):
        await desk.deliver(suite("a.ts"))
    assert await store.tests(session) == []


async def test_a_file_that_was_delivered_does_not_fail_later(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    desk = store.desk(session, 1, 1)
    await desk.deliver(suite("a.ts"))
    await desk.fail(PermanentError("The step after it broke."))

    assert (await store.files(session))[0].status is FileStatus.COMPLETED


@pytest.mark.parametrize(
    ("error", "wire", "retryable"),
    [
        (
            TransientError("Too many requests.", code="rate_limited", hint="Wait a minute."),
            {"code": "rate_limited", "message": "Too many requests.", "hint": "Wait a minute."},
            True,
        ),
        (PermanentError("Line 3 does not parse."), {"code": "failed", "message": "Line 3 does not parse."}, False),
        (PermanentError("No key.", retryable=True), {"code": "failed", "message": "No key."}, True),
    ],
)
async def test_a_failed_file_says_why_and_whether_a_retry_may_help(store, error, wire, retryable):
    session = (await store.accept(new_session())).session_id
    await store.desk(session, 1, 1).fail(error)

    (file,) = await store.files(session)
    told = (await payloads(store, session))[-1]

    assert (file.status, file.stage, file.error) == (FileStatus.FAILED, FileStage.FAILED, wire)
    assert (told["error"], told["retryable"]) == (wire, retryable)
    assert told["message"] == f"price.ts failed: {error.message}"


async def test_the_shelf_keeps_the_last_value_per_file_and_round(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    desk = store.desk(session, 1, 1)
    await desk.put("draft", {"text": "first"})
    await desk.put("draft", {"text": "second"})

    assert await desk.get("draft") == {"text": "second"}
    assert await desk.get("other") is None
    assert await store.desk(session, 1, 2).get("draft") is None
    assert await store.desk(session, 2, 1).get("draft") is None


async def test_a_round_is_summed_up_from_its_files(store, clock):
    session = (await store.accept(new_session("a.ts", "b.ts", "c.ts"))).session_id
    clock.forward(5)
    await store.tell(session, 1, processing(1))
    clock.forward(2)
    await store.desk(session, 1, 1).deliver(suite("a.ts"))
    await store.desk(session, 1, 2).deliver(suite("b.ts", UNVERIFIED))
    await store.desk(session, 1, 3).fail(PermanentError("It broke."))
    await store.finish_round(session, 1)
    await store.finish_round(session, 1)

    record = await store.session(session, ME)
    last = (await payloads(store, session))[-1]

    assert record.status is SessionStatus.PARTIAL
    assert last["type"] == "generation_completed"
    assert last["message"] == "Test generation completed: 7 tests for 2 files, 1 file failed"
    assert last["summary"] == record.summary
    assert record.summary == {
        "totalFiles": 3,
        "successfulTests": 2,
        "failedTests": 1,
        "totalTestCount": 7,
        "averageCoverage": 80.0,
        "durationMs": 2000,
        "tokens": 0,
        "costUsd": 0.0,
    }
    assert (await types(store, session))[-2:] == ["files_saved", "generation_completed"]
    assert record.completed_at == clock()


async def test_a_round_without_a_failure_is_completed(store):
    session = (await store.accept(new_session())).session_id
    await deliver_all(store, session)

    record = await store.session(session, ME)

    assert record.status is SessionStatus.COMPLETED
    assert record.current_message == "Test generation completed: 4 tests for 1 file"
    assert record.summary["costUsd"] == 0


async def test_a_round_in_which_nothing_succeeded_has_failed(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    await store.desk(session, 1, 1).fail(PermanentError("It broke."))
    await store.finish_round(session, 1)

    record = await store.session(session, ME)
    events = await payloads(store, session)

    assert record.status is SessionStatus.FAILED
    assert [event["type"] for event in events] == [
        "session_created",
        "file_failed",
        "file_failed",
        "generation_failed",
    ]
    assert events[2]["error"]["code"] == "stopped"
    assert events[3]["error"]["code"] == "all_files_failed"
    assert events[3]["message"] == "Test generation failed: none of the 2 files could be finished."


async def test_when_all_files_failed_of_the_same_the_round_says_so(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    for index in (1, 2):
        await store.desk(session, 1, index).fail(PermanentError("No sandbox.", code="sandbox_unavailable", hint="Do."))
    await store.finish_round(session, 1)

    last = (await payloads(store, session))[-1]

    assert last["error"] == {"code": "sandbox_unavailable", "message": "No sandbox.", "hint": "Do."}


async def _retried(store, session, *paths):
    answer = await store.retry(session, ME, paths=list(paths), model=None, instructions=None, estimate_seconds=1)
    return answer.round


async def test_what_an_earlier_round_delivered_counts_for_the_session_and_not_for_the_round(store):
    session = (await store.accept(new_session("good.ts", "broken.ts"))).session_id
    await store.desk(session, 1, 1).deliver(suite("good.ts"))
    await store.desk(session, 1, 2).fail(PermanentError("It broke."))
    await store.finish_round(session, 1)
    round = await _retried(store, session, "broken.ts")
    await store.desk(session, round, 2).fail(PermanentError("It broke."))
    await store.finish_round(session, round)

    record = await store.session(session, ME)
    last = (await payloads(store, session))[-1]
    assert record.status == SessionStatus.PARTIAL
    assert (last["type"], last["summary"]["totalFiles"]) == ("generation_failed", 1)

    round = await _retried(store, session, "good.ts")
    await store.desk(session, round, 1).deliver(suite("good.ts"))
    await store.finish_round(session, round)

    record = await store.session(session, ME)
    assert (record.status, record.failed_files) == (SessionStatus.PARTIAL, 1)
    assert (await payloads(store, session))[-1]["type"] == "generation_completed"

    round = await _retried(store, session, "broken.ts")
    await store.desk(session, round, 2).deliver(suite("broken.ts"))
    await store.finish_round(session, round)

    assert (await store.session(session, ME)).status == SessionStatus.COMPLETED


async def test_the_events_of_a_round_count_the_files_of_that_round(store):
    session = (await store.accept(new_session("a.ts", "b.ts", "c.ts"))).session_id
    await deliver_all(store, session)
    round = await _retried(store, session, "b.ts", "c.ts")
    await deliver_all(store, session, round)

    told = [event for event in await payloads(store, session) if event["round"] == round]

    assert (told[0]["type"], told[0]["totalFiles"]) == ("round_started", 2)
    assert [(event["filePath"], event["fileIndex"], event["totalFiles"]) for event in told if "filePath" in event] == [
        ("b.ts", 1, 2),
        ("c.ts", 2, 2),
    ]
    assert told[-1]["summary"]["totalFiles"] == 2


@pytest.mark.parametrize(
    ("code", "hint", "told"),
    [
        ("unparseable", "Correct the syntax error and try again.", "Correct the syntax error. Send the corrected"),
        ("timeout", "Install it, then retry.", "Install it. Send the corrected file in a new trigger"),
        ("load_error", None, "Send the corrected file in a new trigger with the same sessionId."),
    ],
)
async def test_what_only_an_edit_cures_is_no_case_for_a_retry_of_a_text_that_was_sent(store, code, hint, told):
    sent = SourceFile(path="sent.ts", text="(", framework="vitest")
    read = SourceFile(path="read.ts", text="(", framework="vitest", from_folder=True)
    session = (await store.accept(new_session(files=(sent, read)))).session_id
    for index in (1, 2):
        error = PermanentError("It is broken.", code=code, hint=hint, retryable=True)
        await store.desk(session, 1, index).fail(error)
    first, second = (await payloads(store, session))[1:]

    assert (first["retryable"], second["retryable"]) == (False, True)
    assert first["error"]["hint"].startswith(told)
    assert first["error"]["hint"].endswith("with the same sessionId.")
    assert second["error"].get("hint") == hint


async def test_cancel_ends_everything_at_once(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    await store.desk(session, 1, 1).deliver(suite("a.ts"))
    await store.tell(session, 1, processing(2))

    assert await store.cancel(session, ME)
    assert not await store.cancel(session, ME)

    record = await store.session(session, ME)
    last = (await payloads(store, session))[-1]
    assert (record.status, record.progress, record.completed_files) == (SessionStatus.CANCELLED, 100, 1)
    assert [file.status for file in await store.files(session)] == [FileStatus.COMPLETED, FileStatus.CANCELLED]
    assert (last["type"], last["message"]) == ("generation_cancelled", "Stopped. 1 finished file kept.")
    assert (last["summary"]["successfulTests"], last["summary"]["failedTests"]) == (1, 0)
    assert await store.is_over(session, 1)
    with pytest.raises(Cancelled):
        await store.desk(session, 1, 2).deliver(suite("b.ts"))


async def test_a_round_that_was_cancelled_in_the_queue_never_started(store):
    session = (await store.accept(new_session())).session_id
    await store.cancel(session, ME)

    record = await store.session(session, ME)

    assert (record.started_at, record.current_message) == (None, "Stopped. No file was finished.")
    assert await types(store, session) == ["session_created", "generation_cancelled"]


async def test_a_cancel_that_races_the_end_leaves_one_terminal_event(store):
    for _ in range(10):
        session = (await store.accept(new_session())).session_id
        desk = store.desk(session, 1, 1)
        await asyncio.gather(
            desk.deliver(suite()),
            store.finish_round(session, 1),
            store.cancel(session, ME),
            store.finish_round(session, 1),
            return_exceptions=True,
        )
        events = await store.events_after(session, 0)

        assert [event.is_terminal for event in events].count(True) == 1
        assert events[-1].is_terminal


async def test_work_in_progress_hears_of_a_cancel_at_once(store):
    session = (await store.accept(new_session())).session_id
    waiting = asyncio.create_task(store.cancelled(session, 1))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await store.cancel(session, ME)

    await asyncio.wait_for(waiting, 2)


async def test_a_round_that_ends_as_it_should_is_not_a_cancelled_one(store):
    session = (await store.accept(new_session())).session_id
    await deliver_all(store, session)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.cancelled(session, 1), 0.1)


async def test_work_on_a_deleted_session_stops(store):
    session = (await store.accept(new_session())).session_id
    waiting = asyncio.create_task(store.cancelled(session, 1))
    await store.delete(session, ME)

    await asyncio.wait_for(waiting, 2)


async def test_what_was_not_sent_waits_in_the_outbox(store, clock):
    session = await store.accept(new_session())
    await store.accept(new_session(driver="cli"))
    clock.forward(40)
    fresh = await store.accept(new_session())

    assert await store.unsent(timedelta(seconds=30)) == [session]
    assert await store.unfinished() == []
    await store.mark_sent(session.session_id, 1)
    await store.claim_round(fresh.session_id, 1, "run")
    assert await store.unsent(timedelta(0)) == []
    assert await store.unfinished() == [
        (session.session_id, 1, session.event_id),
        (fresh.session_id, 1, fresh.event_id),
    ]
    await store.cancel(session.session_id, ME)
    assert [row[0] for row in await store.unfinished()] == [fresh.session_id]


async def test_a_lost_run_is_issued_again_under_a_fresh_id(store, clock):
    session = await store.accept(new_session("a.ts", "b.ts"))
    await store.claim_round(session.session_id, 1, "lost")
    await store.desk(session.session_id, 1, 1).deliver(suite("a.ts"))
    clock.forward(60)
    again = await store.reissue(session.session_id, 1, session.event_id)

    assert again.started
    assert again.event_id.startswith(f"{session.session_id}-r1-2-")
    assert not (await store.reissue(session.session_id, 1, session.event_id)).started  # somebody was quicker
    assert await store.unsent(timedelta(seconds=30)) == []
    assert await store.unsent(timedelta(0)) == [again]
    assert await store.claim_round(session.session_id, 1, "next") == (1, 2)
    assert await store.assignment(session.session_id, 1, 1) is None
    await store.finish_round(session.session_id, 1)
    assert not (await store.reissue(session.session_id, 1, again.event_id)).started
    with pytest.raises(InputError):
        await store.reissue("unknown", 1, "lost")


async def test_rounds_are_counted_for_health(store):
    first = await store.accept(new_session())
    await store.accept(new_session())
    await store.tell(first.session_id, 1, processing())
    ended = await store.accept(new_session())
    await deliver_all(store, ended.session_id)

    assert await store.counts() == {"pending": 1, "processing": 1}


async def test_seconds_per_file_are_those_observed(store, clock):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    await store.tell(session, 1, processing(1))
    clock.forward(12)
    await store.desk(session, 1, 1).deliver(suite("a.ts"))
    await store.desk(session, 1, 2).fail(PermanentError("It broke at once."))

    assert await store.seconds_per_file("explorer", "vitest") == [12.0]
    assert await store.seconds_per_file("model", "vitest") == []
    assert await store.seconds_per_file("explorer", "jest") == []


async def test_a_store_that_can_be_written_proves_it_and_keeps_what_it_had(store):
    accepted = await store.accept(new_session())
    before = await store.counts()

    await store.prove_writable()

    assert (await store.counts(), before["pending"]) == (before, 1)
    assert await store.running_sessions() == {accepted.session_id}
