"""How a writer runs the code on inputs of its own: a suite-shaped text beside the suite to be, run like any other."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from testwright.domain.ports import Explored, Framework, Sandbox, Workspace
from testwright.domain.projects import Limits, Runner, RunOrder
from testwright.domain.verdicts import NotRun

_START_AND_STOP = 30.0
"""Seconds a runner may take around what it runs."""
_TAIL = re.compile(r"^(?P<stem>.+?)(?P<tail>(?:[._-](?:test|tests|spec|cy))?\.[A-Za-z]+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxProbe:
    """Leaves nothing behind in the workspace."""

    source_path: str
    suite_path: str
    framework: Framework
    runner: Runner
    sandbox: Sandbox
    workspace: Workspace

    async def __call__(
        self,
        text: str,
        reports: tuple[str, ...],
        *,
        seconds: float,
        files: Mapping[str, str] = MappingProxyType({}),
    ) -> Explored:
        path = next(path for path in probe_paths(self.suite_path) if not self.workspace.exists(path))
        limit = timedelta(seconds=seconds + _START_AND_STOP)
        order = RunOrder(
            source_path=self.source_path,
            suite_paths=(path,),
            extra_reports=reports,
            limits=Limits(wall=limit, cpu=limit),
        )
        placed = {path: text, **files}
        for name, content in placed.items():
            self.workspace.write(name, content)
        try:
            completed = await self.sandbox.run(self.framework.command(order, self.runner, self.workspace.root))
        finally:
            for name in placed:
                self.workspace.remove(name)
        answer = self.framework.read(completed, order)
        written = {name: completed.reports[name] for name in reports if name in completed.reports}
        if isinstance(answer, NotRun):
            return Explored(reports=written, problem=answer)
        return Explored(reports=written, coverage=answer.coverage)


def probe_paths(suite_path: str) -> Iterator[str]:
    return grown_paths(suite_path, "probe")


def grown_paths(suite_path: str, word: str) -> Iterator[str]:
    """Names that the runner takes for a test file wherever it takes the suite's: the stem grows, its ends stay."""
    folder, _, name = suite_path.rpartition("/")
    found = _TAIL.match(name)
    stem, tail = (found["stem"], found["tail"]) if found else (name, "")
    mark = f"_{word}" if tail.endswith(".py") else f"-{word}"
    for number in itertools.count(1):
        grown = f"{stem}{mark}{'' if number == 1 else number}{tail}"
        yield f"{folder}/{grown}" if folder else grown
