"""What a test leaves behind for whatever comes after it: run for real, in the place of a sandbox."""

from pathlib import Path

import pytest
from python_for_real import really_run

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
    report, failed = really_run(framework, tmp_path, "", suite(framework.name))

    left = {f"test_{name}": f"sleep {SECONDS}" for name in ("leaves", "orphans")}
    left |= {"test_forks": "a fork of the test itself"}
    end = "end what it starts, and wait for its end."
    assert failed == {name: f"It leaves a process behind ({what}); {end}" for name, what in left.items()}
    assert {one.name for one in report.outcomes} == BODIES.keys()
