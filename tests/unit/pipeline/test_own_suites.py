"""The project's own tests of a file: what fails is left alone, and new ones join the suite that is there."""

import hashlib

import pytest

from testwright.domain.drafts import Case, Draft
from testwright.domain.errors import PermanentError
from testwright.domain.evidence import AddedTo
from testwright.domain.mutants import Fate, MutantOutcome
from testwright.domain.verdicts import OwnFailure
from testwright.pipeline.choosing import chosen_of, own_gains
from testwright.pipeline.findings import Baseline, CaseResult, Challenge, Host

OLD = "tests/test_money_old.py"
TEXT = "mutable\nmutable\nmutable\n"


def with_suite(it, text, path=OLD):
    it.workspace.texts[path] = text
    return it


async def test_new_tests_are_put_into_the_suite_that_is_there(world, suite):
    old = "# mine\n@case test_old | pass lines=1 kills=1"
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), old)

    delivered = await it.walk()

    assert delivered.test_file_path == OLD
    assert delivered.test_code == f"{old}\n@case test_a | pass lines=2 kills=2"
    digest, new = hashlib.sha256(old.encode()).hexdigest(), ((len(old), len(delivered.test_code)),)
    assert delivered.evidence.added_to == AddedTo(path=OLD, sha256=digest, ranges=new)
    assert delivered.evidence.run_with == f"pytest {OLD}"
    assert delivered.evidence.test_count == 1


async def test_every_run_is_of_the_whole_suite(world, suite):
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), "@case test_old | pass")

    await it.walk()

    with_ours = [text for text in it.sandbox.runs if "test_a" in text]
    assert with_ours
    assert all("test_old" in text for text in with_ours)


async def test_what_the_own_tests_do_earns_no_place(world, suite):
    old = "@case test_old | pass lines=1,2 kills=1,2"
    it = with_suite(world(suite(a="pass lines=1 kills=1"), existing=(OLD,), text=TEXT), old)

    with pytest.raises(PermanentError) as problem:
        await it.walk()

    assert problem.value.code == "nothing_new"


async def test_a_boundary_case_that_an_own_test_meets_needs_no_new_test(world, suite):
    old = "@case test_old | pass lines=1 kills=1 meets=2"
    it = world(suite(a="pass lines=1 kills=1 meets=2"), existing=(OLD,), text="mutable\nedge\n")

    with pytest.raises(PermanentError) as problem:
        await with_suite(it, old).walk()

    assert problem.value.code == "nothing_new"


async def test_the_evidence_names_the_own_test_that_meets_a_boundary_case(world, suite):
    old = "@case test_old | pass lines=1 kills=1 meets=3"
    it = world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text="mutable\nmutable\nedge\n")

    evidence = (await with_suite(it, old).walk()).evidence

    assert [met.covered_by for met in evidence.edge_cases] == [("test_old",)]


@pytest.mark.parametrize(
    ("own", "left"),
    [((), ["test_a"]), (("test_old",), [])],
)
def test_where_no_single_test_is_measured_the_changes_that_own_tests_run_into_stand_for_their_lines(own, left):
    reached = MutantOutcome(number=1, fate=Fate.KILLED, reached_by=("test_a", *own), killers=("test_a", *own))
    challenge = Challenge(outcomes=(reached,))
    draft = Draft(preamble="", cases=(Case(name="test_a", code=""),))
    baseline = Baseline(measured=True, host=Host(path=OLD, text="", new_path="more"))

    gains = own_gains(baseline, draft, challenge)
    chosen = chosen_of(draft, [CaseResult(name="test_a", passed=True)], challenge, own=gains)

    assert list(chosen.names) == left


async def test_mutants_are_counted_for_the_file_as_it_is_delivered(world, suite):
    old = "@case test_old | pass lines=1 kills=1"
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), old)

    counts = (await it.walk()).evidence.mutants

    assert (counts.killed, counts.sampled) == (2, 2)


async def test_own_tests_that_fail_are_told_and_left_alone(world, suite):
    old = "@case test_red | fail\n@case test_old | pass lines=1"
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), old)

    delivered = await it.walk()

    assert delivered.evidence.own_failures == (OwnFailure(name="test_red", path=OLD, reason="assert 1 == 2"),)
    assert delivered.covered_before == (1, 2)  # one test that counts
    assert delivered.test_code.startswith(old)
    said = [event.message for event in it.desk.events if "left alone" in event.message]
    assert said == ["Of the project's own tests of money.py test_red fails; they are left alone"]


async def test_what_the_own_tests_reach_is_unknown_where_the_run_for_it_does_not_end(world, suite):
    old = "@case test_red | fail\n@case test_old | pass lines=1"
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), old)
    it.sandbox.first_part_hangs = True

    delivered = await it.walk()

    assert delivered.evidence.before.lines is None
    assert [failure.name for failure in delivered.evidence.own_failures] == ["test_red"]


