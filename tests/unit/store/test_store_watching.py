import asyncio
import time

from store_samples import ME, new_session, processing

from testwright.store import Store
from testwright.store.wakeups import Bell

PATIENCE = 5.0


async def test_news_between_the_reading_and_the_waiting_is_not_missed():
    bell = Bell()
    async with bell.watch("mine") as wakeup:
        bell.ring("mine")

        await asyncio.wait_for(wakeup.wait(60), PATIENCE)


async def test_who_waits_for_ends_sleeps_through_what_cannot_be_one():
    bell = Bell()
    async with bell.watch("mine", of_ends=True) as wakeup:
        bell.announce("mine", may_end=False)
        slept = not await wakeup.wait_for_news(0.05)
        bell.announce("mine")

        assert slept
        assert await wakeup.wait_for_news(60)


async def test_a_wait_without_news_ends_in_time():
    bell = Bell()
    async with bell.watch("mine") as wakeup:
        begun = time.monotonic()
        await wakeup.wait(0.05)

    assert 0.04 < time.monotonic() - begun < PATIENCE


async def test_a_sessions_news_wakes_all_its_watchers_and_nobody_else():
    bell = Bell()
    async with bell.watch("mine") as first, bell.watch("mine") as second, bell.watch("other") as other:
        waiting = [asyncio.create_task(one.wait(60)) for one in (first, second, other)]
        await asyncio.sleep(0)
        bell.ring("mine")
        _, pending = await asyncio.wait(waiting, timeout=0.1)

        assert pending == {waiting[2]}
        waiting[2].cancel()


async def test_an_event_of_this_process_wakes_its_watchers(store):
    session = (await store.accept(new_session())).session_id
    async with store.watch(session) as wakeup:
        await store.tell(session, 1, processing())

        await asyncio.wait_for(wakeup.wait(60), PATIENCE)


async def test_news_of_another_process_comes_within_a_second(tmp_path, database_url):
    async with (
        Store.open(tmp_path, database_url) as here,
        Store.open(tmp_path, database_url) as there,
    ):
        session = (await here.accept(new_session())).session_id
        async with here.watch(session) as wakeup:
            for _ in range(3):
                await wakeup.wait(0.3)
            await there.tell(session, 1, processing())

            await asyncio.wait_for(wakeup.wait(60), PATIENCE)


async def test_a_cancel_of_another_process_stops_the_work(tmp_path, database_url):
    async with (
        Store.open(tmp_path, database_url) as here,
        Store.open(tmp_path, database_url) as there,
    ):
        session = (await here.accept(new_session())).session_id
        waiting = asyncio.create_task(here.cancelled(session, 1))
        await there.cancel(session, ME)

        await asyncio.wait_for(waiting, PATIENCE)


async def test_closing_wakes_every_stream_for_good(store):
    session = (await store.accept(new_session())).session_id
    async with store.watch(session) as wakeup, store.watch(session) as second:
        waiting = [asyncio.create_task(one.wait(60)) for one in (wakeup, second)]
        await asyncio.sleep(0.01)
        store.close_streams()
        await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)

        assert store.closing
        await asyncio.wait_for(wakeup.wait(60), PATIENCE)


async def test_a_follower_sees_every_event_once_and_in_order(store):
    session = (await store.accept(new_session(*(f"{n}.ts" for n in range(20))))).session_id

    async def follow() -> list[int]:
        seen: list[int] = []
        async with store.watch(session) as wakeup:
            while True:
                page = await store.events_after(session, seen[-1] if seen else 0, limit=7)
                seen += [event.id for event in page]
                if page and page[-1].is_terminal:
                    return seen
                if not page:
                    await wakeup.wait(5)

    followers = [asyncio.create_task(follow()) for _ in range(5)]
    for index in range(1, 21):
        await store.tell(session, 1, processing(index))
    await store.cancel(session, ME)

    for seen in await asyncio.wait_for(asyncio.gather(*followers), 60):
        assert seen == list(range(1, 23))
