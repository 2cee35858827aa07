"""How mocha is asked to run suites, and how its answer is read."""

import re
import shlex
from collections.abc import Iterator, Sequence
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

_INSIDE = "/opt/testwright/mocha"
_MOUNTS = (suites.SHARED, Mount(host=str(Path(__file__).parent / "assets" / "mocha"), inside=_INSIDE))


class Mocha:
    name = "mocha"
    languages = suites.LANGUAGES

    def suite_path(self, source_path: str, view: ProjectView) -> str:
        return packages.place_in_home(_suite_path, source_path, view)

    def home(self, source_path: str, view: ProjectView) -> str:
        return packages.home_of(source_path, view)

    def by_hand(self, suite_paths: Sequence[str], view: ProjectView) -> str:
        return f"npx mocha {shlex.join(suite_paths)}"

    def existing_suites(self, source_path: str, view: ProjectView) -> tuple[str, ...]:
        return packages.find_in_home(node_suites.existing_suites, source_path, view)

    def sample(self, suite_path: str, view: ProjectView) -> str | None:
        return layout.sample(suite_path, view)

    def known_modules(self, view: ProjectView, runner: Runner) -> frozenset[str]:
        return node_suites.known_modules(self.name, view, runner)

    def command(self, order: RunOrder, runner: Runner, workspace: str) -> Command:
        """Our launcher takes the place of mocha's command line and is told where mocha's entry point lies."""
        return Command(
            argv=(
                *runner.program[:-1],
                *((suites.TURNS,) if order.alone else ()),
                f"{_INSIDE}/run.cjs",
                runner.program[-1],
            ),
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
            argv=(*runner.program[:-1], challenges.DRIVER, f"{_INSIDE}/run.cjs", runner.program[-1]),
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


def _suite_path(source_path: str, view: ProjectView) -> str:
    return node_suites.suite_path(source_path, view, _patterns(view))


def _patterns(view: ProjectView) -> Iterator[str]:
    """Where the project's configuration looks for suites, as far as that can be read without running it."""
    manifest = suites.json_object(view.text("package.json") or "")
    configured = [
        manifest.get("mocha"),
        *(suites.json_object(view.text(f".mocharc{end}") or "") for end in ("", ".json")),
    ]
    for found in configured:
        spec = found.get("spec") if isinstance(found, dict) else None
        yield from [spec] if isinstance(spec, str) else [each for each in spec or () if isinstance(each, str)]
    for name in (".mocharc.yml", ".mocharc.yaml", ".mocharc.js", ".mocharc.cjs"):
        text = view.text(name) or ""
        yield from re.findall(r"spec['\"]?\s*:\s*\[?\s*(?:-\s*)?['\"]?([\w./*{},@()!?+-]+)", text)
    scripts = manifest.get("scripts")
    test = str(scripts.get("test", "")) if isinstance(scripts, dict) else ""
    yield from re.findall(r"['\"\s]((?:\./)?(?:test|tests|spec|src|lib|\*\*)/[\w./*{},@()!?+-]+)", test)
