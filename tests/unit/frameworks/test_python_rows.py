"""Tests of several rows, of which some are skipped: run for real, in the place of a sandbox."""

from python_for_real import really_run

from testwright.domain.verdicts import Outcome
from testwright.frameworks.pytest_runner import Pytest

UNIT = "def double(number): return 2 * number\n"
SUITE = """
import pytest
from unit import double
absent = pytest.mark.skipif(double(1) == 2, reason="not here")

@pytest.fixture(params=[1, pytest.param(2, marks=absent)])
def number(request): return request.param

@pytest.mark.parametrize("given, wanted", [(1, 2), pytest.param(2, 4, marks=absent)])
def test_first(given, wanted): assert double(given) == wanted

@pytest.mark.parametrize("given, wanted", [pytest.param(2, 4, marks=absent), (1, 2)])
def test_last(given, wanted): assert double(given) == wanted

def test_fixture(number): assert double(number) == 2 * number

@pytest.mark.parametrize("given, wanted", [pytest.param(2, 4, marks=absent)])
def test_none(given, wanted): assert double(given) == wanted

@pytest.mark.parametrize("given, wanted", [pytest.param(2, 4, marks=absent), (1, 3)])
def test_wrong(given, wanted): assert double(given) == wanted
"""


def test_a_row_that_is_skipped_beside_one_that_passes_is_no_verdict_on_their_test(tmp_path):
    report, _ = really_run(Pytest(), tmp_path, UNIT, SUITE)

    assert {one.name: one.outcome for one in report.outcomes} == {
        "test_first": Outcome.PASSED,
        "test_last": Outcome.PASSED,
        "test_fixture": Outcome.PASSED,
        "test_none": Outcome.SKIPPED,
        "test_wrong": Outcome.FAILED,
    }
