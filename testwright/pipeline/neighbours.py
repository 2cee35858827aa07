"""Files of the same request that tools obey unasked, such as a conftest.py: used where they work, else left out.

Without a registered project nobody knows whether they belong together, and one of them must not cost all others.
"""

from testwright.domain.errors import SandboxUnavailable
from testwright.domain.paths import base_name, steers_tools
from testwright.domain.python_modules import hides_standard_module
from testwright.domain.records import Assignment
from testwright.domain.verdicts import NotRun
from testwright.pipeline import telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.load_check import problem_of_source
from testwright.pipeline.tools import Job, Ready

_MOST_TRIED_ALONE = 4


async def to_leave_out(job: Job, ready: Ready) -> tuple[str, ...]:
    """Which neighbours have to go so that this file can be run. A person is told of each."""
    neighbours = _neighbours_that_steer(job.assignment)
    if not neighbours:
        return ()
    bench = await Bench.open(job, ready)
    try:
        problem = await problem_of_source(bench)
        if problem is None:
            return ()
        culprits = await _culprits(bench, neighbours, problem)
    except SandboxUnavailable:
        return ()
    finally:
        bench.workspace.remove(ready.suite_path)
    if culprits:
        await telling.tell_left_out(job, [base_name(path) for path in culprits], problem)
    return culprits


def _neighbours_that_steer(assignment: Assignment) -> tuple[str, ...]:
    if assignment.repository_root is not None:
        return ()
    source = assignment.source.path
    is_python = source.endswith(".py")
    others = (path for path in sorted(assignment.overlay) if path != source and path.endswith(".py") is is_python)
    return tuple(path for path in others if steers_tools(path) or hides_standard_module(path))


async def _culprits(bench: Bench, neighbours: tuple[str, ...], problem: NotRun) -> tuple[str, ...]:
    """The fewest that have to go; none when the file fares no better without them."""
    for path in neighbours:
        bench.workspace.remove(path)
    if not _is_better(await problem_of_source(bench), problem):
        for path in neighbours:
            _put_back(bench, path)
        return ()
    culprits = list(neighbours)
    for path in neighbours[:_MOST_TRIED_ALONE] if len(neighbours) > 1 else ():
        _put_back(bench, path)
        if _is_better(await problem_of_source(bench), problem):
            culprits.remove(path)
        else:
            bench.workspace.remove(path)
    return tuple(culprits)


def _put_back(bench: Bench, path: str) -> None:
    bench.workspace.write(path, bench.job.assignment.overlay[path])


def _is_better(now: NotRun | None, before: NotRun) -> bool:
    """A runner that reports on the source at all got further than one that left no report."""
    return now is None or (before.code == "no_report" != now.code)
