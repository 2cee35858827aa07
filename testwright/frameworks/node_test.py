"""How Node's own test runner is asked to run suites, and how its answer is read."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import ProjectView
from testwright.domain.projects import Command, Completed, Mount, Runner, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.frameworks import javascript_challenges as challenges
from testwright.frameworks import javascript_layout as layout
from testwright.frameworks import javascript_packages as packages
from testwright.frameworks import javascript_reports as reports
from testwright.frameworks import javascript_suites as suites
from testwright.frameworks import node_suites

_INSIDE = "/opt/testwright/node"
_MOUNTS = (suites.SHARED, Mount(host=str(Path(__file__).parent / "assets" / "node"), inside=_INSIDE))
_LAUNCH = (
    f"--test-reporter={_INSIDE}/reporter.mjs",
    "--test-reporter-destination=stdout",
    f"{_INSIDE}/run.mjs",
)


class NodeTest:
    name = "node:test"
    languages = suites.LANGUAGES

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return packages.place_in_home(node_suites.suite_path, source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return packages.home_of(source_path, view)

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        flags = "".join(f"{flag} " for flag in packages.node_flags(view))
        return f"node {flags}--test {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return packages.find_in_home(node_suites.existing_suites, source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return node_suites.known_modules(self.name, view, runner)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        """Not with `--test`, which would start a process of its own for each file."""
        return Command(
            argv=(*runner.program, *((suites.TURNS,) if order.alone else ()), *_LAUNCH),
            workspace=workspace,
            reports=(suites.REPORT, suites.UNENDING, *order.extra_reports),
            mounts=(*runner.mounts, *_MOUNTS),
            env=(
                *runner.env,
                ("TESTWRIGHT_ORDER", node_suites.order_json(order, runner.home)),
                *suites.stopped_clock(order),
                *suites.watched_loading(order),
            ),
            limits=order.limits,
        )

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        return reports.read_measured(completed, order, self.name)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        return Command(
            argv=(*runner.program, challenges.DRIVER, *_LAUNCH),
            workspace=workspace,
            reports=(suites.REPORT,),
            mounts=(*runner.mounts, *_MOUNTS),
            env=(
                *runner.env,
                ("TESTWRIGHT_ORDER", challenges.order_json(order, runner.home, quiet=True)),
            ),
            limits=order.limits,
        )

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return challenges.read(completed, order, self.name)
