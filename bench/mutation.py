"""How fast a suite is tried against mutants: `python bench/mutation.py FOLDER SOURCE SUITE FRAMEWORK [MUTANTS]`.

Prints the seconds of one plain run and of the challenge, both in the sandbox with its start, what is wanted of it (1.5
plain runs, and for each mutant the time of the tests that run its lines), and what became of the mutants. The folder is
copied first and nothing in it is changed. For peers, see docs/benchmarks.md.
"""

import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from testwright.domain.mutants import ChallengeOrder, Mutant
from testwright.domain.projects import Limits, RunOrder
from testwright.domain.records import Assignment
from testwright.domain.sessions import Options, SourceFile
from testwright.domain.verdicts import NotRun, RunReport
from testwright.settings import read_settings
from testwright.sources.folder import FolderView
from testwright.wiring import Workbench, open_workbench

LIMITS = Limits(wall=timedelta(seconds=120), cpu=timedelta(seconds=120))


async def main(folder: str, path: str, suite: str, framework: str, most: int = 1000) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings().model_copy(update={"home": Path(home)})
        async with open_workbench(settings) as bench:
            source = SourceFile(path=path, text=FolderView(folder).text(path) or "", framework=framework)
            assignment = Assignment(
                session_id="bench",
                round=1,
                file_index=1,
                total_files=1,
                source=source,
                options=Options(),
                repository_root=folder,
                overlay={},
                writer="explorer",
                model=None,
            )
            await measure(bench, assignment, suite, most)


async def measure(bench: Workbench, assignment: Assignment, suite: str, most: int) -> None:
    source, tools = assignment.source, bench.tools
    tool, language = tools.frameworks[source.framework], tools.languages[tools.language_of(source.path) or ""]
    workspace = await tools.workspaces.open(assignment)
    runner = await tools.toolchains.runner(source.framework, workspace, quiet)
    order = RunOrder(source_path=source.path, suite_paths=(suite,), coverage=False, limits=LIMITS)
    plain = [(await tools.sandbox.run(tool.command(order, runner, workspace.root))).seconds for _ in range(3)]
    measured = RunOrder(source_path=source.path, suite_paths=(suite,), limits=LIMITS)
    tests = tool.read(await tools.sandbox.run(tool.command(measured, runner, workspace.root)), measured)
    mutants = language.mutants(source)[:most]
    numbers = tuple(mutant.number for mutant in mutants)
    workspace.write(source.path, language.switched(source, mutants))
    challenge = ChallengeOrder(source_path=source.path, suite_path=suite, numbers=numbers, seconds=100, limits=LIMITS)
    completed = await tools.sandbox.run(tool.challenge(challenge, runner, workspace.root))
    report = tool.read_challenge(completed, challenge)
    print(f"plain run      {min(plain):6.2f} s")
    wanted = 1.5 * min(plain) + covering_seconds(tests, mutants)
    print(f"wanted         {wanted:6.2f} s")
    print(f"challenge      {completed.seconds:6.2f} s for {len(mutants)} mutants")
    if isinstance(report, NotRun):
        print(report.message)
    else:
        print(dict(Counter(str(outcome.fate) for outcome in report.outcomes)))


def covering_seconds(tests: RunReport | NotRun, mutants: Sequence[Mutant]) -> float:
    """What the tests take by themselves that run each mutant's lines, once for each mutant."""
    outcomes = tests.outcomes if isinstance(tests, RunReport) else ()
    return sum(
        outcome.duration_ms / 1000
        for mutant in mutants
        for outcome in outcomes
        if not (outcome.lines or frozenset()).isdisjoint(range(mutant.line, mutant.end_line + 1))
    )


async def quiet(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    project, *named = sys.argv[1:5]
    asyncio.run(main(os.path.abspath(project), *named, *map(int, sys.argv[5:6])))
