"""Files that tools obey unasked, such as a conftest.py: used where they work, else left out.

Of the files of one request nobody knows whether they belong together, and one of them must not cost all others. Those
of a project do; but where nothing of it is installed, what a conftest.py needs for other tests must not cost this one.
"""

from itertools import accumulate

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
    if job.assignment.repository_root is not None:
        return await _of_a_project(job, ready)
    neighbours = _neighbours_that_steer(job.assignment)
    if not neighbours:
        return ()
    bench = await Bench.open(job, ready)
    try:
        problem = await problem_of_source(bench)
        if problem is None:
            return ()
        culprits = await _culprits(bench, neighbours, problem)
        left_out = [base_name(path) for path in culprits]
    except SandboxUnavailable:
        return ()
    finally:
        bench.workspace.remove(ready.suite_path)
    if culprits:
        await telling.tell_left_out(job, left_out, "this request", problem)
    return culprits


async def _of_a_project(job: Job, ready: Ready) -> tuple[str, ...]:
    """The conftest.py that lie above the suite, where one of them asks for a package that is not installed."""
    if ready.runner.framework != "pytest" or ready.runner.origin != "managed":
        return ()
    bench = await Bench.open(job, ready)
    folders = ["", *accumulate(ready.suite_path.split("/")[:-1], "{}/{}".format)]
    conftests = tuple(path for folder in folders if bench.workspace.exists(path := f"{folder}/conftest.py".lstrip("/")))
    texts = {path: bench.workspace.text(path) or "" for path in conftests}
    if not conftests:
        return ()
    try:
        problem = await problem_of_source(bench)
        if problem is None or problem.code != "missing_package":
            return ()
        for path in conftests:
            bench.workspace.remove(path)
        still = await problem_of_source(bench)
        for path, text in texts.items():
            bench.workspace.write(path, text)
    except SandboxUnavailable:
        return ()
    finally:
        bench.workspace.remove(ready.suite_path)
    if still is not None:
        return ()
    await telling.tell_left_out(job, conftests, "the project", problem)
    return conftests


def _neighbours_that_steer(assignment: Assignment) -> tuple[str, ...]:
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
