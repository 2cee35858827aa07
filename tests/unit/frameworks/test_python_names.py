"""A suite's tests go by the same names where its text is taken apart, and where it is run."""

from python_for_real import really_run

from testwright.frameworks import FRAMEWORKS
from testwright.languages.python import Python

SUITE = """from unit import double


class TestApart:
    def test_one(self):
        assert double(1) == 2


class TestBase:
    def test_two(self):
        assert double(2) == 4


class TestHeir(TestBase):
    def test_three(self):
        assert double(3) == 6


class Shared:
    number = 1

    def test_number(self):
        assert double(self.number) == 2 * self.number


class TestFour(Shared):
    number = 4
"""


def test_classes_that_inherit_and_such_as_are_inherited_from_are_named_alike(tmp_path):
    report, _ = really_run(FRAMEWORKS["pytest"], tmp_path, "def double(n):\n    return 2 * n\n", SUITE)

    told = {outcome.name for outcome in report.outcomes}
    assert told == {"test_one", "TestBase", "TestHeir", "TestFour"}
    assert told == {case.name for case in Python().split(SUITE).cases}
