from dataclasses import replace

import pytest
from store_samples import ME, deliver_all, new_session, payloads, processing, suite, types

from testwright.domain.errors import InputError, PermanentError
from testwright.domain.sessions import (
    CoverageGoal,
    FileStatus,
    Options,
    SessionStatus,
    SourceFile,
    Suite,
    TestType,
    UnreadableFile,
)


async def test_an_accepted_request_can_be_looked_up(store):
    options = Options(
        test_types=(TestType.UNIT, TestType.INTEGRATION), coverage=CoverageGoal.BASIC, max_cost_usd=1.5, max_repairs=0
    )
    answer = await store.accept(new_session("a.ts", "b.ts", text="const ü = 'ä\0'", options=options))

    record = await store.session(answer.session_id, ME)
    files = await store.files(answer.session_id)

    assert answer.started
    assert answer.session_id.startswith("sess_")
    assert len(answer.session_id) == 29
    assert answer.event_id.startswith(f"{answer.session_id}-r1-")
    assert (record.status, record.round, record.progress) == (SessionStatus.PENDING, 1, 10)
    assert (record.total_files, record.completed_files, record.failed_files) == (2, 0, 0)
    assert record.options == options
    assert [(file.index, file.path, file.status) for file in files] == [
        (1, "a.ts", FileStatus.QUEUED),
        (2, "b.ts", FileStatus.QUEUED),
    ]
    assert await store.file_text(answer.session_id, "b.ts") == "const ü = 'ä\0'"
    assert await store.file_text(answer.session_id, "c.ts") is None
    assert await types(store, answer.session_id) == ["session_created"]


async def test_the_same_key_with_the_same_request_starts_nothing_twice(store):
    first = await store.accept(new_session(idempotency_key="key"))
    await deliver_all(store, first.session_id)
    second = await store.accept(new_session(idempotency_key="key"))

    assert second == replace(first, started=False)


async def test_the_same_key_with_another_request_is_a_conflict(store):
    await store.accept(new_session(idempotency_key="key"))
    with pytest.raises(InputError) as caught:
        await store.accept(new_session(idempotency_key="key", request_hash="another"))

    assert (caught.value.status, caught.value.code) == (409, "idempotency_conflict")


async def test_keys_of_two_owners_have_nothing_to_do_with_each_other(store):
    first = await store.accept(new_session(idempotency_key="key"))
    second = await store.accept(new_session(idempotency_key="key", owner="else", request_hash="another"))

    assert second.started
    assert second.session_id != first.session_id


async def test_the_same_request_for_a_running_session_starts_nothing(store):
    first = await store.accept(new_session(session_id="mine"))

    assert first.session_id == "mine"
    assert await store.accept(new_session(session_id="mine")) == replace(first, started=False)


async def test_another_request_for_a_running_session_is_refused(store):
    await store.accept(new_session(session_id="mine"))
    with pytest.raises(InputError) as caught:
        await store.accept(new_session(session_id="mine", request_hash="another"))

    assert (caught.value.status, caught.value.code) == (409, "session_running")


async def test_somebody_elses_session_behaves_as_unknown(store):
    await store.accept(new_session(session_id="mine"))

    assert await store.session("mine", "else") is None
    for action in (
        store.accept(new_session(session_id="mine", owner="else")),
        store.cancel("mine", "else"),
        store.delete("mine", "else"),
        store.retry("mine", "else", paths=None, model=None, instructions=None, estimate_seconds=1),
        store.cancel("unknown", "else"),
    ):
        with pytest.raises(InputError) as caught:
            await action
        assert (caught.value.status, caught.value.code) == (404, "session_not_found")


