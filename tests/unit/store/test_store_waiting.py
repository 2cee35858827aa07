"""What a round that waits is told of the queue before it."""

from store_samples import ME, deliver_all, new_session, processing

from testwright.store import Store


async def accepted(store: Store, *paths: str) -> str:
    return (await store.accept(new_session(*paths))).session_id


async def told(store: Store, session: str) -> list[tuple[int, int | None]]:
    events = [event.payload for event in await store.events_after(session, 0)]
    moved = [event for event in events if event["type"] == "queue_moved"]
    return [(event["queuePosition"], event.get("estimatedSeconds")) for event in moved]


async def test_who_waits_is_told_how_the_queue_shortens(store, clock):
    first = await accepted(store, "a.ts", "b.ts")
    clock.forward(1)
    second = await accepted(store, "c.ts")
    await store.tell_queue()
    assert await told(store, second) == []  # as its first event said

    await store.cancel(first, ME)
    await store.tell_queue()
    await store.tell_queue()

    assert await told(store, second) == [(0, None)]
    record = await store.session(second, ME)
    assert (record.status, record.current_message) == ("pending", "Next to begin")


async def test_with_a_history_it_is_told_how_long_it_will_take_at_most(store, clock):
    before = await accepted(store, "before.ts")
    await store.tell(before, 1, processing())
    clock.forward(10)
    await deliver_all(store, before)
    first = await accepted(store, "a.ts")
    clock.forward(1)
    second = await accepted(store, "b.ts")
    clock.forward(1)
    third = await accepted(store, "c.ts")
    await store.tell_queue()

    await store.cancel(first, ME)
    await store.tell_queue()

    assert await told(store, third) == [(1, 60)]  # 30 seconds for each of the two
    assert await told(store, second) == [(0, 30)]


async def test_a_round_that_has_begun_is_told_nothing(store, clock):
    first = await accepted(store, "a.ts")
    clock.forward(1)
    second = await accepted(store, "b.ts")
    await store.tell_queue()
    await store.tell(second, 1, processing())

    await store.cancel(first, ME)
    await store.tell_queue()

    assert await told(store, second) == []
