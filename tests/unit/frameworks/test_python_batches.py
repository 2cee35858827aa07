import importlib
import math
import sys
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[3] / "testwright/frameworks/assets/python"


@pytest.fixture(scope="module")
def batches():
    """The module as it is in the sandbox, where its neighbours are modules of their own."""
    sys.path.insert(0, str(ASSETS))
    try:
        yield importlib.import_module("testwright_batches")
    finally:
        sys.path.remove(str(ASSETS))


def ended(batches, key, how, *events):
    from testwright_children import Ended

    return Ended(key, how, list(events))


def test_neighbours_are_tried_together_and_what_is_not_steady_by_itself(batches):
    takes = {1: 0.1, 2: 0.1, 3: math.inf, 4: 0.1, 5: 0.1, 9: 0.4}

    assert batches.batches_of([9, 5, 1, 3, 4, 2], takes.__getitem__) == [(1, 2), (3,), (4, 5), (9,)]


def test_a_batch_counts_once_its_tests_pass_at_its_end(batches):
    one = [{"mutant": 1}, {"running": "a"}, {"failed": True}]
    two = [{"mutant": 2}, {"running": "a"}, {"failed": False}]
    control = [{"mutant": 0}, {"running": "a"}, {"failed": False}, {"done": True}]

    whole, again = batches.parted(ended(batches, (1, 2), "done", *one, *two, *control))

    assert [(each.key, each.how, each.events) for each in whole] == [(1, "done", one), (2, "done", two)]
    assert again == []


def test_a_batch_that_leaves_something_behind_is_tried_one_by_one(batches):
    control = [{"mutant": 0}, {"running": "a"}, {"failed": True}, {"done": True}]

    whole, again = batches.parted(ended(batches, (1, 2), "done", {"mutant": 1}, {"mutant": 2}, *control))

    assert (whole, again) == ([], [(1,), (2,)])


@pytest.mark.parametrize("how", ["late", "crashed", "done"])
def test_a_mutant_that_ends_its_batch_is_tried_by_itself_and_the_others_together(batches, how):
    whole, again = batches.parted(ended(batches, (1, 2, 3), how, {"mutant": 1}, {"mutant": 2}, {"running": "a"}))

    assert (whole, again) == ([], [(1, 3), (2,)])


def test_what_has_to_be_tried_anew_comes_next_even_when_the_queue_was_empty(batches):
    queue = batches.Queue([(1, 2)], lambda number: float(number))

    assert next(queue).key == (1, 2)
    assert next(queue, None) is None
    queue.again([(1,), (2,)])
    assert {next(queue).key, next(queue).key} == {(1,), (2,)}
