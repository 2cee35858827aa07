"""Kills the service again and again, at random moments, at random commits and at named points, and counts what it left.

python -m tests.fakes.kill_loop [--kills 50] [--points] [--seed 1] [--database-url …]

The lives are forked from one process that has imported everything: each of them is the real store, the real engine and
the real jobs; only the pipeline of a file is short, and its model is a line in a log. Two people use it: they start
sessions, stop some of them and go on with some of those. `--points` adds a death before and one after each of
`kill_points.POINTS`.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.fakes.kill_accounts import OWNERS, violations
from tests.fakes.kill_points import ANSWER, ENGINE, POINTS, Point, Watched, WatchedStore, watched_endpoint
from testwright.domain.drafts import Case, Draft, Usage
from testwright.domain.errors import InputError
from testwright.domain.events import Event
from testwright.domain.evidence import DeliveredSuite, NotVerified
from testwright.domain.ports import Answer, AnswerCache, Desk, Step
from testwright.domain.records import Assignment, NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.jobs.client import EngineChoice, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.functions import build_functions
from testwright.jobs.keeper import Keeper
from testwright.providers.buying import Bought, Shop
from testwright.providers.options import ProviderOptions
from testwright.store import Store

FILES = 4
AT_ONCE = 2
LONGEST_LIFE = 60.0
LIVES_BETWEEN_LINES = 50
WIDTH = 3


class Log:
    """Lines that survive the process that wrote them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def line(self, *words: object) -> None:
        os.write(self._handle, (" ".join(map(str, words)) + "\n").encode())

    def lines(self) -> list[list[str]]:
        return [line.split(" ") for line in self._path.read_text().splitlines()]


class LoggedModel:
    """Every question is bought: that is one line."""

    provider, model = "fake", "fake-1"

    def __init__(self, log: Log, seconds: float) -> None:
        self._log = log
        self._seconds = seconds

    async def generate(self, *, system: str, prompt: str, schema: Any, on_text: Any = None) -> Answer:
        self._log.line("bought", prompt)
        await asyncio.sleep(self._seconds)
        return Answer(text=f"tests for {prompt}", finish="stop", usage=Usage(tokens=10, cost_usd=0.0))

    async def count(self, *, system: str, prompt: str, schema: Any) -> int | None:
        return None


class LoggedAnswers:
    def __init__(self, answers: AnswerCache, log: Log, point: Point | None) -> None:
        self._answers = answers
        self._keep = answers.put if point is None else point.watching(answers.put, ANSWER)
        self._log = log

    async def get(self, key: str) -> Answer | None:
        return await self._answers.get(key)

    async def put(self, key: str, answer: Answer) -> None:
        await self._keep(key, answer)
        self._log.line("kept", answer.text.removeprefix("tests for "))


async def work(shop: Shop, model: LoggedModel, assignment: Assignment, desk: Desk, step: Step) -> None:
    index, path = assignment.file_index, assignment.source.path

    async def analyse() -> str:
        await desk.tell(Event(type="file_processing", message="begins", file_index=index))
        return path

    async def draft() -> str:
        buyer = Bought(source=model, options=ProviderOptions(model="fake-1"), shop=shop, purse=desk.purse, seed=0)
        answer = await buyer.generate(system="s", prompt=f"{assignment.session_id}/{path}", schema=None)
        await desk.put("draft/1", {"text": answer.text})
        extra = {"attempt": 1, "testCount": 1, "writer": "model"}
        await desk.tell(Event(type="test_drafted", message="drafted", file_index=index, extra=extra))
        return "draft/1"

    async def keep() -> str:
        drafted = await desk.get("draft/1")
        assert drafted is not None
        evidence = NotVerified(
            writer="model", model="m", reason="-", hint=None, test_count=1, attempts=1, tokens=10, cost_usd=0.0
        )
        return await desk.deliver(
            DeliveredSuite(
                file_path=path,
                test_file_path=f"test_{path}",
                test_code=drafted["text"],
                draft=Draft(preamble="", cases=(Case(name="t", code="…"),)),
                evidence=evidence,
                dropped=(),
                mutants=(),
                covered_before=(),
                covered_after=(),
                missed_after=(),
            )
        )

    await step("analyse", analyse, returns=str)
    await step("draft/1", draft, returns=str)
    await step("keep", keep, returns=str)


