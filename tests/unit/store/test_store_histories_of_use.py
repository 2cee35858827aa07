"""Whatever two people do, in whatever order, with restarts and crashes: the store and a plain model of it agree."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from store_samples import new_session, processing, suite

from testwright.domain.errors import InputError, PermanentError
from testwright.store import Store

T = TypeVar("T")
OWNERS = ("me", "you")
IDS = ("one", "two", "three")
PATHS = ("a.ts", "b.ts", "c.ts")
owners, ids, places = st.sampled_from(OWNERS), st.sampled_from(IDS), st.integers(1, len(PATHS))


@cache
def migrated_home() -> str:
    """Migrating takes longer than most histories: it is done once."""
    home = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, home, ignore_errors=True)

    async def migrate() -> None:
        async with Store.open(Path(home)):
            pass

    asyncio.run(migrate())
    return home


class Known:
    """A session as a plain model: what each file came to, and what a reader of its stream has seen."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.round = 1
        self.runs = True
        self.is_retry = False
        self.files = dict.fromkeys(PATHS, "open")
        self.delivered: set[str] = set()
        self.seen = 0
        self.progress = 0


class Use(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        shutil.copytree(migrated_home(), self.folder.name, dirs_exist_ok=True)
        self.known: dict[str, Known] = {}
        self.opened: AbstractAsyncContextManager[Store]
        self.open()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def tried(self, work: Coroutine[Any, Any, T]) -> tuple[T | None, str]:
        """What came of it, or the code of its refusal."""
        try:
            return self.run(work), ""
        except InputError as error:
            return None, error.code

    def open(self) -> None:
        self.opened = Store.open(Path(self.folder.name))
        self.store = self.run(self.opened.__aenter__())

    def teardown(self) -> None:
        self.run(self.opened.__aexit__(None, None, None))
        self.loop.close()
        self.folder.cleanup()

    @rule(owner=owners, session=ids)
    def trigger(self, owner: str, session: str) -> None:
        new = new_session(*PATHS, owner=owner, session_id=session, request_hash=f"{owner}/{session}")
        known = self.known.get(session)
        accepted, refusal = self.tried(self.store.accept(new))
        if accepted is None:
            assert known is not None
            expected = {
                "session_not_found": known.owner != owner,
                "session_running": known.runs and known.is_retry,  # of which this request is no repetition
            }
            assert expected[refusal]
            return
        assert known is None or known.owner == owner
        assert accepted.started == (known is None or not known.runs)
        if known is None:
            self.known[session] = Known(owner)
        elif accepted.started:
            known.is_retry = False
            self.next_round(known, list(PATHS))

    @rule(owner=owners, session=ids)
    def retry(self, owner: str, session: str) -> None:
        known = self.known.get(session)
        retried, refusal = self.tried(
            self.store.retry(session, owner, paths=None, model=None, instructions=None, estimate_seconds=1)
        )
        if retried is None:
            expected = {
                "session_not_found": known is None or known.owner != owner,
                "session_running": known is not None and known.runs,
                "nothing_to_retry": known is not None and "failed" not in known.files.values(),
            }
            assert expected[refusal]
            return
        assert known is not None
        assert known.owner == owner
        assert not known.runs
        known.is_retry = True
        self.next_round(known, [path for path, state in known.files.items() if state == "failed"])

    def next_round(self, known: Known, paths: list[str]) -> None:
        known.round += 1
        known.runs, known.progress = True, 0
        known.files |= dict.fromkeys(paths, "open")

    @rule(session=ids, place=places, end=st.sampled_from(["tell", "deliver", "fail"]))
    def work(self, session: str, place: int, end: str) -> None:
        known = self.known.get(session)
        path = PATHS[place - 1]
        if known is None or not known.runs or known.files[path] != "open":
            return
        desk = self.store.desk(session, known.round, place)
        if end == "tell":
            self.run(desk.tell(processing(place)))
        elif end == "deliver":
            first, again = self.run(desk.deliver(suite(path))), self.run(desk.deliver(suite(path)))
            assert first == again
            known.files[path] = "done"
            known.delivered.add(path)
        else:
            self.run(desk.fail(PermanentError("It broke.", code="internal")))
            known.files[path] = "failed"

    @rule(owner=owners, session=ids)
    def cancel(self, owner: str, session: str) -> None:
        known = self.known.get(session)
        was_running, refusal = self.tried(self.store.cancel(session, owner))
        if refusal:
            assert known is None or known.owner != owner
            return
        assert known is not None
        assert was_running == known.runs
        self.end(known)

    @rule(session=ids)
    def finish(self, session: str) -> None:
        known = self.known.get(session)
        if known is not None:
            self.run(self.store.finish_round(session, known.round))
            self.end(known)

    def end(self, known: Known) -> None:
        known.runs = False
        known.files = {path: "failed" if state == "open" else state for path, state in known.files.items()}

    @rule()
    def restart(self) -> None:
        self.run(self.opened.__aexit__(None, None, None))
        self.open()

    @rule(session=ids, place=places, end=st.sampled_from(["tell", "deliver", "cancel"]), turns=st.integers(0, 60))
    def crash_in_the_middle(self, session: str, place: int, end: str, turns: int) -> None:
        """What was under way is there as a whole afterwards, or not at all."""
        known = self.known.get(session)
        path = PATHS[place - 1]
        going: asyncio.Future[Any] | None = None
        if known is not None and known.runs and known.files[path] == "open":
            desk = self.store.desk(session, known.round, place)
            work: dict[str, Coroutine[Any, Any, Any]] = {
                "tell": desk.tell(processing(place)),
                "deliver": desk.deliver(suite(path)),
                "cancel": self.store.cancel(session, known.owner),
            }
            going = self.loop.create_task(work.pop(end))
            for other in work.values():
                other.close()
        self.run(self.some_turns(turns))
        was_acknowledged = going is not None and going.done()
        self.die()
        if known is None or going is None:
            return
        record = self.run(self.store.session(session, known.owner))
        files = {file.path: file for file in self.run(self.store.files(session))}
        assert record is not None
        if end == "deliver":
            is_there = files[path].test_id is not None and files[path].status == "completed"
            assert is_there or not was_acknowledged
            if is_there:
                known.files[path] = "done"
                known.delivered.add(path)
        if end == "cancel":
            assert record.status.is_over or not was_acknowledged
            if record.status.is_over:
                self.end(known)

    async def some_turns(self, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    def die(self) -> None:
        """As `kill -9` would: the files stay as they are at this moment, and somebody else goes on with them."""
        left = tempfile.TemporaryDirectory()
        # The -shm file is no part of what survives: SQLite makes it anew from the -wal.
        for path in sorted(Path(self.folder.name).iterdir()):
            if path.is_file() and not path.name.endswith("-shm"):
                shutil.copy(path, left.name)
        self.run(self.opened.__aexit__(None, None, None))
        self.folder.cleanup()
        self.folder = left
        self.open()

    @rule(session=ids, most=st.integers(1, 4))
    def read_a_little_and_disconnect(self, session: str, most: int) -> None:
        known = self.known.get(session)
        if known is None:
            return
        page = self.run(self.store.events_after(session, known.seen, limit=most))
        assert [event.id for event in page] == list(range(known.seen + 1, known.seen + len(page) + 1))
        known.seen += len(page)

    @invariant()
    def agree(self) -> None:
        for session, known in self.known.items():
            record = self.run(self.store.session(session, known.owner))
            other = next(owner for owner in OWNERS if owner != known.owner)
            assert self.run(self.store.session(session, other)) is None
            assert record is not None
            assert record.status.is_over == (not known.runs)
            assert (record.progress == 100) == (not known.runs)
            assert record.progress >= known.progress
            known.progress = record.progress
            assert record.round == known.round
            assert {test.file_path for test in self.run(self.store.tests(session))} == known.delivered


Use.TestCase.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
test_the_store_and_a_plain_model_of_it_agree = Use.TestCase
