"""Where the suites of one file are run: the only place of the line that touches workspace and sandbox."""

from dataclasses import dataclass
from datetime import timedelta

from testwright.domain.conventions import CheckOrder, Complaint, NotChecked
from testwright.domain.drafts import Draft
from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import Workspace
from testwright.domain.projects import Command, Completed, Limits, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.pipeline.tools import Job, Ready

FIRST_LOAD = Limits(wall=timedelta(seconds=30), cpu=timedelta(seconds=30))
"""For runs that may well hang: a source nobody has loaded yet, or a suite that just ran out of time."""

FORMATTED = "formatted"
_FORMATTING = Limits(wall=timedelta(seconds=20), cpu=timedelta(seconds=20))
_THROUGH = ("/bin/sh", "-c", f'suite=$1; shift; exec "$@" <"$suite" >"$OUT/{FORMATTED}"', "sh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One file's workspace with its runner. Only one suite lies at the suite's path at a time."""

    job: Job
    ready: Ready
    workspace: Workspace

    @classmethod
    async def open(cls, job: Job, ready: Ready) -> "Bench":
        """Every step opens it anew: the process may be another one since the last step."""
        workspace = await job.tools.workspaces.open(job.assignment)
        for path in ready.left_out:
            if workspace.exists(path):
                workspace.remove(path)
        return cls(job=job, ready=ready, workspace=workspace)

    async def run(self, draft: Draft, *, coverage: bool = True, limits: Limits | None = None) -> RunReport | NotRun:
        """Put the draft in the suite's place and run it."""
        self.place(draft)
        return await self.run_placed(coverage=coverage, limits=limits)

    def text_of(self, draft: Draft) -> str:
        """What stands in the suite's file when the draft does."""
        return self.job.language.render(draft)

    def place(self, draft: Draft) -> None:
        self.place_text(self.text_of(draft))

    def place_text(self, text: str) -> None:
        self.workspace.write(self.ready.suite_path, text)

    async def run_placed(
        self,
        *,
        coverage: bool = True,
        seed: int | None = None,
        frozen: bool = False,
        alone: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> RunReport | NotRun:
        suites = (self.ready.suite_path,)
        return await self.run_files(suites, coverage=coverage, seed=seed, frozen=frozen, alone=alone, limits=limits)

    async def run_files(
        self,
        suites: tuple[str, ...],
        *,
        coverage: bool = True,
        seed: int | None = None,
        frozen: bool = False,
        alone: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> RunReport | NotRun:
        """`alone` are the cases to run, each in an environment of its own; none of them: all, as usual."""
        order = RunOrder(
            source_path=self.job.assignment.source.path,
            suite_paths=suites,
            coverage=coverage,
            seed=seed,
            frozen=frozen,
            only=alone,
            alone=bool(alone),
            limits=limits or Limits(),
        )
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
        path = self.ready.suite_path
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
        source = self.job.assignment.source
        self.workspace.write(source.path, switched)
        try:
            command = framework.challenge(order, self.ready.runner, self.workspace.root)
            completed = await self.job.tools.sandbox.run(command)
        finally:
            self.workspace.write(source.path, source.text)
        return framework.read_challenge(completed, order)