def new_session(owner: str) -> NewSession:
    return NewSession(
        owner=owner,
        repository_id="shop",
        repository_root=None,
        branch=None,
        framework="pytest",
        files=tuple(SourceFile(path=f"f{n}.py", text="a = 1\n", framework="pytest") for n in range(FILES)),
        options=Options(),
        writer="model",
        model="fake:fake-1",
        estimate_seconds=1,
        request_hash="hash",
    )


class Life:
    """One life of the service."""

    def __init__(self, store: Any, keeper: Keeper, log: Log) -> None:
        self.store, self.keeper, self.log = store, keeper, log
        self.chance = random.Random(os.getpid())

    async def without_end(self) -> None:
        """Never run out of work."""
        while True:
            if len(await self.store.running_sessions()) < AT_ONCE:
                await self.accept()
            await asyncio.sleep(0.02)
            if self.chance.random() < 0.03:
                await self.stop_one()
            if self.chance.random() < 0.06:
                await self.go_on_with_one()

    async def to_the_end(self) -> None:
        while await self.store.running_sessions():  # noqa: ASYNC110 — nobody tells of the last one's end
            await asyncio.sleep(0.02)

    async def accept(self) -> None:
        accepted = await self.store.accept(new_session(self.chance.choice(OWNERS)))
        self.log.line("accepted", accepted.session_id)
        await self.keeper.dispatch(accepted)

    async def stop_one(self) -> None:
        session_id, owner = await self._any_session("processing")
        if session_id and await self.store.cancel(session_id, owner):
            self.log.line("stopped", session_id, (await self.store.session(session_id, owner)).round)
            await self.keeper.stop_runs(session_id, 1)

    async def go_on_with_one(self) -> None:
        session_id, owner = await self._any_session("cancelled")
        if session_id:
            try:
                again = await self.store.retry(
                    session_id, owner, paths=None, model=None, instructions=None, estimate_seconds=1
                )
            except InputError as refused:  # it was stopped when its last file had just ended
                if refused.code == "nothing_to_retry":
                    return
                raise
            self.log.line("accepted", session_id)
            await self.keeper.dispatch(again)

    async def _any_session(self, status: str) -> tuple[str, str]:
        owner = self.chance.choice(OWNERS)
        records, _ = await self.store.sessions(owner, limit=20)
        found = [record.session_id for record in records if record.status == status]
        return (self.chance.choice(found), owner) if found else ("", owner)


async def live(
    home: Path, url: str | None, log: Log, *, take_in: bool, point: Point | None = None, model_seconds: float = 0.02
) -> None:
    """With `take_in` it never runs out of work, without it ends with its work."""
    async with Store.open(home, url) as opened:
        engine = EmbeddedEngine(home, url, backoff_seconds=0.05)
        client = make_client(EngineChoice(mode="embedded"), signing_key=engine.signing_key, event_key=None)
        store: Any = WatchedStore(opened, point)
        shop = Shop(LoggedAnswers(opened.answers, log, point))
        job = partial(work, shop, LoggedModel(log, model_seconds))
        functions = build_functions(client, store, job, width=WIDTH, backoff=lambda attempt: 0.05)
        await engine.start(watched_endpoint(mount(FastAPI(), client, functions), point), functions)
        keeper = Keeper(store, Watched(engine, point, ENGINE), session_hours=6)
        await keeper.start()
        log.line("up")
        life = Life(store, keeper, log)
        await (life.without_end() if take_in else life.to_the_end())
        await keeper.stop()
        await engine.stop()


def die_at_commit(number: int, *, after: bool) -> None:
    """Be gone at the store's nth commit from now: before it is on the disk, or right after."""
    left = [number]

    def gone(session: Session) -> None:
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)

    event.listen(Session, "after_commit" if after else "before_commit", gone)


