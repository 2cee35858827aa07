"""What the court costs beside a plain run: `python bench/court_cost.py FOLDER SOURCE SUITE FRAMEWORK`.

The suite is walked as one that a person sent: first run, mutants, repeated runs. Prints the seconds by the clock of
each step, where the project has a type checker without it, too, and how many plain runs of the runner that is. All on a
copy of the folder in which the suite is missing.
"""

import asyncio
import math
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.asking import one_file
from testwright.domain.ports import Desk
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.records import Assignment
from testwright.domain.sessions import SourceFile
from testwright.pipeline import shelf
from testwright.pipeline.cover_file import cover_file
from testwright.pipeline.findings import Proven
from testwright.pipeline.tools import Tools
from testwright.settings import read_settings
from testwright.sources.folder import FolderView
from testwright.wiring import Workbench, open_workbench

LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=120))
PREPARED, FIRST, MUTANTS, REPEATED = "prepare", "run/1", "challenge/1", "stability"
OWN_WORDS = {"vitest": ("run",), "node:test": ("--test",)}
TIMES = 3


async def main(folder: str, path: str, suite: str, framework: str) -> None:
    view = FolderView(folder)
    text = view.text(suite)
    if text is None:
        sys.exit(f"{suite} is not there")
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "project"
        shutil.copytree(folder, root, symlinks=True)
        (root / suite).unlink()
        settings = read_settings().model_copy(update={"home": Path(scratch) / "home"})
        async with open_workbench(settings) as bench:
            source = SourceFile(path=path, text=view.text(path) or "", framework=framework)
            accepted = await bench.store.accept(one_file(source, name="bench", root=root))
            assignment = await bench.store.assignment(accepted.session_id, accepted.round, 1)
            if assignment is None:
                sys.exit("the session could not be begun")
            assignment = replace(assignment, edited=text)
            plain, own = await plain_seconds(bench, assignment, suite, text)
            print(f"plain run {plain:.2f} s; by the runner's own command line {own:.2f} s")
            steps = await least(bench, assignment, bench.tools)
            print(in_words(steps, plain))
            if (await shelf.take(desk_of(bench, assignment), "proven", Proven)).layout.types is not None:
                steps = await least(bench, assignment, replace(bench.tools, type_checkers={}))
                print(f"without the type checker: {in_words(steps, plain)}")


def desk_of(bench: Workbench, assignment: Assignment) -> Desk:
    return bench.store.desk(assignment.session_id, assignment.round, assignment.file_index)


def in_words(steps: dict[str, float], plain: float) -> str:
    runs = steps[FIRST] + steps[REPEATED]
    return (
        f"first run {steps[FIRST]:.2f}, repeated runs {steps[REPEATED]:.2f}, together {runs:.2f} s"
        f" = {runs / plain:.1f} plain runs; mutants {steps[MUTANTS]:.2f} s; prepared in {steps[PREPARED]:.2f} s"
    )


async def plain_seconds(bench: Workbench, assignment: Assignment, suite: str, text: str) -> tuple[float, float]:
    """A run as we order it, without coverage; and what a person types, which is nan where it does not pass here."""
    tools, source = bench.tools, assignment.source
    workspace = await tools.workspaces.open(assignment)
    workspace.write(suite, text)
    runner = await tools.toolchains.runner(source.framework, workspace, quiet)
    framework = tools.frameworks[source.framework]
    order = RunOrder(source_path=source.path, suite_paths=(suite,), coverage=False, limits=LIMITS)
    command = framework.command(order, runner, workspace.root)
    own = replace(
        command, argv=(*runner.program, *OWN_WORDS.get(framework.name, ()), suite), reports=(), env=runner.env
    )
    found = []
    for each in (command, own):
        runs = [await tools.sandbox.run(each) for _ in range(TIMES)]
        found.append(min(run.seconds if run.exit_status == 0 else math.nan for run in runs))
    await tools.workspaces.close(assignment)
    return found[0], found[1]


async def least(bench: Workbench, assignment: Assignment, tools: Tools) -> dict[str, float]:
    """The seconds of each step, the least of a few walks."""
    walks = [await walked(bench, assignment, tools) for _ in range(TIMES)]
    return {name: min(walk[name] for walk in walks) for name in (PREPARED, FIRST, MUTANTS, REPEATED)}


async def walked(bench: Workbench, assignment: Assignment, tools: Tools) -> dict[str, float]:
    seconds: dict[str, float] = {}

    async def step(name: str, work: Callable[[], Awaitable[Any]], *, returns: type[Any]) -> Any:
        began = time.perf_counter()
        result = await work()
        seconds[name] = time.perf_counter() - began
        return result

    await cover_file(assignment, desk_of(bench, assignment), step, tools)
    return seconds


async def quiet(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
