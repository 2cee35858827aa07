"""The live stream: rows after n, then follow; each event once, in order, whatever happens to the connection."""

import asyncio
import json
import time

import pytest

from testwright.api import stream as stream_module
from testwright.api.credentials import Visitor
from testwright.api.stream import follow
from testwright.domain.events import Event


async def test_the_stream_starts_at_event_1_and_ends_after_the_terminal_event(door):
    session_id = await door.start()
    await door.finish(session_id)

    async with door.stream(session_id) as stream:
        await stream.until_the_end()

    numbers = [number for number, _ in stream.events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert stream.types[0] == "session_created"
    assert stream.types[-1] == "generation_failed"


async def test_headers_keep_proxies_from_holding_events_back(door):
    session_id = await door.start()
    async with door.stream(session_id) as stream:
        await stream.until(1)

    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-cache, no-transform"
    assert stream.headers["x-accel-buffering"] == "no"
    assert "content-length" not in stream.headers


async def test_the_wire_is_what_a_client_of_the_brief_reads(door):
    session_id = await door.start()
    await door.finish(session_id)

    async with door.stream(session_id) as stream:
        await stream.until_the_end()

    frames = stream.text.split("\n\n")
    assert frames[0] == "retry: 2000"
    assert stream.text.count("retry:") == 1
    assert "event:" not in {line.split(" ")[0] for line in stream.text.splitlines()}
    for frame in frames[1:-1]:
        data, number = frame.split("\n")
        assert data.startswith("data: {")
        assert number.startswith("id: ")
        event = json.loads(data.removeprefix("data: "))
        assert event.keys() >= {"type", "step", "message", "progress", "sessionId", "round", "timestamp"}
    assert [event["progress"] for _, event in stream.events][:2] == [10, 40]


async def test_an_event_is_followed_live(door):
    session_id = await door.start()
    async with door.stream(session_id) as stream:
        await stream.until(1)
        await door.tell_one_file(session_id)
        await stream.until(3)

        assert stream.types == ["session_created", "file_processing", "file_failed"]
        assert not stream.ended.is_set()


async def test_a_late_client_sees_the_same_sequence(door):
    session_id = await door.start()
    async with door.stream(session_id) as early:
        await early.until(1)
        await door.finish(session_id)
        await early.until_the_end()
    async with door.stream(session_id) as late:
        await late.until_the_end()

    assert late.text == early.text


@pytest.mark.parametrize(
    ("query", "headers", "first"),
    [
        ("", {}, 1),
        ("lastEventId=2", {}, 3),
        ("", {"last_event_id": "1"}, 2),
        ("lastEventId=1", {"last_event_id": "2"}, 3),
        ("lastEventId=2", {"last_event_id": "0"}, 1),
    ],
)
async def test_it_continues_after_the_last_event_and_the_header_beats_the_query(door, query, headers, first):
    session_id = await door.start()
    await door.finish(session_id)

    async with door.stream(session_id, query, **headers) as stream:
        await stream.until_the_end()

    assert stream.events[0][0] == first


async def test_a_number_that_is_none_is_400_before_the_first_byte(door, subtests):
    path = f"/api/inngest/stream/{await door.start()}"
    for number in ("", "x", "-1", "1.5", " 1", "1 2", "0x1", "9" * 16, "٣", "1,2"):
        in_query = await door.client.get(path, params={"lastEventId": number})
        in_header = await door.client.get(path, headers=[(b"last-event-id", number.encode())])
        in_query_beside_a_good_header = await door.client.get(
            path, params={"lastEventId": number}, headers={"last-event-id": "1"}
        )
        for answer in (in_query, in_header, in_query_beside_a_good_header):
            with subtests.test(number=number):
                assert answer.status_code == 400
                assert answer.json()["error"]["fields"][0]["problem"] == "must be the number of an event"


@pytest.mark.parametrize("session_id", ["sess_unknown", "x", "%00", "a%2Fb", "sess_1234'--"])
async def test_an_unknown_session_is_404_before_the_first_byte(door, session_id):
    answer = await door.get(f"/api/inngest/stream/{session_id}")

    assert answer.status_code == 404
    assert answer.json()["success"] is False


async def test_reconnecting_after_every_second_event_sees_each_event_once(door):
    session_id = await door.start()
    seen: list[int] = []

    async def job() -> None:
        await door.store.claim_round(session_id, 1, "run")
        for attempt in range(1, 20):
            told = Event(type="test_repairing", message=str(attempt), file_index=1, key=f"repair/{attempt}")
            await door.store.tell(session_id, 1, told)
        await door.store.finish_round(session_id, 1)

    telling = asyncio.create_task(job())
    status = 200
    while status == 200:
        headers = {"last_event_id": str(seen[-1])} if seen else {}
        async with door.stream(session_id, **headers) as stream:
            while len(stream.events) < 2 and not stream.ended.is_set():
                stream.news.clear()
                await asyncio.wait_for(stream.news.wait(), 5)
        status = stream.status
        seen += [number for number, _ in stream.events[:2]]
    await telling

    newest = (await door.store.session(session_id, "local")).last_event_id
    assert seen == list(range(1, newest + 1))
    assert newest >= 21
    assert status == 204


@pytest.mark.parametrize("beyond", [0, 1, 1000])
async def test_at_or_past_the_end_there_is_nothing_more_and_204_says_so(door, beyond):
    session_id = await door.start()
    await door.finish(session_id)
    newest = (await door.store.session(session_id, "local")).last_event_id

    answer = await door.get(f"/api/inngest/stream/{session_id}", last_event_id=str(newest + beyond))

    assert answer.status_code == 204
    assert answer.content == b""


async def test_a_number_of_a_deleted_session_with_the_same_id_hides_nothing_of_the_new_one(door):
    session_id = await door.start()
    async with door.stream(session_id, "lastEventId=900") as stream:
        await stream.until(1)
        await door.finish(session_id)
        await stream.until_the_end()

    assert [number for number, _ in stream.events] == [1, 2, 3, 4]
    assert stream.types[-1] == "generation_failed"


async def test_an_older_rounds_end_does_not_close_the_stream_of_a_newer_round(door):
    session_id = await door.start(sessionId="my-session-1")
    await door.finish(session_id)
    first_end = (await door.store.session(session_id, "local")).last_event_id
    await door.start(sessionId="my-session-1")

    async with door.stream(session_id, f"lastEventId={first_end}") as reconnected:
        await reconnected.until(1)
    async with door.stream(session_id) as stream:
        await stream.until(first_end + 1)
        assert not stream.ended.is_set()
        await door.finish(session_id, round=2)
        await stream.until_the_end()

    assert reconnected.status == 200
    assert reconnected.types == ["round_started"]
    assert [event["round"] for _, event in stream.events][-1] == 2
    assert [number for number, _ in stream.events] == list(range(1, len(stream.events) + 1))


async def test_a_retry_answers_only_when_a_reconnecting_client_cannot_meet_204(door):
    session_id = await door.start()
    await door.finish(session_id)
    end = (await door.store.session(session_id, "local")).last_event_id

    await door.post(f"/api/sessions/{session_id}/retry")

    async with door.stream(session_id, last_event_id=str(end)) as stream:
        await stream.until(1)
    assert stream.status == 200


async def test_a_message_cannot_forge_an_event(door):
    session_id = await door.start()
    await door.store.claim_round(session_id, 1, "run")
    forged = 'x\n\ndata: {"type":"generation_completed"}\r\rid: 99\u2028\u0085'
    await door.store.tell(session_id, 1, Event(type="file_processing", message=forged, file_index=1))

    async with door.stream(session_id) as stream:
        await stream.until(2)

    assert stream.types == ["session_created", "file_processing"]
    assert stream.events[1][1]["message"] == forged
    assert stream.text.isascii()


async def test_a_client_that_leaves_is_noticed_at_once(door):
    session_id = await door.start()
    before = time.monotonic()
    async with door.stream(session_id) as stream:
        await stream.until(1)

    assert time.monotonic() - before < 1


async def test_a_deleted_session_ends_its_streams(door):
    session_id = await door.start()
    async with door.stream(session_id) as stream:
        await stream.until(1)
        await door.client.delete(f"/api/sessions/{session_id}")
        async with asyncio.timeout(8):
            await stream.ended.wait()


async def test_closing_wakes_and_ends_every_stream(door):
    session_id = await door.start()
    async with door.stream(session_id) as one, door.stream(session_id) as two:
        await one.until(1)
        await two.until(1)
        before = time.monotonic()
        door.store.close_streams()
        await one.until_the_end()
        await two.until_the_end()

    assert time.monotonic() - before < 0.5


class TroubledStore:
    """A store whose event log breaks after the first page."""

    def __init__(self, store):
        self._store = store
        self._reads = 0

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def events_after(self, session_id, after, limit=200):
        self._reads += 1
        if self._reads > 1:
            raise OSError("disk gone")
        return await self._store.events_after(session_id, after, limit)


async def test_trouble_in_the_middle_ends_the_answer_cleanly_and_loses_nothing(door, open_stream):
    session_id = await door.start()
    troubled = stream_module.EventStream(TroubledStore(door.store), session_id, Visitor(owner="local"), 0)
    opened, left = open_stream(), asyncio.Event()

    async def receive():
        await left.wait()

    answering = asyncio.create_task(troubled({}, receive, opened.send))
    await opened.until(1)
    await door.tell_one_file(session_id)
    await asyncio.wait_for(answering, 8)

    assert opened.types == ["session_created"]
    assert opened.ended.is_set()


class QuietStore:
    """A store in which a session runs and nothing ever happens; waiting costs no time, but is counted."""

    closing = False

    def __init__(self, store, clock):
        self._store = store
        self._clock = clock
        self.looks = []

    def __getattr__(self, name):
        return getattr(self._store, name)

    def watch(self, session_id):
        return self

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def wait(self, seconds):
        self._clock.now += seconds
        return False

    async def events_after(self, *which):
        self.looks.append(self._clock.now)
        return await self._store.events_after(*which)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


async def test_a_comment_is_sent_every_15_seconds_of_silence(door):
    session_id = await door.start()
    clock = Clock()
    frames = follow(QuietStore(door.store, clock), session_id, "local", 1, clock=clock)
    at = []
    async for frame in frames:
        if frame.startswith(b":"):
            at.append(clock.now)
        if len(at) == 3:
            break
    await frames.aclose()

    assert at == [15, 30, 45]


async def test_a_stream_of_which_nobody_tells_anything_looks_again_once_a_minute(door):
    session_id = await door.start()
    clock = Clock()
    quiet = QuietStore(door.store, clock)
    frames = follow(quiet, session_id, "local", 1, clock=clock)
    async for _ in frames:
        if clock.now >= 150:
            break
    await frames.aclose()

    assert quiet.looks == [0, 60, 120]


async def test_what_is_being_written_is_shown_to_those_who_ask_and_is_no_event(door):
    session_id = await door.start()
    await door.store.claim_round(session_id, 1, "run")
    desk = door.store.desk(session_id, 1, 1)

    async with door.stream(session_id) as plain, door.stream(session_id, "live=1") as live:
        await plain.until(1)
        await live.until(1)
        with desk.live("src/a.ts") as hear:
            assert hear is not None
            await hear("it('adds')")
            await live.until_text("adds")
        await live.until_text('"text":""')
        await door.store.finish_round(session_id, 1)
        await plain.until_the_end()
        await live.until_the_end()
    async with door.stream(session_id) as later:
        await later.until_the_end()

    frame = next(frame for frame in live.text.split("\n\n") if "adds" in frame)
    assert frame == """data: {"type":"draft_text","filePath":"src/a.ts","text":"it('adds')"}"""
    assert "draft_text" not in plain.text
    assert later.text == plain.text
    assert live.events == plain.events


async def test_without_anybody_who_asks_for_it_nothing_is_streamed_from_a_model(door):
    session_id = await door.start()

    async with door.stream(session_id) as plain:
        await plain.until(1)
        with door.store.desk(session_id, 1, 1).live("src/a.ts") as hear:
            assert hear is None
