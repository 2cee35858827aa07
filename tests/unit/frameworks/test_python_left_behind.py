"""What a test leaves behind for whatever comes after it: run for real, in the place of a sandbox."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from testwright.domain.projects import Completed, Runner, RunOrder
from testwright.domain.verdicts import Outcome, RunReport
from testwright.frameworks import python_runs
from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest

SECONDS = 60
BODIES = {
    "test_leaves": f"assert subprocess.Popen(['sleep', '{SECONDS}']).pid",
    "test_forks": f"assert os.fork() or time.sleep({SECONDS})",
    "test_orphans": f"assert os.system('sleep {SECONDS} >/dev/null 2>&1 &') == 0",
    "test_comes_back": "assert os.fork() >= 0  # its child goes on with the tests after it",
    "test_ends": f"process = subprocess.Popen(['sleep', '{SECONDS}']); process.terminate(); assert process.pid",
    "test_pools": "pool = multiprocessing.get_context('fork').Pool(1); KEPT.append(pool); assert pool.map(abs, [-1])",
    "test_place": "assert not {'OUT', 'TESTWRIGHT_WORKSPACE'} & set(os.environ)",
}


def suite(framework: str) -> str:
    head = "import multiprocessing, os, subprocess, time, unittest\nKEPT = []\n"
    if framework == "pytest":
        return head + "".join(f"def {name}():\n    {body}\n" for name, body in BODIES.items())
    tests = "".join(f"    def {name}(self):\n        {body}\n" for name, body in BODIES.items())
    return f"{head}class TestUnit(unittest.TestCase):\n{tests}"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nobody else knows which processes there are")
@pytest.mark.parametrize("framework", [Pytest(), Unittest()], ids=lambda each: each.name)
def test_a_test_ends_what_it_starts_and_does_not_see_that_it_is_watched(tmp_path, framework):
    (tmp_path / "unit.py").write_text("")
    (tmp_path / "test_unit.py").write_text(suite(framework.name))
    program = (sys.executable, "-m", framework.name)
    runner = Runner(framework=framework.name, version="1", origin="managed", found="", program=program)
    order = RunOrder(source_path="unit.py", suite_paths=("test_unit.py",), coverage=False)
    command = framework.command(order, runner, str(tmp_path))
    env = {**os.environ, **dict(command.env), "PYTHONPATH": python_runs.ASSETS.host, "OUT": str(tmp_path)}

    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command.argv, cwd=tmp_path, env=env, stdout=nowhere, start_new_session=True)
    try:
        status = process.wait(timeout=60)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    raw = (tmp_path / python_runs.REPORT).read_bytes()
    completed = Completed(exit_status=status, reason="exit", log="", reports={python_runs.REPORT: raw})
    report = framework.read(completed, order)
    assert isinstance(report, RunReport), report
    failed = {one.name: one.message for one in report.outcomes if one.outcome is not Outcome.PASSED}
    left = {f"test_{name}": f"sleep {SECONDS}" for name in ("leaves", "orphans")}
    left |= {"test_forks": "a fork of the test itself"}
    end = "end what it starts, and wait for its end."
    assert failed == {name: f"It leaves a process behind ({what}); {end}" for name, what in left.items()}
    assert {one.name for one in report.outcomes} == BODIES.keys()
