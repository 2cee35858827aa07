"""What a failed comparison of long values costs and says: run for real, in the place of a sandbox."""

import pytest
from python_for_real import really_run

from testwright.frameworks.pytest_runner import Pytest
from testwright.frameworks.unittest_runner import Unittest

UNIT = """
import difflib, random

def numbers(seed):
    generator = random.Random(seed)
    return [generator.getrandbits(32) for _ in range(4000)]

def letters(seed):
    return "".join(chr(97 + seed * index % 23) for index in range(30_000))

def diff(one, other):
    return sum(1 for line in difflib.ndiff(one, other) if line.startswith("?"))
"""
BODIES = {
    "test_lists": "IS(numbers(1), numbers(2))",
    "test_texts": "IS(letters(7), letters(5))",
    "test_short": "IS(['alpha', 'beta'], ['alpha', 'betta'])",
    "test_own_use": "IS(diff(['a longer line'] * 60, ['a longer lime'] * 60), 120)",  # two lines that point, for each
}


def suite(framework):
    if framework == "pytest":
        tests = (f"def {name}():\n    {body}\n" for name, body in BODIES.items())
        return "from unit import *\ndef IS(one, other): assert one == other\n" + "\n".join(tests)
    tests = (f"    def {name}(self):\n        self.{body}\n" for name, body in BODIES.items())
    head = "import unittest\nfrom unit import *\nclass TestUnit(unittest.TestCase):\n"
    return head + "\n".join(tests).replace("IS(", "assertEqual(")


@pytest.mark.parametrize("framework", [Pytest(), Unittest()], ids=lambda each: each.name)
def test_values_that_differ_everywhere_are_told_of_at_once_and_short_ones_line_by_line(
    tmp_path, framework, monkeypatch
):
    monkeypatch.setenv("CI", "1")  # as it is in a sandbox: pytest makes whole diffs there

    report, failed = really_run(framework, tmp_path, UNIT, suite(framework.name))

    assert max(one.duration_ms for one in report.outcomes) < 5000
    assert failed.keys() == {"test_lists", "test_texts", "test_short"}
    assert "?       " in failed["test_short"]  # the line below, which points at the letter
