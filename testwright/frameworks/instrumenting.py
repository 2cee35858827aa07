"""A source with istanbul's counters in it, made once for all of its runs.

Where Node itself loads the source each run would make it anew, and what makes it takes longer to load than many a suite
to run (0.25 s beside 0.15).
"""

from datetime import timedelta

from testwright.domain.projects import OUT, WORKSPACE, Command, Completed, Limits, Runner
from testwright.frameworks import javascript_suites as suites

_LIMITS = Limits(wall=timedelta(seconds=20), cpu=timedelta(seconds=20))


class Istanbul:
    frameworks = frozenset({"mocha", "node:test"})
    path = suites.MEASURED

    def command(self, source_path: str, runner: Runner, workspace: str) -> Command:
        source = f"{WORKSPACE}/{source_path}"
        script = f"{suites.SHARED.inside}/instrument.cjs"
        return Command(
            argv=(runner.program[0], script, suites.place_of(runner.home), source, f"{OUT}/{suites.REPORT}"),
            workspace=workspace,
            reports=(suites.REPORT,),
            mounts=(*runner.mounts, suites.SHARED),
            env=runner.env,
            limits=_LIMITS,
        )

    def read(self, completed: Completed) -> str | None:
        report = completed.reports.get(suites.REPORT, b"").decode("utf-8", "replace")
        return report if {"source", "instrumented"} <= suites.json_object(report).keys() else None