async def test_an_ended_session_takes_a_further_round_and_keeps_its_results(store):
    session = (await store.accept(new_session("a.ts", "b.ts", session_id="mine"))).session_id
    await deliver_all(store, session)
    before = await store.files(session)
    again = new_session("b.ts", "c.ts", session_id="mine", request_hash="another", text="new", framework="jest")
    files = (SourceFile(path="b.ts", text="new", framework="jest"), again.files[1])
    answer = await store.accept(replace(again, files=files))

    assert (answer.round, answer.started) == (2, True)
    assert answer.event_id.startswith("mine-r2-")
    record = await store.session(session, ME)
    assert (record.status, record.round, record.progress, record.summary) == (SessionStatus.PENDING, 2, 10, None)
    assert (record.total_files, record.completed_files, record.completed_at) == (3, 1, None)
    rows = [(file.path, file.framework, file.status, file.round) for file in await store.files(session)]
    assert rows == [
        ("a.ts", "vitest", FileStatus.COMPLETED, 1),
        ("b.ts", "jest", FileStatus.QUEUED, 2),
        ("c.ts", "vitest", FileStatus.QUEUED, 2),
    ]
    assert await store.file_text(session, "a.ts") != "new"
    assert await store.file_text(session, "b.ts") == "new"
    assert len(await store.tests(session)) == 2
    assert (await store.files(session))[1].test_id == before[1].test_id
    assert await store.claim_round(session, 2, "run") == (2, 3)

    await deliver_all(store, session, 2)
    tests = await store.tests(session)
    record = await store.session(session, ME)
    assert [(test.file_path, test.revision) for test in tests] == [("a.ts", 1), ("b.ts", 2), ("c.ts", 1)]
    assert (record.completed_files, record.summary["totalFiles"]) == (3, 2)
    ids = [event.id for event in await store.events_after(session, 0)]
    assert ids == list(range(1, len(ids) + 1))
    started = next(event for event in await payloads(store, session) if event["type"] == "round_started")
    assert (started["progress"], started["message"]) == (10, "Round 2 started with 2 files")


async def test_retry_takes_what_failed_and_may_change_model_and_instructions(store):
    session = (await store.accept(new_session("a.ts", "b.ts", options=Options(max_repairs=1)))).session_id
    await store.desk(session, 1, 1).deliver(suite("a.ts"))
    await store.desk(session, 1, 2).fail(PermanentError("It broke."))
    await store.finish_round(session, 1)
    answer = await store.retry(
        session,
        ME,
        paths=None,
        wanted_model="gemini-pro",
        writer="model",
        model="gemini-pro",
        instructions="Be brief",
        estimate_seconds=9,
    )

    assignment = await store.assignment(session, 2, 2)
    record = await store.session(session, ME)

    assert (answer.round, answer.started) == (2, True)
    assert await store.claim_round(session, 2, "run") == (2,)
    assert assignment.options == Options(max_repairs=1, model="gemini-pro", instructions="Be brief")
    assert (assignment.model, assignment.round, assignment.total_files) == ("gemini-pro", 2, 2)
    assert (record.estimate_seconds, record.failed_files, record.model) == (9, 0, "gemini-pro")
    assert await store.assignment(session, 2, 1) is None


async def test_who_writes_a_retry_is_no_wish_for_later_ones(store):
    session = (await store.accept(new_session("a.ts"))).session_id
    await deliver_all(store, session)
    await store.retry(
        session, ME, paths=["a.ts"], writer="model", model="gemini-pro", instructions=None, estimate_seconds=1
    )
    record = await store.session(session, ME)

    assert (record.writer, record.model, record.options.model) == ("model", "gemini-pro", None)


async def test_the_explorer_is_a_wish_like_any_model(store):
    session = (
        await store.accept(new_session("a.ts", options=Options(model="gemini-pro"), model="gemini-pro"))
    ).session_id
    await deliver_all(store, session)
    await store.retry(
        session,
        ME,
        paths=["a.ts"],
        wanted_model="explorer",
        writer="explorer",
        model=None,
        instructions=None,
        estimate_seconds=1,
    )
    record = await store.session(session, ME)

    assert (record.writer, record.model, record.options.model) == ("explorer", None, "explorer")


LATIN = UnreadableFile(
    path="latin.ts",
    framework="vitest",
    error=PermanentError("latin.ts is not UTF-8 text.", code="not_utf8", hint="Save it as UTF-8.", retryable=True),
)


