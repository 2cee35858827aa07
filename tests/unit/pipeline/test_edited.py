"""A suite that a person has edited faces the same court; all of its tests hold, or nothing changes."""

from dataclasses import replace

import pytest

from testwright.domain.errors import PermanentError
from testwright.domain.evidence import NotVerified

OLD = "tests/test_money_old.py"
TEXT = "mutable\nmutable\n"


@pytest.fixture
def edited(world):
    def make(text, **changes):
        it = world(text=TEXT, **changes)
        it.assignment = replace(it.assignment, edited=text)
        return it

    return make


async def test_an_edited_suite_is_delivered_with_all_of_its_tests_and_nobody_is_asked_to_write(edited):
    it = edited("@case test_a | pass lines=1,2 kills=1\n@case test_same | pass lines=1 kills=1")

    delivered = await it.walk()

    assert [case.name for case in delivered.evidence.cases] == ["test_a", "test_same"]
    assert (delivered.evidence.passed_runs, delivered.evidence.mutants.killed) == (5, 1)
    assert it.writer.calls == 0


async def test_a_test_that_does_not_pass_is_named_and_nothing_is_delivered(edited):
    it = edited("@case test_a | pass lines=1 kills=1\n@case test_b | fail mendable")

    with pytest.raises(PermanentError) as problem:
        await it.walk()

    assert problem.value.code == "edit_refused"
    assert problem.value.message.startswith("1 of 2 tests of the edited suite does not hold: test_b: assert 1 == 2")
    assert it.desk.delivered == []
    assert it.workspaces.closed == 1


async def test_a_test_that_notices_no_change_of_the_code_that_it_runs_is_refused(edited):
    it = edited("@case test_a | pass lines=1,2 kills=1\n@case test_blind | pass lines=1")

    with pytest.raises(PermanentError, match="test_blind: It does not notice the one change") as problem:
        await it.walk()

    assert problem.value.code == "edit_refused"
    assert it.desk.delivered == []


async def test_all_that_is_wrong_is_told_at_once(edited):
    kinds = ("a | pass lines=1,2 kills=1", "b | fail", "c | pass lines=1", "d | flaky lines=2 kills=2")
    it = edited("\n".join(f"@case test_{kind}" for kind in kinds))

    with pytest.raises(PermanentError, match="3 of 4 tests of the edited suite do not hold: test_b") as problem:
        await it.walk()

    assert "test_d: failed in 1 of 5 runs" in problem.value.message
    dropped = [drop for event in it.desk.events for drop in event.extra.get("dropped", ())]
    assert {(drop["name"], drop["gate"]) for drop in dropped} == {
        ("test_b", "passes"),
        ("test_c", "can_fail"),
        ("test_d", "is_stable"),
    }


async def test_a_test_that_runs_nothing_of_the_code_is_refused(edited):
    it = edited("@case test_a | pass lines=1,2 kills=1\n@case test_idle | pass")

    with pytest.raises(PermanentError, match="test_idle: It runs nothing of money"):
        await it.walk()


async def test_a_test_that_asserts_nothing_is_refused(edited):
    with pytest.raises(PermanentError, match="asserts nothing"):
        await edited("@case test_a | static").walk()


async def test_a_test_that_is_not_stable_is_refused(edited):
    with pytest.raises(PermanentError, match="test_b: failed in 1 of 5 runs") as problem:
        await edited("@case test_a | pass lines=1 kills=1\n@case test_b | flaky lines=2 kills=2").walk()

    assert problem.value.code == "edit_refused"


@pytest.mark.parametrize(
    ("text", "said"),
    [("no test at all", "has no test"), ("@case test_a | pass\n@case test_a | pass", "Two tests")],
)
async def test_what_is_no_suite_is_refused(edited, text, said):
    with pytest.raises(PermanentError, match=said):
        await edited(text).walk()


async def test_of_a_suite_with_the_projects_own_tests_only_ours_are_judged(edited):
    it = edited("@case test_old | pass old\n@case test_a | pass lines=2 kills=2", existing=(OLD,))

    delivered = await it.walk()

    assert delivered.test_file_path == OLD
    assert [case.name for case in delivered.evidence.cases] == ["test_a"]


async def test_basic_coverage_that_was_asked_for_binds_no_person(edited, suite):
    it = edited("@case test_a | pass lines=1 kills=1\n@case test_b | pass lines=2 kills=2")
    basic = replace(it.assignment.options, coverage="basic")
    it.assignment = replace(it.assignment, options=basic)

    assert (await it.walk()).evidence.test_count == 2


async def test_where_nothing_can_be_run_the_edited_suite_is_not_verified(edited):
    it = edited("@case test_a | pass")
    it.sandbox.missing = True

    assert isinstance((await it.walk()).evidence, NotVerified)


async def test_the_walk_goes_on_where_the_process_died(edited):
    it = edited("@case test_a | pass lines=1 kills=1")
    it.step.dies_after = 5
    with pytest.raises(it.Died):
        await it.walk()
    it.step.dies_after = 1000

    assert (await it.walk()).evidence.test_count == 1


async def test_tests_whose_names_the_project_has_already_are_refused_with_that_reason(edited):
    with pytest.raises(PermanentError, match="has a test of each of these names already, such as test_old"):
        await edited("@case test_old | pass old", existing=(OLD,)).walk()


async def test_tests_that_were_written_apart_are_judged_under_other_names_where_the_project_has_theirs(edited):
    it = edited("@case test_old | pass lines=1 kills=1\n@case test_a | pass lines=2 kills=2", existing=(OLD,))
    it.assignment = replace(it.assignment, is_apart=True)

    delivered = await it.walk()

    assert [case.name for case in delivered.evidence.cases] == ["test_old_2", "test_a"]


async def test_a_suite_that_lies_in_the_project_is_run_where_it_lies_beside_what_else_is_there(edited):
    it = edited("@case test_old | pass lines=1 kills=1", existing=(OLD,))
    it.assignment = replace(it.assignment, is_apart=True, aside="tests/money/test_money.py")

    delivered = await it.walk()

    assert delivered.test_file_path == "tests/money/test_money.py"
    assert [case.name for case in delivered.evidence.cases] == ["test_old"]


async def test_of_a_suite_that_is_only_verified_nothing_is_said_as_if_it_were_edited(edited):
    it = edited("@case test_a | pass lines=1,2 kills=1\n@case test_blind | pass lines=1")
    it.assignment = replace(it.assignment, is_apart=True)

    with pytest.raises(PermanentError, match="1 of 2 tests of this suite does not hold: test_blind") as problem:
        await it.walk()

    assert "edited" not in f"{problem.value.message} {problem.value.hint}"
    (told,) = [event for event in it.desk.events if event.extra.get("dropped")]
    assert [(drop["name"], drop["gate"]) for drop in told.extra["dropped"]] == [("test_blind", "can_fail")]


async def test_how_the_lot_fell_is_no_verdict_on_a_test(world):
    async def walk(text):
        it = world(text="mutable\n" * 61)
        it.assignment = replace(it.assignment, edited=text)
        return await it.walk()

    lines = ",".join(str(line) for line in range(1, 62))
    whole = await walk(f"@case test_all | pass lines={lines} kills={lines}")
    tried = {faced.mutant.number for faced in whole.mutants}
    (left_out,) = set(range(1, 62)) - tried

    rare = await walk(f"@case test_rare | pass lines=1,2,{left_out} kills={left_out}")

    assert rare.evidence.test_count == 1
    assert rare.evidence.mutants.killed == 0
    with pytest.raises(PermanentError, match="test_blind"):
        await walk(f"@case test_blind | pass lines=1,2,{left_out}")
