"""Kills the service again and again, at random moments and at every kind of commit, and then counts what it left.

python -m tests.fakes.kill_loop --kills 50 [--seed 1] [--database-url …]

The lives are forked from one process that has imported everything: each of them is the real store, the real engine and
the real jobs; only the pipeline of a file is short, and its model is a line in a log.
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

from testwright.domain.drafts import Case, Draft, Usage
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

OWNER = "local"
FILES = 4
AT_ONCE = 2
LONGEST_LIFE = 60.0
WIDTH = 3


class Log:
    """Lines that survive the process that wrote them."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def line(self, *words: object) -> None:
        os.write(self._handle, (" ".join(map(str, words)) + "\n").encode())


class LoggedModel:
    """Every question is bought: that is one line."""

    provider, model = "fake", "fake-1"

    def __init__(self, log: Log) -> None:
        self._log = log

    async def generate(self, *, system: str, prompt: str, schema: Any, on_text: Any = None) -> Answer:
        self._log.line("bought", prompt)
        await asyncio.sleep(0.02)
        return Answer(text=f"tests for {prompt}", finish="stop", usage=Usage(tokens=10, cost_usd=0.0))

    async def count(self, *, system: str, prompt: str, schema: Any) -> int | None:
        return None


class LoggedAnswers:
    def __init__(self, answers: AnswerCache, log: Log) -> None:
        self._answers = answers
        self._log = log

    async def get(self, key: str) -> Answer | None:
        return await self._answers.get(key)

    async def put(self, key: str, answer: Answer) -> None:
        await self._answers.put(key, answer)
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


def new_session(number: int) -> NewSession:
    return NewSession(
        owner=OWNER,
        repository_id="shop",
        repository_root=None,
        branch=None,
        framework="pytest",
        files=tuple(SourceFile(path=f"f{n}.py", text="a = 1\n", framework="pytest") for n in range(FILES)),
        options=Options(),
        writer="model",
        model="fake:fake-1",
        estimate_seconds=1,
        request_hash=str(number),
    )


async def live(home: Path, url: str | None, log: Log, *, take_in: bool) -> None:
    """One life of the service: with `take_in` it never runs out of work, without it ends with its work."""
    async with Store.open(home, url) as store:
        engine = EmbeddedEngine(home, url, backoff_seconds=0.05)
        client = make_client(EngineChoice(mode="embedded"), signing_key=engine.signing_key, event_key=None)
        shop = Shop(LoggedAnswers(store.answers, log))
        job = partial(work, shop, LoggedModel(log))
        functions = build_functions(client, store, job, width=WIDTH, backoff=lambda attempt: 0.05)
        await engine.start(mount(FastAPI(), client, functions), functions)
        keeper = Keeper(store, engine, session_hours=6)
        await keeper.start()
        log.line("up")
        while running := await store.running_sessions():
            while take_in and len(running) < AT_ONCE:
                running = running | {await accept(store, keeper, log)}
            await asyncio.sleep(0.02)
        if take_in:
            await accept(store, keeper, log)
            await live_on(store, keeper, log)
        await keeper.stop()
        await engine.stop()


async def live_on(store: Store, keeper: Keeper, log: Log) -> None:
    while True:
        if len(await store.running_sessions()) < AT_ONCE:
            await accept(store, keeper, log)
        await asyncio.sleep(0.02)


async def accept(store: Store, keeper: Keeper, log: Log) -> str:
    accepted = await store.accept(new_session(0))
    log.line("accepted", accepted.session_id)
    await keeper.dispatch(accepted)
    return accepted.session_id


def die_at_commit(number: int, *, after: bool) -> None:
    """Be gone at the store's nth commit from now: before it is on the disk, or right after."""
    left = [number]

    def gone(session: Session) -> None:
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)

    event.listen(Session, "after_commit" if after else "before_commit", gone)