async def test_a_file_that_cannot_be_read_fails_at_once_and_the_others_run(store):
    new = new_session("a.ts")
    session = (await store.accept(replace(new, files=(LATIN, *new.files)))).session_id
    failed = (await payloads(store, session))[1]

    assert await store.assignment(session, 1, 1) is None
    assert (await store.assignment(session, 1, 2)).overlay.keys() == {"a.ts"}
    assert (failed["type"], failed["filePath"], failed["retryable"]) == ("file_failed", "latin.ts", True)
    assert failed["error"] == {
        "code": "not_utf8",
        "message": "latin.ts is not UTF-8 text.",
        "hint": "Save it as UTF-8.",
    }


async def test_a_request_of_which_nothing_can_be_read_ends_as_failed(store):
    session = (await store.accept(replace(new_session(), files=(LATIN,)))).session_id
    await store.claim_round(session, 1, "run")
    await store.finish_round(session, 1)

    assert await types(store, session) == ["session_created", "file_failed", "generation_failed"]
    assert (await payloads(store, session))[-1]["error"]["code"] == "not_utf8"


def from_folder(path: str, text: str) -> SourceFile:
    return SourceFile(path=path, text=text, framework="vitest", from_folder=True)


async def test_a_retry_takes_the_texts_that_were_read_again(store):
    files = (from_folder("a.ts", "old"), from_folder("b.ts", "old"))
    session = (await store.accept(new_session(files=files))).session_id
    await deliver_all(store, session)
    await store.retry(
        session,
        ME,
        paths=["a.ts"],
        model=None,
        instructions=None,
        estimate_seconds=1,
        read_again=(from_folder("a.ts", "new"),),
    )

    assignment = await store.assignment(session, 2, 1)

    assert assignment.source.text == "new"
    assert assignment.overlay == {"a.ts": "new"}, "the folder itself has b.ts as it is now"


async def test_a_file_that_can_be_read_at_last_is_taken_from_the_retry(store):
    session = (await store.accept(replace(new_session(), files=(LATIN,)))).session_id
    await store.finish_round(session, 1)
    readable = from_folder("latin.ts", "export const one = 1")
    await store.retry(
        session, ME, paths=None, model=None, instructions=None, estimate_seconds=1, read_again=(readable,)
    )

    assert (await store.assignment(session, 2, 1)).source == readable


async def test_a_key_that_comes_with_a_repeat_of_a_running_request_is_kept(store):
    await store.accept(new_session(session_id="mine"))
    await store.accept(new_session(session_id="mine", idempotency_key="key"))
    with pytest.raises(InputError) as caught:
        await store.accept(new_session(idempotency_key="key", request_hash="another"))

    assert caught.value.code == "idempotency_conflict"


async def test_retry_takes_named_files_even_finished_ones(store):
    session = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    await deliver_all(store, session)
    await store.retry(session, ME, paths=["b.ts", "b.ts"], model=None, instructions=None, estimate_seconds=1)

    assert await store.claim_round(session, 2, "run") == (2,)


async def test_a_retry_that_cannot_be_is_refused_with_its_reason(store):
    session = (await store.accept(new_session("a.ts"))).session_id

    async def refusal(*paths: str) -> InputError:
        with pytest.raises(InputError) as caught:
            await store.retry(session, ME, paths=paths or None, model=None, instructions=None, estimate_seconds=1)
        return caught.value

    running = await refusal()
    await deliver_all(store, session)
    nothing = await refusal()
    unknown = await refusal("a.ts", "z.ts")

    assert (running.status, running.code) == (409, "session_running")
    assert (nothing.status, nothing.code) == (400, "nothing_to_retry")
    assert (unknown.status, unknown.code, unknown.fields[0].path) == (400, "unknown_path", "paths[1]")


