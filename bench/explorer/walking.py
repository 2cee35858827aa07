"""One file through the whole line, and what can be said of the suite that came out: everything is run again."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from development import Target
from smells import smells_of

from bench.asking import one_file
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.ports import Language, Sandbox, Workspace
from testwright.domain.projects import Command, Completed, Limits, Runner, RunOrder
from testwright.domain.records import Assignment, FileRecord, TestRecord
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import CaseOutcome, NotRun, Outcome, RunReport
from testwright.sources.folder import FolderView
from testwright.wiring import Workbench

_LIMITS = Limits(wall=timedelta(seconds=400), cpu=timedelta(seconds=400))
_CHALLENGE_SECONDS = 300.0
_MOST_MUTANTS = 400
_KILLED = frozenset({Fate.KILLED, Fate.TIMED_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a suite does when it is run by itself. `killed` is of all the file's mutants, reached or not.

    `superfluous` are tests whose lines, branches, kills and boundary cases the others bring as well; `for_edges` are
    those that are needed for a boundary case alone.
    """

    tests: int
    lines: float | None
    branches: float | None
    killed: int
    mutants: int
    superfluous: int
    for_edges: int = 0
    failed_reruns: int = 0
    reruns: int = 0
    missed: tuple[int, ...] = ()
    alive: tuple[str, ...] = ()
    smells: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file. `score` is None when nothing was delivered; `problem` then says why. Memory in MB, time in seconds.
    `load` is the machine's when its suite was delivered.

    `rival` is what Pynguin came to, where it was asked.
    """

    name: str
    language: str
    framework: str
    rough_mutants: int
    seconds: float
    score: Scored | None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    suspects: int = 0
    suite: str = ""
    suite_path: str = ""
    memory_mb: float | None = None
    load: float = 0.0
    problem: str = ""
    rival: Mapping[str, Any] | None = None

    def json(self) -> dict[str, Any]:
        return asdict(self)


class WatchedSandbox:
    """Keeps the largest `memory` (in MB) that an explorer's probe told of itself in one of its reports."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner, self.tier = inner, inner.tier
        self.memory_mb: float | None = None

    async def run(self, command: Command) -> Completed:
        completed = await self._inner.run(command)
        for name, content in completed.reports.items():
            if name.endswith("explored.json"):
                told = _memory(content)
                self.memory_mb = max(self.memory_mb or 0.0, told) if told is not None else self.memory_mb
        return completed


def _memory(content: bytes) -> float | None:
    try:
        told = json.loads(content).get("memory")
    except (ValueError, AttributeError):
        return None
    return float(told) if isinstance(told, (int, float)) else None


async def walked(bench: Workbench, target: Target, reruns: int) -> Row:
    """Write tests for the target by the explorer, and score what was delivered."""
    sandbox = WatchedSandbox(bench.tools.sandbox)
    watched = replace(bench, tools=replace(bench.tools, sandbox=sandbox))
    source = source_of(target)
    accepted = await watched.store.accept(one_file(source, name=target.package, root=target.folder))
    started = time.monotonic()
    await watched.walk_round(accepted)
    seconds = time.monotonic() - started
    tests = await watched.store.tests(accepted.session_id)
    row = Row(
        name=target.name,
        language=target.language,
        framework=target.framework,
        rough_mutants=target.rough_mutants,
        seconds=seconds,
        score=None,
        memory_mb=sandbox.memory_mb,
        load=os.getloadavg()[0],
    )
    if not tests or not tests[0].test_code:
        files = await watched.store.files(accepted.session_id)
        return replace(row, problem=_problem(files[0]))
    test = tests[0]
    return replace(
        row,
        score=await scored(bench, target, test.test_file_path, test.test_code, reruns, _edges(test)),
        evidence=test.evidence,
        dropped=_by_gate(test),
        suspects=len(test.suspects),
        suite=test.test_code,
        suite_path=test.test_file_path,
    )


def source_of(target: Target) -> SourceFile:
    text = FolderView(str(target.folder)).text(target.path) or ""
    return SourceFile(path=target.path, text=text, framework=target.framework)


def _problem(file: FileRecord) -> str:
    return str((file.error or {}).get("message", "nothing was delivered"))


def _by_gate(test: TestRecord) -> dict[str, int]:
    gates: dict[str, int] = {}
    for drop in test.dropped:
        gates[str(drop["gate"])] = gates.get(str(drop["gate"]), 0) + 1
    return gates


def _edges(test: TestRecord) -> list[frozenset[str]]:
    """For each boundary case the tests that meet it, as the evidence says."""
    return [frozenset(map(str, edge["coveredBy"])) for edge in test.evidence.get("edgeCases") or ()]


