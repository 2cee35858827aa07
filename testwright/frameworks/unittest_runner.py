"""How suites of unittest are run, by a runner of ours in the place of `python -m unittest`, and how it is read."""

import shlex
from collections.abc import Sequence

from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Runner, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.frameworks import python_challenges as challenges
from testwright.frameworks import python_dependencies, python_layout
from testwright.frameworks import python_runs as runs


class Unittest:
    """The Framework `unittest`."""

    name = "unittest"
    languages = frozenset({"python"})

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return python_layout.suite_path(source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return ""

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        return f"python -m unittest {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return python_layout.existing_suites(source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return python_layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return python_dependencies.known_modules(view)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        argv = (*runner.program[:-1], "testwright_unittest", *order.suite_paths)
        return runs.command(order, runner, workspace, argv)

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        return runs.read(completed, order, self.name)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        argv = (*runner.program[:-1], "testwright_unittest_challenge", order.suite_path)
        return challenges.command(order, runner, workspace, argv)

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return challenges.read(completed, order, self.name)