def spawn(home: Path, url: str | None, log: Path, *, take_in: bool, commit: int | None, after: bool) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if commit is not None:
            die_at_commit(commit, after=after)
        asyncio.run(live(home, url, Log(log), take_in=take_in))
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


def wait_until_up(pid: int, log: Path) -> bool:
    """Whether it ended instead."""
    before, deadline = ups(log), time.monotonic() + LONGEST_LIFE
    while ups(log) == before and time.monotonic() < deadline:
        if ended(pid, 0.01) is not None:
            return True
    return False


def ups(log: Path) -> int:
    return log.read_text().splitlines().count("up") if log.exists() else 0


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


async def violations(home: Path, url: str | None, lines: list[list[str]], kills: int) -> list[str]:
    found = []
    accepted = {words[1] for words in lines if words[0] == "accepted"}
    async with Store.open(home, url) as store:
        records, _ = await store.sessions(OWNER, limit=100_000)
        known = {record.session_id: record for record in records}
        found += [f"accepted and lost: {session}" for session in accepted - known.keys()]
        for session_id, record in known.items():
            events = await store.events_after(session_id, 0, limit=10_000)
            types = Counter(str(one.payload["type"]) for one in events)
            progress = [one.payload["progress"] for one in events]
            tests = await store.tests(session_id)
            rules = {
                "is not completed": record.status != "completed",
                "has a gap or a repeat": [one.id for one in events] != list(range(1, record.last_event_id + 1)),
                "does not end once": types["generation_completed"] != 1 or not events[-1].is_terminal,
                "tells a file twice or never": types["test_generated"] != FILES,
                "has not one suite a file": len(tests) != FILES or any(test.revision != 1 for test in tests),
                "falls back": progress != sorted(progress) or progress.count(100) != 1,
            }
            found += [f"{session_id} {rule} ({dict(types)})" for rule, broken in rules.items() if broken]
    bought = Counter(words[1] for words in lines if words[0] == "bought")
    kept: set[str] = set()
    for words in lines:
        if words[0] == "kept":
            kept.add(words[1])
        elif words[0] == "bought" and words[1] in kept:
            found.append(f"bought again after it was kept: {words[1]}")
    extra = sum(bought.values()) - len(bought)
    if extra > kills * WIDTH:
        found.append(f"{extra} calls more than questions, with {kills} kills and a width of {WIDTH}")
    found += [" ".join(words) for words in lines if words[0] == "broke"]
    return found


def main(kills: int, seed: int, url: str | None) -> dict[str, Any]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="testwright-kills-") as folder:
        home, path = Path(folder) / "home", Path(folder) / "log"
        begun = time.monotonic()
        for number in range(kills):
            by_commit = number % 2 == 0
            pid = spawn(
                home,
                url,
                path,
                take_in=True,
                commit=chance.randint(1, 60) if by_commit else None,
                after=chance.random() < 0.5,
            )
            if by_commit:
                is_gone = ended(pid, LONGEST_LIFE) is not None
            else:
                # One in four dies while it starts, the others while they work.
                is_gone = chance.random() > 0.25 and wait_until_up(pid, path)
                is_gone = is_gone or ended(pid, chance.uniform(0.01, 1.0)) is not None
            if not is_gone:
                kill(pid)
        pid = spawn(home, url, path, take_in=False, commit=None, after=False)
        if ended(pid, LONGEST_LIFE + kills) is None:
            kill(pid)
        lines = [line.split(" ") for line in path.read_text().splitlines()]
        return {
            "kills": kills,
            "sessions": sum(words[0] == "accepted" for words in lines),
            "bought": sum(words[0] == "bought" for words in lines),
            "seconds": round(time.monotonic() - begun, 1),
            "violations": asyncio.run(violations(home, url, lines, kills)),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url")
    given = parser.parse_args()
    report = main(given.kills, given.seed, given.database_url)
    print(json.dumps(report, indent=2))
    sys.exit(bool(report["violations"]))
