"""How jest is asked to run suites, and how its answer is read."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from testwright.domain.mutants import ChallengeOrder, ChallengeReport
from testwright.domain.ports import ProjectView
from testwright.domain.projects import OUT, WORKSPACE, Command, Completed, Mount, Runner, RunOrder
from testwright.domain.verdicts import NotRun, RunReport
from testwright.domain.within import below
from testwright.frameworks import javascript_challenges as challenges
from testwright.frameworks import javascript_layout as layout
from testwright.frameworks import javascript_packages as packages
from testwright.frameworks import javascript_reports as reports
from testwright.frameworks import javascript_suites as suites
from testwright.frameworks.javascript_coverage import coverage_of

_ASSETS = Path(__file__).parent / "assets" / "jest"
_INSIDE = "/opt/testwright/jest"
_COVERAGE = "coverage-final.json"
_ALWAYS = (
    f"--config={_INSIDE}/jest.config.cjs",
    f"--reporters={_INSIDE}/reporter.cjs",
    "--ci",
    "--runInBand",
    "--watchman=false",
    "--cacheDirectory=/tmp/testwright-jest",
    "--silent",
    "--forceExit",
)


class Jest:
    name = "jest"
    languages = suites.LANGUAGES

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return packages.place_in_home(layout.suite_path, source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return packages.home_of(source_path, view)

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        return f"npx jest {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return packages.find_in_home(layout.existing_suites, source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return suites.known_modules(self.name, view, runner)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        measured = _measure(below(runner.home, order.source_path)) if order.coverage else ("--coverage=false",)
        seeded = ("--randomize", f"--seed={order.seed}") if order.seed is not None else ()
        pattern = None if order.alone else suites.only_pattern(order.only)
        return Command(
            argv=(
                *runner.program,
                *_always(runner),
                *measured,
                *seeded,
                *((f"--testNamePattern={pattern}",) if pattern else ()),
                "--runTestsByPath",
                *(f"{WORKSPACE}/{path}" for path in order.suite_paths),
            ),
            workspace=workspace,
            reports=(suites.REPORT, *((_COVERAGE,) if order.coverage else ()), suites.UNENDING, *order.extra_reports),
            mounts=(*runner.mounts, suites.SHARED, Mount(host=str(_ASSETS), inside=_INSIDE)),
            env=(
                *runner.env,
                ("TESTWRIGHT_ORDER", suites.order_json(order, runner.home)),
                ("TESTWRIGHT_SEED", "" if order.seed is None else str(order.seed)),
                *suites.stopped_clock(order),
                *suites.watched_loading(order),
            ),
            limits=order.limits,
        )

    def read(self, completed: Completed, order: RunOrder) -> RunReport | NotRun:
        found = reports.parsed(completed.reports.get(_COVERAGE))
        maps = list(found.values()) if isinstance(found, dict) else []
        coverage = coverage_of(maps, order.source_path) if order.coverage else None
        return reports.read(completed, order, coverage, self.name)

    def challenge(self, order: ChallengeOrder, runner: Runner, workspace: str) -> Command:
        return Command(
            argv=(
                *runner.program[:-1],
                challenges.DRIVER,
                runner.program[-1],
                *_always(runner),
                "--coverage=false",
                "--runTestsByPath",
                f"{WORKSPACE}/{order.suite_path}",
            ),
            workspace=workspace,
            reports=(suites.REPORT,),
            mounts=(*runner.mounts, suites.SHARED, Mount(host=str(_ASSETS), inside=_INSIDE)),
            env=(
                *runner.env,
                ("TESTWRIGHT_ORDER", challenges.order_json(order, runner.home, quiet=True)),
                ("TESTWRIGHT_SEED", ""),
            ),
            limits=order.limits,
        )

    def read_challenge(self, completed: Completed, order: ChallengeOrder) -> ChallengeReport | NotRun:
        return challenges.read(completed, order, self.name)


def _always(runner: Runner) -> tuple[str, ...]:
    return (*_ALWAYS, f"--rootDir={suites.place_of(runner.home)}")


def _measure(source_path: str) -> tuple[str, ...]:
    return (
        "--coverage",
        "--coverageProvider=babel",
        "--coverageReporters=json",
        f"--coverageDirectory={OUT}",
        f"--collectCoverageFrom={source_path}",
    )
