"""What is measured of the jobs, the store and the stream; each figure by itself, in a home of its own."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import inngest
from running import House, Readers, ended

from tests.fakes.jobs_engine import embedded
from testwright.settings import read_settings


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    seen: str
    wanted: str
    holds: bool


def at_most(what: str, seen: float, limit: float, unit: str, further: str = "") -> Row:
    return Row(what, f"{seen:.3g} {unit}{further}", f"≤ {limit:g} {unit}", seen <= limit)


def told(what: str, seen: float, unit: str) -> Row:
    return Row(what, f"{seen:.3g} {unit}", "-", True)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that so large a share does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def trigger(folder: Path) -> list[Row]:
    """100 files of 10 kB at once, while 50 sessions are at work: four of their files, a step in 0.2 s each."""
    with ended(House(folder, "2.0", width="4", model_width="0")) as house:
        for _ in range(50):
            house.trigger(20)
        content = "".join(f"value_{number} = {number}\n" for number in range(600))[:10_000]
        seconds = []
        for _ in range(60):
            began = time.perf_counter()
            session_id = house.trigger(100, content)
            seconds.append(time.perf_counter() - began)
            house.post(f"/api/sessions/{session_id}/cancel", {})
            time.sleep(0.25)
        at_work = house.running()
    further = f" (median {median(seconds) * 1000:.0f}; {at_work} were still at work)"
    return [
        at_most(
            "trigger, 100 files / 1 MB, 50 sessions at work, p95", quantile(seconds, 0.95) * 1000, 150, "ms", further
        )
    ]


def steps(folder: Path) -> list[Row]:
    """From the timeline: ten steps a file, of which eight put something on the desk and three tell an event."""
    firsts, between = [], []
    with ended(House(folder, "0.0", width="2")) as house:
        for number in range(60):
            session_id = house.trigger(1)
            house.wait_until_done(10)
            if number < 10:
                continue  # what is done for the first time takes longer
            began = [_seconds(step["startedAt"]) for step in house.get(f"/api/sessions/{session_id}/timeline")["steps"]]
            accepted = _seconds(house.get(f"/api/inngest/status/{session_id}")["createdAt"])
            firsts.append(began[0] - accepted)
            between += [later - earlier for earlier, later in pairwise(began)]
    return [
        told("accepted → a file's first step, p95", quantile(firsts, 0.95) * 1000, "ms"),
        told("a step, with what it lays down and tells, mean", sum(between) / len(between) * 1000, "ms"),
    ]


def engine(folder: Path) -> list[Row]:
    """The engine by itself: a function of thirty steps that do nothing."""
    firsts, between = asyncio.run(_engine_seconds(folder))
    return [
        at_most("event → a function's first step, p95", quantile(firsts, 0.95) * 1000, 40, "ms"),
        at_most("a step's overhead, embedded, median", median(between) * 1000, 12, "ms"),
    ]


async def _engine_seconds(folder: Path) -> tuple[list[float], list[float]]:
    begun: list[float] = []
    done = asyncio.Event()

    def build(client: inngest.Inngest) -> list[inngest.Function[Any]]:
        async def work() -> None:
            begun.append(time.perf_counter())

        @client.create_function(fn_id="f", trigger=inngest.TriggerEvent(event="bench/f"), retries=0)
        async def function(ctx: inngest.Context) -> None:
            for number in range(30):
                await ctx.step.run(f"step-{number}", work)
            done.set()

        return [function]

    firsts, between = [], []
    async with embedded(folder, build) as running:
        for number in range(60):
            begun.clear()
            done.clear()
            sent = time.perf_counter()
            await running.send("bench/f", f"event-{number}", {})
            await done.wait()
            if number >= 10:
                firsts.append(begun[0] - sent)
                between.append((begun[-1] - begun[0]) / (len(begun) - 1))
            await asyncio.sleep(0.05)
    return firsts, between


def live(folder: Path) -> list[Row]:
    """50 events a second over 500 sessions of four readers each."""
    with ended(House(folder, "waits", width="1")) as house:
        sessions = [house.trigger(1) for _ in range(500)]
        with ended(Readers(house, sessions, 2000)) as readers:
            assert readers.open == 2000, readers.open
            told = house.order("tell", sessions=sessions, per_second=50, seconds=20)["told"]
            time.sleep(2)
            report = readers.report()
    late = report["late"]
    further = f" (median {median(late) * 1000:.0f}; {len(late)} of {told * 4} came)"
    row = at_most(
        "about to be told → client, 500 sessions × 4 streams, p99", quantile(late, 0.99) * 1000, 250, "ms", further
    )
    return [Row(row.what, row.seen, row.wanted, row.holds and len(late) == told * 4)]


def streams(folder: Path) -> list[Row]:
    """Memory of the service per open stream, and how it answers meanwhile."""
    most = 5000
    with ended(House(folder, "waits", width="1")) as house:
        sessions = [house.trigger(1) for _ in range(500)]
        with ended(Readers(house, sessions, 100)):
            before = house.resident_bytes()
            with ended(Readers(house, sessions, most)) as readers:
                opened = readers.open
                time.sleep(20)  # one ping, and some rounds of looking again
                each = (house.resident_bytes() - before) / max(1, opened)
                answers = []
                for _ in range(40):
                    began = time.perf_counter()
                    house.get(f"/api/inngest/status/{sessions[0]}")
                    answers.append(time.perf_counter() - began)
    return [
        Row("open streams in one process", str(opened), f"≥ {most}", opened >= most),
        at_most("memory of each", each / 1000, 60, "kB"),
        at_most("status meanwhile, p95", quantile(answers, 0.95) * 1000, 30, "ms"),
    ]


def replay(folder: Path) -> list[Row]:
    with ended(House(folder, "waits", width="1")) as house:
        session_id = house.trigger(1)
        house.order("fill", session=session_id, events=1000)
        seconds = []
        for _ in range(10):
            began = time.perf_counter()
            with house.client.stream("GET", f"/api/inngest/stream/{session_id}", headers={"Last-Event-ID": "1"}) as got:
                for line in got.iter_lines():
                    if line == "id: 1001":
                        break
            seconds.append(time.perf_counter() - began)
    return [at_most("replay of 1,000 events on reconnect, slowest of 10", max(seconds) * 1000, 500, "ms")]


def width(folder: Path, count: int = 50, files: int = 20) -> list[Row]:
    """50 sessions of 20 files beside a model that takes 200 ms: with nothing else to wait for, at the width that this
    machine gets by itself and at 4, and with what the least of real files waits for too, five starts of a runner
    (pytest on `examples/invoicing`: 0.35 s each).

    The ideal is what the files wait for, divided by how many are worked on at once: the service itself takes nothing.
    """
    rows: list[Row] = []
    own = read_settings().width
    alone, real = "the model alone", "the model and five runs of 0.35 s"
    for name, run, at_once in ((alone, 0.0, own), (alone, 0.0, 4), (real, 0.35, 16)):
        house = House(folder / f"{at_once}-{run}", f"0.2,{run}", width=str(at_once), model_width="0")
        with ended(house):
            began = time.monotonic()
            sessions = [house.trigger(files) for _ in range(count)]
            house.wait_until_done(600)
            wall = time.monotonic() - began
            lost, doubled = accounts(house, sessions, files)
        ideal = count * files * (0.2 + 5 * run) / at_once
        further = f" ({wall:.0f} s of {ideal:.0f} s at width {at_once})"
        rows += [
            at_most(f"{count} sessions × {files} files beside {name}: their time", wall / ideal, 1.3, "×", further),
            Row("… lost / doubled", f"{lost} / {doubled}", "0 / 0", lost == doubled == 0),
        ]
    return rows


def accounts(house: House, sessions: Sequence[str], files: int) -> tuple[int, int]:
    """Files that were not delivered; files, events and answers that were there twice."""
    bought = Counter(words[1] for words in house.lines("bought"))
    lost, doubled = 0, sum(times - 1 for times in bought.values())
    for session_id in sessions:
        status = house.get(f"/api/inngest/status/{session_id}")
        tests = house.get(f"/api/sessions/{session_id}/tests")["tests"]
        kinds, ids = Counter[str](), []
        with house.client.stream("GET", f"/api/inngest/stream/{session_id}") as got:
            for line in got.iter_lines():
                if line.startswith("id: "):
                    ids.append(int(line[4:]))
                if line.startswith("data: "):
                    kinds[line.partition('"type":"')[2].partition('"')[0]] += 1
        lost += files - len({test["filePath"] for test in tests}) + (status["status"] != "completed")
        lost += (ids != list(range(1, status["lastEventId"] + 1))) + (kinds["generation_completed"] == 0)
        doubled += max(0, kinds["test_generated"] - files) + sum(test["revision"] - 1 for test in tests)
    return lost, doubled


def restart(folder: Path) -> list[Row]:
    """From the start of a new process to the first step that it goes on with."""
    seconds = []
    house: Any = House(folder, "0.2", width="4")
    for _ in range(3):
        with ended(house):
            for _ in range(3):
                house.trigger(20)
            time.sleep(1.0)
            house.kill()
        seen = len(house.lines("step"))
        house = house.again()
        with ended(house):
            deadline = time.monotonic() + 30
            while len(house.lines("step")) == seen and time.monotonic() < deadline:
                time.sleep(0.01)
            seconds.append(float(house.lines("step")[seen][1]) - house.began)
            house.wait_until_done(60)
            house.kill()
        house = house.again()
    with ended(house):
        pass
    return [at_most("kill -9: start to the first step that goes on, slowest of 3", max(seconds), 5, "s")]


def _seconds(stamp: str) -> float:
    return datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


FIGURES: dict[str, Callable[[Path], list[Row]]] = {
    "trigger": trigger,
    "engine": engine,
    "steps": steps,
    "live": live,
    "streams": streams,
    "replay": replay,
    "width": width,
    "restart": restart,
}
