"""Realistic answers of a model, each through the whole line: what is delivered, repaired, mended and dropped, and why.

Everything but the runner is real. Python's tests are run in this process; of scripts the corpus says which fail.
"""

import ast
import json
import sys
import types
import unittest
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion.rewrite import rewrite_asserts

from tests.fakes.scripted_model import ScriptedModel, said
from tests.unit.pipeline.conftest import (
    MemoryWorkspace,
    OneToolchain,
    OneWorkspace,
    PlainDesk,
    RememberingStep,
    WordFramework,
)
from testwright.domain.drafts import Usage
from testwright.domain.errors import PermanentError
from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Runner, RunOrder
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import NotRun
from testwright.languages import LANGUAGES, language_of
from testwright.pipeline.cover_file import cover_file
from testwright.pipeline.tools import Tools
from testwright.writers.model import ModelWriter

CORPUS = Path(__file__).parents[2] / "fixtures" / "corpus"
CASES = sorted(path.stem for path in CORPUS.glob("*.txt"))
_MANY = ("delivered", "dropped", "mended", "suspects")


@dataclass
class Told:
    """What a file of the corpus says."""

    source: str
    answers: list[tuple[str, str]] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)
    fails: tuple[str, str] | None = None


def read(name: str) -> Told:
    head, *answers = (CORPUS / f"{name}.txt").read_text("utf-8").split("\n=== answer")
    lines = dict(line.split(": ", 1) for line in head.strip().splitlines())
    told = Told(source=lines.pop("source"))
    fails = lines.pop("fails", None)
    told.fails = tuple(fails.split(" => ", 1)) if fails else None
    told.expected = {key: value.split(" | ") if key in _MANY else value for key, value in lines.items()}
    for answer in answers:
        finish, text = answer.split("\n", 1)
        told.answers.append((text, finish.strip() or "stop"))
    return told


class CorpusFramework(WordFramework):
    """Every run is of one suite, and the sandbox says what became of its tests."""

    languages = frozenset({"python", "javascript", "typescript"})
    missed = frozenset()

    def __init__(self, name: str, suite: str) -> None:
        super().__init__()
        self.name = name
        self._suite = suite

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return self._suite

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return frozenset({"pytest", "vitest", *(path.removesuffix(".py") for path in view.paths())})

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        return Command(argv=("challenge", order.suite_path), workspace=workspace)

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return NotRun(code="challenge_failed", message="The corpus breaks nothing.")

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        times = (str(len(order.turns) + 1),) if order.alone else ()
        return Command(argv=("run", *order.suite_paths, *times), workspace=workspace)


class CorpusSandbox:
    tier = "isolated"

    def __init__(self, told: Told, workspace: MemoryWorkspace) -> None:
        self._told = told
        self._workspace = workspace

    async def run(self, command: Command) -> Completed:
        suite = self._workspace.texts[command.argv[1]]
        outcomes = list(self._outcomes(suite)) if command.argv[0] == "run" else []
        told = [outcomes] * int(command.argv[2]) if len(command.argv) > 2 else outcomes
        report = json.dumps(told).encode()
        return Completed(exit_status=0, reason="exit", log="", reports={"report": report})

    def _outcomes(self, suite: str) -> Iterator[tuple[str, str, str]]:
        if "import_module" in suite or "import(" in suite:
            yield "it loads", "passed", ""
        elif self._told.source.endswith(".py"):
            yield from run_python(suite, self._told.source, self._workspace.texts[self._told.source])
        else:
            for case in LANGUAGES["typescript"].split(suite).cases:
                fails = self._told.fails is not None and self._told.fails[0] in case.code
                yield (
                    case.name,
                    "failed" if fails else "passed",
                    self._told.fails[1] if fails and self._told.fails else "",
                )


def run_python(suite: str, path: str, source: str) -> Iterator[tuple[str, str, str]]:
    unit = types.ModuleType(path.removesuffix(".py"))
    exec(compile(source, path, "exec"), unit.__dict__)
    names: dict[str, Any] = {"__name__": "suite"}
    with imported(unit):
        tree = ast.parse(suite)
        rewrite_asserts(tree, suite.encode())  # failures read as pytest tells them
        exec(compile(tree, "suite.py", "exec"), names)
        for name, value in list(names.items()):
            if name.startswith("test") and callable(value):
                yield ended(name, value)
            elif isinstance(value, type) and issubclass(value, unittest.TestCase):
                for method in unittest.defaultTestLoader.getTestCaseNames(value):
                    yield ended(method, getattr(value(method), method))


def ended(name: str, call: Any) -> tuple[str, str, str]:
    try:
        call()
    except Exception as error:
        return name, "failed", f"{type(error).__name__}: {error}"
    return name, "passed", ""


@contextmanager
def imported(unit: types.ModuleType) -> Iterator[None]:
    before = sys.modules.get(unit.__name__)
    sys.modules[unit.__name__] = unit
    try:
        yield
    finally:
        del sys.modules[unit.__name__]
        if before is not None:
            sys.modules[unit.__name__] = before


async def walked(told: Told) -> Mapping[str, Any]:
    """What became of the file, under the names the corpus uses."""
    text = (CORPUS / "sources" / told.source).read_text("utf-8")
    workspace = MemoryWorkspace({told.source: text})
    is_python = told.source.endswith(".py")
    framework = "pytest" if is_python else "vitest"
    suite = f"test_{told.source}" if is_python else told.source.replace(".", ".test.")
    model = ScriptedModel(*(said(answer, finish) for answer, finish in told.answers))
    tools = Tools(
        languages=LANGUAGES,
        language_of=language_of,
        frameworks={framework: CorpusFramework(framework, suite)},
        toolchains=OneToolchain(),
        sandbox=CorpusSandbox(told, workspace),
        workspaces=OneWorkspace(workspace),
        writers={"model": lambda *_: ModelWriter(model, LANGUAGES)},
        stability_runs=1,
        now=lambda: 1000.0,
        is_busy=lambda: False,
    )
    assignment = Assignment(
        session_id="s",
        round=1,
        file_index=1,
        total_files=1,
        source=SourceFile(path=told.source, text=text, framework=framework),
        options=Options(max_repairs=2),
        repository_root=None,
        overlay={},
        writer="model",
        model=None,
    )
    desk = PlainDesk(bought=lambda: Usage(tokens=10 * len(model.asked)))
    try:
        await cover_file(assignment, desk, RememberingStep(), tools)
    except PermanentError as error:
        return {"error": error.code, "asked": str(len(model.asked))}
    found = desk.delivered[0]
    evidence = found.evidence
    outcome = {
        "delivered": sorted(case.name for case in found.draft.cases),
        "dropped": sorted(f"{drop.name} = {drop.gate}" for drop in found.dropped),
        "mended": sorted(case.name for case in found.draft.cases if case.mended),
        "suspects": sorted(suspect.name for suspect in found.suspects),
        "asked": str(len(model.asked)),
    }
    assert evidence.tokens == 10 * len(model.asked)
    assert all(case.name in found.test_code for case in found.draft.cases)
    return {key: value for key, value in outcome.items() if value}


@pytest.mark.parametrize("name", CASES)
async def test_an_answer_becomes_what_the_corpus_says(name):
    told = read(name)

    assert await walked(told) == told.expected


def test_the_corpus_is_as_large_as_it_says():
    assert len(CASES) >= 40
