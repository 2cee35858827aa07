"""One file through the whole line, and what can be said of the suite that came out: everything is run again."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from development import Target

from bench.asking import one_file
from testwright.domain.mutants import ChallengeOrder, ChallengeReport, Fate
from testwright.domain.ports import Sandbox
from testwright.domain.projects import Command, Completed, Limits, RunOrder
from testwright.domain.records import Assignment, FileRecord, TestRecord
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import NotRun, Outcome, RunReport
from testwright.sources.folder import FolderView
from testwright.wiring import Workbench

_LIMITS = Limits(wall=timedelta(seconds=400), cpu=timedelta(seconds=400))
_CHALLENGE_SECONDS = 300.0
_MOST_MUTANTS = 400
_KILLED = frozenset({Fate.KILLED, Fate.TIMED_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a suite does when it is run by itself. `killed` is of all the file's mutants, reached or not.

    `superfluous` are tests whose lines, branches and kills the others bring as well.
    """

    tests: int
    lines: float | None
    branches: float | None
    killed: int
    mutants: int
    superfluous: int
    failed_reruns: int = 0
    reruns: int = 0
    missed: tuple[int, ...] = ()
    alive: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file. `score` is None when nothing was delivered; `problem` then says why. Memory in MB, time in seconds.

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
    memory_mb: float | None = None
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
            if name.startswith("testwright-explored"):
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
    )
    if not tests or not tests[0].test_code:
        files = await watched.store.files(accepted.session_id)
        return replace(row, problem=_problem(files[0]))
    test = tests[0]
    return replace(
        row,
        score=await scored(bench, target, test.test_file_path, test.test_code, reruns),
        evidence=test.evidence,
        dropped=_by_gate(test),
        suspects=len(test.suspects),
        suite=test.test_code,
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


async def scored(bench: Workbench, target: Target, suite_path: str, suite: str, reruns: int) -> Scored:
    """Run a suite in a copy of the package: coverage, all mutants (at most 400, evenly picked), shuffled reruns."""
    source, tools = source_of(target), bench.tools
    tool, language = tools.frameworks[source.framework], tools.languages[tools.language_of(source.path) or ""]
    assignment = Assignment(
        session_id=f"score-{uuid4()}",  # a session of its own, or it would get another package's copy
        round=1,
        file_index=1,
        total_files=1,
        source=source,
        options=Options(),
        repository_root=str(target.folder),
        overlay={},
        writer="explorer",
        model=None,
    )
    workspace = await tools.workspaces.open(assignment)
    try:
        workspace.write(suite_path, suite)
        runner = await tools.toolchains.runner(source.framework, workspace, _quiet)

        async def run(seed: int | None) -> RunReport | NotRun:
            order = RunOrder(source_path=source.path, suite_paths=(suite_path,), seed=seed, limits=_LIMITS)
            return tool.read(await tools.sandbox.run(tool.command(order, runner, workspace.root)), order)

        plain = await run(None)
        if isinstance(plain, NotRun):
            return Scored(tests=0, lines=None, branches=None, killed=0, mutants=0, superfluous=0, problem=plain.message)
        mutants = await asyncio.to_thread(language.mutants, source)
        if len(mutants) > _MOST_MUTANTS:
            mutants = tuple(mutants[at * len(mutants) // _MOST_MUTANTS] for at in range(_MOST_MUTANTS))
        workspace.write(source.path, await asyncio.to_thread(language.switched, source, mutants))
        order = ChallengeOrder(
            source_path=source.path,
            suite_path=suite_path,
            numbers=tuple(mutant.number for mutant in mutants),
            seconds=_CHALLENGE_SECONDS,
            limits=_LIMITS,
        )
        report = tool.read_challenge(await tools.sandbox.run(tool.challenge(order, runner, workspace.root)), order)
        workspace.write(source.path, source.text)
        failed = sum([_has_failed(await run(seed)) for seed in range(1, reruns + 1)])
    finally:
        await bench.workspaces.close_round(assignment.session_id, assignment.round)
    challenge = report if isinstance(report, ChallengeReport) else None
    fates = {outcome.number: outcome.fate for outcome in challenge.outcomes} if challenge else {}
    alive = [mutant for mutant in mutants if fates.get(mutant.number) not in _KILLED]
    return Scored(
        tests=len(plain.outcomes),
        lines=plain.coverage.line_percent if plain.coverage else None,
        branches=plain.coverage.branch_percent if plain.coverage else None,
        killed=len(mutants) - len(alive),
        mutants=len(mutants),
        superfluous=_superfluous(plain, challenge),
        failed_reruns=failed,
        reruns=reruns,
        missed=tuple(sorted(plain.coverage.lines_missed)) if plain.coverage else (),
        alive=tuple(
            f"{mutant.line}: {mutant.before} → {mutant.after} ({fates.get(mutant.number, 'untried')})"
            for mutant in alive
        ),
        problem="" if challenge else getattr(report, "message", ""),
    )


def _has_failed(answer: RunReport | NotRun) -> bool:
    return isinstance(answer, NotRun) or any(each.outcome is Outcome.FAILED for each in answer.outcomes)


def _superfluous(plain: RunReport, challenge: ChallengeReport | None) -> int:
    """How many tests can go, one after the other, while the rest keeps every line, branch and kill."""
    gains: dict[str, set[tuple[str, str]]] = {}
    for outcome in plain.outcomes:
        if outcome.lines is None or challenge is None:
            continue
        lines = {("line", str(line)) for line in outcome.lines}
        branches = {("branch", branch) for branch in outcome.branches or ()}
        kills = {("kill", str(each.number)) for each in challenge.outcomes if outcome.name in each.killers}
        gains[outcome.name] = lines | branches | kills
    left = dict(gains)
    for name in sorted(gains, key=lambda name: len(gains[name])):
        others = set().union(*(gain for other, gain in left.items() if other != name))
        if gains[name] <= others:
            del left[name]
    return len(gains) - len(left)


async def _quiet(sentence: str) -> None:
    pass
