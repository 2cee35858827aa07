"""Where the suites of one file are run: the only place of the line that touches workspace and sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from testwright.domain.conventions import CheckOrder, Complaint, NotChecked
from testwright.domain.drafts import Draft, Suite
from testwright.domain.insertions import CannotAdd
from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.paths import base_name
from testwright.domain.ports import Workspace
from testwright.domain.projects import Command, Completed, Limits, Moment, RunOrder, Turn
from testwright.domain.verdicts import NotRun, RunReport
from testwright.pipeline import shelf
from testwright.pipeline.findings import Baseline
from testwright.pipeline.tools import Job, Ready

FIRST_LOAD = Limits(wall=timedelta(seconds=30), cpu=timedelta(seconds=30))
"""For runs that may well hang: a source nobody has loaded yet, or a suite that just ran out of time."""

FORMATTED = "formatted"
_FORMATTING = Limits(wall=timedelta(seconds=20), cpu=timedelta(seconds=20))
_THROUGH = ("/bin/sh", "-c", f'suite=$1; shift; exec "$@" <"$suite" >"$OUT/{FORMATTED}"', "sh")


@dataclass(slots=True, kw_only=True)
class Bench:
    """One file's workspace with its runner. Only one suite of ours lies in it at a time, at the path `placed`."""

    job: Job
    ready: Ready
    workspace: Workspace
    baseline: Baseline
    placed: str

    @classmethod
    async def open(cls, job: Job, ready: Ready) -> "Bench":
        """Every step opens it anew: the process may be another one since the last step."""
        workspace = await job.tools.workspaces.open(job.assignment)
        for path in ready.left_out:
            if workspace.exists(path):
                workspace.remove(path)
        baseline = await shelf.look_for(job.desk, "baseline", Baseline) or Baseline(measured=False)
        bench = cls(job=job, ready=ready, workspace=workspace, baseline=baseline, placed=ready.suite_path)
        bench._put_back()
        return bench

    @property
    def new_path(self) -> str:
        """Where a file of its own goes."""
        return self.baseline.host.new_path if self.baseline.host is not None else self.ready.suite_path

    def suite_of(self, draft: Draft) -> Suite:
        """The draft as it is run, and as it is delivered."""
        host = self.baseline.host
        beside = self.baseline.beside
        if host is not None:
            try:
                text = self.job.language.added(draft, host.text, package=host.package)
                return Suite(path=host.path, text=text, is_added=True)
            except CannotAdd as error:
                beside = f"{base_name(host.path)}: {error}"
        return Suite(path=self.new_path, text=self.job.language.render(draft), beside=beside)

    async def run(self, draft: Draft, *, coverage: bool = True, limits: Limits | None = None) -> RunReport | NotRun:
        """Put the draft in the suite's place and run it."""
        self.place(draft)
        return await self.run_placed(coverage=coverage, limits=limits)

    def place(self, draft: Draft) -> None:
        self.place_suite(self.suite_of(draft))

    def place_suite(self, suite: Suite) -> None:
        self._lay(suite.path, suite.text)

    def place_text(self, text: str) -> None:
        """A text of our own, beside what the project has."""
        self._lay(self.new_path, text)

    def _lay(self, path: str, text: str) -> None:
        if path != self.placed:
            self._put_back()
        self.workspace.write(path, text)
        self.placed = path

    def _put_back(self) -> None:
        """The project's own suite as it was, and nothing of ours beside it."""
        host = self.baseline.host
        if host is None:
            return
        if self.workspace.text(host.path) != host.text:
            self.workspace.write(host.path, host.text)
        if self.workspace.exists(host.new_path):
            self.workspace.remove(host.new_path)

    async def run_placed(
        self,
        *,
        coverage: bool = True,
        seed: int | None = None,
        frozen: Moment | None = None,
        hashes: int | None = None,
        only_loads: bool = False,
        limits: Limits | None = None,
    ) -> RunReport | NotRun:
        only = self._sound() if coverage else ()
        return await self._run(
            RunOrder(
                source_path=self.job.assignment.source.path,
                suite_paths=(self.placed,),
                coverage=coverage,
                seed=seed,
                frozen=frozen,
                only=only,
                hashes=hashes,
                only_loads=only_loads,
                limits=limits or Limits(),
            )
        )

    async def run_in_turns(self, turns: tuple[Turn, ...], alone: tuple[str, ...]) -> RunReport | NotRun:
        """From one start: the placed suite in these turns, and then each of these cases alone."""
        each = Limits()
        times = 1 + len(turns)
        return await self._run(
            RunOrder(
                source_path=self.job.assignment.source.path,
                suite_paths=(self.placed,),
                coverage=False,
                only=alone,
                alone=True,
                turns=turns,
                hashes=turns[0].seed if turns else None,
                limits=replace(each, wall=times * each.wall, cpu=times * each.cpu),
            )
        )

    def _sound(self) -> tuple[str, ...]:
        """What to run where coverage is measured: the project's own failing tests reach nothing that counts."""
        host = self.baseline.host
        if host is None or self.placed != host.path or not self.baseline.failures:
            return ()
        failing = {failure.name for failure in self.baseline.failures}
        return tuple(sorted(self.job.language.names_in(self.workspace.text(host.path) or "") - failing))

    async def run_files(
        self,
        suites: tuple[str, ...],
        *,
        coverage: bool = True,
        only: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> RunReport | NotRun:
        """`only` are the cases to run, none of them: all."""
        return await self._run(
            RunOrder(
                source_path=self.job.assignment.source.path,
                suite_paths=suites,
                coverage=coverage,
                only=only,
                limits=limits or Limits(),
            )
        )

    async def _run(self, order: RunOrder) -> RunReport | NotRun:
        framework = self.job.framework
        command = framework.command(order, self.ready.runner, self.workspace.root)
        completed = await self.job.tools.sandbox.run(command)
        return framework.read(completed, order)

    async def check_types(self, order: CheckOrder) -> tuple[Complaint, ...] | NotChecked | None:
        """What the project's type checker says about the placed suite; None where the project has none."""
        tool = self.ready.checker
        checker = self.job.tools.type_checkers.get(tool.name) if tool else None
        if tool is None or checker is None:
            return None
        check = checker.check(order, tool, self.ready.runner, self.workspace)
        for text in check.texts:
            self.workspace.write(text.path, text.text)
        try:
            completed = await self.job.tools.sandbox.run(check.command)
        finally:
            for text in check.texts:
                self.workspace.remove(text.path)
        return checker.read(completed, order)

    async def format_placed(self) -> Completed | None:
        """The placed suite through the project's formatter, as the report FORMATTED; None where there is none."""
        tool = self.ready.formatter
        formatter = self.job.tools.formatters.get(tool.name) if tool else None
        if tool is None or formatter is None:
            return None
        path = self.placed
        command = Command(
            argv=(*_THROUGH, path, *tool.program, *formatter.arguments(path, self.workspace)),
            workspace=self.workspace.root,
            reports=(FORMATTED,),
            mounts=tool.mounts,
            env=tool.env,
            limits=_FORMATTING,
        )
        return await self.job.tools.sandbox.run(command)

    async def challenge(self, order: ChallengeOrder, switched: str) -> ChallengeReport | NotRun:
        """Run the placed suite against the switched source, which lies in the source's place meanwhile."""
        framework = self.job.framework
        with self._in_place(switched):
            command = framework.challenge(order, self.ready.runner, self.workspace.root)
            completed = await self.job.tools.sandbox.run(command)
        return framework.read_challenge(completed, order)

    async def run_changed(self, text: str) -> RunReport | NotRun:
        """Run the placed suite once, with this text in the source's place. It may well hang."""
        with self._in_place(text):
            return await self.run_placed(coverage=False, limits=FIRST_LOAD)

    @contextmanager
    def _in_place(self, text: str) -> Iterator[None]:
        source = self.job.assignment.source
        self.workspace.write(source.path, text)
        try:
            yield
        finally:
            self.workspace.write(source.path, source.text)