def spawn(
    home: Path,
    url: str | None,
    log: Path,
    *,
    take_in: bool = True,
    commit: int | None = None,
    after: bool = False,
    point: Point | None = None,
) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if commit is not None:
            die_at_commit(commit, after=after)
        asyncio.run(live(home, url, Log(log), take_in=take_in, point=point))
        status = 0
    except BaseException as error:
        Log(log).line("broke", type(error).__name__, str(error).replace("\n", " "))
    finally:
        os._exit(status)


def ended(pid: int, seconds: float) -> int | None:
    """The wait status, or None when it still lives by then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.005)
    return None


def wait_until_up(pid: int, log: Path, begin: int) -> bool:
    """Whether it ended instead. What it says stands behind the log's first `begin` bytes."""
    deadline = time.monotonic() + LONGEST_LIFE
    while not is_up(log, begin) and time.monotonic() < deadline:
        if ended(pid, 0.01) is not None:
            return True
    return False


def is_up(log: Path, begin: int) -> bool:
    if not log.exists():
        return False
    with log.open("rb") as lines:
        lines.seek(begin)
        return b"up" in lines.read().splitlines()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def kill_at_random(home: Path, url: str | None, path: Path, kills: int, chance: random.Random) -> Counter[str]:
    """How many lives ended where."""
    ends = Counter[str]()
    for number in range(1, kills + 1):
        ends[
            killed_at_a_commit(home, url, path, chance) if number % 2 else killed_by_the_clock(home, url, path, chance)
        ] += 1
        if number % LIVES_BETWEEN_LINES == 0:
            print(f"{number} lives", dict(ends), file=sys.stderr, flush=True)
    return ends


def killed_at_a_commit(home: Path, url: str | None, path: Path, chance: random.Random) -> str:
    after = chance.random() < 0.5
    pid = spawn(home, url, path, commit=chance.randint(1, 60), after=after)
    if ended(pid, LONGEST_LIFE) is None:
        kill(pid)
        return "at work, no such commit having come"
    return "after a commit" if after else "before a commit"


def killed_by_the_clock(home: Path, url: str | None, path: Path, chance: random.Random) -> str:
    """One in four while it starts, the others while they work."""
    begin = path.stat().st_size if path.exists() else 0
    starts = chance.random() < 0.25
    pid = spawn(home, url, path)
    if (not starts and wait_until_up(pid, path, begin)) or ended(pid, chance.uniform(0.01, 1.0)) is not None:
        return "by itself"
    kill(pid)
    return "at work" if is_up(path, begin) else "while starting"


def kill_at_points(home: Path, url: str | None, path: Path, chance: random.Random) -> None:
    places = [(name, after) for name in POINTS for after in (False, True)]
    chance.shuffle(places)
    for name, after in places:
        last_words = partial(Log(path).line, "died")
        point = Point(name=name, after=after, left=chance.randint(1, 3), last_words=last_words)
        pid = spawn(home, url, path, point=point)
        if ended(pid, LONGEST_LIFE) is None:
            kill(pid)


def main(kills: int, seed: int, url: str | None, *, points: bool) -> dict[str, Any]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="testwright-kills-") as folder:
        home, path = Path(folder) / "home", Path(folder) / "log"
        begun = time.monotonic()
        ends = kill_at_random(home, url, path, kills, chance)
        if points:
            kill_at_points(home, url, path, chance)
            kills += 2 * len(POINTS)
        pid = spawn(home, url, path, take_in=False)
        if ended(pid, LONGEST_LIFE + kills) is None:
            kill(pid)
        lines = Log(path).lines()
        stopped = sum(words[0] == "stopped" for words in lines)
        extra_calls = (kills + stopped) * WIDTH
        return {
            "kills": kills,
            "ends": dict(ends),
            "points": sorted(words[1] for words in lines if words[0] == "died"),
            "sessions": len({words[1] for words in lines if words[0] == "accepted"}),
            "stopped": stopped,
            "bought": sum(words[0] == "bought" for words in lines),
            "seconds": round(time.monotonic() - begun, 1),
            "violations": asyncio.run(violations(home, url, lines, files=FILES, extra_calls=extra_calls)),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url")
    given = parser.parse_args()
    report = main(given.kills, given.seed, given.database_url, points=given.points)
    print(json.dumps(report, indent=2))
    sys.exit(bool(report["violations"]))
