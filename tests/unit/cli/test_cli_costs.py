import pytest

from testwright.cli.costs import Meter, taken


def test_the_running_total_is_told_when_it_grows_over_all_files():
    meter = Meter()

    assert meter.heard({"filePath": "a.py", "tokens": 1200, "costUsd": 0.12}) == " (1,200 tokens, $0.12 so far)"
    assert meter.heard({"filePath": "a.py", "tokens": 1200, "costUsd": 0.12}) == ""
    assert meter.heard({"filePath": "b.py", "message": "no model here"}) == ""
    assert meter.heard({"filePath": "b.py", "tokens": 300, "costUsd": 0.01}) == " (1,500 tokens, $0.13 so far)"


def test_one_cost_that_nobody_knows_makes_the_sum_unknown():
    meter = Meter()
    meter.heard({"filePath": "a.py", "tokens": 10, "costUsd": 0.5})

    assert meter.heard({"filePath": "b.py", "tokens": 10, "costUsd": None}) == " (20 tokens, cost not known so far)"


@pytest.mark.parametrize(
    ("usd", "said"),
    [(0.0, "no cost"), (0.00004, "less than $0.001"), (0.0123, "$0.0123"), (1.234, "$1.23"), (None, "cost not known")],
)
def test_small_sums_are_told_without_powers_of_ten(usd, said):
    assert taken(1, usd) == f"1 token, {said}"
