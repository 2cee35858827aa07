import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from store_samples import ME, deliver_all, new_session, payloads, processing, suite, types

from testwright.domain.errors import PermanentError, TransientError
from testwright.domain.events import SHARE_DONE, Event
from testwright.domain.sessions import FileStage, FileStatus, SessionStatus
from testwright.store import Store


async def test_one_file_shows_the_progress_of_the_brief(store):
    session = await store.accept(new_session())
    await store.tell(session.session_id, 1, processing())
    await deliver_all(store, session.session_id)

    told = [(event["type"], event["progress"]) for event in await payloads(store, session.session_id)]

    assert told == [
        ("session_created", 10),
        ("file_processing", 40),
        ("test_generated", 95),
        ("files_saved", 95),
        ("generation_completed", 100),
    ]


async def test_an_event_carries_the_fields_of_the_contract(store):
    session = await store.accept(new_session("src/price.ts", "lib/price.ts", model="gemini", writer="model"))
    extra = {"queuePosition": 2, "progress": 99}
    await store.tell(
        session.session_id, 1, Event(type="file_processing", message="Generating", file_index=2, extra=extra)
    )

    first, second = await payloads(store, session.session_id)

    assert first == {
        "type": "session_created",
        "step": "session",
        "message": "Session created successfully",
        "progress": 10,
        "sessionId": session.session_id,
        "round": 1,
        "timestamp": "2026-01-02T03:04:05.678Z",
        "totalFiles": 2,
        "writer": "model",
        "model": "gemini",
    }
    assert second == {
        "type": "file_processing",
        "step": "generation",
        "message": "Generating",
        "progress": 25,
        "sessionId": session.session_id,
        "round": 1,
        "timestamp": "2026-01-02T03:04:05.678Z",
        "currentFile": "price.ts",
        "filePath": "lib/price.ts",
        "fileIndex": 2,
        "totalFiles": 2,
        "queuePosition": 2,
    }


async def test_an_event_changes_the_file_and_the_session_it_tells_of(store, clock):
    session = await store.accept(new_session())
    event = Event(type="test_repairing", message="Repairing 2 tests", file_index=1, extra={"attempt": 2, "reason": "…"})
    await store.tell(session.session_id, 1, event)

    (file,) = await store.files(session.session_id)
    record = await store.session(session.session_id, ME)

    assert (file.status, file.stage, file.attempt) == (FileStatus.PROCESSING, FileStage.REPAIRING, 2)
    assert record.status is SessionStatus.PROCESSING
    assert (record.current_step, record.current_message, record.last_event_id) == ("repair", "Repairing 2 tests", 2)
    assert (record.created_at, record.started_at) == (clock(), clock())


async def test_the_same_event_again_is_the_same_event(store):
    session = await store.accept(new_session())
    numbers = [await store.tell(session.session_id, 1, processing()) for _ in range(3)]

    assert numbers == [2, 2, 2]
    assert await types(store, session.session_id) == ["session_created", "file_processing"]


async def test_nothing_is_told_after_the_end_of_a_round(store):
    session = await store.accept(new_session())
    await deliver_all(store, session.session_id)
    before = await types(store, session.session_id)

    assert await store.tell(session.session_id, 1, processing()) is None
    assert await store.tell(session.session_id, 7, processing()) is None
    assert await types(store, session.session_id) == before


async def test_nothing_is_told_of_a_file_that_has_ended(store):
    session = await store.accept(new_session("a.ts", "b.ts"))
    await store.desk(session.session_id, 1, 1).deliver(suite("a.ts"))

    assert await store.tell(session.session_id, 1, processing(1)) is None
    assert (await store.files(session.session_id))[0].status is FileStatus.COMPLETED


async def test_a_late_telling_of_a_deleted_session_is_quiet(store):
    session = await store.accept(new_session())
    desk = store.desk(session.session_id, 1, 1)
    await store.delete(session.session_id, ME)

    assert await store.tell(session.session_id, 1, processing()) is None
    await desk.tell(processing())
    await desk.put("draft", {"text": "…"})
    await desk.fail(PermanentError("Too late."))
    await store.finish_round(session.session_id, 1)
    assert await desk.get("draft") is None
    assert await store.events_after(session.session_id, 0) == []


async def test_a_told_terminal_event_ends_the_round_and_fails_what_is_unfinished(store):
    session = await store.accept(new_session("a.ts", "b.ts"))
    await store.desk(session.session_id, 1, 1).deliver(suite("a.ts"))
    error = {"code": "deadline", "message": "The session took longer than 6 hours."}
    await store.tell(session.session_id, 1, Event(type="generation_failed", message="Too slow", extra={"error": error}))

    record = await store.session(session.session_id, ME)
    last = (await payloads(store, session.session_id))[-1]

    assert (record.status, record.completed_files, record.failed_files) == (SessionStatus.PARTIAL, 1, 1)
    assert (last["error"], last["progress"]) == (error, 100)
    assert (last["summary"]["successfulTests"], last["summary"]["failedTests"]) == (1, 1)
    await asyncio.wait_for(store.cancelled(session.session_id, 1), 2)


async def test_half_a_character_in_a_message_does_not_stop_the_round(store):
    session = await store.accept(new_session())
    await store.desk(session.session_id, 1, 1).fail(TransientError("printed \ud800"))

    assert (await payloads(store, session.session_id))[-1]["message"] == "price.ts failed: printed ?"


async def test_numbers_have_no_gap_and_no_repeat_when_twenty_tell_at_once(store):
    files = [f"src/{n}.ts" for n in range(20)]
    sessions = [(await store.accept(new_session(*files))).session_id for _ in range(3)]
    tellings = [(session_id, index) for index in range(1, 21) for session_id in sessions]
    numbers = await asyncio.gather(*(store.tell(session_id, 1, processing(index)) for session_id, index in tellings))

    for session_id in sessions:
        ids = [event.id for event in await store.events_after(session_id, 0)]
        told = [number for number, (told_of, _) in zip(numbers, tellings, strict=True) if told_of == session_id]

        assert ids == list(range(1, 22))
        assert sorted(told) == list(range(2, 22))


async def test_events_are_read_in_pages(store):
    session = await store.accept(new_session(*(f"{n}.ts" for n in range(9))))
    for index in range(1, 10):
        await store.tell(session.session_id, 1, processing(index))

    first = await store.events_after(session.session_id, 0, limit=4)
    second = await store.events_after(session.session_id, first[-1].id, limit=4)

    assert [event.id for event in [*first, *second]] == [1, 2, 3, 4, 5, 6, 7, 8]


_SOME_EVENT = st.tuples(st.sampled_from([*SHARE_DONE, "test_repairing", "retry_scheduled"]), st.integers(1, 3))


@settings(max_examples=15, deadline=None)
@given(st.lists(_SOME_EVENT, max_size=12), st.booleans())
def test_progress_never_falls_and_is_100_only_at_the_end(tmp_path_factory, events, cancels):
    async def walk() -> list[int]:
        async with Store.open(tmp_path_factory.mktemp("home")) as store:
            session = (await store.accept(new_session("a.ts", "b.ts", "c.ts"))).session_id
            for number, (type_, index) in enumerate(events):
                await store.tell(
                    session, 1, Event(type=type_, message="…", file_index=index, key=f"{type_}/{index}/{number}")
                )
            await (store.cancel(session, ME) if cancels else store.finish_round(session, 1))
            return [event["progress"] for event in await payloads(store, session)]

    progress = asyncio.run(walk())

    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert max(progress[:-1]) < 100