async def scored(
    bench: Workbench,
    target: Target,
    suite_path: str,
    suite: str,
    reruns: int,
    edges: Sequence[frozenset[str]] = (),
) -> Scored:
    """Run a suite in a copy of the package: coverage, all mutants (at most 400, evenly picked), shuffled reruns."""
    source, language = source_of(target), bench.tools.languages[bench.tools.language_of(target.path) or ""]
    async with copied(bench, target, suite_path, suite) as copy:
        plain = await copy.run(None)
        if isinstance(plain, NotRun):
            return Scored(tests=0, lines=None, branches=None, killed=0, mutants=0, superfluous=0, problem=plain.message)
        mutants = await asyncio.to_thread(language.mutants, source)
        if len(mutants) > _MOST_MUTANTS:
            mutants = tuple(mutants[at * len(mutants) // _MOST_MUTANTS] for at in range(_MOST_MUTANTS))
        copy.workspace.write(source.path, await asyncio.to_thread(language.switched, source, mutants))
        report = await copy.challenge(tuple(mutant.number for mutant in mutants))
        copy.workspace.write(source.path, source.text)
        failed = await copy.failed(reruns)
    challenge = report if isinstance(report, ChallengeReport) else None
    fates = {outcome.number: outcome.fate for outcome in challenge.outcomes} if challenge else {}
    superfluous = _superfluous(plain, challenge, edges)
    alive = [mutant for mutant in mutants if fates.get(mutant.number) not in _KILLED]
    return Scored(
        tests=len(plain.outcomes),
        lines=plain.coverage.line_percent if plain.coverage else None,
        branches=plain.coverage.branch_percent if plain.coverage else None,
        killed=len(mutants) - len(alive),
        mutants=len(mutants),
        superfluous=superfluous,
        for_edges=_superfluous(plain, challenge, ()) - superfluous,
        failed_reruns=failed,
        reruns=reruns,
        missed=tuple(sorted(plain.coverage.lines_missed)) if plain.coverage else (),
        alive=tuple(
            f"{mutant.line}: {mutant.before} → {mutant.after} ({fates.get(mutant.number, 'untried')})"
            for mutant in alive
        ),
        smells=_smells(language, suite),
        problem="" if challenge else getattr(report, "message", ""),
    )


def _smells(language: Language, suite: str) -> Mapping[str, int]:
    try:
        return smells_of(language.split(suite).cases)
    except ValueError:
        return {}


async def outcomes(bench: Workbench, target: Target, suite_path: str, suite: str) -> Sequence[CaseOutcome]:
    """How a suite ends in a copy of the package; none where it could not be run."""
    async with copied(bench, target, suite_path, suite) as copy:
        answer = await copy.run(None)
        return () if isinstance(answer, NotRun) else answer.outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy of a package with a suite in it."""

    bench: Workbench
    target: Target
    suite_path: str
    workspace: Workspace
    runner: Runner

    async def run(self, seed: int | None) -> RunReport | NotRun:
        tools, tool = self.bench.tools, self.bench.tools.frameworks[self.target.framework]
        order = RunOrder(source_path=self.target.path, suite_paths=(self.suite_path,), seed=seed, limits=_LIMITS)
        return tool.read(await tools.sandbox.run(tool.command(order, self.runner, self.workspace.root)), order)

    async def failed(self, reruns: int) -> int:
        """How many of so many shuffled runs, each in a sandbox of its own, were not all green."""
        return sum([_has_failed(await self.run(seed)) for seed in range(1, reruns + 1)])

    async def challenge(self, numbers: tuple[int, ...]) -> ChallengeReport | NotRun:
        tools, tool = self.bench.tools, self.bench.tools.frameworks[self.target.framework]
        order = ChallengeOrder(
            source_path=self.target.path,
            suite_path=self.suite_path,
            numbers=numbers,
            seconds=_CHALLENGE_SECONDS,
            limits=_LIMITS,
        )
        completed = await tools.sandbox.run(tool.challenge(order, self.runner, self.workspace.root))
        return tool.read_challenge(completed, order)


@asynccontextmanager
async def copied(bench: Workbench, target: Target, suite_path: str, suite: str) -> AsyncIterator[Copy]:
    assignment = Assignment(
        session_id=f"score-{uuid4()}",  # a session of its own, or it would get another package's copy
        round=1,
        file_index=1,
        total_files=1,
        source=source_of(target),
        options=Options(),
        repository_root=str(target.folder),
        overlay={},
        writer="explorer",
        model=None,
    )
    workspace = await bench.tools.workspaces.open(assignment)
    try:
        workspace.write(suite_path, suite)
        runner = await bench.tools.toolchains.runner(target.framework, workspace, _quiet)
        yield Copy(bench=bench, target=target, suite_path=suite_path, workspace=workspace, runner=runner)
    finally:
        await bench.workspaces.close_round(assignment.session_id, assignment.round)


def _has_failed(answer: RunReport | NotRun) -> bool:
    return isinstance(answer, NotRun) or any(each.outcome is Outcome.FAILED for each in answer.outcomes)


def _superfluous(plain: RunReport, challenge: ChallengeReport | None, edges: Sequence[frozenset[str]]) -> int:
    """How many tests can go, one after the other, while the rest keeps every line, branch, kill and boundary case."""
    gains: dict[str, set[tuple[str, str]]] = {}
    for outcome in plain.outcomes:
        if outcome.lines is None or challenge is None:
            continue
        lines = {("line", str(line)) for line in outcome.lines}
        branches = {("branch", branch) for branch in outcome.branches or ()}
        kills = {("kill", str(each.number)) for each in challenge.outcomes if outcome.name in each.killers}
        met = {("edge", str(at)) for at, names in enumerate(edges) if outcome.name in names}
        gains[outcome.name] = lines | branches | kills | met
    left = dict(gains)
    for name in sorted(gains, key=lambda name: len(gains[name])):
        others = set().union(*(gain for other, gain in left.items() if other != name))
        if gains[name] <= others:
            del left[name]
    return len(gains) - len(left)


async def _quiet(sentence: str) -> None:
    pass