async def test_a_suite_that_does_not_run_is_told_and_left_alone(world, suite):
    it = with_suite(world(suite(a="pass"), existing=(OLD,)), "@case test_old | crash")

    delivered = await it.walk()

    assert [(one.name, one.path) for one in delivered.evidence.own_failures] == [("", OLD)]
    assert delivered.evidence.added_to is None
    assert delivered.evidence.beside == "test_money_old.py does not run"
    assert delivered.test_file_path == "tests/test_money.py"
    assert delivered.evidence.before.lines is None


async def test_one_suite_that_does_not_run_does_not_cost_the_others(world, suite):
    other = "tests/test_money_too.py"
    it = world(suite(a="pass lines=2 kills=2"), existing=(OLD, other), text=TEXT)
    with_suite(it, "@case test_old | crash")
    with_suite(it, "@case test_too | pass", other)

    delivered = await it.walk()

    assert delivered.evidence.added_to.path == other
    assert [one.path for one in delivered.evidence.own_failures] == [OLD]
    assert delivered.evidence.before.lines == 50.0


async def test_an_own_test_that_hangs_is_named_and_its_suite_left_as_it_is(world, suite):
    it = with_suite(world(suite(a="pass"), existing=(OLD,)), "@case test_ever | spin\n@case test_old | pass old")

    delivered = await it.walk()

    assert [one.name for one in delivered.evidence.own_failures] == ["test_ever"]
    assert delivered.evidence.beside == "test_money_old.py: one of its tests does not end"
    assert delivered.covered_before == (1, 2)


async def test_a_suite_that_cannot_take_tests_gets_a_neighbour_and_the_reason_is_told(world, suite):
    it = with_suite(world(suite(a="pass"), existing=(OLD,)), "@closed it does not parse\n@case test_old | pass old")

    delivered = await it.walk()

    assert delivered.test_file_path == "tests/test_money.py"
    assert delivered.evidence.beside == "test_money_old.py: it does not parse"
    assert delivered.test_code.startswith("@preamble")


async def test_a_draft_that_cannot_be_put_in_stands_beside_the_suite(world, suite):
    draft = suite(a="pass lines=2 kills=2", preamble="global hook")
    it = with_suite(world(draft, existing=(OLD,), text=TEXT), "@case test_old | pass")

    delivered = await it.walk()

    assert delivered.test_file_path == "tests/test_money_old_more.py"
    assert delivered.evidence.beside == "test_money_old.py: what the new tests share is for all"
    assert it.workspace.texts[OLD] == "@case test_old | pass"


async def test_a_name_that_the_suite_has_gets_another(world, suite):
    it = with_suite(world(suite(old="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), "@case test_old | pass")

    delivered = await it.walk()

    assert [case.name for case in delivered.evidence.cases] == ["test_old_2"]


async def test_a_test_that_the_suite_has_word_for_word_is_not_added_again(world, suite):
    code = "pass lines=2 kills=2"
    it = with_suite(world(suite(old=code), existing=(OLD,), text=TEXT), f"@case test_old | {code}")

    with pytest.raises(PermanentError) as problem:
        await it.walk()

    assert problem.value.code == "nothing_new"


async def test_a_suite_of_two_files_is_nobodys_to_add_to(world, suite):
    it = with_suite(world(suite(a="pass"), existing=(OLD,)), "@case test_old | pass old")
    it.workspace.texts["lib/money.py"] = "other code"

    assert (await it.walk()).evidence.beside == "test_money_old.py: it tests lib/money.py too"


async def test_the_place_stays_when_the_work_is_taken_up_again(world, suite):
    it = with_suite(world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT), "@case test_old | pass")
    for steps in range(1, 9):
        it.step.dies_after = steps - len(it.step.memos)
        with pytest.raises(it.Died):
            await it.walk()
    it.step.dies_after = 1000

    delivered = await it.walk()

    assert delivered.test_file_path == OLD
    assert delivered.test_code.count("test_old") == delivered.test_code.count("test_a") == 1


async def test_a_failure_of_the_projects_own_accuses_nobody(world, suite, suspect):
    it = world(suite(a="pass lines=2 kills=2"), existing=(OLD,), text=TEXT)
    it.writer.suspects = (suspect("pass"),)
    with_suite(it, f"@case {suspect('pass').name} | fail\n@case test_old | pass")

    assert (await it.walk()).suspects == ()


async def test_a_suite_that_could_not_be_written_in_the_end_is_refused_before_anything_is_bought(world, suite):
    it = world(suite(a="pass"))
    it.workspace.obstacles["tests/test_money.py"] = "tests"

    with pytest.raises(PermanentError) as problem:
        await it.walk()

    assert (problem.value.code, it.writer.calls) == ("invalid_path", 0)
    assert problem.value.message == "tests/test_money.py could not be written: tests is in its way."
