"""How much of a file's walk is ours: neither the runners' time nor the writer's."""

import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from bench.asking import one_file
from testwright.domain.drafts import Draft, Writing
from testwright.domain.ports import Gaps, Sandbox, Writer, WritingTask
from testwright.domain.projects import Command, Completed
from testwright.domain.sessions import SourceFile
from testwright.domain.verdicts import Fault
from testwright.settings import read_settings
from testwright.wiring import open_workbench

T = TypeVar("T")


class Stopwatch:
    """Adds up the time during which at least one of the things it watches is at work."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._at_work = 0
        self._since = 0.0

    async def watch(self, work: Awaitable[T]) -> T:
        if self._at_work == 0:
            self._since = time.perf_counter()
        self._at_work += 1
        try:
            return await work
        finally:
            self._at_work -= 1
            if self._at_work == 0:
                self.seconds += time.perf_counter() - self._since


class WatchedSandbox:
    def __init__(self, inner: Sandbox, watch: Stopwatch) -> None:
        self._inner, self._watch, self.tier = inner, watch, inner.tier

    async def run(self, command: Command) -> Completed:
        return await self._watch.watch(self._inner.run(command))


class WatchedWriter:
    def __init__(self, inner: Writer, watch: Stopwatch) -> None:
        self._inner, self._watch, self.name, self.model = inner, watch, inner.name, inner.model

    async def draft(self, task: WritingTask) -> Writing:
        return await self._watch.watch(self._inner.draft(task))

    async def repair(self, task: WritingTask, draft: Draft, faults: Sequence[Fault]) -> Writing | None:
        return await self._watch.watch(self._inner.repair(task, draft, faults))

    async def strengthen(self, task: WritingTask, draft: Draft, gaps: Gaps) -> Writing | None:
        return await self._watch.watch(self._inner.strengthen(task, draft, gaps))


async def measure(root: Path, path: str) -> float:
    """Seconds of our own for one file, once its runner is installed."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings().model_copy(update={"home": Path(home)})
        async with open_workbench(settings) as bench:
            make = bench.tools.writers["explorer"]
            tools = replace(
                bench.tools,
                sandbox=WatchedSandbox(bench.tools.sandbox, watch),
                writers={"explorer": lambda *given: WatchedWriter(make(*given), watch)},
            )
            watched = replace(bench, tools=tools)
            source = SourceFile(path=path, text=(root / path).read_text(), framework="pytest")
            accepted = await bench.store.accept(one_file(source, name=root.name, root=root))
            started = time.perf_counter()
            await watched.walk_round(accepted)
            return time.perf_counter() - started - watch.seconds
