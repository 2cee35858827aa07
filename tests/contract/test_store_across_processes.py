"""What the store promises holds between processes, and when one of them is killed."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from testwright.domain.events import Event
from testwright.domain.records import NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.store import Store

SECONDS = 30
FILES = 60

# Says each thing once it was acknowledged: what was said must never be lost.
ACCEPTING = """
import asyncio, sys
from pathlib import Path
from test_store_across_processes import new_session, processing
from testwright.store import Store

async def main():
    async with Store.open(Path(sys.argv[1]), sys.argv[2] or None) as store:
        while True:
            session = (await store.accept(new_session())).session_id
            print("accepted", session, flush=True)
            for index in range(1, 6):
                number = await store.tell(session, 1, processing(index))
                print("told", session, number, flush=True)

asyncio.run(main())
"""
TELLING = """
import asyncio, sys
from pathlib import Path
from test_store_across_processes import FILES, processing
from testwright.store import Store

async def main():
    home, url, session, first, step = sys.argv[1:]
    async with Store.open(Path(home), url or None) as store:
        for index in range(int(first), FILES + 1, int(step)):
            print(await store.tell(session, 1, processing(index)), flush=True)

asyncio.run(main())
"""


def new_session() -> NewSession:
    return NewSession(
        owner="local",
        repository_id="shop",
        repository_root=None,
        branch=None,
        framework="vitest",
        files=tuple(SourceFile(path=f"src/{n}.ts", text="export {}\n", framework="vitest") for n in range(FILES)),
        options=Options(),
        writer="explorer",
        model=None,
        estimate_seconds=1,
        request_hash="hash",
    )


def processing(index: int) -> Event:
    return Event(type="file_processing", message="Generating tests", file_index=index)


@asynccontextmanager
async def process(program: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, *arguments), stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parent
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()


async def lines(running: asyncio.subprocess.Process) -> list[str]:
    assert running.stdout is not None
    written = await asyncio.wait_for(running.stdout.read(), SECONDS)
    await running.wait()
    return written.decode().splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
async def test_what_was_acknowledged_survives_a_kill(tmp_path, database_url):
    said: list[list[str]] = []
    for _ in range(3):
        async with process(ACCEPTING, str(tmp_path), database_url or "") as running:
            assert running.stdout is not None
            said.append((await asyncio.wait_for(running.stdout.readline(), SECONDS)).decode().split())
            await asyncio.sleep(random.uniform(0, 0.3))
            running.send_signal(signal.SIGKILL)
            whole = [line.split() for line in await lines(running)]
            said += [words for words in whole if len(words) == (2 if words[:1] == ["accepted"] else 3)]

    async with Store.open(tmp_path, database_url) as store:
        for kind, session_id, *number in said:
            record = await store.session(session_id, "local")
            assert record is not None
            assert record.total_files == len(await store.files(session_id)) == FILES
            events = await store.events_after(session_id, 0)
            assert [event.id for event in events] == list(range(1, record.last_event_id + 1))
            if kind == "told":
                assert record.last_event_id >= int(number[0])


async def test_processes_that_write_at_once_wait_for_each_other(tmp_path, database_url):
    async with Store.open(tmp_path, database_url) as store:
        session = (await store.accept(new_session())).session_id
        async with (
            process(TELLING, str(tmp_path), database_url or "", session, "1", "3") as one,
            process(TELLING, str(tmp_path), database_url or "", session, "2", "3") as two,
        ):
            here = [await store.tell(session, 1, processing(index)) for index in range(3, FILES + 1, 3)]
            there = [int(number) for running in (one, two) for number in await lines(running)]

        assert sorted([*here, *there]) == list(range(2, FILES + 2))
        progress = [event.payload["progress"] for event in await store.events_after(session, 0)]
        assert progress == sorted(progress)
