"""A reader who is cut off again and again, anywhere, sees each event once and in order."""

import asyncio
import json
import random
from pathlib import Path

from testwright.api.stream import follow
from testwright.domain.events import Event
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.store import Store

READERS, EVENTS, CUTS = 30, 60, 1_000


async def read(store: Store, session_id: str, chance: random.Random, cuts: list[int]) -> list[int]:
    """The numbers seen by one who comes back with the last whole event that arrived."""
    seen: list[int] = []
    while not seen or not is_over(seen):
        left = chance.randint(0, 3) if sum(cuts) < CUTS else EVENTS * 2
        frames = follow(store, session_id, "local", seen[-1] if seen else 0)
        async for frame in frames:
            number, kind = told(frame)
            if number is None:
                continue
            if left == 0:  # cut in the middle of this one: it never arrived
                cuts.append(1)
                break
            left -= 1
            seen.append(number)
            if kind == "generation_cancelled":
                break
        await frames.aclose()
    return seen


def is_over(seen: list[int]) -> bool:
    return seen[-1] == EVENTS + 2


def told(frame: bytes) -> tuple[int | None, str]:
    fields = dict(line.split(": ", 1) for line in frame.decode().splitlines() if ": " in line)
    return (int(fields["id"]), json.loads(fields["data"])["type"]) if "id" in fields else (None, "")


async def test_a_thousand_random_disconnects_leave_no_gap_and_no_repeat(
    tmp_path: Path, database_url: str | None
) -> None:
    async with Store.open(tmp_path, database_url) as store:
        session_id = (await store.accept(new_session())).session_id
        chance, cuts = random.Random(7), list[int]()
        readers = [asyncio.create_task(read(store, session_id, chance, cuts)) for _ in range(READERS)]
        for index in range(1, EVENTS + 1):
            await store.tell(session_id, 1, Event(type="file_processing", message="begins", file_index=index))
            await asyncio.sleep(0)
        await store.cancel(session_id, "local")

        for seen in await asyncio.wait_for(asyncio.gather(*readers), 120):
            assert seen == list(range(1, EVENTS + 3))
    assert len(cuts) >= CUTS


def new_session() -> NewSession:
    return NewSession(
        owner="local",
        repository_id="shop",
        repository_root=None,
        branch=None,
        framework="vitest",
        files=tuple(SourceFile(path=f"src/{n}.ts", text="export {}", framework="vitest") for n in range(EVENTS)),
        options=Options(),
        writer="explorer",
        model=None,
        estimate_seconds=1,
        request_hash="hash",
    )
