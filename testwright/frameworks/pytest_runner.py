"""How pytest is asked to run a suite, and how its answer is read."""

import shlex
from collections.abc import Sequence

from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Runner, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.frameworks import python_challenges as challenges
from testwright.frameworks import python_dependencies, python_layout
from testwright.frameworks import python_runs as runs

_ALONE = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:random_order", "-o", "addopts=")
_QUIET = ("-W", 'ignore:The configuration option "asyncio_default_fixture_loop_scope" is unset.')
"""pytest-asyncio may be there because of us only: a project that makes warnings errors never agreed to this one."""


class Pytest:
    """The Framework `pytest`."""

    name = "pytest"
    languages = frozenset({"python"})

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return python_layout.suite_path(source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return ""

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        """As a module, so that the project's own folder can be imported from."""
        return f"python -m pytest {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return python_layout.existing_suites(source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return python_layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return python_dependencies.known_modules(view) | {"pytest", "_pytest", "pluggy"}

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        """The project's configuration holds, except `addopts`: options such as --cov-fail-under, -n, -x or --lf would
        change which tests run and what the exit status means. No cache is written, and nothing else reorders the tests.
        """
        options = ("-p", "testwright_plugin", *_ALONE, *_QUIET, "-q", "--tb=short", "--color=no", "--no-header", "-rN")
        return runs.command(order, runner, workspace, (*runner.program, *options, *order.suite_paths))

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        return runs.read(completed, order, self.name)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        """Configuration as in an ordinary run. Output is captured in memory, because children share open files;
        failures are not explained, because nobody reads why a mutant was caught.
        """
        options = ("-p", "testwright_challenge", *_ALONE, *_QUIET, "-q", "--capture=sys", "--assert=plain", "--tb=no")
        argv = (*runner.program, *options, "--color=no", "--no-header", "-rN", order.suite_path)
        return challenges.command(order, runner, workspace, argv)

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return challenges.read(completed, order, self.name)
