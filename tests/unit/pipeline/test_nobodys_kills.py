"""The gate `can fail`, where a change is noticed by no test, or nothing was tried on one."""

from dataclasses import replace

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.mutants import Fate, MutantOutcome
from testwright.pipeline.findings import Challenge

SOURCE = "mutable\n" * 3


def drops_of(delivered):
    return [(drop.name, drop.gate, drop.reason) for drop in delivered.dropped]


# Changes that keep the suite from being loaded


async def test_a_change_with_which_the_suite_does_not_load_is_noticed_by_the_suite_and_by_no_test(world, suite):
    it = world(suite(a="pass lines=1 kills=1 unloads=3", b="pass lines=2,3"), text=SOURCE)

    delivered = await it.walk()

    assert [(name, gate) for name, gate, _ in drops_of(delivered)] == [("test_b", "can_fail")]
    assert [(faced.mutant.number, faced.fate) for faced in delivered.mutants] == [
        (1, Fate.KILLED),
        (2, Fate.UNREACHED),
        (3, Fate.KILLED),
    ]
    (case,) = delivered.evidence.cases
    assert (case.mutants.killed, case.mutants.sampled) == (1, 1)


def unloaded(*names):
    return MutantOutcome(number=1, fate=Fate.KILLED, reached_by=names, killers=names, breaks_load=True)


def noticed(name):
    return MutantOutcome(number=1, fate=Fate.KILLED, reached_by=(name,), killers=(name,))


def test_that_the_suite_does_not_load_stays_so_for_some_of_its_tests_and_with_others_beside_them():
    whole = Challenge(outcomes=(unloaded("a", "b"),))

    assert whole.seen_by(frozenset({"a"})).outcomes == (unloaded("a"),)
    assert whole.with_tests_of(Challenge(outcomes=(unloaded("c"),))).outcomes == (unloaded("a", "b", "c"),)


def test_what_a_test_noticed_by_itself_goes_before_a_suite_that_did_not_load():
    broken, seen = Challenge(outcomes=(unloaded("a"),)), Challenge(outcomes=(noticed("b"),))

    assert [each.kills_of("a") for each in (broken.with_tests_of(seen), seen.with_tests_of(broken))] == [(), ()]
    assert [each.kills_of("b") for each in (broken.with_tests_of(seen), seen.with_tests_of(broken))] == [(1,), (1,)]


# Tests that nothing was tried on


async def test_a_test_that_nothing_was_tried_on_is_asked_once_more_by_itself(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1,2", b="lost lines=2,3 kills=2"), text=SOURCE)

    delivered = await it.walk()

    assert len(it.sandbox.challenged) == 2
    assert drops_of(delivered) == []
    told = {case.name: (case.mutants.killed, case.mutants.sampled) for case in delivered.evidence.cases}
    assert told == {"test_a": (2, 2), "test_b": (1, 2)}


async def test_a_test_that_notices_nothing_by_itself_either_is_dropped(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1,2", b="lost lines=2,3"), text=SOURCE)

    delivered = await it.walk()

    assert [(name, gate) for name, gate, _ in drops_of(delivered)] == [("test_b", "can_fail")]
    assert "It notices none of 2 changes" in delivered.dropped[0].reason


async def test_a_test_that_nothing_can_be_tried_on_by_itself_either_is_not_proven(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1,2", b="lost lines=2 kills=2"), text=SOURCE)
    it.sandbox.time_for = [1000, 0]
    it.sandbox.stop_it = True

    delivered = await it.walk()

    assert [(name, gate) for name, gate, _ in drops_of(delivered)] == [("test_b", "can_fail")]
    assert "nobody could see" in delivered.dropped[0].reason


async def test_a_test_that_nothing_can_be_tried_on_the_quick_way_stays_where_an_ordinary_run_sees_it_fail(world, suite):
    it = world(suite(a="pass lines=1,2 kills=1,2", b="lost lines=2,3 kills=3"), text=SOURCE)
    it.sandbox.time_for = [1000, 0]

    delivered = await it.walk()

    assert drops_of(delivered) == []
    assert 3 in it.sandbox.slowly


async def test_a_test_on_whose_lines_nothing_was_changed_is_neither_asked_again_nor_called_blind(world, suite):
    it = world(suite(a="pass lines=1 kills=1", b="pass lines=80"), text=SOURCE)

    delivered = await it.walk()

    assert len(it.sandbox.challenged) == 1
    assert drops_of(delivered) == []


async def test_of_a_suite_that_a_person_wrote_no_test_holds_that_nobody_saw_notice_anything(world):
    it = world(text=SOURCE)
    it.assignment = replace(
        it.assignment, edited="@case test_a | pass lines=1 kills=1\n@case test_b | unfit lines=2 kills=2"
    )
    it.sandbox.stop_it = True

    with pytest.raises(PermanentError, match="test_b: It does not pass once more where changes"):
        await it.walk()
