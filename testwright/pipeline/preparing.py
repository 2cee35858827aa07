"""Before anything is written: where the project lies, with what it is run, what is in the file, what is covered."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from testwright.domain.errors import PermanentError, SandboxUnavailable
from testwright.domain.ports import Formatter, ProjectView, TypeChecker, Workspace
from testwright.domain.projects import InstalledTool, Runner
from testwright.pipeline import own_suites, shelf, telling
from testwright.pipeline.bench import Bench
from testwright.pipeline.findings import Baseline
from testwright.pipeline.load_check import problem_of_source, source_error
from testwright.pipeline.neighbours import to_leave_out
from testwright.pipeline.tools import Job, Ready

_LFS_POINTER = "version https://git-lfs.github.com/spec/"
READMES = ("README.md", "readme.md", "Readme.md", "README.rst", "README")


async def prepare(job: Job) -> Ready:
    """Step `prepare`."""
    started_ms = round(job.tools.now() * 1000)
    await telling.tell_start(job)
    if job.assignment.source.text.startswith(_LFS_POINTER):
        raise PermanentError(
            f"The text of {job.file_name} is not here: it is in Git LFS, and this is the pointer to it.",
            code="not_a_file",
            hint="Run `git lfs pull` in the repository, then try again.",
            retryable=True,
        )
    framework = job.framework
    view = await job.tools.workspaces.open(job.assignment)
    source_path = job.assignment.source.path

    async def hear(sentence: str) -> None:
        await telling.tell_install(job, sentence)

    install = job.assignment.options.install
    runner = await job.tools.toolchains.runner(framework.name, view, hear, near=source_path, install=install)
    runner = replace(runner, home=await asyncio.to_thread(framework.home, source_path, view))
    suite_path = job.assignment.aside or await _free_place(job, view)
    existing = await asyncio.to_thread(framework.existing_suites, source_path, view)
    ready = Ready(
        runner=runner,
        suite_path=suite_path,
        existing=existing,
        started_ms=started_ms,
        sample=existing[0] if existing else await asyncio.to_thread(framework.sample, suite_path, view),
        checker=await own_tool(job, view, suite_path, job.tools.type_checkers),
        formatter=await own_tool(job, view, suite_path, job.tools.formatters),
    )
    await instrument(job, view, runner)
    return replace(ready, left_out=await to_leave_out(job, ready))


async def _free_place(job: Job, view: Workspace) -> str:
    """Where a new suite goes."""
    reserved = _Reserved(view, job.assignment.taken)
    suite_path = await asyncio.to_thread(job.framework.suite_path, job.assignment.source.path, reserved)
    if (obstacle := await asyncio.to_thread(view.in_the_way, suite_path)) is not None:
        raise PermanentError(
            f"{suite_path} could not be written: {obstacle} is in its way.",
            code="invalid_path",
            hint=f"Move {obstacle} away, or keep the tests of this project in another folder.",
        )
    return suite_path


async def instrument(job: Job, view: Workspace, runner: Runner) -> None:
    """Lay the source with its counters beside it, where the runs would else make that one by one."""
    for instrumenter in job.tools.instrumenters:
        if runner.framework not in instrumenter.frameworks:
            continue
        command = instrumenter.command(job.assignment.source.path, runner, view.root)
        try:
            text = instrumenter.read(await job.tools.sandbox.run(command))
        except SandboxUnavailable:
            text = None
        if text is not None:
            view.write(instrumenter.path, text)
        elif view.exists(instrumenter.path):  # not ours
            view.remove(instrumenter.path)


async def own_tool(
    job: Job, view: Workspace, suite_path: str, known: Mapping[str, TypeChecker] | Mapping[str, Formatter]
) -> InstalledTool | None:
    """The first that the project is configured for and has installed."""
    for name, words in known.items():
        if job.language.name not in words.languages or not await asyncio.to_thread(words.applies, suite_path, view):
            continue
        for registry, package in words.packages:
            tool = await job.tools.toolchains.tool(registry, package, view, near=suite_path)
            if tool is not None:
                return replace(tool, name=name)
    return None


class _Reserved:
    """A project's view in which places that are promised to other suites of the session are taken, and those where the
    user's own folder has something that the copy does not.
    """

    def __init__(self, view: Workspace, taken: frozenset[str]) -> None:
        self._view = view
        self._taken = taken
        self.root = view.root

    def paths(self) -> Sequence[str]:
        return sorted({*self._view.paths(), *self._taken})

    def text(self, path: str) -> str | None:
        return self._view.text(path)

    def exists(self, path: str) -> bool:
        return path in self._taken or self._view.exists(path) or self._view.in_the_way(path) == path


async def analyse(job: Job) -> int:
    """Step `analyse`: how many symbols were found."""
    source, language = job.assignment.source, job.language
    analysis = await asyncio.to_thread(language.analyse, source)
    readme = _readme(await job.tools.workspaces.open(job.assignment))
    analysis = replace(analysis, claims=await asyncio.to_thread(language.claims, source, analysis, readme))
    if job.assignment.options.include_edge_cases:
        analysis = replace(analysis, edges=await asyncio.to_thread(language.edge_cases, source, analysis))
    await shelf.lay(job.desk, "analysis", analysis)
    await telling.tell_analysis(job, analysis)
    return len(analysis.symbols)


def _readme(view: ProjectView) -> str | None:
    return next((text for name in READMES if (text := view.text(name)) is not None), None)


async def measure_baseline(job: Job, ready: Ready) -> bool:
    """Step `baseline`: what the project's own tests of this file reach, and whether that could be measured.

    A writer that is paid is not asked about a source that does not even load. (The explorer loads it first thing.)
    """
    bench = await Bench.open(job, ready)
    baseline = Baseline(measured=True)
    try:
        if ready.existing:
            baseline = await own_suites.measured(bench)
        if job.writer.model is not None and baseline.coverage is None:
            problem = await problem_of_source(bench)
            if problem is not None:
                raise source_error(job.file_name, problem)
    except SandboxUnavailable:
        baseline = replace(baseline, measured=False)
    await shelf.lay(job.desk, "baseline", baseline)
    if baseline.failures:
        await telling.tell_own_failures(job, baseline.failures)
    return baseline.measured
