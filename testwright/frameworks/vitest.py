"""How vitest is asked to run suites, and how its answer is read."""

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

_ASSETS = Path(__file__).parent / "assets" / "vitest"
_INSIDE = "/opt/testwright/vitest"


class Vitest:
    name = "vitest"
    languages = suites.LANGUAGES

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return packages.place_in_home(layout.suite_path, source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return packages.home_of(source_path, view)

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        return f"npx vitest run {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return packages.find_in_home(layout.existing_suites, source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return suites.known_modules(self.name, view, runner)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        """Our launcher takes the place of vitest's command line and is told where vitest's entry point lies."""
        return Command(
            argv=(*runner.program[:-1], f"{_INSIDE}/run.mjs", runner.program[-1]),
            workspace=workspace,
            reports=(suites.REPORT, suites.UNENDING, *order.extra_reports),
            mounts=(*runner.mounts, suites.SHARED, Mount(host=str(_ASSETS), inside=_INSIDE)),
            env=(
                *runner.env,
                ("TESTWRIGHT_ORDER", suites.order_json(order, runner.home)),
                *suites.stopped_clock(order),
                *suites.watched_loading(order),
            ),
            limits=order.limits,
        )

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        return reports.read_measured(completed, order, self.name)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        return Command(
            argv=(*runner.program[:-1], challenges.DRIVER, f"{_INSIDE}/run.mjs", runner.program[-1]),
            workspace=workspace,
            reports=(suites.REPORT,),
            mounts=(*runner.mounts, suites.SHARED, Mount(host=str(_ASSETS), inside=_INSIDE)),
            env=(*runner.env, ("TESTWRIGHT_ORDER", challenges.order_json(order, runner.home, quiet=True))),
            limits=order.limits,
        )

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return challenges.read(completed, order, self.name)