async def test_sessions_are_listed_newest_first_in_pages(store, clock):
    made = []
    for number in range(5):
        made.append((await store.accept(new_session())).session_id)
        clock.forward(number % 2)  # some at the very same time
    await store.accept(new_session(owner="else"))

    listed, cursor = [], None
    for _ in range(3):
        page, cursor = await store.sessions(ME, cursor=cursor, limit=2)
        listed += page

    assert cursor is None
    assert {record.session_id for record in listed} == set(made)
    assert len(listed) == 5
    assert [record.created_at for record in listed] == sorted((r.created_at for r in listed), reverse=True)


@pytest.mark.parametrize("cursor", ["", "%%%", "bnVsbA", "WzEsMl0", "ä"])
async def test_a_foreign_cursor_is_refused(store, cursor):
    with pytest.raises(InputError) as caught:
        await store.sessions(ME, cursor=cursor)

    assert caught.value.code == "invalid_cursor"


async def test_a_text_that_is_not_unicode_is_refused_by_name(store):
    with pytest.raises(InputError) as caught:
        await store.accept(new_session("a.ts", text="\ud800"))

    assert caught.value.fields[0].path == "files[0].content"
    assert await store.sessions(ME) == ([], None)


async def test_deleting_a_session_leaves_nothing_of_it(store):
    session = (await store.accept(new_session(session_id="mine", idempotency_key="key"))).session_id
    await store.desk(session, 1, 1).put("draft", {"text": "…"})
    await store.delete(session, ME)

    assert await store.session(session, ME) is None
    assert await store.files(session) == []
    assert await store.file_text(session, "src/price.ts") is None
    assert (await store.accept(new_session(session_id="mine", idempotency_key="key"))).started
    assert await store.desk(session, 1, 1).get("draft") is None


async def test_two_files_of_a_session_never_hold_one_test_path(store):
    session = (await store.accept(new_session("src/a.ts", "lib/a.ts"))).session_id
    await store.desk(session, 1, 1).deliver(suite("src/a.ts"))
    second = replace(suite("lib/a.ts"), test_file_path="src/A.test.ts")

    with pytest.raises(PermanentError) as caught:
        await store.desk(session, 1, 2).deliver(second)

    assert (caught.value.code, caught.value.retryable) == ("test_path_taken", True)
    assert "src/a.ts" in caught.value.message
    assert [test.file_path for test in await store.tests(session)] == ["src/a.ts"]


async def test_a_further_round_knows_the_test_paths_that_other_files_hold(store):
    session = (await store.accept(new_session("a.ts", "b.ts", session_id="mine"))).session_id
    await deliver_all(store, session)
    await store.retry(session, ME, paths=["b.ts"], model=None, instructions=None, estimate_seconds=1)

    assignment = await store.assignment(session, 2, 2)

    assert assignment is not None
    assert assignment.taken == {"a.test.ts"}


async def test_the_first_event_tells_how_many_files_are_before_it_and_an_estimate_once_there_is_a_history(store, clock):
    first = (await store.accept(new_session("a.ts", "b.ts"))).session_id
    second = (await store.accept(new_session("c.ts"))).session_id
    await store.tell(first, 1, processing())
    clock.forward(10)
    await deliver_all(store, first)
    third = (await store.accept(new_session("d.ts"))).session_id
    told = [(await payloads(store, session))[0] for session in (first, second, third)]

    assert [event.get("queuePosition", 0) for event in told] == [0, 2, 1]
    assert ["estimatedSeconds" in event for event in told] == [False, False, True]


async def test_a_suite_that_came_along_is_verified_and_its_place_set_aside(store):
    suites = {"src/price.ts": Suite(text="the tests", aside="src/price.test.ts")}

    accepted = await store.accept(new_session("src/cart.ts", "src/price.ts", suites=suites))
    await store.claim_round(accepted.session_id, 1, "run")
    cart = await store.assignment(accepted.session_id, 1, 1)
    price = await store.assignment(accepted.session_id, 1, 2)

    assert (cart.edited, cart.aside) == (None, None)
    assert (price.edited, price.aside) == ("the tests", "src/price.test.ts")
