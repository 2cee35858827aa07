"""A suite of Python run as a sandbox would run it, in a folder of its own; whatever it leaves is ended."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from testwright.domain.ports import Framework
from testwright.domain.projects import Completed, Runner, RunOrder
from testwright.domain.verdicts import Outcome, RunReport
from testwright.frameworks import python_runs


def really_run(framework: Framework, folder: Path, unit: str, suite: str) -> tuple[RunReport, dict[str, str]]:
    """The report, and the messages of those that did not pass."""
    (folder / "unit.py").write_text(unit)
    (folder / "test_unit.py").write_text(suite)
    program = (sys.executable, "-m", framework.name)
    runner = Runner(framework=framework.name, version="1", origin="managed", found="", program=program)
    order = RunOrder(source_path="unit.py", suite_paths=("test_unit.py",), coverage=False)
    command = framework.command(order, runner, str(folder))
    env = {**os.environ, **dict(command.env), "PYTHONPATH": python_runs.ASSETS.host, "OUT": str(folder)}
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command.argv, cwd=folder, env=env, stdout=nowhere, start_new_session=True)
    try:
        status = process.wait(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    raw = (folder / python_runs.REPORT).read_bytes()
    completed = Completed(exit_status=status, reason="exit", log="", reports={python_runs.REPORT: raw})
    report = framework.read(completed, order)
    assert isinstance(report, RunReport), report
    return report, {one.name: one.message for one in report.outcomes if one.outcome is not Outcome.PASSED}
